package dev.hairpin.api;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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

  private static final String FORM_SHOWN = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$";
  private static final Pattern FORM = Pattern.compile(FORM_SHOWN);
  private static final Pattern PARTS =
      Pattern.compile("([+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+))((?:[^0-9.].*)?)");
  private static final Pattern EXPONENT = Pattern.compile("[eE][-+]?[0-9]+");

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

  /**
   * What is wrong with an amount.
   *
   * @param text the amount as written
   * @return the API's sentence, or null if nothing is wrong
   */
  public static @Nullable String problem(String text) {
    if (!FORM.matcher(text).matches()) {
      return "quantities must match the regular expression '" + FORM_SHOWN + "'";
    }
    Matcher parts = PARTS.matcher(text);
    if (!parts.matches()) {
      return "unable to parse numeric part of quantity";
    }
    String unit = parts.group(2);
    return UNITS.containsKey(unit) || EXPONENT.matcher(unit).matches()
        ? null
        : "unable to parse quantity's suffix";
  }

  /**
   * An amount as the API prints it: with the largest unit that needs no fraction, and rounded up to
   * billionths.
   *
   * @param text the amount as written
   * @return such as {@code 1500m} for {@code 1.5} and {@code 1Gi} for {@code 1024Mi}; the text
   *     itself if it is no amount
   */
  public static String canonical(String text) {
    Matcher parts = PARTS.matcher(text);
    if (text.length() > LONGEST || !parts.matches()) {
      return text;
    }
    String unit = parts.group(2);
    BigDecimal factor = UNITS.get(unit);
    if (factor == null) {
      return text; // with an exponent it is printed with one
    }
    BigDecimal value = new BigDecimal(parts.group(1)).multiply(factor);
    if (unit.endsWith("i") && value.abs().compareTo(BigDecimal.valueOf(1_024)) >= 0) {
      return binary(value.setScale(0, RoundingMode.UP).toBigInteger());
    }
    return decimal(value.setScale(9, RoundingMode.UP).stripTrailingZeros());
  }

  private static String binary(BigInteger value) {
    BigInteger step = BigInteger.valueOf(1_024);
    BigInteger rest = value;
    int unit = 0;
    while (unit < 6 && rest.mod(step).signum() == 0) {
      rest = rest.divide(step);
      unit++;
    }
    return rest + List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei").get(unit);
  }

  private static String decimal(BigDecimal value) {
    if (value.signum() == 0) {
      return "0";
    }
    int thousands = Math.min(6, Math.floorDiv(-value.scale(), 3));
    return value.movePointLeft(3 * thousands).toBigIntegerExact()
        + List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E").get(thousands + 3);
  }

  private static BigDecimal power(int bits) {
    return BigDecimal.valueOf(2).pow(bits);
  }
}
