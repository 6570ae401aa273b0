package dev.hairpin.lb.elb;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A rule of an Application Load Balancer's listener: what {@code CreateRule} is given.
 *
 * @param priority 1 to 50000; the lowest that holds wins
 * @param conditions what must hold, all of them; at least one
 * @param actions what happens: an authentication perhaps, then one action that decides
 */
public record Rule(int priority, List<RuleCondition> conditions, List<Action> actions) {

  /** How many values and how many wildcards the conditions of one rule may have together. */
  public static final int MOST_VALUES = 5;

  /**
   * Checks the rule.
   *
   * @throws ElbException if the priority is out of range, there are too many values or wildcards, a
   *     field that may come once comes twice, or the actions are not a legal sequence
   */
  public Rule {
    conditions = ImmutableList.copyOf(conditions);
    actions = ImmutableList.copyOf(actions);
    if (priority < 1 || priority > 50_000) {
      throw ElbException.invalid("Priority '" + priority + "' must be between 1 and 50000");
    }
    if (conditions.isEmpty()) {
      throw ElbException.invalid("A condition must be specified");
    }
    RuleCondition.checkTogether(conditions);
    Action.checkSequence(actions);
  }

  /**
   * A rule with one condition.
   *
   * @param priority its priority
   * @param condition what must hold
   * @param actions what happens
   * @return the rule
   */
  public static Rule of(int priority, RuleCondition condition, Action... actions) {
    return new Rule(priority, List.of(condition), List.of(actions));
  }
}
