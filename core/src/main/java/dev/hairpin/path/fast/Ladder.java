package dev.hairpin.path.fast;

import dev.hairpin.path.Chooser;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * A run of rules of which each matches with a probability of its own: kube-proxy's way of choosing
 * one of several endpoints. Immutable.
 *
 * <p>The kernel draws 31 bits for each rule that it reaches. The ladder makes the same choice with
 * one draw of 64 bits, with exactly the same distribution.
 */
public final class Ladder {

  /** How many numbers a rule of the kernel draws from: 2^31. */
  public static final long RANGE = 1L << 31;

  /** The most rungs that are made into a ladder. */
  public static final int MOST_RUNGS = 4_096;

  /*
   * Rung i is taken by the numbers u of [0, 1) between F(i) and F(i + 1), where F(0) = 0 and
   * 1 - F(i) is the chance that the rungs before i are passed by: an exact fraction whose
   * denominator is 2^(31 i). Of each F the first 64 bits are kept. A draw u of 64 bits stands for
   * all numbers that begin with it; it decides unless it is the beginning of an F itself, and then
   * further bits are drawn.
   *
   * kube-proxy's ladders are uniform but for the rounding of their probabilities to ten decimals
   * and 31 bits. So u * rungs tells the rung at once, without a look at the table, unless u lies
   * within "margin" of a boundary; the search then costs a few loads, once in 2^26 draws.
   */
  private final long[] thresholds;
  private final int outcomes;
  private final long[] bounds;
  private final long margin;
  private final long safe;

  /**
   * Makes a ladder.
   *
   * @param thresholds for each rung, how many of the 2^31 numbers choose it; 2^31 for a rule
   *     without condition. There are 1 to {@link #MOST_RUNGS}
   */
  public Ladder(long[] thresholds) {
    this(thresholds, true);
  }

  /** Without its table it serves only to look another up by. */
  Ladder(long[] thresholds, boolean withTable) {
    if (thresholds.length == 0 || thresholds.length > MOST_RUNGS) {
      throw new IllegalArgumentException("a ladder of " + thresholds.length + " rungs");
    }
    this.thresholds = thresholds.clone();
    boolean ends = thresholds[thresholds.length - 1] >= RANGE;
    this.outcomes = ends ? thresholds.length : thresholds.length + 1;
    this.bounds = new long[withTable ? outcomes : 0];
    if (!withTable) {
      this.margin = -1;
      this.safe = 0;
      return;
    }
    BigInteger passed = BigInteger.ONE;
    for (int i = 1; i < outcomes; i++) {
      passed = passed.multiply(BigInteger.valueOf(RANGE - thresholds[i - 1]));
      BigInteger below = BigInteger.ONE.shiftLeft(31 * i).subtract(passed);
      BigInteger first = below.shiftLeft(64).shiftRight(31 * i);
      bounds[i] = first.bitLength() > 64 ? -1 : first.longValue();
    }
    this.margin = doubtful();
    // Nothing is safe where the margin is not known.
    this.safe = margin < 0 ? 0 : -2 * margin;
  }

  /** How far u * outcomes may be from a whole number for the product to be in doubt; -1: always. */
  private long doubtful() {
    BigInteger whole = BigInteger.ONE.shiftLeft(64);
    BigInteger most = BigInteger.ZERO;
    BigInteger n = BigInteger.valueOf(outcomes);
    for (int i = 1; i < outcomes; i++) {
      BigInteger exact = new BigInteger(Long.toUnsignedString(bounds[i])).multiply(n);
      most = most.max(exact.subtract(whole.multiply(BigInteger.valueOf(i))).abs());
    }
    most = most.add(BigInteger.valueOf(2L * outcomes));
    return most.bitLength() > 61 ? -1 : most.longValue();
  }

  /**
   * How many rungs there are.
   *
   * @return the number, at least 1
   */
  public int rungs() {
    return thresholds.length;
  }

  long threshold(int rung) {
    return thresholds[rung];
  }

  boolean isCertain(int rung) {
    return thresholds[rung] >= RANGE;
  }

  /**
   * Chooses a rung.
   *
   * @param draw 64 uniform bits
   * @return the rung, or {@link #rungs()} if all are passed by
   */
  public int pick(long draw) {
    long product = draw * outcomes;
    if (Long.compareUnsigned(product - margin, safe) < 0) {
      return (int) (Math.multiplyHigh(draw, outcomes) + (draw >> 63 & outcomes));
    }
    return search(draw);
  }

  /** How many ways a choice can end: the rungs, and none of them if the last has a condition. */
  int outcomes() {
    return outcomes;
  }

  /**
   * The draws whose product with {@link #outcomes}, less this, is below {@link #safe} need no
   * table.
   */
  long margin() {
    return margin;
  }

  long safe() {
    return safe;
  }

  private int search(long draw) {
    int low = 0;
    int high = outcomes;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(draw, bounds[middle]) < 0) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return low > 0 && bounds[low] == draw ? exactly(draw) : low;
  }

  /** A draw that a boundary cuts: further bits decide. */
  private int exactly(long draw) {
    BigInteger number = new BigInteger(Long.toUnsignedString(draw));
    int bits = 64;
    int words = 0;
    while (true) {
      int rung = settled(number, bits);
      if (rung >= 0) {
        return rung;
      }
      // These words are far from the ones that a decision of several ladders takes.
      String next = Long.toUnsignedString(Draws.further(~draw, words++));
      number = number.shiftLeft(64).add(new BigInteger(next));
      bits += 64;
    }
  }

  /** The rung that holds all numbers which begin with the bits; -1 if a boundary cuts them. */
  private int settled(BigInteger number, int bits) {
    BigInteger passed = BigInteger.ONE;
    for (int i = 0; i < outcomes - 1; i++) {
      passed = passed.multiply(BigInteger.valueOf(RANGE - thresholds[i]));
      int scale = 31 * (i + 1);
      BigInteger bound = BigInteger.ONE.shiftLeft(scale).subtract(passed).shiftLeft(bits);
      if (number.add(BigInteger.ONE).shiftLeft(scale).compareTo(bound) <= 0) {
        return i;
      }
      if (number.shiftLeft(scale).compareTo(bound) < 0) {
        return -1;
      }
    }
    return outcomes - 1;
  }

  /** Chooses a rung as the kernel does, asking for each that is reached. */
  int pick(Chooser chooser) {
    for (int i = 0; i < thresholds.length; i++) {
      if (thresholds[i] >= RANGE || chooser.happens(thresholds[i], RANGE)) {
        return i;
      }
    }
    return thresholds.length;
  }

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return other instanceof Ladder ladder && Arrays.equals(thresholds, ladder.thresholds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(thresholds);
  }

  @Override
  public String toString() {
    return "ladder of " + thresholds.length;
  }
}
