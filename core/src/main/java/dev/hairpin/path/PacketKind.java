package dev.hairpin.path;

import dev.hairpin.path.conntrack.Segment;

/** What a packet is in the conversation it belongs to. */
public enum PacketKind {
  /** TCP, opens a connection. */
  SYN("SYN", Segment.TCP_SYN, 60),
  /** TCP, answers a SYN. */
  SYN_ACK("SYN+ACK", Segment.TCP_SYN_ACK, 60),
  /** TCP, acknowledges. */
  ACK("ACK", Segment.TCP_ACK, 52),
  /** TCP, carries data. */
  DATA("data", Segment.TCP_ACK, 52),
  /** TCP, ends a direction. */
  FIN("FIN", Segment.TCP_FIN, 52),
  /** TCP, refuses or aborts. */
  RST("RST", Segment.TCP_RST, 40),
  /** TCP, a segment outside the window of its connection. */
  OUT_OF_WINDOW("out of window", Segment.TCP_OUT_OF_WINDOW, 52),
  /** UDP. */
  DATAGRAM("", Segment.UDP, 28),
  /** ICMP echo request. */
  ECHO("echo request", Segment.ICMP, 28),
  /** ICMP echo reply. */
  ECHO_REPLY("echo reply", Segment.ICMP, 28),
  /** An ICMP error about another packet. */
  ICMP_ERROR("icmp", Segment.OTHER, 56),
  /** SCTP, opens an association. */
  SCTP_INIT("INIT", Segment.SCTP_INIT, 68),
  /** SCTP, answers INIT. */
  SCTP_INIT_ACK("INIT ACK", Segment.SCTP_INIT_ACK, 100),
  /** SCTP, third step of the handshake. */
  SCTP_COOKIE_ECHO("COOKIE ECHO", Segment.SCTP_COOKIE_ECHO, 100),
  /** SCTP, last step of the handshake. */
  SCTP_COOKIE_ACK("COOKIE ACK", Segment.SCTP_COOKIE_ACK, 36),
  /** SCTP, carries data. */
  SCTP_DATA("DATA", Segment.SCTP_DATA, 48),
  /** SCTP, ends an association. */
  SCTP_SHUTDOWN("SHUTDOWN", Segment.SCTP_SHUTDOWN, 40),
  /** SCTP, answers SHUTDOWN. */
  SCTP_SHUTDOWN_ACK("SHUTDOWN ACK", Segment.SCTP_SHUTDOWN_ACK, 36),
  /** SCTP, last step of the end. */
  SCTP_SHUTDOWN_COMPLETE("SHUTDOWN COMPLETE", Segment.SCTP_SHUTDOWN_COMPLETE, 36),
  /** SCTP, refuses or aborts. */
  SCTP_ABORT("ABORT", Segment.SCTP_ABORT, 36);

  private final String text;
  private final Segment segment;
  private final int length;

  PacketKind(String text, Segment segment, int length) {
    this.text = text;
    this.segment = segment;
    this.length = length;
  }

  Segment segment() {
    return segment;
  }

  /** The length of the IPv4 packet without payload, with the options that Linux sends. */
  int length() {
    return length;
  }

  /** The flags or chunk, as traces show them; empty for a datagram. */
  @Override
  public String toString() {
    return text;
  }
}
