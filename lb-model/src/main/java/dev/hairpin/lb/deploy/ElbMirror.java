package dev.hairpin.lb.deploy;

import dev.hairpin.lb.aws.AwsException;
import dev.hairpin.lb.aws.Elbv2;
import dev.hairpin.lb.aws.Listener;
import dev.hairpin.lb.aws.LoadBalancer;
import dev.hairpin.lb.aws.Rule;
import dev.hairpin.lb.aws.TaggedMap;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.aws.TargetHealth;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.ElbException;
import dev.hairpin.lb.elb.TargetState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Keeps Elastic Load Balancing as the account's books say, by the calls that the controller makes.
 *
 * <p>Only what differs is called for. What AWS refuses comes out as an {@link AwsException}, and
 * concerns the stack that asked for it alone.
 */
public final class ElbMirror {
  private final Elbv2 books;
  private final ElasticLoadBalancing elb;
  private final TaggedMap<LoadBalancer> loadBalancers =
      TaggedMap.inOrderOfCreation(LoadBalancer::tags);
  private final TaggedMap<TargetGroup> targetGroups =
      TaggedMap.inOrderOfCreation(TargetGroup::tags);
  private final Map<String, TreeMap<Integer, Deployed>> listeners = new HashMap<>();
  private final Map<String, Set<Target>> targets = new HashMap<>();

  /** A listener that was made, its ARN there, and its rules by priority. */
  private static final class Deployed {
    final String arn;
    Listener listener;
    final Map<Integer, Rule> rules = new TreeMap<>();
    final Map<Integer, String> ruleArns = new HashMap<>();

    Deployed(String arn, Listener listener) {
      this.arn = arn;
      this.listener = listener;
    }

    Deployed copy() {
      Deployed copy = new Deployed(arn, listener);
      copy.rules.putAll(rules);
      copy.ruleArns.putAll(ruleArns);
      return copy;
    }
  }

  /**
   * A mirror of an account in which nothing was made yet.
   *
   * @param books what is to be true
   * @param elb where it is to be true
   */
  public ElbMirror(Elbv2 books, ElasticLoadBalancing elb) {
    this.books = books;
    this.elb = elb;
  }

  /**
   * The same mirror between copies of its two sides.
   *
   * @param copiedBooks a copy of the account's books
   * @param copy a fork of where it is true
   * @return a mirror that knows what was made already
   */
  public ElbMirror fork(Elbv2 copiedBooks, ElasticLoadBalancing copy) {
    ElbMirror fork = new ElbMirror(copiedBooks, copy);
    fork.loadBalancers.putAll(loadBalancers);
    fork.targetGroups.putAll(targetGroups);
    listeners.forEach((arn, made) -> {
      TreeMap<Integer, Deployed> copies = new TreeMap<>();
      made.forEach((port, deployed) -> copies.put(port, deployed.copy()));
      fork.listeners.put(arn, copies);
    });
    targets.forEach((arn, made) -> fork.targets.put(arn, new HashSet<>(made)));
    return fork;
  }

  /**
   * Makes what carries certain tags, and takes down load balancers that are no longer wanted.
   *
   * @param tags the tags of a stack
   * @throws AwsException if AWS refuses a call
   */
  public void apply(Map<String, String> tags) {
    try {
      List<LoadBalancer> wanted = books.loadBalancersTagged(tags);
      books.targetGroupsTagged(tags).forEach(this::targetGroup);
      for (String arn : gone(loadBalancers.tagged(tags), wanted, LoadBalancer::arn)) {
        elb.deleteLoadBalancer(arn);
        loadBalancers.remove(arn);
        listeners.remove(arn);
      }
      wanted.forEach(this::loadBalancer);
    } catch (ElbException e) {
      throw refused(e);
    }
  }

  /**
   * Takes down target groups with certain tags that are no longer wanted.
   *
   * @param tags the tags of a stack
   * @throws AwsException if AWS refuses a call
   */
  public void retire(Map<String, String> tags) {
    try {
      List<TargetGroup> wanted = books.targetGroupsTagged(tags);
      for (String arn : gone(targetGroups.tagged(tags), wanted, TargetGroup::arn)) {
        elb.deleteTargetGroup(arn);
        targetGroups.remove(arn);
        targets.remove(arn);
      }
    } catch (ElbException e) {
      throw refused(e);
    }
  }

  private static AwsException refused(ElbException e) {
    return new AwsException(e.code(), String.valueOf(e.getMessage()));
  }

  private static <T> Set<String> gone(List<T> made, List<T> wanted, Function<T, String> arnOf) {
    Set<String> arns = new LinkedHashSet<>();
    made.forEach(r -> arns.add(arnOf.apply(r)));
    wanted.forEach(r -> arns.remove(arnOf.apply(r)));
    return arns;
  }

  private void targetGroup(TargetGroup group) {
    TargetGroup before = targetGroups.get(group.arn());
    if (group.equals(before)) {
      return;
    }
    dev.hairpin.lb.elb.TargetGroup config = ElbTranslation.targetGroup(group);
    if (before == null) {
      elb.createTargetGroup(config);
    } else {
      elb.modifyTargetGroup(group.arn(), config);
    }
    targetGroups.put(group.arn(), group);
  }

  private void loadBalancer(LoadBalancer lb) {
    LoadBalancer before = loadBalancers.get(lb.arn());
    if (!lb.equals(before)) {
      dev.hairpin.lb.elb.LoadBalancer config = ElbTranslation.loadBalancer(lb);
      if (before == null) {
        elb.createLoadBalancer(config);
      } else {
        elb.modifyLoadBalancer(lb.arn(), config);
      }
      loadBalancers.put(lb.arn(), lb);
    }
    TreeMap<Integer, Deployed> made = listeners.computeIfAbsent(lb.arn(), a -> new TreeMap<>());
    Set<Integer> ports = new TreeSet<>();
    books.listeners(lb.arn()).forEach(l -> ports.add(l.port()));
    for (Deployed deployed : List.copyOf(made.values())) {
      if (!ports.contains(deployed.listener.port())) {
        elb.deleteListener(deployed.arn);
        made.remove(deployed.listener.port());
      }
    }
    for (Listener listener : books.listeners(lb.arn())) {
      listener(made, listener);
    }
  }

  private void listener(Map<Integer, Deployed> made, Listener listener) {
    Deployed deployed = made.get(listener.port());
    if (deployed == null) {
      deployed = new Deployed(elb.createListener(ElbTranslation.listener(listener)), listener);
      made.put(listener.port(), deployed);
    } else if (!deployed.listener.equals(listener)) {
      elb.modifyListener(deployed.arn, ElbTranslation.listener(listener));
      deployed.listener = listener;
    }
    Map<Integer, Rule> wanted = new TreeMap<>();
    books.rules(listener.arn()).forEach(r -> wanted.put(r.priority(), r));
    for (Integer priority : List.copyOf(deployed.rules.keySet())) {
      if (!wanted.containsKey(priority)) {
        String arn = deployed.ruleArns.remove(priority);
        if (arn != null) {
          elb.deleteRule(arn);
        }
        deployed.rules.remove(priority);
      }
    }
    for (Rule rule : wanted.values()) {
      if (rule.equals(deployed.rules.get(rule.priority()))) {
        continue;
      }
      dev.hairpin.lb.elb.Rule config = ElbTranslation.rule(rule);
      String arn = deployed.ruleArns.get(rule.priority());
      if (arn == null) {
        deployed.ruleArns.put(rule.priority(), elb.createRule(deployed.arn, config));
      } else {
        elb.modifyRule(arn, config);
      }
      deployed.rules.put(rule.priority(), rule);
    }
  }

  /**
   * Registers and deregisters targets of a group as the books say.
   *
   * @param targetGroupArn the group
   * @throws AwsException if AWS refuses a call
   */
  public void applyTargets(String targetGroupArn) {
    Optional<TargetGroup> group = books.targetGroup(targetGroupArn);
    if (group.isEmpty()) {
      return;
    }
    try {
      if (!targetGroups.containsId(targetGroupArn)) {
        targetGroup(group.get());
      }
      Set<Target> made = targets.computeIfAbsent(targetGroupArn, a -> new HashSet<>());
      if (made.isEmpty()) {
        register(targetGroupArn, List.copyOf(books.targets(targetGroupArn)), made);
        return;
      }
      Set<Target> wanted = new LinkedHashSet<>(books.targets(targetGroupArn));
      List<Target> stale =
          made.stream().filter(t -> !wanted.contains(t)).sorted().toList();
      List<Target> fresh = wanted.stream().filter(t -> !made.contains(t)).toList();
      if (!stale.isEmpty()) {
        elb.deregisterTargets(
            targetGroupArn, stale.stream().map(ElbTranslation::target).toList());
        stale.forEach(made::remove);
      }
      register(targetGroupArn, fresh, made);
    } catch (ElbException e) {
      throw refused(e);
    }
  }

  private void register(String targetGroupArn, List<Target> fresh, Set<Target> made) {
    if (!fresh.isEmpty()) {
      elb.registerTargets(
          targetGroupArn, fresh.stream().map(ElbTranslation::target).toList());
      made.addAll(fresh);
    }
  }

  /**
   * What the load balancers think of a target.
   *
   * @param targetGroupArn the group
   * @param target the target
   * @return its health
   */
  public TargetHealth healthOf(String targetGroupArn, Target target) {
    if (!targetGroups.containsId(targetGroupArn)) {
      return TargetHealth.REGISTERING;
    }
    Optional<TargetState> state =
        elb.targetGroup(targetGroupArn).target(target.id(), target.port());
    return state.map(TargetState::health).map(ElbMirror::health).orElse(TargetHealth.REGISTERING);
  }

  private static TargetHealth health(dev.hairpin.lb.elb.TargetHealth health) {
    return new TargetHealth(
        TargetHealth.State.valueOf(health.state().name()),
        or(health.reason()),
        or(health.description()));
  }

  private static String or(@Nullable String text) {
    return text == null ? "" : text;
  }
}
