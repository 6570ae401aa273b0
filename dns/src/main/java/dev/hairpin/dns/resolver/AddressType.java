package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpFamily;

/** The record types that a look-up of addresses asks for. */
public enum AddressType {
  /** An IPv4 address, RFC 1035. */
  A(1, IpFamily.IPV4),
  /** An IPv6 address, RFC 3596. */
  AAAA(28, IpFamily.IPV6);

  private final int number;
  private final IpFamily family;

  AddressType(int number, IpFamily family) {
    this.number = number;
    this.family = family;
  }

  /**
   * The type as it stands in a question.
   *
   * @return 1 or 28
   */
  public int number() {
    return number;
  }

  /**
   * The family of the addresses.
   *
   * @return the family
   */
  public IpFamily family() {
    return family;
  }
}
