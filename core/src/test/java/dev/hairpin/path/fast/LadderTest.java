package dev.hairpin.path.fast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.path.Outcomes;
import dev.hairpin.path.trace.Fraction;
import java.math.BigInteger;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LadderTest {
  private static final BigInteger WHOLE = BigInteger.ONE.shiftLeft(64);

  private static long[] random(long seed, int rungs) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] thresholds = new long[rungs];
    for (int i = 0; i < rungs; i++) {
      thresholds[i] = switch (random.nextInt(4)) {
        case 0 -> random.nextLong(Ladder.RANGE + 1);
        case 1 -> random.nextInt(3);
        case 2 -> Ladder.RANGE - random.nextInt(3);
        // As kube-proxy has it.
        default -> Math.round(1.0 / (rungs - i) * Ladder.RANGE);
      };
    }
    return thresholds;
  }

  private static Fraction of(long draw) {
    return new Fraction(new BigInteger(Long.toUnsignedString(draw)), WHOLE);
  }

  @Property(tries = 300)
  void everyDrawLiesInThePartOfItsRung(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int rungs) {
    Ladder ladder = new Ladder(random(seed, rungs));
    Map<Integer, Fraction> shares = Outcomes.of(ladder::pick);
    SplittableRandom random = new SplittableRandom(seed);

    Fraction[] below = new Fraction[rungs + 2];
    below[0] = Fraction.ZERO;
    for (int i = 0; i <= rungs; i++) {
      below[i + 1] = below[i].plus(shares.getOrDefault(i, Fraction.ZERO));
    }
    assertThat(below[rungs + 1]).isEqualTo(Fraction.ONE);
    for (int n = 0; n < 50; n++) {
      // Anywhere, and close to a boundary.
      Fraction bound = below[1 + random.nextInt(rungs)];
      long near = bound.numerator().shiftLeft(64).divide(bound.denominator()).longValue();
      long draw = n % 2 == 0 ? random.nextLong() : near + n - 25;

      int rung = ladder.pick(draw);

      // The draw stands for the numbers from it to the next: some of them are the rung's.
      assertThat(of(draw).plus(new Fraction(BigInteger.ONE, WHOLE))).isGreaterThan(below[rung]);
      assertThat(of(draw)).isLessThan(below[rung + 1]);
    }
  }

  @Test
  void tenEndpointsAreChosenAlikeByOneDraw() {
    long[] thresholds = new long[10];
    for (int i = 0; i < 10; i++) {
      thresholds[i] = i == 9 ? Ladder.RANGE : Math.round(Ladder.RANGE / (10.0 - i));
    }
    Ladder ladder = new Ladder(thresholds);
    int[] got = new int[10];

    for (int n = 0; n < 100_000; n++) {
      got[ladder.pick(Draws.at(1, n))]++;
    }

    // Six standard deviations of 100,000 draws of one in ten.
    for (int count : got) {
      assertThat(count).isBetween(9_430, 10_570);
    }
  }

  @Test
  void aLadderHasRungs() {
    assertThatThrownBy(() -> new Ladder(new long[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a ladder of 0 rungs");
  }
}
