package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpFamily;
import java.util.List;

/** Which addresses a program wants, as it tells {@code getaddrinfo}. */
public enum AddressFamily {
  /** Both families; what nearly every program asks for. */
  AF_UNSPEC,
  /** IPv4 only. */
  AF_INET,
  /** IPv6 only. */
  AF_INET6;

  /** The questions that it takes, in the order in which libraries write them. */
  List<AddressType> types() {
    return switch (this) {
      case AF_UNSPEC -> List.of(AddressType.A, AddressType.AAAA);
      case AF_INET -> List.of(AddressType.A);
      case AF_INET6 -> List.of(AddressType.AAAA);
    };
  }

  /**
   * Whether addresses of a family are wanted.
   *
   * @param family the family
   * @return true if they are
   */
  public boolean wants(IpFamily family) {
    return types().stream().anyMatch(t -> t.family() == family);
  }
}
