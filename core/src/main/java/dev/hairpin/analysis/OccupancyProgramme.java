package dev.hairpin.analysis;

import java.util.Arrays;

/**
 * The dynamic programme behind {@link Occupancy}: the probability that every endpoint has a number
 * of connections within bounds.
 *
 * <p>Endpoints are filled one after another; the state is how many connections are left. The number
 * that the next one takes is binomial, with its share of what is left to share. All terms are
 * positive, so nothing cancels. Cost: endpoints x connections x the width of the bounds.
 */
final class OccupancyProgramme {
  private final double[] shares;
  private final int connections;
  private final double lost;
  private final double[] logFactorial;

  OccupancyProgramme(double[] shares, int connections, double lost) {
    this.shares = shares;
    this.connections = connections;
    this.lost = lost;
    this.logFactorial = new double[connections + 1];
    for (int i = 2; i <= connections; i++) {
      logFactorial[i] = logFactorial[i - 1] + Math.log(i);
    }
  }

  /** The probability that every endpoint has at least {@code fewest} and at most {@code most}. */
  double allWithin(int fewest, int most) {
    double[] left = new double[connections + 1];
    left[connections] = 1;
    double rest = lost;
    for (double share : shares) {
      rest += share;
    }
    int last = shares.length - 1;
    for (int i = 0; i <= last; i++) {
      double p = i == last && lost < 1e-15 ? 1 : Math.min(1, shares[i] / rest);
      left = afterEndpoint(left, p, fewest, most);
      rest -= shares[i];
    }
    return Math.min(1, Arrays.stream(left).sum());
  }

  private double[] afterEndpoint(double[] left, double p, int fewest, int most) {
    double[] next = new double[connections + 1];
    double odds = p / (1 - p);
    for (int n = 0; n <= connections; n++) {
      int to = Math.min(most, n);
      if (left[n] == 0 || fewest > to) {
        continue;
      }
      if (p >= 1) {
        if (to == n) {
          next[0] += left[n];
        }
        continue;
      }
      // From the most likely number outwards, so that nothing that matters becomes zero.
      int mode = Math.max(fewest, Math.min(to, (int) ((n + 1) * p)));
      double likely = left[n] * Math.exp(logBinomial(n, mode, p));
      double term = likely;
      for (int k = mode; term > 0; k++) {
        next[n - k] += term;
        if (k == to) {
          break;
        }
        term *= odds * (n - k) / (k + 1);
      }
      term = likely;
      for (int k = mode; k > fewest && term > 0; k--) {
        term *= k / (odds * (n - k + 1));
        next[n - k + 1] += term;
      }
    }
    return next;
  }

  private double logBinomial(int n, int k, double p) {
    return logFactorial[n]
        - logFactorial[k]
        - logFactorial[n - k]
        + (k == 0 ? 0 : k * Math.log(p))
        + (k == n ? 0 : (n - k) * Math.log1p(-p));
  }

  /**
   * The integral over t of P(some endpoint not met by time t) where each is met at the rate of its
   * share, by Simpson's rule on a range that is doubled until its rest does not matter.
   */
  static double untilAllWereMet(double[] shares) {
    double[] positive = Arrays.stream(shares).filter(s -> s > 0).toArray();
    double smallest = Arrays.stream(positive).min().orElseThrow();
    double end = (Math.log(positive.length) + 45) / smallest;
    // Even, as the rule wants it, and fine enough for the fall from 1 to 0 whatever they cost.
    int steps = 2 * Math.max(400, 100_000 / Math.max(1, positive.length / 100));
    double width = end / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * notAllMet(positive, i * width);
    }
    return sum * width / 3;
  }

  private static double notAllMet(double[] shares, double time) {
    double log = 0;
    for (double share : shares) {
      log += Math.log1p(-Math.exp(-share * time));
    }
    return -Math.expm1(log);
  }
}
