package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.RecordType;
import dev.hairpin.net.IpFamily;

/** The record types that a look-up of addresses asks for. */
enum AddressType {
  /** An IPv4 address, RFC 1035. */
  A,
  /** An IPv6 address, RFC 3596. */
  AAAA;

  RecordType recordType() {
    return this == A ? RecordType.A : RecordType.AAAA;
  }

  IpFamily family() {
    return this == A ? IpFamily.IPV4 : IpFamily.IPV6;
  }
}
