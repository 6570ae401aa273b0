package dev.hairpin.api;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Amounts of resources as manifests write them, such as {@code 250m}, {@code 4} or {@code 1.5Gi}.
 *
 * <p>Source: {@code resource.Quantity} of apimachinery.
 */
public final class Quantity {
  private static final int LONGEST = 64;
  private static final Map<String, BigDecimal> UNITS = Map.ofEntries(
      Map.entry("n", new BigDecimal("1e-9")),
      Map.entry("u", new BigDecimal("1e-6")),
      Map.entry("m", new BigDecimal("1e-3")),
      Map.entry("", BigDecimal.ONE),
      Map.entry("k", new BigDecimal("1e3")),
      Map.entry("M", new BigDecimal("1e6")),
      Map.entry("G", new BigDecimal("1e9")),
      Map.entry("T", new BigDecimal("1e12")),
      Map.entry("P", new BigDecimal("1e15")),
      Map.entry("E", new BigDecimal("1e18")),
      Map.entry("Ki", power(10)),
      Map.entry("Mi", power(20)),
      Map.entry("Gi", power(30)),
      Map.entry("Ti", power(40)),
      Map.entry("Pi", power(50)),
      Map.entry("Ei", power(60)));

  private Quantity() {}

  /**
   * The amount in thousandths, rounded up as the API rounds.
   *
   * @param text the amount as written
   * @return the thousandths, or nothing if the text is no amount or does not fit
   */
  public static OptionalLong milli(String text) {
    if (text.isEmpty() || text.length() > LONGEST) {
      return OptionalLong.empty();
    }
    int end = text.length();
    while (end > 0 && !Character.isDigit(text.charAt(end - 1)) && text.charAt(end - 1) != '.') {
      end--;
    }
    BigDecimal unit = UNITS.get(text.substring(end));
    if (unit == null || end == 0) {
      return OptionalLong.empty();
    }
    try {
      BigDecimal number = new BigDecimal(text.substring(0, end));
      if (number.signum() != 0 && Math.abs(number.precision() - number.scale()) > LONGEST) {
        return OptionalLong.empty(); // an exponent that no resource has
      }
      return OptionalLong.of(number
          .multiply(unit)
          .movePointRight(3)
          .setScale(0, RoundingMode.CEILING)
          .longValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static BigDecimal power(int bits) {
    return BigDecimal.valueOf(2).pow(bits);
  }
}
