package dev.hairpin.net;

/** One of the two Internet protocol families, named as Kubernetes names them. */
public enum IpFamily {
  /** 32-bit addresses. */
  IPV4("IPv4", 32),
  /** 128-bit addresses. */
  IPV6("IPv6", 128);

  private final String text;
  private final int addressBits;

  IpFamily(String text, int addressBits) {
    this.text = text;
    this.addressBits = addressBits;
  }

  /**
   * The width of an address.
   *
   * @return 32 or 128
   */
  public int addressBits() {
    return addressBits;
  }

  /**
   * The other family.
   *
   * @return {@link #IPV6} for {@link #IPV4} and the reverse
   */
  public IpFamily other() {
    return this == IPV4 ? IPV6 : IPV4;
  }

  /** The name in {@code spec.ipFamilies}: {@code IPv4} or {@code IPv6}. */
  @Override
  public String toString() {
    return text;
  }
}
