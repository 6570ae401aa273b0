package dev.hairpin.path.fast;

/**
 * What becomes of flows that come to a plain {@link Shape} and are not the exception: all that a
 * decision needs beside the number of the first endpoint. One cache line; a few dozen serve all
 * Services and all nodes.
 */
final class Plan {

  /** As in the shape: how a draw chooses a rung without a table. */
  final int outcomes;

  final int doubtful;
  final int safe;

  /** The block by which flows are marked: the node's with a number, or else a given one. */
  final int nodeBlock;

  final long block;

  /** The answers, without target, for sources inside and outside of the block. */
  final long inside;

  final long outside;

  Plan(Shape shape, int markMask, long clear, long set) {
    outcomes = shape.outcomes;
    doubtful = shape.doubtful;
    safe = shape.safe;
    nodeBlock = shape.nodeBlock;
    block = shape.block;
    long marked = (shape.blockSets & markMask) != 0 ? set : clear;
    inside = shape.inside ? marked : clear;
    outside = shape.inside ? clear : marked;
  }
}
