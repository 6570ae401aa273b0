package dev.hairpin.analysis;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How a finite number of connections fills endpoints, each connection choosing by the same shares.
 *
 * <p>The numbers are exact (a dynamic programme over endpoints, sums of positive terms only) as
 * long as that takes few steps, else the mean of simulated runs; {@link #method} says which.
 *
 * @param connections how many connections were made
 * @param endpoints how many endpoints may get one
 * @param expectedMax how many connections the busiest endpoint has, on average
 * @param expectedIdle how many endpoints have none, on average; exact, but for {@link #ofLeastFull}
 * @param anyIdle the probability that at least one endpoint has none
 * @param max50 the median of what the busiest endpoint has
 * @param max99 the 99th percentile of what the busiest endpoint has
 * @param method how {@code expectedMax}, {@code anyIdle} and the percentiles were found
 * @param maxInterval half the width of the 95 % interval of {@code expectedMax}; 0 if it is exact
 * @param idleInterval half the width of the 95 % interval of {@code anyIdle}; 0 if it is exact
 */
public record Occupancy(
    long connections,
    int endpoints,
    double expectedMax,
    double expectedIdle,
    double anyIdle,
    long max50,
    long max99,
    Method method,
    double maxInterval,
    double idleInterval) {

  /** How a result was found. */
  public enum Method {
    /** By a dynamic programme; only rounding separates it from the truth. */
    EXACT,
    /** As the mean of simulated runs, within the stated interval. */
    SIMULATED
  }

  private static final long MOST_CONNECTIONS = 100_000_000;

  private static final long MOST_EXACT = 100_000;

  /**
   * How much work an answer is worth.
   *
   * @param steps up to how many steps the dynamic programme is run; about 2 ns each
   * @param runs how many runs are simulated where it is not; at least 2
   * @param seed the seed of these
   */
  public record Effort(double steps, int runs, long seed) {

    /** Half a second for one answer. */
    public static final Effort THOROUGH = new Effort(3e8, 2_000, 1);

    /**
     * Checks the number of runs.
     *
     * @throws IllegalArgumentException if there are fewer than two, which have no interval
     */
    public Effort {
      if (runs < 2) {
        throw new IllegalArgumentException(runs + " runs have no interval; it takes 2");
      }
    }
  }

  private static final int MOST_ENDPOINTS = 1_000_000;
  private static final int FEWEST_RUNS = 200;
  private static final double MOST_DRAWS = 2e8;

  /**
   * Fills endpoints.
   *
   * @param shares the share of each endpoint; not negative; what is missing to 1 is lost
   * @param connections how many connections are made, 1 to 100,000,000
   * @return how they are filled
   * @throws IllegalArgumentException if a number is not within its bounds, or no share is positive
   */
  public static Occupancy of(double[] shares, long connections) {
    return of(shares, connections, Effort.THOROUGH);
  }

  /**
   * Fills endpoints, with no more than some work.
   *
   * @param shares the share of each endpoint; not negative; what is missing to 1 is lost
   * @param connections how many connections are made, 1 to 100,000,000
   * @param effort how much work it is worth
   * @return how they are filled
   * @throws IllegalArgumentException if a number is not within its bounds, or no share is positive
   */
  public static Occupancy of(double[] shares, long connections, Effort effort) {
    checkConnections(connections);
    double sum = sum(shares);
    if (!(sum > 0)) {
      throw new IllegalArgumentException("no share is positive, so no endpoint is filled");
    }
    double[] positive = Arrays.stream(shares).filter(s -> s > 0).toArray();
    double idle = 0;
    for (double share : positive) {
      idle += Math.exp(connections * Math.log1p(-Math.min(share, 1)));
    }
    double each = (double) connections / positive.length;
    // The programme runs once for each maximum that is likely, which are a few deviations.
    double maxima = 4 * (Math.sqrt(each) + 3);
    double steps = positive.length
        * (double) connections
        * ((each + maxima) * maxima + (double) connections / 2);
    return steps <= effort.steps() && connections <= MOST_EXACT
        ? exact(positive, (int) connections, Math.max(0, 1 - sum), idle)
        : simulated(positive, connections, idle, effort);
  }

  private static double sum(double[] shares) {
    double sum = 0;
    for (double share : shares) {
      if (!(share >= 0)) {
        throw new IllegalArgumentException(share + " is no share");
      }
      sum += share;
    }
    if (sum > 1 + 1e-9) {
      throw new IllegalArgumentException("shares with the sum " + sum + " are not within 0-1");
    }
    return sum;
  }

  private static void checkConnections(long connections) {
    if (connections < 1 || connections > MOST_CONNECTIONS) {
      throw new IllegalArgumentException(connections + " connections are not within 1-100000000");
    }
  }

  private static Occupancy exact(double[] shares, int connections, double lost, double idle) {
    OccupancyProgramme programme = new OccupancyProgramme(shares, connections, lost);
    // E(maximum) is the sum of P(maximum > most) over most from 0; if nothing is lost, the busiest
    // has at least the even part.
    int first = lost > 1e-15 ? 0 : (connections - 1) / shares.length;
    double expected = first;
    long max50 = -1;
    long max99 = -1;
    double within = 0;
    for (int most = first; within < 1 - 1e-12 && most <= connections; most++) {
      within = programme.allWithin(0, most);
      expected += 1 - within;
      max50 = max50 < 0 && within >= 0.5 ? most : max50;
      max99 = max99 < 0 && within >= 0.99 ? most : max99;
    }
    double anyIdle = 1 - programme.allWithin(1, connections);
    return new Occupancy(
        connections,
        shares.length,
        expected,
        idle,
        Math.max(0, anyIdle),
        max50,
        max99,
        Method.EXACT,
        0,
        0);
  }

  private static Occupancy simulated(
      double[] shares, long connections, double idle, Effort effort) {
    int fewest = Math.min(FEWEST_RUNS, effort.runs());
    int runs = (int) Math.max(fewest, Math.min(effort.runs(), MOST_DRAWS / shares.length));
    SplittableRandom random =
        new SplittableRandom(effort.seed() + connections * 31 + shares.length);
    Runs seen = new Runs(runs);
    for (int run = 0; run < runs; run++) {
      long left = connections;
      double rest = 1;
      long most = 0;
      boolean anyIdle = false;
      for (double share : shares) {
        long got = Binomial.draw(left, Math.min(1, share / rest), random);
        left -= got;
        rest -= share;
        most = Math.max(most, got);
        anyIdle |= got == 0;
      }
      seen.add(most, anyIdle);
    }
    return seen.occupancy(connections, shares.length, idle);
  }

  /** What simulated runs have shown. */
  private static final class Runs {
    private final long[] maxima;
    private int count;
    private int idle;

    Runs(int runs) {
      maxima = new long[runs];
    }

    void add(long most, boolean anyIdle) {
      maxima[count++] = most;
      idle += anyIdle ? 1 : 0;
    }

    Occupancy occupancy(long connections, int endpoints, double expectedIdle) {
      Arrays.sort(maxima);
      double mean = Arrays.stream(maxima).asDoubleStream().sum() / count;
      double squares = Arrays.stream(maxima).mapToDouble(m -> (double) m * m).sum();
      double variance = Math.max(0, squares / count - mean * mean);
      double anyIdle = (double) idle / count;
      return new Occupancy(
          connections,
          endpoints,
          mean,
          expectedIdle,
          anyIdle,
          maxima[count / 2],
          maxima[(int) (count * 0.99)],
          Method.SIMULATED,
          1.96 * Math.sqrt(variance / count),
          1.96 * Math.sqrt(anyIdle * (1 - anyIdle) / count) + 1.0 / count);
    }
  }

  /**
   * Fills equally likely endpoints by somebody who knows how full they are: each connection looks
   * at a few endpoints that are drawn at random, and takes the one with the fewest connections. So
   * do proxies of layer 7; kube-proxy looks at one.
   *
   * <p>With one choice the busiest of n has about ln n / ln ln n connections of n, with more about
   * ln ln n / ln choices (Mitzenmacher, Richa and Sitaraman, "The power of two random choices",
   * 2001). Nothing but simulation gives the numbers in between.
   *
   * @param choices how many are looked at, 1 to {@code endpoints}
   * @param endpoints how many endpoints there are, 1 to 1,000,000
   * @param connections how many connections are made, 1 to 100,000,000
   * @param effort how many runs, and their seed; {@code steps} does not count here
   * @return how they are filled; always {@link Method#SIMULATED}
   * @throws IllegalArgumentException if a number is not within its bounds
   */
  public static Occupancy ofLeastFull(int choices, int endpoints, long connections, Effort effort) {
    if (endpoints < 1 || endpoints > MOST_ENDPOINTS) {
      throw new IllegalArgumentException(endpoints + " endpoints are not within 1-1000000");
    }
    if (choices < 1 || choices > endpoints) {
      throw new IllegalArgumentException(
          choices + " choices among " + endpoints + " endpoints are not within 1-" + endpoints);
    }
    checkConnections(connections);
    SplittableRandom random = new SplittableRandom(effort.seed());
    int runs = (int) Math.max(2, Math.min(effort.runs(), MOST_DRAWS / connections / choices));
    Runs seen = new Runs(runs);
    double idle = 0;
    for (int run = 0; run < runs; run++) {
      long[] load = new long[endpoints];
      for (long connection = 0; connection < connections; connection++) {
        int best = random.nextInt(endpoints);
        for (int other = 1; other < choices; other++) {
          int drawn = random.nextInt(endpoints);
          best = load[drawn] < load[best] ? drawn : best;
        }
        load[best]++;
      }
      long empty = Arrays.stream(load).filter(n -> n == 0).count();
      idle += (double) empty / runs;
      seen.add(Arrays.stream(load).max().orElse(0), empty > 0);
    }
    return seen.occupancy(connections, endpoints, idle);
  }

  /**
   * How much more the busiest endpoint has than its even part.
   *
   * @return {@code expectedMax * endpoints / connections}
   */
  public double maxOverMean() {
    return expectedMax * endpoints / connections;
  }

  /**
   * How many connections it takes on average until every endpoint has had one.
   *
   * @param shares the share of each endpoint, not negative; those of 0 are left out, and what is
   *     missing to 1 is lost
   * @return n times the n-th harmonic number for n equal shares, within 10^-5 of it
   * @throws IllegalArgumentException if a number is no share, or none is positive
   */
  public static double untilAllWereMet(double[] shares) {
    if (!(sum(shares) > 0)) {
      throw new IllegalArgumentException("no share is positive, so nothing is ever met");
    }
    return OccupancyProgramme.untilAllWereMet(shares);
  }

  /** One line, as below a table of shares. */
  @Override
  public String toString() {
    String about = method == Method.EXACT
        ? ""
        : String.format(Locale.ROOT, " (simulated, +- %.2g)", maxInterval);
    return String.format(
        Locale.ROOT,
        "%,d connections: the busiest of %d endpoints gets %.2f on average%s, at most %d in 99 of"
            + " 100 cases; P(an endpoint stays idle) %.1f %%",
        connections,
        endpoints,
        expectedMax,
        about,
        max99,
        100 * anyIdle);
  }
}
