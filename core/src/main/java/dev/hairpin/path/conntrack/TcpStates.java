package dev.hairpin.path.conntrack;

/**
 * How a TCP segment moves the state of its connection.
 *
 * <p>Source: the behaviour of Linux' {@code nf_conntrack_proto_tcp} (6.18), whose states have the
 * names that {@code conntrack -L} prints.
 */
final class TcpStates {
  private TcpStates() {}

  static final int NONE = 0;
  static final int SYN_SENT = 1;
  static final int SYN_RECV = 2;
  static final int ESTABLISHED = 3;
  static final int FIN_WAIT = 4;
  static final int CLOSE_WAIT = 5;
  static final int LAST_ACK = 6;
  static final int TIME_WAIT = 7;
  static final int CLOSE = 8;
  /** Both sides sent a SYN. */
  static final int SYN_SENT2 = 9;

  static final int IGNORE = 10;
  static final int INVALID = 11;

  static final int SYN = 0;
  static final int SYN_ACK = 1;
  static final int FIN = 2;
  static final int ACK = 3;
  static final int RST = 4;

  private static final String[] NAMES = {
    "NONE",
    "SYN_SENT",
    "SYN_RECV",
    "ESTABLISHED",
    "FIN_WAIT",
    "CLOSE_WAIT",
    "LAST_ACK",
    "TIME_WAIT",
    "CLOSE",
    "SYN_SENT2"
  };

  private static final Timeout[] TIMEOUTS = {
    Timeout.TCP_SYN_SENT,
    Timeout.TCP_SYN_SENT,
    Timeout.TCP_SYN_RECV,
    Timeout.TCP_ESTABLISHED,
    Timeout.TCP_FIN_WAIT,
    Timeout.TCP_CLOSE_WAIT,
    Timeout.TCP_LAST_ACK,
    Timeout.TCP_TIME_WAIT,
    Timeout.TCP_CLOSE,
    Timeout.TCP_SYN_SENT
  };

  /*
   * A line for each segment, a column for each state from NONE to SYN_SENT2:
   * N S R E F C L T X 2 as above, i = pass without change, - = INVALID.
   */
  private static final String[] REQUEST = {
    "SSiiiiiSS2", // SYN
    "--R------R", // SYN ACK
    "--FFLLLTX-", // FIN
    "E-EECCTTX-", // ACK
    "-XXXXXXXXX" // RST
  };

  private static final String[] ANSWER = {
    "-2-----S-2", // SYN
    "-RiiiiiiiR", // SYN ACK
    "--FFLLLTX-", // FIN
    "-iRECCTTXi", // ACK
    "-XXXXXXXXX" // RST
  };

  private static final String CODES = "NSREFCLTX2i-";

  private static final byte[] NEXT = new byte[2 * 5 * 10];

  static {
    for (int segment = 0; segment < 5; segment++) {
      for (int state = 0; state < 10; state++) {
        NEXT[segment * 10 + state] = (byte) CODES.indexOf(REQUEST[segment].charAt(state));
        NEXT[50 + segment * 10 + state] = (byte) CODES.indexOf(ANSWER[segment].charAt(state));
      }
    }
  }

  /** The next state, or {@link #IGNORE} or {@link #INVALID}. */
  static int next(int direction, int segment, int state) {
    return NEXT[direction * 50 + segment * 10 + state];
  }

  static String name(int state) {
    return NAMES[state];
  }

  static Timeout timeout(int state) {
    return TIMEOUTS[state];
  }

  static int segment(Segment s) {
    return switch (s) {
      case TCP_SYN -> SYN;
      case TCP_SYN_ACK -> SYN_ACK;
      case TCP_FIN -> FIN;
      case TCP_RST -> RST;
      default -> ACK;
    };
  }
}
