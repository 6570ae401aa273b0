package dev.hairpin.path;

import java.util.Optional;

/**
 * How the target REJECT tells the sender.
 *
 * <p>Source: the extensions REJECT of iptables and ip6tables 1.8.9; types and codes of RFC 792, RFC
 * 1122, RFC 1812 and RFC 4443.
 */
public enum RejectWith {
  /** ICMP 3/0. */
  ICMP_NET_UNREACHABLE("icmp-net-unreachable", 3, 0),
  /** ICMP 3/1. */
  ICMP_HOST_UNREACHABLE("icmp-host-unreachable", 3, 1),
  /** ICMP 3/2. */
  ICMP_PROTO_UNREACHABLE("icmp-proto-unreachable", 3, 2),
  /** ICMP 3/3, what REJECT does when nothing is said. */
  ICMP_PORT_UNREACHABLE("icmp-port-unreachable", 3, 3),
  /** ICMP 3/9. */
  ICMP_NET_PROHIBITED("icmp-net-prohibited", 3, 9),
  /** ICMP 3/10. */
  ICMP_HOST_PROHIBITED("icmp-host-prohibited", 3, 10),
  /** ICMP 3/13. */
  ICMP_ADMIN_PROHIBITED("icmp-admin-prohibited", 3, 13),
  /** ICMPv6 1/0. */
  ICMP6_NO_ROUTE("icmp6-no-route", 1, 0),
  /** ICMPv6 1/1. */
  ICMP6_ADM_PROHIBITED("icmp6-adm-prohibited", 1, 1),
  /** ICMPv6 1/3. */
  ICMP6_ADDR_UNREACHABLE("icmp6-addr-unreachable", 1, 3),
  /** ICMPv6 1/4, what REJECT does when nothing is said. */
  ICMP6_PORT_UNREACHABLE("icmp6-port-unreachable", 1, 4),
  /** ICMPv6 1/5. */
  ICMP6_POLICY_FAIL("icmp6-policy-fail", 1, 5),
  /** ICMPv6 1/6. */
  ICMP6_REJECT_ROUTE("icmp6-reject-route", 1, 6),
  /** A TCP RST as if from the destination. */
  TCP_RESET("tcp-reset", -1, -1);

  private final String text;
  private final int type;
  private final int code;

  RejectWith(String text, int type, int code) {
    this.text = text;
    this.type = type;
    this.code = code;
  }

  /**
   * The ICMP type.
   *
   * @return the type, or -1 for {@link #TCP_RESET}
   */
  public int type() {
    return type;
  }

  /**
   * The ICMP code.
   *
   * @return the code, or -1 for {@link #TCP_RESET}
   */
  public int code() {
    return code;
  }

  /**
   * Finds a kind by the word after {@code --reject-with}.
   *
   * @param word the word
   * @return the kind, or nothing
   */
  public static Optional<RejectWith> byName(String word) {
    for (RejectWith kind : values()) {
      if (kind.text.equals(word)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** The word after {@code --reject-with}. */
  @Override
  public String toString() {
    return text;
  }
}
