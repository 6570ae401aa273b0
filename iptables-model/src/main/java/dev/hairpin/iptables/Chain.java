package dev.hairpin.iptables;

import java.util.List;

/**
 * A chain of rules.
 *
 * @param name its name
 * @param policy what becomes of a packet at its end; {@link Policy#NONE} for a user's chain
 * @param counters how often the policy decided
 * @param rules the rules, in the order in which a packet meets them
 */
public record Chain(String name, Policy policy, Counters counters, List<Rule> rules) {

  /** The longest name that the kernel takes: 28 characters. */
  public static final int MAX_NAME_LENGTH = 28;

  /** Copies the rules. */
  public Chain {
    rules = List.copyOf(rules);
  }

  /**
   * A user's chain.
   *
   * @param name its name
   * @param rules its rules
   * @return the chain
   */
  public static Chain user(String name, List<Rule> rules) {
    return new Chain(name, Policy.NONE, Counters.ZERO, rules);
  }

  /**
   * Whether the chain belongs to the kernel and is entered from a hook.
   *
   * @return true if it has a policy
   */
  public boolean isBuiltIn() {
    return policy != Policy.NONE;
  }

  /**
   * The same chain with other rules.
   *
   * @param newRules the rules
   * @return the copy
   */
  public Chain withRules(List<Rule> newRules) {
    return new Chain(name, policy, counters, newRules);
  }

  /** The chain line of iptables-save and the rules below it. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    out.append(':').append(name).append(' ').append(policy).append(' ').append(counters);
    for (Rule rule : rules) {
      out.append('\n');
      rule.appendTo(out, name);
    }
    return out.toString();
  }
}
