package dev.hairpin.path.conntrack;

import java.util.Optional;

/**
 * The timeouts of connection tracking, by the sysctl that sets them.
 *
 * <p>Source: sysctls of a fresh network namespace of Linux 6.18.
 */
public enum Timeout {
  /** TCP, after the first SYN. */
  TCP_SYN_SENT("tcp_timeout_syn_sent", 120),
  /** TCP, after SYN ACK. */
  TCP_SYN_RECV("tcp_timeout_syn_recv", 60),
  /** TCP, after the handshake. */
  TCP_ESTABLISHED("tcp_timeout_established", 432_000),
  /** TCP, after the first FIN. */
  TCP_FIN_WAIT("tcp_timeout_fin_wait", 120),
  /** TCP, after the first FIN was acknowledged. */
  TCP_CLOSE_WAIT("tcp_timeout_close_wait", 60),
  /** TCP, after the second FIN. */
  TCP_LAST_ACK("tcp_timeout_last_ack", 30),
  /** TCP, after the last ACK. */
  TCP_TIME_WAIT("tcp_timeout_time_wait", 120),
  /** TCP, after RST. */
  TCP_CLOSE("tcp_timeout_close", 10),
  /** TCP, data that is not acknowledged. */
  TCP_UNACKNOWLEDGED("tcp_timeout_unacknowledged", 300),
  /** UDP, until it is a stream. */
  UDP("udp_timeout", 30),
  /** UDP, answered and more than two seconds old. */
  UDP_STREAM("udp_timeout_stream", 120),
  /** ICMP. */
  ICMP("icmp_timeout", 30),
  /** ICMPv6. */
  ICMPV6("icmpv6_timeout", 30),
  /** Other protocols. */
  GENERIC("generic_timeout", 600),
  /** SCTP, no association. */
  SCTP_CLOSED("sctp_timeout_closed", 10),
  /** SCTP, after INIT. */
  SCTP_COOKIE_WAIT("sctp_timeout_cookie_wait", 3),
  /** SCTP, after COOKIE ECHO. */
  SCTP_COOKIE_ECHOED("sctp_timeout_cookie_echoed", 3),
  /** SCTP, after COOKIE ACK. */
  SCTP_ESTABLISHED("sctp_timeout_established", 210),
  /** SCTP, after the caller's SHUTDOWN. */
  SCTP_SHUTDOWN_SENT("sctp_timeout_shutdown_sent", 3),
  /** SCTP, after the other side's SHUTDOWN. */
  SCTP_SHUTDOWN_RECD("sctp_timeout_shutdown_recd", 3),
  /** SCTP, after SHUTDOWN ACK. */
  SCTP_SHUTDOWN_ACK_SENT("sctp_timeout_shutdown_ack_sent", 3);

  private final String sysctl;
  private final int defaultSeconds;

  Timeout(String sysctl, int defaultSeconds) {
    this.sysctl = sysctl;
    this.defaultSeconds = defaultSeconds;
  }

  /**
   * The sysctl, without {@code net.netfilter.nf_conntrack_}.
   *
   * @return the end of its name
   */
  public String sysctl() {
    return sysctl;
  }

  /** Its place in an array of all timeouts. */
  @SuppressWarnings("EnumOrdinal") // the array lives no longer than the enum
  int index() {
    return ordinal();
  }

  /**
   * The kernel's own value.
   *
   * @return seconds
   */
  public int defaultSeconds() {
    return defaultSeconds;
  }

  /**
   * Finds the timeout that a sysctl sets.
   *
   * @param name the end of the sysctl's name
   * @return the timeout, or nothing
   */
  public static Optional<Timeout> bySysctl(String name) {
    for (Timeout t : values()) {
      if (t.sysctl.equals(name)) {
        return Optional.of(t);
      }
    }
    return Optional.empty();
  }
}
