package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.RecordType;
import dev.hairpin.net.IpFamily;

/** The record types that a look-up of addresses asks for. */
enum AddressType {
  /** An IPv4 address, RFC 1035. */
  A(RecordType.A, IpFamily.IPV4),
  /** An IPv6 address, RFC 3596. */
  AAAA(RecordType.AAAA, IpFamily.IPV6);

  private final RecordType recordType;
  private final IpFamily family;

  AddressType(RecordType recordType, IpFamily family) {
    this.recordType = recordType;
    this.family = family;
  }

  RecordType recordType() {
    return recordType;
  }

  IpFamily family() {
    return family;
  }
}
