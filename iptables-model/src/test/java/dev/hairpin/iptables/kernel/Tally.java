package dev.hairpin.iptables.kernel;

import dev.hairpin.path.trace.Fraction;
import java.util.Collection;

/**
 * Chi-square over many calls: how far what came out is from the shares that the model gives.
 *
 * <p>Each question's sum of squares has its degrees of freedom as mean and a variance that is known
 * exactly also for few calls, so that the sum over all questions, which is nearly normal, can be
 * judged. Thread-safe.
 */
final class Tally {

  /**
   * How many standard deviations are allowed: chance alone exceeds them once in two million runs.
   */
  static final double ALLOWED = 5;

  private double surprise;
  private double freedom;
  private double variance;
  private int calls;

  /** Takes the numbers of one question's answers, beside the shares that they should have. */
  synchronized void add(Collection<Fraction> shares, Collection<Integer> seen) {
    int n = seen.stream().mapToInt(Integer::intValue).sum();
    calls += n;
    int k = shares.size();
    if (k < 2) {
      return;
    }
    double inverses = 0;
    var count = seen.iterator();
    for (Fraction share : shares) {
      double expected = n * share.toDouble();
      double off = count.next() - expected;
      surprise += off * off / expected;
      inverses += 1 / share.toDouble();
    }
    freedom += k - 1;
    variance += 2.0 * (k - 1) + (inverses - (double) k * k - 2.0 * k + 2) / n;
  }

  synchronized int calls() {
    return calls;
  }

  /** The distance from the mean in standard deviations. */
  synchronized double deviations() {
    return variance == 0 ? 0 : (surprise - freedom) / Math.sqrt(variance);
  }

  @Override
  public synchronized String toString() {
    return "chi-square " + surprise + " with " + freedom + " degrees of freedom in " + calls
        + " calls";
  }
}
