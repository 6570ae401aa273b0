package dev.hairpin.path.fast;

/**
 * The end of a {@link Course} for sources that are alike: a choice of an endpoint, with what
 * becomes of flows after it worked in.
 *
 * @param shape the ladder's shape
 * @param inSlot whether the targets are told by the number in the key's value
 * @param at where in the key's record the ladder's numbers begin, if they are there
 * @param countsOn whether the targets in the record count on from the first
 * @param seconds how long a caller stays with its endpoint; {@link Course.Choice#FORGETS} without
 *     affinity
 * @param answer the answer, without target
 * @param toItself the answer if the source is the endpoint itself
 */
record Leaf(
    Shape shape,
    boolean inSlot,
    int at,
    boolean countsOn,
    int seconds,
    long answer,
    long toItself) {

  boolean isAffine() {
    return seconds != Course.Choice.FORGETS;
  }
}
