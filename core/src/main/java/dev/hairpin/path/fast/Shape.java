package dev.hairpin.path.fast;

/**
 * What ladders of endpoints have in common but for the endpoints: a few shapes serve thousands of
 * Services.
 */
final class Shape {

  /** The ladder, and a copy of what is needed to choose without its table. */
  final Ladder ladder;

  final int number;
  final int outcomes;

  /**
   * The draws whose upper half times the outcomes has a lower half that, less the first, is below
   * the second: for these the upper half of the product is the rung, whatever the other bits are.
   * Shifted by 2^31, so that they compare as signed numbers.
   */
  final int doubtful;

  final int safe;
  private final long margin;

  /** The protocol that the endpoints' rules ask for; 0 for any. */
  final int protocol;

  /** 0xff if the protocol matters, else 0. */
  final int protocolMask;

  /** What is open for flows of another protocol, where they cannot be decided. */
  final int question;

  /*
   * A rule before the ladder marks flows by their source: of the node's block with a number, or, if
   * that is negative, of a given block of IPv4, address * 2^32 + mask. Where there is none, it
   * clears and sets nothing.
   */
  final int nodeBlock;
  final long block;
  final boolean inside;
  final int blockSets;
  final int blockKeeps;

  /** How a flow from the endpoint itself is marked. */
  final int ownSets;

  final int ownKeeps;

  Shape(
      Ladder ladder,
      int number,
      int protocol,
      int question,
      int ownValue,
      int ownMask,
      ProgramPool.SourceMark before) {
    this.ladder = ladder;
    this.number = number;
    this.outcomes = ladder.outcomes();
    margin = ladder.margin() < 0 ? 1L << 31 : (ladder.margin() >>> 32) + 1;
    // A product that lies within a margin of a boundary, or whose lower bits may lift it there.
    long certain = (1L << 32) - 2 * margin - outcomes;
    this.doubtful = (int) margin + Integer.MIN_VALUE;
    this.safe = (int) Math.max(0, certain) + Integer.MIN_VALUE;
    this.protocol = protocol;
    this.protocolMask = protocol == 0 ? 0 : 0xff;
    this.question = question;
    this.ownSets = ownValue;
    this.ownKeeps = ~ownMask;
    this.nodeBlock = before.nodeBlock();
    this.block = before.block();
    this.inside = before.inside();
    this.blockSets = before.value();
    this.blockKeeps = ~before.mask();
  }

  /** How far the upper half of a draw's product may be from a boundary and be in doubt. */
  long margin() {
    return margin;
  }

  /** Whether the rule before the ladder marks some flows. */
  boolean marksBySource() {
    return blockSets != 0 || blockKeeps != -1;
  }

  /** What the rule before the ladder asks. */
  SourceQuestion question() {
    return nodeBlock < 0
        ? SourceQuestion.of(SourceQuestion.Kind.IN_BLOCK, block)
        : SourceQuestion.of(SourceQuestion.Kind.IN_NODE_BLOCK, nodeBlock);
  }

  /** The mark behind that rule. */
  int markedBySource(int mark, boolean within) {
    return within == inside ? (mark & blockKeeps) ^ blockSets : mark;
  }

  /** The mark of a flow from the endpoint itself. */
  int markedAsItself(int mark) {
    return (mark & ownKeeps) ^ ownSets;
  }

  /** The rung that a draw chooses. */
  int pick(long draw) {
    // Ladder.pick, but for the draws that need its table.
    long product = (draw >>> 32) * outcomes;
    return (int) product - doubtful < safe ? (int) (product >>> 32) : ladder.pick(draw);
  }

  /** Whether every flow is sent to one of the endpoints, if it is of their protocol. */
  boolean isCertain() {
    return outcomes == ladder.rungs();
  }
}
