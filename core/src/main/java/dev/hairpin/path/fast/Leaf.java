package dev.hairpin.path.fast;

/**
 * The end of a {@link Course} for sources that are alike, for flows that need more of it than
 * {@link Plans} has: a choice of an endpoint, with what becomes of flows after it worked in.
 *
 * @param shape the ladder's shape
 * @param answer the answer, without target
 * @param toItself the answer if the source is the endpoint itself
 */
record Leaf(Shape shape, long answer, long toItself) {}
