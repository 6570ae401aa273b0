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

  /** The protocol that the endpoints' rules ask for; 0 for any. */
  final int protocol;

  /** 0xff if the protocol matters, else 0. */
  final int protocolMask;

  /** What is open for flows of another protocol, where they cannot be decided. */
  final int question;

  /*
   * A rule before the ladder marks flows by their source: of the node's block with a number, or of
   * a given block of IPv4. Where there is none, it clears and sets nothing. A shape with one of the
   * node's blocks is made again for each node, with the block in its place.
   */
  final int nodeBlock;
  final int block;
  final int blockMask;
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
    long margin = ladder.margin() < 0 ? 1L << 31 : (ladder.margin() >>> 32) + 1;
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
    this.block = (int) (before.block() >>> 32);
    this.blockMask = (int) before.block();
    this.inside = before.inside();
    this.blockSets = before.value();
    this.blockKeeps = ~before.mask();
  }

  private Shape(Shape from, long nodesBlock) {
    this.ladder = from.ladder;
    this.number = from.number;
    this.outcomes = from.outcomes;
    this.doubtful = from.doubtful;
    this.safe = from.safe;
    this.protocol = from.protocol;
    this.protocolMask = from.protocolMask;
    this.question = from.question;
    this.ownSets = from.ownSets;
    this.ownKeeps = from.ownKeeps;
    this.nodeBlock = from.nodeBlock;
    this.block = (int) (nodesBlock >>> 32);
    this.blockMask = (int) nodesBlock;
    this.inside = from.inside;
    this.blockSets = from.blockSets;
    this.blockKeeps = from.blockKeeps;
  }

  /** The shape for a node. */
  Shape withBlock(long nodesBlock) {
    return new Shape(this, nodesBlock);
  }
}
