package dev.hairpin.iptables;

import java.util.List;

/**
 * A rule: what a packet must be, and what becomes of it then.
 *
 * @param matches the conditions, all of which must hold: source, destination, devices, protocol and
 *     fragment first, in this order, as the kernel looks at them, then the others as given
 * @param target what becomes of a packet that meets them
 * @param counters how often that happened
 */
public record Rule(List<Match> matches, Target target, Counters counters) {

  /** Copies the matches. */
  public Rule {
    matches = List.copyOf(matches);
  }

  /**
   * A rule that has counted nothing.
   *
   * @param target what becomes of a packet
   * @param matches the conditions, in the order of {@link #matches()}
   * @return the rule
   */
  public static Rule of(Target target, Match... matches) {
    return new Rule(List.of(matches), target, Counters.ZERO);
  }

  /**
   * Whether two rules say the same, whatever they counted.
   *
   * @param other the other rule
   * @return true if matches and target are equal
   */
  public boolean saysTheSameAs(Rule other) {
    return matches.equals(other.matches) && target.equals(other.target);
  }

  /**
   * The line of the rule in a chain, as iptables-save prints it.
   *
   * @param chain the chain's name
   * @return {@code -A CHAIN} followed by the rule
   */
  public String text(String chain) {
    StringBuilder out = new StringBuilder(96);
    appendTo(out, chain);
    return out.toString();
  }

  void appendTo(StringBuilder out, String chain) {
    out.append("-A ").append(chain);
    appendTo(out);
  }

  private void appendTo(StringBuilder out) {
    for (Match match : matches) {
      out.append(' ');
      match.appendTo(out);
    }
    if (target != Target.NONE && !(target instanceof Target.None)) {
      out.append(' ').append(target);
    }
  }

  /** The rule as iptables-save prints it, without the chain. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(96);
    appendTo(out);
    return out.isEmpty() ? "" : out.substring(1);
  }
}
