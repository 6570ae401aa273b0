package dev.hairpin.path.conntrack;

/**
 * How an SCTP chunk moves the state of its association.
 *
 * <p>Source: the behaviour of Linux' {@code nf_conntrack_proto_sctp}, without heartbeats.
 */
final class SctpStates {
  private SctpStates() {}

  static final int NONE = 0;
  static final int CLOSED = 1;
  static final int COOKIE_WAIT = 2;
  static final int COOKIE_ECHOED = 3;
  static final int ESTABLISHED = 4;
  static final int INVALID = 8;

  private static final String[] NAMES = {
    "NONE",
    "CLOSED",
    "COOKIE_WAIT",
    "COOKIE_ECHOED",
    "ESTABLISHED",
    "SHUTDOWN_SENT",
    "SHUTDOWN_RECD",
    "SHUTDOWN_ACK_SENT"
  };

  private static final Timeout[] TIMEOUTS = {
    Timeout.SCTP_CLOSED,
    Timeout.SCTP_CLOSED,
    Timeout.SCTP_COOKIE_WAIT,
    Timeout.SCTP_COOKIE_ECHOED,
    Timeout.SCTP_ESTABLISHED,
    Timeout.SCTP_SHUTDOWN_SENT,
    Timeout.SCTP_SHUTDOWN_RECD,
    Timeout.SCTP_SHUTDOWN_ACK_SENT
  };

  /* Columns NONE to SHUTDOWN_ACK_SENT by number, - = INVALID. */
  private static final String[] REQUEST = {
    "2223456-", // INIT
    "-1234567", // INIT ACK
    "-3334567", // COOKIE ECHO
    "-1234567", // COOKIE ACK
    "-1234567", // DATA
    "-1235567", // SHUTDOWN
    "-1237777", // SHUTDOWN ACK
    "-1234561", // SHUTDOWN COMPLETE
    "-1111111" // ABORT
  };

  private static final String[] ANSWER = {
    "-2234567", // INIT
    "-1234567", // INIT ACK
    "-1234567", // COOKIE ECHO
    "-1244567", // COOKIE ACK
    "-1234567", // DATA
    "-1236567", // SHUTDOWN
    "-1237777", // SHUTDOWN ACK
    "-1234561", // SHUTDOWN COMPLETE
    "-1111111" // ABORT
  };

  private static int row(Segment s) {
    return switch (s) {
      case SCTP_INIT -> 0;
      case SCTP_INIT_ACK -> 1;
      case SCTP_COOKIE_ECHO -> 2;
      case SCTP_COOKIE_ACK -> 3;
      case SCTP_SHUTDOWN -> 5;
      case SCTP_SHUTDOWN_ACK -> 6;
      case SCTP_SHUTDOWN_COMPLETE -> 7;
      case SCTP_ABORT -> 8;
      default -> 4;
    };
  }

  static int next(int direction, Segment segment, int state) {
    char c = (direction == 0 ? REQUEST : ANSWER)[row(segment)].charAt(state);
    return c == '-' ? INVALID : c - '0';
  }

  static String name(int state) {
    return NAMES[state];
  }

  static Timeout timeout(int state) {
    return TIMEOUTS[state];
  }
}
