package dev.hairpin.path.trace;

import com.google.common.math.LongMath;
import java.math.BigInteger;
import java.math.MathContext;

/**
 * An exact probability or share: a fraction in lowest terms.
 *
 * @param numerator the numerator; not negative
 * @param denominator the denominator; positive
 */
public record Fraction(BigInteger numerator, BigInteger denominator)
    implements Comparable<Fraction> {

  /** Never. */
  public static final Fraction ZERO = of(0, 1);

  /** Always. */
  public static final Fraction ONE = of(1, 1);

  /**
   * Reduces the fraction.
   *
   * @throws IllegalArgumentException if it is negative or its denominator is not positive
   */
  public Fraction {
    if (numerator.signum() < 0 || denominator.signum() <= 0) {
      throw new IllegalArgumentException(numerator + "/" + denominator + " is no share");
    }
    // A denominator is a power of two, of the kernel's dice, times a small number, of what is
    // picked
    // evenly: shifts and one remainder reduce it, where the long numbers' own divisor takes as many
    // steps as they have bits.
    int twos = denominator.getLowestSetBit();
    int shift = numerator.signum() == 0 ? twos : Math.min(twos, numerator.getLowestSetBit());
    numerator = numerator.shiftRight(shift);
    denominator = denominator.shiftRight(shift);
    BigInteger odd = denominator.shiftRight(twos - shift);
    BigInteger divisor = odd.bitLength() < Long.SIZE
        ? BigInteger.valueOf(LongMath.gcd(numerator.mod(odd).longValue(), odd.longValue()))
        : numerator.gcd(odd);
    if (!divisor.equals(BigInteger.ONE)) {
      numerator = numerator.divide(divisor);
      denominator = denominator.divide(divisor);
    }
  }

  /**
   * The fraction of two numbers.
   *
   * @param numerator the numerator; not negative
   * @param denominator the denominator; positive
   * @return the fraction
   */
  public static Fraction of(long numerator, long denominator) {
    return new Fraction(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
  }

  /**
   * The sum.
   *
   * @param other what to add
   * @return the sum
   */
  public Fraction plus(Fraction other) {
    return new Fraction(
        numerator.multiply(other.denominator).add(other.numerator.multiply(denominator)),
        denominator.multiply(other.denominator));
  }

  private boolean isOne() {
    return numerator.equals(BigInteger.ONE) && denominator.equals(BigInteger.ONE);
  }

  /**
   * The product.
   *
   * @param other what to multiply by
   * @return the product
   */
  public Fraction times(Fraction other) {
    if (isOne()) {
      return other;
    }
    if (other.isOne()) {
      return this;
    }
    return new Fraction(
        numerator.multiply(other.numerator), denominator.multiply(other.denominator));
  }

  /**
   * The part that this is of another share.
   *
   * @param whole the other share
   * @return the quotient
   * @throws IllegalArgumentException if the other share is zero
   */
  public Fraction over(Fraction whole) {
    return new Fraction(
        numerator.multiply(whole.denominator), denominator.multiply(whole.numerator));
  }

  /**
   * The nearest floating-point number.
   *
   * @return the value
   */
  public double toDouble() {
    return new java.math.BigDecimal(numerator)
        .divide(new java.math.BigDecimal(denominator), MathContext.DECIMAL64)
        .doubleValue();
  }

  @Override
  public int compareTo(Fraction other) {
    return numerator.multiply(other.denominator).compareTo(other.numerator.multiply(denominator));
  }

  /** {@code 1/3}, or a whole number alone. */
  @Override
  public String toString() {
    return denominator.equals(BigInteger.ONE)
        ? numerator.toString()
        : numerator + "/" + denominator;
  }
}
