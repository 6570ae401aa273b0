package dev.hairpin.analysis;

import java.util.SplittableRandom;

/** Draws numbers of successes. */
final class Binomial {

  /** Below this mean successes are counted one by one, else the beta distribution halves them. */
  private static final double FEW = 40;

  private Binomial() {}

  /** The number of successes among independent trials. */
  static long draw(long trials, double probability, SplittableRandom random) {
    long successes = 0;
    long left = trials;
    double p = probability;
    // The middle order statistic of uniform numbers is Beta distributed; it tells how many of half
    // of the trials succeeded, exactly (Devroye 1986, X.4.3).
    while (left * Math.min(p, 1 - p) > FEW) {
      long middle = left / 2 + 1;
      double x = beta(middle, left - middle + 1, random);
      if (x <= p) {
        successes += middle;
        left -= middle;
        p = (p - x) / (1 - x);
      } else {
        left = middle - 1;
        p = p / x;
      }
    }
    return successes + few(left, p, random);
  }

  /** By the distances between successes, each geometrically distributed. */
  private static long few(long trials, double p, SplittableRandom random) {
    if (p <= 0) {
      return 0;
    }
    if (p > 0.5) {
      return trials - few(trials, 1 - p, random);
    }
    double log = Math.log1p(-p);
    long successes = 0;
    double position = 0;
    while (true) {
      position += Math.floor(Math.log1p(-random.nextDouble()) / log) + 1;
      if (position > trials) {
        return successes;
      }
      successes++;
    }
  }

  private static double beta(long a, long b, SplittableRandom random) {
    double x = gamma((double) a, random);
    return x / (x + gamma((double) b, random));
  }

  /** The method of Marsaglia and Tsang, 2000, for shapes of at least 1. */
  private static double gamma(double shape, SplittableRandom random) {
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = 1 + c * x;
      if (v > 0) {
        v = v * v * v;
        double u = 1 - random.nextDouble();
        if (Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
          return d * v;
        }
      }
    }
  }
}
