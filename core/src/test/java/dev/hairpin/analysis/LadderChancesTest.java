package dev.hairpin.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.path.Ladder;
import dev.hairpin.path.trace.Fraction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The chances of endpoints behind kube-proxy's probabilities, which are texts with a number of
 * decimals that the kernel scales to 2^31: Kubernetes issue 83599.
 */
class LadderChancesTest {
  private static final long RANGE = 1L << 31;

  private static String probability(int endpoints, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", 1.0 / endpoints);
  }

  private static Ladder ladder(int endpoints, int decimals) {
    long[] parts = new long[endpoints - 1];
    List<Ladder.Rung> rungs = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      rungs.add(new Ladder.Rung(null, "rung " + i));
      if (i < parts.length) {
        double text = Double.parseDouble(probability(endpoints - i, decimals));
        parts[i] = (long) Math.rint(text * RANGE);
      }
    }
    return new Ladder(parts, RANGE, rungs);
  }

  /** The rungs lead nowhere that has kin, so nobody is asked about a passage. */
  @SuppressWarnings("NullAway")
  private static RungClasses classes(Ladder ladder) {
    return new RungClasses(ladder, 0, null, null);
  }

  @ParameterizedTest(name = "{0} endpoints, {1} decimals")
  @CsvSource({
    "100, 10, -2.2e-8, 2.2e-8, 1e-9",
    "1000, 10, -2.4e-7, 2.4e-7, 1e-8",
    "5000, 10, -1.3e-6, 1.3e-6, 1e-7",
    "319, 5, -0.00153, 0.00155, 1e-5",
    "1000, 5, -0.0047, 0.0050, 1e-4",
    "5000, 5, -0.0239, 0.0247, 1e-4"
  })
  void decimalsMakeEndpointsMoreOrLessLikely(
      int endpoints, int decimals, double least, double most, double tolerance) {
    RungClasses classes = classes(ladder(endpoints, decimals));

    double lowest = 0;
    double highest = 0;
    double sum = 0;
    for (int i = 0; i < endpoints; i++) {
      double chance = classes.chanceOfRung(i).value();
      lowest = Math.min(lowest, chance * endpoints - 1);
      highest = Math.max(highest, chance * endpoints - 1);
      sum += chance;
    }
    assertThat(Math.max(-lowest, highest)).isCloseTo(Math.max(-least, most), within(tolerance));
    assertThat(lowest).isGreaterThanOrEqualTo(least - tolerance);
    assertThat(highest).isLessThanOrEqualTo(most + tolerance);
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  @ParameterizedTest(name = "{0} decimals")
  @CsvSource({"5, 319", "10, 100223"})
  void fromSomeNumberOnTwoEndpointsMoreHaveTheSameText(int decimals, int first) {
    int endpoints = 1;
    while (!probability(endpoints, decimals).equals(probability(endpoints + 1, decimals))) {
      endpoints++;
    }

    assertThat(endpoints).isEqualTo(first);
  }

  @Test
  void shortLaddersHaveExactChancesAndLongOnesFloatingPointNumbers() {
    RungClasses three = classes(ladder(3, 10));
    RungClasses many = classes(ladder(33, 10));

    assertThat(three.chanceOfRung(0).fraction()).isEqualTo(Fraction.of(715_827_883, RANGE));
    assertThat(three.chanceOfRung(1).fraction())
        .isEqualTo(Fraction.of(RANGE - 715_827_883, 2 * RANGE));
    assertThat(three.chanceOfRung(2).isExact()).isTrue();
    assertThat(many.chanceOfRung(32).isExact()).isFalse();
    assertThat(many.chanceOfRung(32).fraction().toDouble()).isCloseTo(1 / 33.0, within(1e-8));
  }
}
