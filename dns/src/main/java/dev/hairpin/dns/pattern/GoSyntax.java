package dev.hairpin.dns.pattern;

import dev.hairpin.dns.pattern.GoProgram.Place;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads a regular expression in the syntax of Go.
 *
 * <p>Groups are kept on a stack of their own, so that the depth of an expression costs no stack of
 * the thread's until it is known to be within Go's limit. What characters a class has is left to
 * {@link Pattern}, one character at a time.
 */
final class GoSyntax {

  /** Go's own limits of repetition and of nesting. */
  private static final int MOST = 1000;

  private static final int IGNORE_CASE = 1;
  private static final int MULTILINE = 2;
  private static final int DOT_IS_ALL = 4;
  private static final int UNGREEDY = 8;

  private static final Pattern REPETITION = Pattern.compile("\\{(\\d+)(,(\\d*))?}");
  private static final Pattern NAMED = Pattern.compile("\\(\\?P?<(\\w+)>");
  private static final Pattern FLAGS = Pattern.compile("\\(\\?([imsU]*)(-([imsU]+))?([:)])");
  private static final Pattern POSIX = Pattern.compile("\\[:(\\^?)([a-z]+):]");
  private static final Pattern PROPERTY = Pattern.compile("\\\\[pP](\\{(\\^?)(\\w+)}|(\\w))");

  /** A group that is not closed yet. */
  private static final class Open {
    private final int number;
    private final int outerFlags;
    private final List<GoPart> choices = new ArrayList<>();
    private List<GoPart> sequence = new ArrayList<>();

    Open(int number, int outerFlags) {
      this.number = number;
      this.outerFlags = outerFlags;
    }

    void nextChoice() {
      choices.add(
          sequence.size() == 1 ? sequence.get(0) : new GoPart.Sequence(List.copyOf(sequence)));
      sequence = new ArrayList<>();
    }

    GoPart close() {
      nextChoice();
      GoPart part = choices.size() == 1 ? choices.get(0) : new GoPart.Choice(List.copyOf(choices));
      return number > 0 ? new GoPart.Group(number, part) : part;
    }
  }

  private final String in;
  private final Map<String, Integer> groupNames = new HashMap<>();
  private final List<Open> open = new ArrayList<>(List.of(new Open(0, 0)));
  private int at;
  private int flags;
  private int groups;

  GoSyntax(String in) {
    this.in = in;
  }

  int groups() {
    return groups;
  }

  Map<String, Integer> groupNames() {
    return groupNames;
  }

  private Open inner() {
    return open.get(open.size() - 1);
  }

  /**
   * Reads the expression.
   *
   * @return what it consists of
   * @throws IllegalArgumentException if Go would refuse it
   */
  GoPart parse() {
    boolean repeated = false;
    while (at < in.length()) {
      char c = in.charAt(at);
      Matcher counted = at(REPETITION, c == '{');
      if (c == '*' || c == '+' || c == '?' || counted.lookingAt()) {
        if (repeated) {
          throw refused("invalid nested repetition operator", in.substring(at));
        }
        repeat(c, counted);
        repeated = true;
        continue;
      }
      repeated = false;
      switch (c) {
        case '\\' -> escape();
        case '[' -> add(new GoPart.Single(condition(set())));
        case '(' -> group();
        case ')' -> close();
        case '|' -> {
          inner().nextChoice();
          at++;
        }
        case '.' -> {
          boolean all = is(DOT_IS_ALL);
          add(new GoPart.Single(character -> all || character != '\n'));
          at++;
        }
        case '^' -> place(is(MULTILINE) ? Place.LINE_BEGIN : Place.TEXT_BEGIN, 1);
        case '$' -> place(is(MULTILINE) ? Place.LINE_END : Place.TEXT_END, 1);
        default -> {
          int character = in.codePointAt(at);
          at += Character.charCount(character);
          literal(character);
        }
      }
    }
    if (open.size() > 1) {
      throw refused("missing closing )", in);
    }
    return inner().close();
  }

  /** A pattern at this place; one that never matches if it cannot be there. */
  private Matcher at(Pattern pattern, boolean possible) {
    return pattern.matcher(in).region(possible ? at : in.length(), in.length());
  }

  private boolean is(int flag) {
    return (flags & flag) != 0;
  }

  private void add(GoPart part) {
    inner().sequence.add(part);
  }

  private void place(Place place, int length) {
    add(new GoPart.Assertion(place));
    at += length;
  }

  private void literal(int character) {
    int folded = folded(character);
    add(new GoPart.Single(
        is(IGNORE_CASE) ? other -> folded(other) == folded : other -> other == character));
  }

  private static int folded(int character) {
    return Character.toLowerCase(Character.toUpperCase(character));
  }

  private void repeat(char c, Matcher counted) {
    int begin = at;
    int min = c == '+' ? 1 : 0;
    int max = c == '?' ? 1 : -1;
    at++;
    if (c == '{') {
      at = counted.end();
      min = count(counted.group(1), begin);
      max = counted.group(2) == null
          ? min
          : counted.group(3).isEmpty() ? -1 : count(counted.group(3), begin);
    }
    boolean lazy = at < in.length() && in.charAt(at) == '?';
    at += lazy ? 1 : 0;
    List<GoPart> sequence = inner().sequence;
    if (sequence.isEmpty()) {
      throw refused("missing argument to repetition operator", in.substring(begin, at));
    }
    GoPart part = sequence.remove(sequence.size() - 1);
    int times = c == '{' ? Math.max(1, Math.max(min, max)) : 1;
    if ((max >= 0 && max < min) || times * part.repetitions() > MOST) {
      throw refused("invalid repeat count", in.substring(begin, at));
    }
    sequence.add(new GoPart.Repetition(
        part,
        min,
        max,
        lazy == is(UNGREEDY),
        times * part.repetitions(),
        min == 0 || part.canBeEmpty()));
  }

  private int count(String digits, int begin) {
    if (digits.length() > 4 || Integer.parseInt(digits) > MOST) {
      throw refused("invalid repeat count", in.substring(begin, at));
    }
    return Integer.parseInt(digits);
  }

  private void group() {
    if (open.size() > MOST) {
      throw refused("expression nests too deeply", in);
    }
    if (!in.startsWith("(?", at)) {
      open.add(new Open(++groups, flags));
      at++;
      return;
    }
    Matcher named = at(NAMED, true);
    if (named.lookingAt()) {
      if (groupNames.put(named.group(1), ++groups) != null) {
        throw refused("duplicate capture group name", named.group(1));
      }
      open.add(new Open(groups, flags));
      at = named.end();
      return;
    }
    Matcher changed = at(FLAGS, true);
    if (!changed.lookingAt()) {
      boolean meantToBeNamed = in.startsWith("(?P<", at)
          || (in.startsWith("(?<", at) && !in.startsWith("(?<=", at) && !in.startsWith("(?<!", at));
      throw refused(
          meantToBeNamed ? "invalid named capture" : "invalid or unsupported Perl syntax",
          in.substring(at, Math.min(in.length(), at + 4)));
    }
    if (changed.group(4).equals(":")) {
      open.add(new Open(0, flags));
    }
    flags |= flags(changed.group(1));
    flags &= changed.group(3) == null ? -1 : ~flags(changed.group(3));
    at = changed.end();
  }

  private static int flags(String letters) {
    int all = 0;
    for (int i = 0; i < letters.length(); i++) {
      all |= switch (letters.charAt(i)) {
        case 'i' -> IGNORE_CASE;
        case 'm' -> MULTILINE;
        case 's' -> DOT_IS_ALL;
        default -> UNGREEDY;
      };
    }
    return all;
  }

  private void close() {
    if (open.size() == 1) {
      throw refused("unexpected )", in);
    }
    Open closed = open.remove(open.size() - 1);
    flags = closed.outerFlags;
    add(closed.close());
    at++;
  }

  private void escape() {
    char c = at + 1 < in.length() ? in.charAt(at + 1) : ' ';
    switch (c) {
      case 'A' -> place(Place.TEXT_BEGIN, 2);
      case 'z' -> place(Place.TEXT_END, 2);
      case 'b' -> place(Place.WORD_BOUNDARY, 2);
      case 'B' -> place(Place.NO_WORD_BOUNDARY, 2);
      case 'Q' -> {
        int end = in.indexOf("\\E", at);
        in.substring(at + 2, end < 0 ? in.length() : end).codePoints().forEach(this::literal);
        at = end < 0 ? in.length() : end + 2;
      }
      default -> add(new GoPart.Single(condition(escaped())));
    }
  }

  /** The characters in brackets, as {@link Pattern} writes them. */
  private String set() {
    int begin = at++;
    StringBuilder out = new StringBuilder("[");
    if (at < in.length() && in.charAt(at) == '^') {
      out.append('^');
      at++;
    }
    boolean first = true;
    while (at < in.length() && (first || in.charAt(at) != ']')) {
      char c = in.charAt(at);
      Matcher posix = at(POSIX, c == '[');
      if (posix.lookingAt()) {
        out.append(posix(posix));
        at = posix.end();
      } else if (c == '\\') {
        out.append(escaped());
      } else {
        out.append("[]&^".indexOf(c) >= 0 ? "\\" : "").append(c);
        at++;
      }
      first = false;
    }
    if (at >= in.length()) {
      throw refused("missing closing ]", in.substring(begin));
    }
    at++;
    return out.append(']').toString();
  }

  private String posix(Matcher found) {
    String name = switch (found.group(2)) {
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
      default -> throw refused("invalid character class range", found.group());
    };
    boolean negated = !found.group(1).isEmpty();
    return name.isEmpty() ? (negated ? "\\W" : "\\w") : (negated ? "\\P{" : "\\p{") + name + "}";
  }

  /** A character or class behind a backslash, as {@link Pattern} writes it. */
  private String escaped() {
    if (at + 1 >= in.length()) {
      throw refused("trailing backslash at end of expression", "");
    }
    int begin = at;
    char c = in.charAt(at + 1);
    at += 2;
    if ("dDsSwW".indexOf(c) >= 0) {
      // Go's white space has no vertical tab.
      return c == 's' ? "[\\t\\n\\f\\r ]" : c == 'S' ? "[^\\t\\n\\f\\r ]" : "\\" + c;
    }
    if (c == 'p' || c == 'P') {
      at = begin;
      return property();
    }
    int known = "aftnrv".indexOf(c);
    if (known >= 0) {
      return code("\u0007\f\t\n\r\u000b".charAt(known));
    }
    if (c == 'x') {
      return hexadecimal(begin);
    }
    if (c >= '0' && c <= '7') {
      int end = at;
      while (end < in.length() && end < begin + 4 && isOctal(in.charAt(end))) {
        end++;
      }
      if (c == '0' || end > at) {
        at = end;
        return code(Integer.parseInt(in.substring(begin + 1, end), 8));
      }
    }
    if (c < 0x80 && !Character.isLetterOrDigit(c)) {
      return code(c);
    }
    throw refused("invalid escape sequence", in.substring(begin, at));
  }

  private static boolean isOctal(char c) {
    return c >= '0' && c <= '7';
  }

  private String hexadecimal(int begin) {
    int end = in.startsWith("{", at) ? in.indexOf('}', at) : at + 2;
    String digits = end < 0 || end > in.length() ? "" : in.substring(at, end).replace("{", "");
    if (!digits.matches("[0-9a-fA-F]{1,6}") || Integer.parseInt(digits, 16) > 0x10ffff) {
      throw refused("invalid escape sequence", in.substring(begin, Math.min(in.length(), at + 2)));
    }
    at = in.startsWith("{", at) ? end + 1 : end;
    return code(Integer.parseInt(digits, 16));
  }

  private static String code(int character) {
    return String.format("\\x{%x}", character);
  }

  private String property() {
    Matcher found = at(PROPERTY, true);
    if (!found.lookingAt()) {
      throw refused("invalid character class range", in.substring(at, at + 2));
    }
    boolean negated = in.charAt(at + 1) == 'P' ^ "^".equals(found.group(2));
    String name = found.group(4) == null ? found.group(3) : found.group(4);
    at = found.end();
    return (negated ? "\\P{" : "\\p{") + (name.length() > 2 ? "Is" : "") + name + "}";
  }

  private IntPredicate condition(String characters) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(
          characters, is(IGNORE_CASE) ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0);
    } catch (PatternSyntaxException e) {
      throw refused("invalid character class range", characters);
    }
    BitSet ascii = new BitSet();
    for (int c = 0; c < 0x80; c++) {
      ascii.set(c, pattern.matcher(Character.toString(c)).matches());
    }
    return c -> c < 0x80 ? ascii.get(c) : pattern.matcher(Character.toString(c)).matches();
  }

  private static IllegalArgumentException refused(String why, String what) {
    return new IllegalArgumentException(
        "error parsing regexp: " + why + (what.isEmpty() ? "" : ": `" + what + "`"));
  }
}
