package dev.hairpin.path.fast;

/**
 * What the rules of a key come to, as far as it depends on the caller's address and the draw alone:
 * questions about the source, and ladders of endpoints at the ends. Where endpoints and lists are
 * is not part of it, so that thousands of Services share a course; a {@link LookupTable} has them
 * beside the key.
 */
sealed interface Course {

  /** A question about the source. */
  enum Question {
    /** Whether it is in a block: address * 2^32 + mask. */
    IN_BLOCK,
    /** Whether it is in the node's block of a number. */
    IN_NODE_BLOCK,
    /** Whether it is of a class of addresses: bits of {@link Op#LOCAL} and its siblings. */
    OF_TYPE
  }

  /**
   * Goes on by the answer to a question.
   *
   * @param question the question
   * @param operand what it is about
   * @param yes how it goes on if the answer is yes
   * @param no how it goes on if it is no
   */
  record Fork(Question question, long operand, Course yes, Course no) implements Course {}

  /**
   * One of a ladder's endpoints.
   *
   * @param shape the ladder's shape
   * @param mark the flow's mark when it comes to the ladder
   * @param place where in the key's record the ladder's numbers begin: group and first list if it
   *     has affinity, then the first target, or all targets; {@link #IN_SLOT} if the first target
   *     is in the table itself
   * @param countsOn whether the targets count on from the first
   * @param seconds how long a caller stays with its endpoint; {@link #FORGETS} without affinity
   */
  record Choice(int shape, int mark, int place, boolean countsOn, int seconds) implements Course {
    static final int IN_SLOT = -1;
    static final int FORGETS = -1;
  }

  /** Anything else: the rules are to be run. */
  record Unknown() implements Course {}

  /** The only one of its kind. */
  Course UNKNOWN = new Unknown();
}
