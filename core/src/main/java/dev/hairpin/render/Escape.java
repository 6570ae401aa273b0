package dev.hairpin.render;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Makes text safe for a format, and numbers equal on every machine. */
public final class Escape {
  private static final String CSV_SPECIAL = ",\"\r\n";
  private static final double LONGEST_DIGITS = 1e15;

  private Escape() {}

  /**
   * Text for an element or a quoted attribute of XML, SVG or HTML.
   *
   * @param text any text
   * @return the text with {@code & < > " '} as entities, and without characters that XML forbids
   */
  public static String xml(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> {
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> {
          if (isXml(c)) {
            out.appendCodePoint(c);
          }
        }
      }
    });
    return out.toString();
  }

  /** XML 1.0, production Char. */
  private static boolean isXml(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c <= 0xd7ff)
        || (c >= 0xe000 && c <= 0xfffd)
        || c >= 0x10000;
  }

  /**
   * Text for a terminal.
   *
   * @param text any text
   * @return the text with control characters other than line feeds and tabs as {@code \\x1b}, and
   *     with those that turn the direction of writing as {@code \\u202e}, so that no name can move
   *     the cursor, change colours or look like another
   */
  public static String terminal(String text) {
    if (text.chars().noneMatch(Escape::isControl)) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length() + 16);
    text.chars().forEach(c -> {
      if (isControl(c)) {
        out.append(String.format(Locale.ROOT, c <= 0xff ? "\\x%02x" : "\\u%04x", c));
      } else {
        out.append((char) c);
      }
    });
    return out.toString();
  }

  private static boolean isControl(int c) {
    return (c != '\n' && c != '\t' && Character.isISOControl(c)) || isSeparatorOrTurn(c);
  }

  /** Line and paragraph separators; embeddings, overrides and isolates of Unicode's UAX 9. */
  private static boolean isSeparatorOrTurn(int c) {
    return (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
  }

  /**
   * A cell of comma-separated values.
   *
   * @param text any text
   * @return the text, quoted as RFC 4180 asks where it holds a comma, a quote or a line end
   */
  public static String csv(String text) {
    boolean special = text.chars().anyMatch(c -> CSV_SPECIAL.indexOf(c) >= 0);
    return special ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }

  /**
   * A string of JSON.
   *
   * @param text any text
   * @return the text with its quotes
   */
  public static String json(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (Character.isISOControl(c) || Character.isSurrogate(c) || isSeparatorOrTurn(c)) {
            out.append("\\u");
            String hex = Integer.toHexString(c);
            out.append("0".repeat(4 - hex.length())).append(hex);
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  /**
   * A string literal of Go, as its verb {@code %q} prints it.
   *
   * <p>Source: {@code strconv.Quote}. What Unicode does not print, and all spaces but the common
   * one, are escaped.
   *
   * @param text any text
   * @return the text with its quotes
   */
  public static String go(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    text.codePoints().forEach(c -> {
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case 0x07 -> out.append("\\a");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case 0x0b -> out.append("\\v");
        default -> {
          if (isPrintedByGo(c)) {
            out.appendCodePoint(c);
          } else if (Character.getType(c) == Character.SURROGATE) {
            out.append("\\ufffd"); // half a pair is no character in Go's UTF-8
          } else {
            String format = c < 0x80 ? "\\x%02x" : c < 0x1_0000 ? "\\u%04x" : "\\U%08x";
            out.append(String.format(Locale.ROOT, format, c));
          }
        }
      }
    });
    return out.append('"').toString();
  }

  private static boolean isPrintedByGo(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE,
          Character.SURROGATE,
          Character.UNASSIGNED -> false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /**
   * A document of JSON for a terminal.
   *
   * @param document JSON whose strings may hold, as JSON allows, characters that steer a terminal
   * @return the same document with these written as {@code \\u009b}
   */
  public static String jsonDocument(String document) {
    StringBuilder out = new StringBuilder(document.length());
    document.chars().forEach(c -> {
      if (isControl(c) && c != '\r') {
        out.append(String.format(Locale.ROOT, "\\u%04x", c));
      } else {
        out.append((char) c);
      }
    });
    return out.toString();
  }

  /**
   * Text for a line of Markdown, as GitHub shows it.
   *
   * @param text any text
   * @return the text in a line, without formatting, links, elements of HTML and mentions
   */
  public static String markdown(String text) {
    StringBuilder out = new StringBuilder(text.length() + 8);
    text.codePoints().forEach(c -> {
      switch (c) {
        case '\\', '`', '*', '[', ']', '~', '|' -> out.append('\\').appendCodePoint(c);
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '@' -> out.append("&#64;");
        default -> out.appendCodePoint(Character.isISOControl(c) || isSeparatorOrTurn(c) ? ' ' : c);
      }
    });
    return out.toString();
  }

  /**
   * A label of Mermaid.
   *
   * @param text any text; a line end becomes a line break
   * @return the text with its quotes, its own quotes, angles, hashes and semicolons as Mermaid's
   *     entities
   */
  public static String mermaid(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    text.replace("\r\n", "\n").codePoints().forEach(c -> {
      switch (c) {
        case '"' -> out.append("#quot;");
        case '#' -> out.append("#35;");
        case '<' -> out.append("#lt;");
        case '>' -> out.append("#gt;");
        case '`' -> out.append("#96;");
        case ';' -> out.append("#59;");
        case '\n', '\r' -> out.append("<br/>");
        default -> out.appendCodePoint(Character.isISOControl(c) || isSeparatorOrTurn(c) ? ' ' : c);
      }
    });
    return out.append('"').toString();
  }

  /**
   * A label of Mermaid where it wants no quotes, as for messages and participants.
   *
   * @param text any text
   * @return what {@link #mermaid} gives, without the quotes
   */
  public static String mermaidWords(String text) {
    String quoted = mermaid(text);
    return quoted.substring(1, quoted.length() - 1);
  }

  /**
   * A number without exponent and trailing zeros, in the English way without grouping.
   *
   * @param value the number
   * @param decimals how many decimals at most; 0 to 15
   * @return such as {@code 0.25}; {@code -}, where it is no finite number
   */
  public static String number(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return "-";
    }
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }

  /**
   * A number as people read it: with three digits that count, thousands apart.
   *
   * @param value the number
   * @return such as {@code 0.0125}, {@code 1.5}, {@code 312} or {@code 131,072}; {@code 1.20e+16}
   *     from 10^15 on
   */
  public static String readable(double value) {
    double size = Math.abs(value);
    if (!Double.isFinite(value)) {
      return "-";
    }
    if (size >= LONGEST_DIGITS) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    if (size >= 100) {
      return String.format(Locale.ROOT, "%,d", Math.round(value));
    }
    int decimals = size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : size >= 0.01 ? 4 : 6;
    return number(value, decimals);
  }
}
