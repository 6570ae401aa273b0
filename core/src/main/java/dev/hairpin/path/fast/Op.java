package dev.hairpin.path.fast;

/**
 * The instructions of a routine.
 *
 * <p>A routine is an array of ints. Each instruction is a word, {@code operand << 8 | code}, and
 * further words. Conditions carry as operand how many words lie between them and the next rule:
 * where the walk goes on if they do not hold. {@code NOT} in the code turns a condition round.
 */
final class Op {
  static final int NOT = 0x80;

  /** The end of a routine: the walk goes on where it was called. */
  static final int STOP = 0;

  // Conditions: word(s) after the first.
  /** Address; IPv4 one word, IPv6 four. */
  static final int SOURCE_IS = 1;

  static final int DESTINATION_IS = 2;

  /** Address and mask; IPv4 two words, IPv6 eight. */
  static final int SOURCE_IN = 3;

  static final int DESTINATION_IN = 4;

  /** Number of one of the node's own blocks. */
  static final int SOURCE_IN_NODE_BLOCK = 5;

  static final int DESTINATION_IN_NODE_BLOCK = 6;

  /** First and last address; IPv4 two words, IPv6 eight. */
  static final int SOURCE_BETWEEN = 7;

  static final int DESTINATION_BETWEEN = 8;

  /** Protocol number. */
  static final int PROTOCOL = 9;

  /** First port * 65536 + last port. */
  static final int SOURCE_PORT = 10;

  static final int DESTINATION_PORT = 11;

  /** Sides (1 source, 2 destination), count, and as many ranges of ports. */
  static final int ANY_PORT = 12;

  /** Value and mask. */
  static final int MARK = 13;

  static final int CONNECTION_MARK = 14;

  /** Number of a device pattern. */
  static final int IN_DEVICE = 15;

  static final int OUT_DEVICE = 16;

  /** Bits of {@link #LOCAL} and its siblings. */
  static final int SOURCE_TYPE = 17;

  static final int DESTINATION_TYPE = 18;

  /** Threshold, of 2^31 as an unsigned number. */
  static final int RANDOM = 19;

  /** Kind, list, group, seconds, flags (1 reap, 2 destination, 4 any time). */
  static final int RECENT = 20;

  static final int DESTINATION_TRANSLATED = 21;
  static final int SOURCE_TRANSLATED = 22;

  // Actions.
  /** Operand: the walk's end, as {@link RuleRun} packs it. */
  static final int END = 32;

  static final int RETURN = 33;

  /** Address; a routine's number before the program is built. */
  static final int JUMP = 34;

  static final int GOTO = 35;

  /** Value and mask: mark = (mark and not mask) xor value. */
  static final int SET_MARK = 36;

  static final int SET_CONNECTION_MARK = 37;

  /** Packet mask and connection mask. */
  static final int SAVE_MARK = 38;

  static final int RESTORE_MARK = 39;

  /** Target. */
  static final int DNAT = 40;

  /** Operand: source translation. */
  static final int SNAT = 41;

  /** Operand: question. */
  static final int UNDECIDED = 42;

  /** Operand: table. */
  static final int DISPATCH = 43;

  /**
   * Operand: rungs. Shape; first target, if the targets count on from it, else -1; the targets, if
   * they do not count on.
   */
  static final int BALANCE = 44;

  /**
   * The same with affinity: group, seconds, and the first list, if the lists count on from it, else
   * -1, before the targets; last, for each rung its list, if they do not count on.
   */
  static final int BALANCE_AFFINE = 47;

  /**
   * Operand: block question (1 the node's block, 2 an address and mask, 8 inverted; 16 with the
   * tuple). Profile; the tuple's protocol and port, and its address; the block.
   */
  static final int MARK_UNLESS = 45;

  /** Address. As GOTO, in the rules of a key: the chain that looked it up ends too. */
  static final int GOTO_AND_LEAVE = 46;

  static final int BALANCE_HEADER = 3;
  static final int AFFINE_HEADER = 6;

  // A profile: a change of the mark, as ints in a table of the pool.
  static final int PROFILE_VALUE = 0;
  static final int PROFILE_MASK = 1;
  static final int PROFILE_SIZE = 2;

  // Address types.
  static final int LOCAL = 1;
  static final int MULTICAST = 2;
  static final int UNSPECIFIED = 4;
  static final int OTHER = 8;

  // Kinds of RECENT.
  static final int SET = 0;
  static final int CHECK = 1;
  static final int UPDATE = 2;
  static final int REMOVE = 3;

  static final int REAP = 1;
  static final int OF_DESTINATION = 2;
  static final int ANY_TIME = 4;

  private Op() {}
}
