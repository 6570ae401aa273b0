package dev.hairpin.lb.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON into maps, lists, strings, {@link BigDecimal}s, booleans and null.
 *
 * <p>Source: Go's {@code encoding/json}, whose texts for broken input this repeats: users meet them
 * in the events of the controller. Depth is limited to 10,000 there; here to 500, which no
 * annotation reaches.
 */
public final class JsonParser {
  private static final int MAX_DEPTH = 500;

  private final String text;
  private int at;

  private JsonParser(String text) {
    this.text = text;
  }

  /**
   * Reads one value.
   *
   * @param text the JSON text
   * @return the value
   * @throws JsonException if the text is not JSON
   */
  public static @Nullable Object parse(String text) {
    JsonParser parser = new JsonParser(text);
    Object value = parser.value(0);
    parser.skipSpace();
    if (parser.at < text.length()) {
      throw parser.invalid("after top-level value");
    }
    return value;
  }

  private @Nullable Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw new JsonException("exceeded max depth");
    }
    skipSpace();
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      case 'n' -> literal("null", null);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> throw invalid("looking for beginning of value");
    };
  }

  private Map<String, @Nullable Object> object(int depth) {
    at++;
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    skipSpace();
    if (peek() == '}') {
      at++;
      return map;
    }
    while (true) {
      skipSpace();
      if (peek() != '"') {
        throw invalid("looking for beginning of object key string");
      }
      String key = string();
      skipSpace();
      if (peek() != ':') {
        throw invalid("after object key");
      }
      at++;
      map.put(key, value(depth + 1));
      skipSpace();
      char next = peek();
      if (next == '}') {
        at++;
        return map;
      }
      if (next != ',') {
        throw invalid("after object key:value pair");
      }
      at++;
    }
  }

  private List<@Nullable Object> array(int depth) {
    at++;
    List<@Nullable Object> list = new ArrayList<>();
    skipSpace();
    if (peek() == ']') {
      at++;
      return list;
    }
    while (true) {
      list.add(value(depth + 1));
      skipSpace();
      char next = peek();
      if (next == ']') {
        at++;
        return list;
      }
      if (next != ',') {
        throw invalid("after array element");
      }
      at++;
    }
  }

  private String string() {
    at++;
    StringBuilder out = new StringBuilder();
    while (true) {
      char c = peek();
      if (c == '"') {
        at++;
        return out.toString();
      }
      if (c < ' ') {
        throw invalid("in string literal");
      }
      at++;
      if (c == '\\') {
        out.append(escaped());
      } else {
        out.append(c);
      }
    }
  }

  private char escaped() {
    char c = peek();
    char plain = switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        at++;
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = Character.digit(peek(), 16);
          if (digit < 0) {
            throw invalid("in \\u hexadecimal character escape");
          }
          code = code * 16 + digit;
          at++;
        }
        at--;
        yield (char) code;
      }
      default -> throw invalid("in string escape code");
    };
    at++;
    return plain;
  }

  private @Nullable Object literal(String word, @Nullable Object value) {
    for (int i = 0; i < word.length(); i++) {
      if (i > 0 && peek() != word.charAt(i)) {
        throw invalid("in literal " + word + " (expecting '" + word.charAt(i) + "')");
      }
      at++;
    }
    return value;
  }

  private BigDecimal number() {
    int start = at;
    if (peek() == '-') {
      at++;
    }
    if (peek() == '0') {
      at++;
    } else {
      digits("in numeric literal");
    }
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      digits("after decimal point in numeric literal");
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      digits("in exponent of numeric literal");
    }
    String literal = text.substring(start, at);
    if (literal.length() > 64) {
      throw new JsonException(
          "json: cannot unmarshal number " + literal + " into Go value of type float64");
    }
    return new BigDecimal(literal);
  }

  private void digits(String where) {
    if (!isDigit(peek())) {
      throw invalid(where);
    }
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw new JsonException("unexpected end of JSON input");
    }
    return text.charAt(at);
  }

  private JsonException invalid(String where) {
    return new JsonException("invalid character " + quoted(text.charAt(at)) + " " + where);
  }

  /** Source: {@code quoteChar} of {@code encoding/json}. */
  private static String quoted(char c) {
    return switch (c) {
      case '\'' -> "'\\''";
      case '"' -> "'\"'";
      case '\n' -> "'\\n'";
      case '\t' -> "'\\t'";
      case '\r' -> "'\\r'";
      default -> "'" + c + "'";
    };
  }
}
