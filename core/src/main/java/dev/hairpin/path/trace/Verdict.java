package dev.hairpin.path.trace;

/** How a connection attempt ends, seen from the caller. */
public enum Verdict {
  /** An answer came. */
  DELIVERED,
  /** The caller was told at once that nobody takes the connection: a RST or an ICMP error. */
  REFUSED,
  /**
   * The caller was told that the destination cannot be reached: an ICMP error or its own kernel.
   */
  UNREACHABLE,
  /** The caller's own kernel forbade the sending (EPERM). */
  NOT_PERMITTED,
  /** An open connection was reset. */
  RESET,
  /** Nothing came back. */
  TIMEOUT,
  /** An answer came, and it says that the request failed, such as 503 or NXDOMAIN. */
  ERROR_ANSWER,
  /** The model cannot tell, and says why. */
  UNDECIDED
}
