package dev.hairpin.analysis;

import dev.hairpin.path.trace.Fraction;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A probability: as a floating-point number, and exactly as long as the fraction is short.
 *
 * <p>The dice of a ladder have 2^31 numbers, so the fraction grows by 31 bits a rung. Beyond
 * {@value #LONGEST_BITS} bits only the number is kept, whose relative error is about 2^-53 for each
 * operation, so below 10^-11 behind a ladder of 10,000 rungs.
 */
final class Chance {
  static final Chance ZERO = new Chance(0, Fraction.ZERO);
  static final Chance ONE = new Chance(1, Fraction.ONE);

  /** The longest denominator that is kept, in bits. */
  private static final int LONGEST_BITS = 1024;

  private final double value;
  private final @Nullable Fraction exact;

  private Chance(double value, @Nullable Fraction exact) {
    this.value = value;
    this.exact = exact != null && exact.denominator().bitLength() <= LONGEST_BITS ? exact : null;
  }

  static Chance of(long part, long total) {
    return new Chance((double) part / total, Fraction.of(part, total));
  }

  static Chance of(Fraction exact) {
    return new Chance(exact.toDouble(), exact);
  }

  /** A probability of which only the number is known. */
  static Chance rounded(double value) {
    return new Chance(value, null);
  }

  Chance times(Chance other) {
    Fraction mine = exact;
    Fraction others = other.exact;
    return new Chance(
        value * other.value, mine == null || others == null ? null : mine.times(others));
  }

  Chance plus(Chance other) {
    Fraction mine = exact;
    Fraction others = other.exact;
    return new Chance(
        value + other.value, mine == null || others == null ? null : mine.plus(others));
  }

  double value() {
    return value;
  }

  boolean isExact() {
    return exact != null;
  }

  /** The fraction: exact, or that of the floating-point number. */
  Fraction fraction() {
    Fraction mine = exact;
    if (mine != null) {
      return mine;
    }
    BigDecimal decimal = new BigDecimal(value);
    return decimal.scale() <= 0
        ? new Fraction(decimal.toBigIntegerExact(), BigInteger.ONE)
        : new Fraction(decimal.unscaledValue(), BigInteger.TEN.pow(decimal.scale()));
  }
}
