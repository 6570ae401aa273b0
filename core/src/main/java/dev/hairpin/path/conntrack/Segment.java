package dev.hairpin.path.conntrack;

/** What connection tracking wants to know about a packet besides its tuple. */
public enum Segment {
  /** TCP with SYN alone. */
  TCP_SYN,
  /** TCP with SYN and ACK. */
  TCP_SYN_ACK,
  /** TCP with FIN. */
  TCP_FIN,
  /** TCP with ACK, with or without data. */
  TCP_ACK,
  /** TCP with RST. */
  TCP_RST,
  /** A TCP segment outside the window of its connection: always INVALID, unless be_liberal. */
  TCP_OUT_OF_WINDOW,
  /** A UDP datagram. */
  UDP,
  /** An ICMP query or its answer. */
  ICMP,
  /** SCTP INIT. */
  SCTP_INIT,
  /** SCTP INIT ACK. */
  SCTP_INIT_ACK,
  /** SCTP COOKIE ECHO. */
  SCTP_COOKIE_ECHO,
  /** SCTP COOKIE ACK. */
  SCTP_COOKIE_ACK,
  /** SCTP DATA or SACK. */
  SCTP_DATA,
  /** SCTP SHUTDOWN. */
  SCTP_SHUTDOWN,
  /** SCTP SHUTDOWN ACK. */
  SCTP_SHUTDOWN_ACK,
  /** SCTP SHUTDOWN COMPLETE. */
  SCTP_SHUTDOWN_COMPLETE,
  /** SCTP ABORT. */
  SCTP_ABORT,
  /** Any other protocol. */
  OTHER
}
