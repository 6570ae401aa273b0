package dev.hairpin.iptables;

import dev.hairpin.net.IpFamily;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a {@code REJECT} answers with. */
public enum RejectType {
  /** ICMP 3/0. */
  ICMP_NET_UNREACHABLE("icmp-net-unreachable", "net-unreach", IpFamily.IPV4, 3, 0),
  /** ICMP 3/1. */
  ICMP_HOST_UNREACHABLE("icmp-host-unreachable", "host-unreach", IpFamily.IPV4, 3, 1),
  /** ICMP 3/2. */
  ICMP_PROTO_UNREACHABLE("icmp-proto-unreachable", "proto-unreach", IpFamily.IPV4, 3, 2),
  /** ICMP 3/3; what IPv4 answers if nothing is said. */
  ICMP_PORT_UNREACHABLE("icmp-port-unreachable", "port-unreach", IpFamily.IPV4, 3, 3),
  /** ICMP 3/9. */
  ICMP_NET_PROHIBITED("icmp-net-prohibited", "net-prohib", IpFamily.IPV4, 3, 9),
  /** ICMP 3/10. */
  ICMP_HOST_PROHIBITED("icmp-host-prohibited", "host-prohib", IpFamily.IPV4, 3, 10),
  /** ICMP 3/13. */
  ICMP_ADMIN_PROHIBITED("icmp-admin-prohibited", "admin-prohib", IpFamily.IPV4, 3, 13),
  /** ICMPv6 1/0. */
  ICMP6_NO_ROUTE("icmp6-no-route", "no-route", IpFamily.IPV6, 1, 0),
  /** ICMPv6 1/1. */
  ICMP6_ADM_PROHIBITED("icmp6-adm-prohibited", "adm-prohibited", IpFamily.IPV6, 1, 1),
  /** ICMPv6 1/3. */
  ICMP6_ADDR_UNREACHABLE("icmp6-addr-unreachable", "addr-unreach", IpFamily.IPV6, 1, 3),
  /** ICMPv6 1/4; what IPv6 answers if nothing is said. */
  ICMP6_PORT_UNREACHABLE("icmp6-port-unreachable", "port-unreach", IpFamily.IPV6, 1, 4),
  /** ICMPv6 1/5. */
  ICMP6_POLICY_FAIL("icmp6-policy-fail", "policy-fail", IpFamily.IPV6, 1, 5),
  /** ICMPv6 1/6. */
  ICMP6_REJECT_ROUTE("icmp6-reject-route", "reject-route", IpFamily.IPV6, 1, 6),
  /** A TCP reset; for TCP only, in both families. */
  TCP_RESET("tcp-reset", "tcp-rst", null, -1, -1);

  private final String text;
  private final String alias;
  private final @Nullable IpFamily family;
  private final int icmpType;
  private final int icmpCode;

  RejectType(String text, String alias, @Nullable IpFamily family, int icmpType, int icmpCode) {
    this.text = text;
    this.alias = alias;
    this.family = family;
    this.icmpType = icmpType;
    this.icmpCode = icmpCode;
  }

  /**
   * What is answered if a rule does not say.
   *
   * @param family the rule's family
   * @return port unreachable
   */
  public static RejectType defaultOf(IpFamily family) {
    return family == IpFamily.IPV4 ? ICMP_PORT_UNREACHABLE : ICMP6_PORT_UNREACHABLE;
  }

  /**
   * Finds a type by its name or its short name.
   *
   * @param text the name after {@code --reject-with}
   * @param family the rule's family
   * @return the type, or nothing if the family has no such type
   */
  public static Optional<RejectType> byText(String text, IpFamily family) {
    for (RejectType type : values()) {
      if ((type.family == null || type.family == family)
          && (type.text.equals(text) || type.alias.equals(text))) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /**
   * The type of the ICMP message.
   *
   * @return the type, or -1 for a TCP reset
   */
  public int icmpType() {
    return icmpType;
  }

  /**
   * The code of the ICMP message.
   *
   * @return the code, or -1 for a TCP reset
   */
  public int icmpCode() {
    return icmpCode;
  }

  /** The name that iptables-save prints. */
  @Override
  public String toString() {
    return text;
  }
}
