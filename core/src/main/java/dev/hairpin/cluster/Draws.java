package dev.hairpin.cluster;

/*
 * The numbers are those of java.util.SplittableRandom with the same seed, whose place in the stream cannot be read.
 * Here it can: the state is one number, to which every draw adds the same odd constant.
 */
/**
 * Random numbers that can be taken back, so that a request that is refused, or only tried, leaves
 * no trace in what is drawn after it. Not thread-safe.
 *
 * <p>Source: SplitMix64, of Steele, Lea and Flood's "Fast Splittable Pseudorandom Number
 * Generators", 2014.
 */
final class Draws {
  private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

  private long state;

  Draws(long seed) {
    this.state = seed;
  }

  /** The same numbers from here on. */
  Draws copy() {
    return new Draws(state);
  }

  /** Where the stream is, for {@link #returnTo}. */
  long place() {
    return state;
  }

  /** Takes back what was drawn since a place. */
  void returnTo(long place) {
    state = place;
  }

  /**
   * Draws a number.
   *
   * @param bound more than the largest number, 1 or more
   * @return a number from 0 to {@code bound - 1}, each as likely as the others
   */
  long below(long bound) {
    long drawn = next();
    long last = bound - 1;
    if ((bound & last) == 0) {
      return drawn & last;
    }
    long positive = drawn >>> 1;
    long number = positive % bound;
    while (positive + last - number < 0) { // the last, incomplete round of numbers
      positive = next() >>> 1;
      number = positive % bound;
    }
    return number;
  }

  private long next() {
    state += STEP;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return z ^ (z >>> 31);
  }
}
