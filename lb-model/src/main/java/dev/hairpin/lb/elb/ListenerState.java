package dev.hairpin.lb.elb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A listener as it is: its configuration and its rules in the order of their priorities. */
public final class ListenerState {

  /**
   * A rule with the name that AWS gave it.
   *
   * @param arn its ARN
   * @param rule its configuration
   */
  public record NamedRule(String arn, Rule rule) {}

  private final String arn;
  private Listener config;
  private final TreeMap<Integer, NamedRule> rules = new TreeMap<>();
  private long moved;
  private long version;
  private List<NamedRule> rulesInOrder = List.of();

  ListenerState(String arn, Listener config) {
    this.arn = arn;
    this.config = config;
  }

  ListenerState fork() {
    ListenerState fork = new ListenerState(arn, config);
    fork.rules.putAll(rules);
    fork.moved = moved;
    fork.version = version;
    fork.rulesInOrder = rulesInOrder;
    return fork;
  }

  /** {@return its ARN} */
  public String arn() {
    return arn;
  }

  /** {@return its configuration} */
  public Listener config() {
    return config;
  }

  /** {@return its rules by rising priority, without the default} */
  public List<NamedRule> rules() {
    return rulesInOrder;
  }

  /** {@return the ARN of the default rule, which exists once the listener does} */
  public String defaultRuleArn() {
    return Arns.rule(arn, "default");
  }

  /**
   * {@return a number that is another one after every change, so that compiled forms can be kept}
   */
  public long version() {
    return version;
  }

  /** The ARNs of the target groups that its actions forward to, with repetitions. */
  List<String> targetGroupArns() {
    List<String> arns = new ArrayList<>();
    collect(config.defaultActions(), arns);
    rules.values().forEach(r -> collect(r.rule().actions(), arns));
    return arns;
  }

  static void collect(List<Action> actions, List<String> into) {
    for (Action action : actions) {
      if (action instanceof Action.Forward forward) {
        forward.targetGroups().forEach(g -> into.add(g.targetGroupArn()));
      }
    }
  }

  void configure(Listener newConfig) {
    config = newConfig;
    changed();
  }

  NamedRule add(Rule rule) {
    String byPriority = Arns.rule(arn, Integer.toString(rule.priority()));
    boolean taken = rules.values().stream().anyMatch(r -> r.arn().equals(byPriority));
    String name = taken ? Arns.rule(arn, rule.priority() + "|" + ++moved) : byPriority;
    NamedRule named = new NamedRule(name, rule);
    rules.put(rule.priority(), named);
    changed();
    return named;
  }

  void replace(NamedRule old, Rule rule) {
    rules.remove(old.rule().priority());
    rules.put(rule.priority(), new NamedRule(old.arn(), rule));
    changed();
  }

  void remove(NamedRule rule) {
    rules.remove(rule.rule().priority());
    changed();
  }

  private void changed() {
    version++;
    rulesInOrder = List.copyOf(rules.values());
  }

  Map<Integer, NamedRule> byPriority() {
    return rules;
  }

  @Override
  public String toString() {
    return "listener " + config.label();
  }
}
