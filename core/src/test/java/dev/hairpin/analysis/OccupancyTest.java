package dev.hairpin.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.hairpin.analysis.Occupancy.Method;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws of balls thrown into bins; see Mitzenmacher and Upfal, Probability and Computing. */
class OccupancyTest {

  private static double[] even(int n) {
    double[] shares = new double[n];
    Arrays.fill(shares, 1.0 / n);
    return shares;
  }

  @ParameterizedTest(name = "{0} connections on {1} endpoints")
  @CsvSource({
    "3, 3, 1.889, 0.7778, 0.89",
    "5, 5, 2.286, 0.9616, 1.64",
    "10, 2, 6.230, 0.0020, 0.00",
    "10, 3, 4.927, 0.0520, 0.05",
    "10, 5, 3.756, 0.4775, 0.54",
    "10, 10, 2.749, 0.9996, 3.49",
    "20, 10, 4.410, 0.7853, 1.22",
    "30, 10, 5.907, 0.3709, 0.42",
    "50, 10, 8.690, 0.0509, 0.05",
    "100, 10, 15.125, 0.0003, 0.00",
    "200, 10, 27.147, 0.0000, 0.00",
    "100, 50, 5.775, 0.9998, 6.63"
  })
  void fewConnectionsFillEvenEndpointsAsTheExactTableSays(
      long connections, int endpoints, double max, double anyIdle, double idle) {
    Occupancy occupancy = Occupancy.of(even(endpoints), connections);

    assertThat(occupancy.method()).isEqualTo(Method.EXACT);
    assertThat(occupancy.expectedMax()).isCloseTo(max, within(0.0006));
    assertThat(occupancy.anyIdle()).isCloseTo(anyIdle, within(0.00006));
    assertThat(occupancy.expectedIdle()).isCloseTo(idle, within(0.006));
    assertThat(occupancy.maxInterval()).isZero();
  }

  @ParameterizedTest(name = "{0} connections on {1} endpoints")
  @CsvSource({"1000, 10, 1.154", "10000, 10, 1.048", "1000, 50, 1.53", "10000, 50, 1.16"})
  // The expected values are themselves means of 300 simulated runs.
  void manyConnectionsComeNearTheirEvenPart(long connections, int endpoints, double overMean) {
    Occupancy occupancy = Occupancy.of(even(endpoints), connections);

    assertThat(occupancy.maxOverMean()).isCloseTo(overMean, within(0.015));
  }

  @ParameterizedTest(name = "{0} endpoints")
  @CsvSource({"2, 3.0", "3, 5.5", "5, 11.4", "10, 29.3", "20, 72.0", "50, 225.0", "100, 518.7"})
  void everyEndpointIsMetAfterHarmonicallyManyConnections(int endpoints, double connections) {
    assertThat(Occupancy.untilAllWereMet(even(endpoints))).isCloseTo(connections, within(0.06));
  }

  /** n times the harmonic number, which is ln n + 0.5772 + 1/2n - 1/12n^2 for large n. */
  @ParameterizedTest(name = "{0} endpoints")
  @ValueSource(ints = {701, 5_000, 20_000})
  void soItIsWithManyEndpoints(int n) {
    double harmonic = Math.log(n) + 0.577_215_664_9 + 0.5 / n - 1 / (12.0 * n * n);

    assertThat(Occupancy.untilAllWereMet(even(n))).isCloseTo(n * harmonic, withinPercentage(0.001));
  }

  @Test
  void aRareEndpointIsMetAfterOneOverItsShare() {
    assertThat(Occupancy.untilAllWereMet(new double[] {0.999, 0.001}))
        .isCloseTo(1000 + 1 / 0.999 - 1, within(0.01));
  }

  @Test
  void theSimulationAgreesWithTheExactValueWithinItsInterval() {
    double[] shares = even(200);
    Occupancy simulated = Occupancy.of(shares, 1_000_000);

    assertThat(simulated.method()).isEqualTo(Method.SIMULATED);
    assertThat(simulated.maxInterval()).isBetween(0.1, 20.0);
    assertThat(simulated.expectedIdle()).isLessThan(1e-9);
    // Mean 5,000 and deviation 70.5; the busiest of 200 is 2.746 deviations above on average.
    assertThat(simulated.expectedMax())
        .isCloseTo(5000 + 2.746 * Math.sqrt(5000 * 199 / 200.0), within(12.0));
  }

  @Property(tries = 30)
  void unevenSharesAreFilledAsSimulatedRunsFillThem(
      @ForAll @IntRange(min = 1, max = 6) int endpoints,
      @ForAll @IntRange(min = 1, max = 40) int connections,
      @ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] shares = new double[endpoints];
    double lost = random.nextInt(3) == 0 ? random.nextDouble() : 0;
    double sum = lost;
    for (int i = 0; i < endpoints; i++) {
      shares[i] = 0.05 + random.nextDouble();
      sum += shares[i];
    }
    for (int i = 0; i < endpoints; i++) {
      shares[i] /= sum;
    }
    Occupancy exact = Occupancy.of(shares, connections);

    int runs = 20_000;
    double max = 0;
    double squares = 0;
    double idle = 0;
    int anyIdle = 0;
    int withinMedian = 0;
    for (int run = 0; run < runs; run++) {
      int[] got = new int[endpoints];
      for (int c = 0; c < connections; c++) {
        double u = random.nextDouble();
        for (int i = 0; i < endpoints; i++) {
          u -= shares[i];
          if (u < 0) {
            got[i]++;
            break;
          }
        }
      }
      int most = Arrays.stream(got).max().orElseThrow();
      long empty = Arrays.stream(got).filter(g -> g == 0).count();
      max += most;
      squares += (double) most * most;
      idle += empty;
      anyIdle += empty > 0 ? 1 : 0;
      withinMedian += most <= exact.max50() ? 1 : 0;
    }
    double mean = max / runs;
    double sigma = Math.sqrt(Math.max(0, squares / runs - mean * mean) / runs);
    double rate = (double) anyIdle / runs;
    assertThat(exact.method()).isEqualTo(Method.EXACT);
    assertThat(exact.expectedMax()).isCloseTo(mean, within(5 * sigma + 1e-9));
    assertThat(exact.anyIdle())
        .isCloseTo(rate, within(5 * Math.sqrt(rate * (1 - rate) / runs) + 1e-3));
    assertThat(exact.expectedIdle()).isCloseTo(idle / runs, within(0.06));
    assertThat((double) withinMedian / runs).isGreaterThan(0.48);
    assertThat(exact.max50()).isLessThanOrEqualTo(exact.max99());
  }

  /** Mitzenmacher, Richa and Sitaraman, 2001; the published values are means of runs themselves. */
  @ParameterizedTest(name = "{0} connections on as many endpoints")
  @CsvSource({"10, 2.77, 2.07", "100, 4.24, 2.57", "1000, 5.46, 3.00"})
  void whoeverLooksAtTwoEndpointsFillsThemFarMoreEvenly(int n, double one, double two) {
    Occupancy.Effort effort = new Occupancy.Effort(0, 2_000, 5);
    Occupancy first = Occupancy.ofLeastFull(1, n, n, effort);
    Occupancy second = Occupancy.ofLeastFull(2, n, n, effort);

    assertThat(first.expectedMax()).isCloseTo(one, within(0.1));
    assertThat(second.expectedMax()).isCloseTo(two, within(0.1));
    assertThat(second.anyIdle()).isGreaterThan(0.5);
    assertThat(Occupancy.ofLeastFull(2, n, n, effort)).isEqualTo(second);
  }

  /** With one choice it is what {@link Occupancy#of} works out. */
  @Test
  void oneChoiceIsTheOldLaw() {
    Occupancy exact = Occupancy.of(even(10), 30);
    Occupancy simulated = Occupancy.ofLeastFull(1, 10, 30, new Occupancy.Effort(0, 20_000, 1));

    assertThat(simulated.method()).isEqualTo(Method.SIMULATED);
    assertThat(simulated.expectedMax())
        .isCloseTo(exact.expectedMax(), within(2 * simulated.maxInterval()));
    assertThat(simulated.expectedIdle()).isCloseTo(exact.expectedIdle(), within(0.02));
    assertThat(simulated.anyIdle())
        .isCloseTo(exact.anyIdle(), within(2 * simulated.idleInterval()));
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> Occupancy.ofLeastFull(3, 2, 1, Occupancy.Effort.THOROUGH))
        .hasMessage("3 choices among 2 endpoints are not within 1-2");
    assertThatThrownBy(() -> Occupancy.ofLeastFull(1, 2_000_000, 1, Occupancy.Effort.THOROUGH))
        .hasMessage("2000000 endpoints are not within 1-1000000");
    assertThatThrownBy(() -> Occupancy.ofLeastFull(1, 2, -1, Occupancy.Effort.THOROUGH))
        .hasMessage("-1 connections are not within 1-100000000");
    assertThatThrownBy(() -> Occupancy.of(new double[] {Double.NaN}, 1))
        .hasMessage("NaN is no share");
    assertThatThrownBy(() -> Occupancy.of(even(3), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 connections are not within 1-100000000");
    assertThatThrownBy(() -> Occupancy.of(new double[] {0.5, -0.1}, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("-0.1 is no share");
    assertThatThrownBy(() -> Occupancy.of(new double[0], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no share is positive, so no endpoint is filled");
    assertThatThrownBy(() -> Occupancy.of(new double[] {0.6, 0.6}, 1))
        .hasMessage("shares with the sum 1.2 are not within 0-1");
    assertThatThrownBy(() -> Occupancy.untilAllWereMet(new double[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no share is positive, so nothing is ever met");
    assertThatThrownBy(() -> Occupancy.untilAllWereMet(new double[] {0.5, Double.NaN}))
        .hasMessage("NaN is no share");
    assertThatThrownBy(() -> Occupancy.untilAllWereMet(new double[] {0.5, -0.1}))
        .hasMessage("-0.1 is no share");
  }
}
