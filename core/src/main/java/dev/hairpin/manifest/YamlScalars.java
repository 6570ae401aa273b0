package dev.hairpin.manifest;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an unquoted word of a YAML text means.
 *
 * <p>Source: {@code resolve} of go-yaml v2, on which {@code sigs.k8s.io/yaml} stands: YAML 1.1, so
 * {@code yes}, {@code on} and {@code y} are true, {@code 0755} is octal, {@code 1_000} a number; a
 * date stays text.
 */
final class YamlScalars {
  private static final Map<String, Boolean> BOOLEANS = new HashMap<>();
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern INTEGER =
      Pattern.compile("[-+]?(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]+|0|[1-9][0-9]*)");

  static {
    for (String word : new String[] {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on"}) {
      BOOLEANS.put(word, true);
    }
    for (String word : new String[] {"n", "N", "no", "No", "NO", "false", "False", "FALSE"}) {
      BOOLEANS.put(word, false);
    }
    BOOLEANS.put("On", true);
    BOOLEANS.put("ON", true);
    BOOLEANS.put("off", false);
    BOOLEANS.put("Off", false);
    BOOLEANS.put("OFF", false);
  }

  private YamlScalars() {}

  /** The value of a plain scalar without tag. */
  static @Nullable Object resolve(String text) {
    if (text.isEmpty()) {
      return null;
    }
    char first = text.charAt(0);
    if ((first >= '0' && first <= '9') || first == '+' || first == '-' || first == '.') {
      return number(text);
    }
    switch (text) {
      case "~", "null", "Null", "NULL" -> {
        return null;
      }
      default -> {
        Boolean truth = BOOLEANS.get(text);
        return truth != null ? truth : text;
      }
    }
  }

  /** The value of a scalar with one of YAML's own tags; a foreign tag leaves the text. */
  static @Nullable Object tagged(String tag, String text) {
    @Nullable Object resolved = resolve(text);
    boolean fits = switch (tag) {
      case "tag:yaml.org,2002:str" -> false;
      case "tag:yaml.org,2002:null" -> resolved == null;
      case "tag:yaml.org,2002:bool" -> resolved instanceof Boolean;
      case "tag:yaml.org,2002:int" -> resolved instanceof Long || resolved instanceof BigInteger;
      case "tag:yaml.org,2002:float" -> resolved instanceof Number;
      default -> false;
    };
    if (fits) {
      return tag.endsWith(":float") && resolved instanceof Number number
          ? (Object) number.doubleValue()
          : resolved;
    }
    return switch (tag) {
      case "tag:yaml.org,2002:null",
          "tag:yaml.org,2002:bool",
          "tag:yaml.org,2002:int",
          "tag:yaml.org,2002:float" ->
        throw new IllegalArgumentException(
            "cannot read \"" + text + "\" as " + tag.replace("tag:yaml.org,2002:", "!!"));
      case "tag:yaml.org,2002:binary" -> binary(text);
      default -> text;
    };
  }

  private static String binary(String text) {
    try {
      return new String(Base64.getMimeDecoder().decode(text), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("!!binary value contains invalid base64 data", e);
    }
  }

  private static Object number(String text) {
    String plain = text.indexOf('_') < 0 ? text : text.replace("_", "");
    if (plain.length() <= 64 && INTEGER.matcher(plain).matches()) {
      return integer(plain);
    }
    if (plain.length() <= 400 && FLOAT.matcher(plain).matches()) {
      double value = Double.parseDouble(plain);
      return Double.isInfinite(value) ? text : (Object) value;
    }
    return switch (text) {
      case ".nan", ".NaN", ".NAN" -> Double.NaN;
      case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" -> Double.POSITIVE_INFINITY;
      case "-.inf", "-.Inf", "-.INF" -> Double.NEGATIVE_INFINITY;
      default -> text;
    };
  }

  private static Object integer(String plain) {
    boolean negative = plain.charAt(0) == '-';
    String digits = negative || plain.charAt(0) == '+' ? plain.substring(1) : plain;
    int radix = 10;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      char mark = Character.toLowerCase(digits.charAt(1));
      radix = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
      digits = digits.substring(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
    }
    BigInteger value = new BigInteger(digits, radix);
    BigInteger signed = negative ? value.negate() : value;
    if (signed.bitLength() <= 63) {
      return signed.longValue();
    }
    return signed.signum() > 0 && signed.bitLength() <= 64 ? signed : (Object) signed.doubleValue();
  }
}
