package dev.hairpin.net;

import java.util.Locale;
import java.util.Optional;

/**
 * A transport protocol that a Service or a rule can name.
 *
 * <p>Source: IANA's protocol numbers; Kubernetes' {@code TCP}, {@code UDP} and {@code SCTP}.
 */
public enum Protocol {
  /** Protocol 6. */
  TCP(6),
  /** Protocol 17. */
  UDP(17),
  /** Protocol 132. */
  SCTP(132),
  /** Protocol 1; has no ports and is no Service protocol. */
  ICMP(1),
  /** Protocol 58; has no ports and is no Service protocol. */
  ICMPV6(58);

  private final int number;
  private final String lowerCase;

  Protocol(int number) {
    this.number = number;
    this.lowerCase = name().toLowerCase(Locale.ROOT);
  }

  /**
   * The number in the IP header.
   *
   * @return the protocol number
   */
  public int number() {
    return number;
  }

  /**
   * The protocol as iptables and URLs write it.
   *
   * @return the lower-case name, such as {@code tcp}
   */
  public String lowerCase() {
    return lowerCase;
  }

  /**
   * Whether packets carry source and destination ports.
   *
   * @return true for TCP, UDP and SCTP
   */
  public boolean hasPorts() {
    return this == TCP || this == UDP || this == SCTP;
  }

  /**
   * Finds a protocol by name.
   *
   * @param name the name in any case
   * @return the protocol, or nothing
   */
  public static Optional<Protocol> byName(String name) {
    for (Protocol p : values()) {
      if (p.name().equalsIgnoreCase(name)) {
        return Optional.of(p);
      }
    }
    return Optional.empty();
  }
}
