package dev.hairpin.dns.pattern;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A regular expression as CoreDNS reads one, in the syntax of Go.
 *
 * <p>Source: RE2's syntax, of which Go's package {@code regexp} is an implementation. What Go
 * refuses is refused: looking around, references to groups, possessive repetition, more than 1,000
 * repetitions or nested groups. Immutable.
 */
public final class GoPattern {

  private final String expression;
  private final int groups;
  private final GoProgram program;
  private final Map<String, Integer> groupNames;

  private GoPattern(
      String expression, int groups, GoProgram program, Map<String, Integer> groupNames) {
    this.expression = expression;
    this.groups = groups;
    this.program = program;
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

  /**
   * Reads an expression.
   *
   * @param expression the expression
   * @return the pattern
   * @throws IllegalArgumentException if Go would refuse it, with the reason
   */
  public static GoPattern compile(String expression) {
    GoSyntax syntax = new GoSyntax(expression);
    GoPart all = syntax.parse();
    GoProgram program = new GoProgram(syntax.groups() + 1);
    new GoPart.Group(0, all).write(program);
    program.match();
    return new GoPattern(expression, syntax.groups(), program, syntax.groupNames());
  }

  /**
   * How many groups it has.
   *
   * @return the number, without the whole
   */
  public int groupCount() {
    return groups;
  }

  /**
   * Looks for the first place where it matches.
   *
   * @param text the text
   * @return what was found
   */
  public Optional<Match> find(String text) {
    return program.find(text).map(bounds -> {
      List<String> found = new ArrayList<>();
      for (int i = 0; i < bounds.length; i += 2) {
        found.add(bounds[i] < 0 ? "" : text.substring(bounds[i], bounds[i + 1]));
      }
      return new Match(List.copyOf(found), groupNames);
    });
  }

  /** The expression as it was written. */
  @Override
  public String toString() {
    return expression;
  }
}
