package dev.hairpin.path.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FractionTest {

  /** Powers of two, small odd numbers, odd numbers longer than 64 bits, and common factors. */
  @Property
  void aFractionIsInLowestTermsWhateverItsNumbersAreMadeOf(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BigInteger common = number(random);
    BigInteger numerator = number(random).multiply(common);
    BigInteger denominator = number(random).multiply(common);
    BigInteger divisor = numerator.gcd(denominator);

    Fraction fraction = new Fraction(numerator, denominator);

    assertThat(fraction.numerator()).isEqualTo(numerator.divide(divisor));
    assertThat(fraction.denominator()).isEqualTo(denominator.divide(divisor));
  }

  private static BigInteger number(SplittableRandom random) {
    BigInteger odd = random.nextInt(4) == 0
        ? new BigInteger(1, random.nextLong() % 2 == 0 ? bytes(random, 30) : bytes(random, 8))
        : BigInteger.valueOf(random.nextInt(1, 100));
    return odd.add(BigInteger.ONE).shiftLeft(random.nextInt(40));
  }

  private static byte[] bytes(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void nothingIsNothingOfOne() {
    assertThat(new Fraction(BigInteger.ZERO, BigInteger.valueOf(12))).isEqualTo(Fraction.ZERO);
    assertThat(Fraction.of(6, 12)).isEqualTo(Fraction.of(1, 2));
    assertThat(Fraction.of(1L << 31, 1L << 31)).isEqualTo(Fraction.ONE);
  }

  @Test
  void whatIsNoShareIsRefused() {
    assertThatThrownBy(() -> Fraction.of(-1, 2)).hasMessage("-1/2 is no share");
    assertThatThrownBy(() -> Fraction.of(1, 0)).hasMessage("1/0 is no share");
  }
}
