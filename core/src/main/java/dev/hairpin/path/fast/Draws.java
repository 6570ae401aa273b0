package dev.hairpin.path.fast;

/**
 * Random numbers by place instead of by order: the draw of connection n depends on the seed and n
 * only, so that one at a time, batches and several threads decide alike.
 *
 * <p>The generator is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
 */
public final class Draws {
  private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

  private Draws() {}

  /**
   * The draw of a connection.
   *
   * @param seed the seed of the run
   * @param number the connection's number
   * @return 64 uniform bits
   */
  public static long at(long seed, long number) {
    return mix(seed + number * GOLDEN);
  }

  /**
   * The draws of connections whose numbers count on.
   *
   * <p>There is no branch in it, so that the compiler can mix several draws at a time: with
   * instructions for products of eight longs one costs half a nanosecond.
   *
   * @param seed the seed of the run
   * @param number the number of the first connection
   * @param draws where they are put, such as {@link FlowBatch#draw}
   * @param first the place of the first
   * @param end behind the place of the last
   */
  public static void fill(long seed, long number, long[] draws, int first, int end) {
    long next = seed + number * GOLDEN;
    for (int i = first; i < end; i++) {
      draws[i] = next;
      next += GOLDEN;
    }
    for (int i = first; i < end; i++) {
      draws[i] = mix(draws[i]);
    }
  }

  /** Further bits of a decision that needs more than its draw. */
  static long further(long draw, int number) {
    return mix(draw + (number + 1) * GOLDEN);
  }

  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
    return z ^ z >>> 31;
  }
}
