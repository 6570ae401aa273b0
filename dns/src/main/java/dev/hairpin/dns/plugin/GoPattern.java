package dev.hairpin.dns.plugin;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression as CoreDNS reads one, in the syntax of Go.
 *
 * <p>Source: RE2's syntax, of which Go's package {@code regexp} is an implementation. What Go
 * refuses is refused: looking around, references to groups, possessive repetition, more than 1,000
 * repetitions or nested groups. Not modelled is the flag {@code U}. Immutable.
 */
public final class GoPattern {

  /** Go's own limits of repetition and of nesting. */
  private static final int MOST = 1000;

  /** Enough for any name and any sane expression; an expression that tries for ever ends here. */
  private static final int MOST_LOOKS = 1_000_000;

  private final String expression;
  private final Pattern pattern;
  private final Map<String, Integer> groupNames;

  private GoPattern(String expression, Pattern pattern, Map<String, Integer> groupNames) {
    this.expression = expression;
    this.pattern = pattern;
    this.groupNames = Map.copyOf(groupNames);
  }

  /**
   * What an expression found.
   *
   * @param groups the text of each group, an empty one if it took no part; the first is all that
   *     was found
   * @param names the numbers of named groups
   */
  public record Match(List<String> groups, Map<String, Integer> names) {

    /**
     * The text of a named group.
     *
     * @param name its name, or its number in digits
     * @return the text; empty if it took no part
     */
    public Optional<String> group(String name) {
      Integer number = names.get(name);
      if (number == null && name.matches("\\d{1,4}")) {
        number = Integer.valueOf(name);
      }
      return number == null || number >= groups.size()
          ? Optional.empty()
          : Optional.of(groups.get(number));
    }
  }

  /** An expression that would take too long for a text. */
  public static final class TooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooLongException(String expression, String text) {
      super("the regular expression " + expression + " takes too long for \"" + text + "\"");
    }
  }

  /**
   * Reads an expression.
   *
   * @param expression the expression
   * @return the pattern
   * @throws IllegalArgumentException if Go would refuse it, with the reason
   */
  public static GoPattern compile(String expression) {
    Translation translation = new Translation(expression);
    String translated = translation.translate();
    try {
      return new GoPattern(
          expression, Pattern.compile(translated, Pattern.UNIX_LINES), translation.groupNames);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("error parsing regexp: " + e.getDescription(), e);
    }
  }

  /**
   * How many groups it has.
   *
   * @return the number, without the whole
   */
  public int groupCount() {
    return pattern.matcher("").groupCount();
  }

  /**
   * Looks for the first place where it matches.
   *
   * @param text the text
   * @return what was found
   * @throws TooLongException if that takes too long
   */
  public Optional<Match> find(String text) {
    Matcher matcher = pattern.matcher(new BoundedText(text, expression));
    try {
      if (!matcher.find()) {
        return Optional.empty();
      }
    } catch (StackOverflowError deep) {
      // Java's matcher calls itself for every round of a group; Go's does not.
      throw new TooLongException(expression, text);
    }
    List<String> groups = new ArrayList<>();
    for (int i = 0; i <= matcher.groupCount(); i++) {
      int start = matcher.start(i);
      groups.add(start < 0 ? "" : text.substring(start, matcher.end(i)));
    }
    return Optional.of(new Match(List.copyOf(groups), groupNames));
  }

  /** The expression as it was written. */
  @Override
  public String toString() {
    return expression;
  }

  /** A text that can be looked at a limited number of times. */
  private static final class BoundedText implements CharSequence {
    private final String text;
    private final String expression;
    private int looks;

    BoundedText(String text, String expression) {
      this.text = text;
      this.expression = expression;
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      if (++looks > MOST_LOOKS) {
        throw new TooLongException(expression, text);
      }
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.substring(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** Writes an expression of Go as one of Java. */
  private static final class Translation {
    private final String in;
    private final StringBuilder out = new StringBuilder();
    private final Map<String, Integer> groupNames = new HashMap<>();
    private boolean multiline;
    private int at;
    private int groups;
    private int nesting;

    Translation(String in) {
      this.in = in;
    }

    String translate() {
      boolean repeated = false;
      while (at < in.length()) {
        char c = in.charAt(at);
        boolean repeats = c == '*' || c == '+' || c == '?' || repetition() > 0;
        if (repeats) {
          // A question mark behind a repetition makes it lazy; anything else would be a second one.
          if (repeated) {
            throw refused("invalid nested repetition operator");
          }
          repeat(c);
          repeated = true;
          continue;
        }
        repeated = false;
        switch (c) {
          case '\\' -> escape(false);
          case '[' -> set();
          case '(' -> group();
          case '{' -> literal("\\{");
          case '$' -> literal(multiline ? "$" : "\\z");
          case ')' -> {
            nesting--;
            literal(")");
          }
          default -> literal(String.valueOf(c));
        }
      }
      return out.toString();
    }

    private void literal(String translated) {
      out.append(translated);
      at++;
    }

    /** The length of a repetition in braces that begins here, or 0; other braces are literals. */
    private int repetition() {
      if (in.charAt(at) != '{') {
        return 0;
      }
      int end = in.indexOf('}', at);
      String inside = end < 0 ? "" : in.substring(at + 1, end);
      return inside.matches("\\d+(,\\d*)?") ? end + 1 - at : 0;
    }

    private void repeat(char c) {
      int length = c == '{' ? repetition() : 1;
      String operator = in.substring(at, at + length);
      for (String count : operator.replaceAll("[{}]", "").split(",", -1)) {
        if (c == '{'
            && (count.length() > 4 || (!count.isEmpty() && Integer.parseInt(count) > MOST))) {
          throw refused("invalid repeat count: `" + operator + "`");
        }
      }
      out.append(operator);
      at += length;
      if (at < in.length() && in.charAt(at) == '?') {
        literal("?");
      }
    }

    private void group() {
      if (++nesting > MOST) {
        throw refused("expression nests too deeply");
      }
      if (!in.startsWith("(?", at)) {
        groups++;
        literal("(");
        return;
      }
      boolean named = in.startsWith("(?P<", at)
          || (in.startsWith("(?<", at) && !in.startsWith("(?<=", at) && !in.startsWith("(?<!", at));
      if (named) {
        int begin = in.indexOf('<', at) + 1;
        int end = in.indexOf('>', begin);
        String name = end < 0 ? "" : in.substring(begin, end);
        if (!name.matches("\\w+") || groupNames.put(name, ++groups) != null) {
          throw refused("invalid named capture");
        }
        out.append('(');
        at = end + 1;
        return;
      }
      int end = at + 2;
      while (end < in.length() && "ims-".indexOf(in.charAt(end)) >= 0) {
        end++;
      }
      if (end >= in.length() || (in.charAt(end) != ':' && in.charAt(end) != ')')) {
        throw refused("invalid or unsupported Perl syntax");
      }
      String flags = in.substring(at + 2, end);
      multiline |=
          flags.contains("m") && !flags.substring(flags.indexOf('-') + 1).equals("m");
      nesting -= in.charAt(end) == ')' ? 1 : 0;
      out.append(in, at, end + 1);
      at = end + 1;
    }

    private void set() {
      literal("[");
      if (at < in.length() && in.charAt(at) == '^') {
        literal("^");
      }
      boolean first = true;
      while (at < in.length() && (first || in.charAt(at) != ']')) {
        char c = in.charAt(at);
        int end = in.indexOf(":]", at);
        if (in.startsWith("[:", at) && end > 0 && in.substring(at + 2, end).matches("\\^?[a-z]+")) {
          named(in.substring(at + 2, end));
          at = end + 2;
        } else if (c == '\\') {
          escape(true);
        } else {
          literal("[]&^".indexOf(c) >= 0 ? "\\" + c : String.valueOf(c));
        }
        first = false;
      }
      if (at >= in.length()) {
        throw refused("missing closing ]");
      }
      literal("]");
    }

    private void named(String name) {
      boolean negated = name.startsWith("^");
      String translated = switch (negated ? name.substring(1) : name) {
        case "alnum" -> "Alnum";
        case "alpha" -> "Alpha";
        case "ascii" -> "ASCII";
        case "blank" -> "Blank";
        case "cntrl" -> "Cntrl";
        case "digit" -> "Digit";
        case "graph" -> "Graph";
        case "lower" -> "Lower";
        case "print" -> "Print";
        case "punct" -> "Punct";
        case "space" -> "Space";
        case "upper" -> "Upper";
        case "xdigit" -> "XDigit";
        case "word" -> "";
        default -> throw refused("invalid character class range: `[:" + name + ":]`");
      };
      out.append(
          translated.isEmpty()
              ? (negated ? "\\W" : "\\w")
              : (negated ? "\\P{" : "\\p{") + translated + "}");
    }

    private void escape(boolean inSet) {
      if (at + 1 >= in.length()) {
        throw refused("trailing backslash at end of expression");
      }
      char c = in.charAt(at + 1);
      if (c == 'Q' && !inSet) {
        int end = in.indexOf("\\E", at);
        String quoted = in.substring(at + 2, end < 0 ? in.length() : end);
        out.append(Pattern.quote(quoted));
        at = end < 0 ? in.length() : end + 2;
        return;
      }
      boolean octal = c == '0'
          || (c >= '1'
              && c <= '7'
              && at + 2 < in.length()
              && in.charAt(at + 2) >= '0'
              && in.charAt(at + 2) <= '7');
      if (octal) {
        int end = at + 1;
        while (end < in.length()
            && end < at + 4
            && in.charAt(end) >= '0'
            && in.charAt(end) <= '7') {
          end++;
        }
        int code = Integer.parseInt(in.substring(at + 1, end), 8);
        out.append(String.format("\\x{%x}", code));
        at = end;
        return;
      }
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      String allowed = inSet ? "dDsSwWpPaftnrvx" : "AbBzdDsSwWpPaftnrvx";
      if (letter && allowed.indexOf(c) < 0) {
        throw refused("invalid escape sequence: `\\" + c + "`");
      }
      out.append(c == 'v' ? "\\x0B" : c == '_' ? "_" : "\\" + c);
      at += 2;
    }

    private IllegalArgumentException refused(String why) {
      return new IllegalArgumentException("error parsing regexp: " + why + " in `" + in + "`");
    }
  }
}
