package dev.hairpin.path.conntrack;

/** The word of an entry that says what it is and how far it got. */
final class Meta {
  private Meta() {}

  /*
   * bits  0-7   protocol; 0 for a free row
   *       8-11  state of TCP or SCTP
   *      12-21  flags
   *      24-26  the last TCP segment
   *         27  the direction of that segment
   */
  private static final int STATE_SHIFT = 8;
  private static final int LAST_SHIFT = 24;

  static final int CONFIRMED = 1 << 12;
  static final int SEEN_REPLY = 1 << 13;
  static final int ASSURED = 1 << 14;
  static final int SRC_NAT = 1 << 15;
  static final int DST_NAT = 1 << 16;
  static final int SRC_DONE = 1 << 17;
  static final int DST_DONE = 1 << 18;
  static final int CLOSE_BEGUN = 1 << 19;
  static final int PICKED_UP = 1 << 20;
  static final int DYING = 1 << 21;
  static final int LAST_DIRECTION = 1 << 27;

  static int protocol(int meta) {
    return meta & 0xff;
  }

  static int state(int meta) {
    return meta >>> STATE_SHIFT & 15;
  }

  static int withState(int meta, int state) {
    return (meta & ~(15 << STATE_SHIFT)) | (state << STATE_SHIFT);
  }

  /** The code of the last TCP segment, as {@link TcpStates} numbers them. */
  static int last(int meta) {
    return meta >>> LAST_SHIFT & 7;
  }

  static int withLast(int meta, int segment, int direction) {
    return (meta & ~(7 << LAST_SHIFT | LAST_DIRECTION))
        | (segment << LAST_SHIFT)
        | (direction << 27);
  }
}
