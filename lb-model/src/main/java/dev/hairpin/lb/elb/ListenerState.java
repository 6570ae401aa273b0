package dev.hairpin.lb.elb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
  private final Map<String, NamedRule> rulesByArn = new HashMap<>();
  private final Map<String, Integer> uses = new HashMap<>();
  private long moved;
  private long version;
  private @Nullable List<NamedRule> rulesInOrder;

  ListenerState(String arn, Listener config) {
    this.arn = arn;
    this.config = config;
    count(config.defaultActions(), 1);
  }

  ListenerState fork() {
    ListenerState fork = new ListenerState(arn, config);
    rules.values().forEach(fork::put);
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
    List<NamedRule> inOrder = rulesInOrder;
    if (inOrder == null) {
      inOrder = List.copyOf(rules.values());
      rulesInOrder = inOrder;
    }
    return inOrder;
  }

  int ruleCount() {
    return rules.size();
  }

  @Nullable
  NamedRule rule(String ruleArn) {
    return rulesByArn.get(ruleArn);
  }

  /** The target groups that its actions forward to, in no order; asking costs nothing. */
  Set<String> usedGroups() {
    return Collections.unmodifiableSet(uses.keySet());
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

  private void count(List<Action> actions, int by) {
    List<String> arns = new ArrayList<>();
    collect(actions, arns);
    arns.forEach(a -> uses.merge(a, by, (x, y) -> x + y == 0 ? null : x + y));
  }

  void configure(Listener newConfig) {
    count(config.defaultActions(), -1);
    config = newConfig;
    count(config.defaultActions(), 1);
    changed();
  }

  NamedRule add(Rule rule) {
    String byPriority = Arns.rule(arn, Integer.toString(rule.priority()));
    boolean taken = rulesByArn.containsKey(byPriority);
    String name = taken ? Arns.rule(arn, rule.priority() + "|" + ++moved) : byPriority;
    NamedRule named = new NamedRule(name, rule);
    put(named);
    return named;
  }

  void replace(NamedRule old, Rule rule) {
    remove(old);
    put(new NamedRule(old.arn(), rule));
  }

  private void put(NamedRule named) {
    rules.put(named.rule().priority(), named);
    rulesByArn.put(named.arn(), named);
    count(named.rule().actions(), 1);
    changed();
  }

  void remove(NamedRule named) {
    rules.remove(named.rule().priority());
    rulesByArn.remove(named.arn());
    count(named.rule().actions(), -1);
    changed();
  }

  private void changed() {
    version++;
    rulesInOrder = null;
  }

  Map<Integer, NamedRule> byPriority() {
    return rules;
  }

  @Override
  public String toString() {
    return "listener " + config.label();
  }
}
