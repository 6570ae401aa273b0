package dev.hairpin.examples.conformance.packetfate;

import java.util.Arrays;

/**
 * How surprising counts are under given probabilities: the exact multinomial test where the number
 * of possible counts allows, else Pearson's chi-square test.
 */
final class Multinomial {
  private static final int MOST_OUTCOMES = 200_000;

  private Multinomial() {}

  /**
   * The probability of counts that are as unlikely as the observed ones, or more.
   *
   * @param counts how often each thing was seen
   * @param shares how likely each thing is; they sum to 1
   * @return 0 to 1; small if the counts do not fit the shares
   */
  static double surprise(int[] counts, double[] shares) {
    int n = Arrays.stream(counts).sum();
    if (n == 0 || counts.length < 2) {
      return 1;
    }
    double outcomes = 1;
    for (int i = 1; i < counts.length; i++) {
      outcomes = outcomes * (n + i) / i;
    }
    return outcomes <= MOST_OUTCOMES ? exact(counts, shares, n) : chiSquare(counts, shares, n);
  }

  private static double exact(int[] counts, double[] shares, int n) {
    double[] logFactorial = new double[n + 1];
    for (int i = 1; i <= n; i++) {
      logFactorial[i] = logFactorial[i - 1] + Math.log(i);
    }
    double observed = logFactorial[n];
    for (int i = 0; i < counts.length; i++) {
      observed += counts[i] * Math.log(shares[i]) - logFactorial[counts[i]];
    }
    return sum(shares, 0, n, logFactorial[n], observed + 1e-9, logFactorial);
  }

  private static double sum(
      double[] shares, int at, int left, double log, double limit, double[] logFactorial) {
    double logShare = Math.log(shares[at]);
    if (at == shares.length - 1) {
      double p = log + left * logShare - logFactorial[left];
      return p <= limit ? Math.exp(p) : 0;
    }
    double total = 0;
    for (int k = 0; k <= left; k++) {
      total +=
          sum(shares, at + 1, left - k, log + k * logShare - logFactorial[k], limit, logFactorial);
    }
    return total;
  }

  private static double chiSquare(int[] counts, double[] shares, int n) {
    double x = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = n * shares[i];
      x += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    // Wilson and Hilferty: the cube root of chi-square over its degrees is nearly normal.
    double df = counts.length - 1.0;
    double z = (Math.cbrt(x / df) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df));
    return upperTail(z);
  }

  /** The upper tail of the normal distribution (Abramowitz and Stegun 26.2.17). */
  private static double upperTail(double z) {
    if (z < 0) {
      return 1 - upperTail(-z);
    }
    double t = 1 / (1 + 0.2316419 * z);
    double poly = t
        * (0.319381530
            + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * poly;
  }
}
