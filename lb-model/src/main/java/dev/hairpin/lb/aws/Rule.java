package dev.hairpin.lb.aws;

import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.RuleCondition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A rule that exists.
 *
 * @param arn the ARN
 * @param listenerArn its listener
 * @param priority the lowest is looked at first
 * @param conditions all of these must hold
 * @param actions what happens then
 * @param tags its tags
 */
public record Rule(
    String arn,
    String listenerArn,
    int priority,
    List<RuleCondition> conditions,
    List<Action> actions,
    Map<String, String> tags) {

  /** Copies the collections. */
  public Rule {
    conditions = List.copyOf(conditions);
    actions = List.copyOf(actions);
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
  }
}
