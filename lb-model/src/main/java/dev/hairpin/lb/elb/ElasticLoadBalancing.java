package dev.hairpin.lb.elb;

import dev.hairpin.net.IpAddress;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Elastic Load Balancing in one region of an account: the calls of the ELBv2 API, and the state
 * that they lead to as virtual time passes.
 *
 * <p>A call either does all that it says or throws {@link ElbException} and changes nothing. What
 * takes AWS time runs on the clock: {@code clock.advance(Duration.ZERO)} runs what is due at once.
 * Not thread-safe: it belongs to the thread that owns the clock.
 */
public final class ElasticLoadBalancing {
  private final Vpc vpc;
  private final VirtualClock clock;
  private final HealthProbe probe;
  private final Timings timings;
  private final Arns arns;
  private final AddressPlan addresses;
  private final Refusals refusals;
  private final TargetPlaces places;
  private Quotas quotas = Quotas.defaults();
  private final Map<String, LoadBalancerState> loadBalancers = new LinkedHashMap<>();
  private final Map<IpAddress, LoadBalancerState> balancerByAddress = new HashMap<>();
  private final Map<String, ListenerState> listeners = new LinkedHashMap<>();
  private final Map<String, TargetGroupState> targetGroups = new LinkedHashMap<>();
  private final List<BiConsumer<TargetGroupState, TargetState>> drainWatchers = new ArrayList<>();

  /**
   * An account without load balancers.
   *
   * @param vpc the account around it
   * @param clock the cluster's clock
   * @param probe what answers health checks
   * @param timings how long AWS takes for what it does
   * @param seed decides which free addresses load balancers get
   */
  public ElasticLoadBalancing(
      Vpc vpc, VirtualClock clock, HealthProbe probe, Timings timings, long seed) {
    this.vpc = vpc;
    this.clock = clock;
    this.probe = probe;
    this.timings = timings;
    this.arns = new Arns(vpc);
    this.addresses = new AddressPlan(vpc, seed);
    this.refusals = new Refusals(this);
    this.places = new TargetPlaces(this);
  }

  /**
   * The same load balancers in a copy of their surroundings, at the same point of their lives: what
   * is being provisioned, registered, checked or drained goes on there, independently.
   *
   * @param copy the account around it
   * @param clock a clock that stands where this one's does
   * @param probe what answers health checks
   * @param seed decides which free addresses new load balancers get
   * @return the fork
   */
  public ElasticLoadBalancing fork(Vpc copy, VirtualClock clock, HealthProbe probe, long seed) {
    ElasticLoadBalancing fork = new ElasticLoadBalancing(copy, clock, probe, timings, seed);
    fork.quotas = quotas;
    fork.addresses.hold(addresses);
    loadBalancers.forEach((arn, state) -> {
      LoadBalancerState twin = state.fork();
      fork.loadBalancers.put(arn, twin);
      twin.nodes()
          .forEach(n -> n.addresses().forEach(a -> fork.balancerByAddress.putIfAbsent(a, twin)));
      twin.listeners().forEach(listener -> fork.listeners.put(listener.arn(), listener));
      if (!twin.isActive()) {
        clock.after(Duration.between(clock.now(), twin.activeAt()), twin::activate);
      }
    });
    targetGroups.forEach((arn, state) -> {
      LoadBalancerState user =
          state.loadBalancer().map(lb -> fork.loadBalancers.get(lb.arn())).orElse(null);
      fork.targetGroups.put(arn, state.fork(user, fork));
    });
    return fork;
  }

  /** {@return the account around it} */
  public Vpc vpc() {
    return vpc;
  }

  /** {@return the clock on which its state moves} */
  public VirtualClock clock() {
    return clock;
  }

  /** {@return how long AWS takes} */
  public Timings timings() {
    return timings;
  }

  HealthProbe probe() {
    return probe;
  }

  /** {@return the quotas that calls are held to} */
  public Quotas quotas() {
    return quotas;
  }

  /**
   * Changes the quotas; what exists already stays.
   *
   * @param newQuotas the quotas from now on
   */
  public void setQuotas(Quotas newQuotas) {
    this.quotas = newQuotas;
  }

  // --- load balancers ---

  /**
   * {@code CreateLoadBalancer}.
   *
   * @param config what to create
   * @return its ARN; the same as before if it exists with these very settings
   * @throws ElbException if the name is taken with other settings, a subnet or its addresses do not
   *     allow it, or a quota is used up
   */
  public String createLoadBalancer(LoadBalancer config) {
    LoadBalancerState existing = loadBalancers.get(arns.loadBalancer(config));
    if (existing != null) {
      if (existing.config().equals(config)) {
        return existing.arn();
      }
      throw new ElbException(
          "DuplicateLoadBalancerName",
          "A load balancer with the same name '"
              + config.name()
              + "' exists, but with different settings");
    }
    refusals.checkSubnets(config);
    long sameType = loadBalancers.values().stream()
        .filter(lb -> lb.config().type() == config.type())
        .count();
    boolean network = config.type() == LoadBalancerType.NETWORK;
    refusals.within(
        network ? "nlbs-per-region" : "albs-per-region",
        sameType + 1,
        "TooManyLoadBalancers",
        "The maximum number of load balancers has been reached");
    Duration provisioning = timings.provisioning(config.type());
    LoadBalancerState state =
        new LoadBalancerState(config, arns, vpc.id(), clock.now(), clock.now().plus(provisioning));
    configure(state, config);
    loadBalancers.put(state.arn(), state);
    clock.after(provisioning, state::activate);
    return state.arn();
  }

  Vpc.Subnet subnet(SubnetMapping mapping) {
    return vpc.subnet(mapping.subnetId())
        .orElseThrow(() -> new ElbException(
            "SubnetNotFound", "The subnet ID '" + mapping.subnetId() + "' does not exist"));
  }

  private void configure(LoadBalancerState state, LoadBalancer config) {
    List<Node> before = state.nodes();
    state.configure(config, allocate(config, before));
    before.forEach(n -> n.addresses().forEach(a -> balancerByAddress.remove(a, state)));
    state.nodes().forEach(n -> n.addresses().forEach(a -> balancerByAddress.putIfAbsent(a, state)));
  }

  /** Gives every subnet its node; those that stay keep theirs. On failure nothing is held. */
  private List<Node> allocate(LoadBalancer config, List<Node> current) {
    List<Node> nodes = new ArrayList<>();
    List<Node> added = new ArrayList<>();
    try {
      for (SubnetMapping mapping : config.subnetMappings()) {
        Node kept = current.stream()
            .filter(n -> n.subnetId().equals(mapping.subnetId()))
            .findFirst()
            .orElse(null);
        Node node = kept != null ? kept : addresses.allocate(config, mapping, subnet(mapping));
        nodes.add(node);
        if (kept == null) {
          added.add(node);
        }
      }
    } catch (ElbException e) {
      added.forEach(addresses::release);
      throw e;
    }
    current.stream().filter(n -> !nodes.contains(n)).forEach(addresses::release);
    return nodes;
  }

  /**
   * {@code SetSubnets}, {@code SetSecurityGroups}, {@code SetIpAddressType},
   * {@code ModifyLoadBalancerAttributes} and {@code AddTags} in one.
   *
   * @param arn which one
   * @param config the new configuration; name, type and scheme are as they were
   * @throws ElbException if it does not exist or cannot be changed so
   */
  public void modifyLoadBalancer(String arn, LoadBalancer config) {
    LoadBalancerState state = loadBalancer(arn);
    LoadBalancer old = state.config();
    if (!old.name().equals(config.name())
        || old.type() != config.type()
        || old.scheme() != config.scheme()) {
      throw ElbException.invalid(
          "The name, type and scheme of a load balancer cannot be changed: '" + old.name() + "'");
    }
    if (old.type() == LoadBalancerType.NETWORK
        && old.securityGroups().isEmpty() != config.securityGroups().isEmpty()) {
      throw new ElbException(
          "InvalidConfigurationRequest",
          "Security groups can be neither added to a Network Load Balancer that was created"
              + " without them nor all removed from one that was created with them");
    }
    refusals.checkSubnets(config);
    configure(state, config);
    refreshTargets(state.targetGroupArns());
  }

  /**
   * {@code DeleteLoadBalancer}. Its listeners and rules go with it; its target groups stay.
   *
   * @param arn which one; nothing happens if there is none
   * @throws ElbException if deletion protection is on
   */
  public void deleteLoadBalancer(String arn) {
    LoadBalancerState state = loadBalancers.get(arn);
    if (state == null) {
      return;
    }
    if (state.config().attributes().flag("deletion_protection.enabled", false)) {
      throw new ElbException(
          "OperationNotPermitted",
          "Load balancer '" + arn + "' cannot be deleted because deletion protection is enabled");
    }
    List<String> groups = state.targetGroupArns();
    for (ListenerState listener : List.copyOf(state.listeners())) {
      state.remove(listener);
      listeners.remove(listener.arn());
    }
    loadBalancers.remove(arn);
    state.nodes().forEach(n -> n.addresses().forEach(a -> balancerByAddress.remove(a, state)));
    state.nodes().forEach(addresses::release);
    release(state, groups);
  }

  /** {@return all load balancers in the order of their creation} */
  public Collection<LoadBalancerState> loadBalancers() {
    return Collections.unmodifiableCollection(loadBalancers.values());
  }

  /**
   * A load balancer.
   *
   * @param arn its ARN
   * @return the load balancer
   * @throws ElbException if there is none
   */
  public LoadBalancerState loadBalancer(String arn) {
    LoadBalancerState state = loadBalancers.get(arn);
    if (state == null) {
      throw new ElbException("LoadBalancerNotFound", "One or more load balancers not found");
    }
    return state;
  }

  /**
   * The load balancer that an address belongs to.
   *
   * @param address any address, public or private
   * @return the load balancer, or nothing
   */
  public Optional<LoadBalancerState> loadBalancerAt(IpAddress address) {
    return Optional.ofNullable(balancerByAddress.get(address));
  }

  boolean isLoadBalancerAddress(IpAddress address) {
    return addresses.isUsed(address);
  }

  // --- listeners ---

  /**
   * {@code CreateListener}.
   *
   * @param config what to create
   * @return its ARN
   * @throws ElbException if the port is taken, a target group or certificate does not exist or does
   *     not fit, or a quota is used up
   */
  public String createListener(Listener config) {
    LoadBalancerState lb = loadBalancer(config.loadBalancerArn());
    if (lb.listener(config.port()).isPresent()) {
      throw new ElbException(
          "DuplicateListener",
          "A listener already exists on this port for this load balancer '" + lb.arn() + "'");
    }
    boolean network = lb.config().type() == LoadBalancerType.NETWORK;
    refusals.within(
        network ? "listeners-per-nlb" : "listeners-per-alb",
        lb.listeners().size() + 1,
        "TooManyListeners",
        "The maximum number of listeners has been reached on load balancer '" + lb.arn() + "'");
    refusals.checkListener(lb, null, config);
    ListenerState state = new ListenerState(Arns.listener(lb.arn(), config.port()), config);
    listeners.put(state.arn(), state);
    lb.put(state);
    use(lb, config.defaultActions());
    return state.arn();
  }

  /**
   * {@code ModifyListener}, with {@code AddListenerCertificates} and
   * {@code RemoveListenerCertificates}.
   *
   * @param arn which one
   * @param config its new configuration
   * @throws ElbException if it does not exist or the configuration does not fit
   */
  public void modifyListener(String arn, Listener config) {
    ListenerState state = listener(arn);
    LoadBalancerState lb = loadBalancer(state.config().loadBalancerArn());
    if (!config.loadBalancerArn().equals(lb.arn())) {
      throw ElbException.invalid("A listener cannot move to another load balancer");
    }
    if (config.port() != state.config().port() && lb.listener(config.port()).isPresent()) {
      throw new ElbException(
          "DuplicateListener",
          "A listener already exists on this port for this load balancer '" + lb.arn() + "'");
    }
    refusals.checkListener(lb, state, config);
    state.rules().forEach(r -> Action.checkFor(config.protocol(), r.rule().actions()));
    List<String> before = state.targetGroupArns();
    lb.remove(state);
    state.configure(config);
    lb.put(state);
    release(lb, before);
    use(lb, config.defaultActions());
  }

  /**
   * {@code DeleteListener}, with its rules.
   *
   * @param arn which one
   * @throws ElbException if it does not exist
   */
  public void deleteListener(String arn) {
    ListenerState state = listener(arn);
    LoadBalancerState lb = loadBalancer(state.config().loadBalancerArn());
    List<String> before = state.targetGroupArns();
    lb.remove(state);
    listeners.remove(arn);
    release(lb, before);
  }

  /**
   * A listener.
   *
   * @param arn its ARN
   * @return the listener
   * @throws ElbException if there is none
   */
  public ListenerState listener(String arn) {
    ListenerState state = listeners.get(arn);
    if (state == null) {
      throw new ElbException("ListenerNotFound", "One or more listeners not found");
    }
    return state;
  }

  // --- rules ---

  /**
   * {@code CreateRule}.
   *
   * @param listenerArn whose rule
   * @param rule what to create
   * @return its ARN
   * @throws ElbException if the priority is in use, a target group does not exist or does not fit,
   *     or a quota is used up
   */
  public String createRule(String listenerArn, Rule rule) {
    ListenerState listener = listener(listenerArn);
    refusals.checkRule(listener, rule);
    if (listener.byPriority().containsKey(rule.priority())) {
      throw new ElbException(
          "PriorityInUse", "Priority '" + rule.priority() + "' is currently in use");
    }
    LoadBalancerState lb = loadBalancer(listener.config().loadBalancerArn());
    refusals.withinRules(lb, Quotas.rules(lb) + 1);
    ListenerState.NamedRule named = listener.add(rule);
    use(lb, rule.actions());
    return named.arn();
  }

  /**
   * {@code ModifyRule}, with {@code SetRulePriorities}.
   *
   * @param ruleArn which one
   * @param rule its new configuration
   * @throws ElbException if it does not exist or the configuration does not fit
   */
  public void modifyRule(String ruleArn, Rule rule) {
    ListenerState listener = listenerOfRule(ruleArn);
    ListenerState.NamedRule old = rule(listener, ruleArn);
    refusals.checkRule(listener, rule);
    ListenerState.NamedRule there = listener.byPriority().get(rule.priority());
    if (there != null && !there.equals(old)) {
      throw new ElbException(
          "PriorityInUse", "Priority '" + rule.priority() + "' is currently in use");
    }
    LoadBalancerState lb = loadBalancer(listener.config().loadBalancerArn());
    listener.replace(old, rule);
    release(lb, groupsOf(old.rule().actions()));
    use(lb, rule.actions());
  }

  /**
   * {@code DeleteRule}.
   *
   * @param ruleArn which one
   * @throws ElbException if it does not exist or is a default rule
   */
  public void deleteRule(String ruleArn) {
    ListenerState listener = listenerOfRule(ruleArn);
    LoadBalancerState lb = loadBalancer(listener.config().loadBalancerArn());
    ListenerState.NamedRule old = rule(listener, ruleArn);
    listener.remove(old);
    release(lb, groupsOf(old.rule().actions()));
  }

  private ListenerState listenerOfRule(String ruleArn) {
    int slash = ruleArn.lastIndexOf('/');
    String listenerArn =
        slash < 0 ? ruleArn : ruleArn.substring(0, slash).replace(":listener-rule/", ":listener/");
    ListenerState listener = listeners.get(listenerArn);
    if (listener != null && listener.defaultRuleArn().equals(ruleArn)) {
      throw new ElbException(
          "OperationNotPermitted", "Default rule '" + ruleArn + "' cannot be changed or deleted");
    }
    if (listener == null || listener.rule(ruleArn) == null) {
      throw new ElbException("RuleNotFound", "One or more rules not found");
    }
    return listener;
  }

  private static ListenerState.NamedRule rule(ListenerState listener, String ruleArn) {
    return Objects.requireNonNull(listener.rule(ruleArn));
  }

  // --- target groups ---

  /**
   * {@code CreateTargetGroup}.
   *
   * @param config what to create
   * @return its ARN; the same as before if it exists with these very settings
   * @throws ElbException if the name is taken with other settings, or the quota is used up
   */
  public String createTargetGroup(TargetGroup config) {
    String arn = arns.targetGroup(config.name());
    TargetGroupState existing = targetGroups.get(arn);
    if (existing != null) {
      if (existing.config().equals(config)) {
        return arn;
      }
      throw new ElbException(
          "DuplicateTargetGroupName",
          "A target group with the same name '"
              + config.name()
              + "' exists, but with different settings");
    }
    refusals.within(
        "target-groups-per-region",
        targetGroups.size() + 1,
        "TooManyTargetGroups",
        "The maximum number of target groups has been reached");
    targetGroups.put(arn, new TargetGroupState(arn, config));
    return arn;
  }

  /**
   * {@code ModifyTargetGroup} and {@code ModifyTargetGroupAttributes}.
   *
   * @param arn which one
   * @param config the new configuration; only health check, attributes and tags may differ
   * @throws ElbException if it does not exist or something else differs
   */
  public void modifyTargetGroup(String arn, TargetGroup config) {
    TargetGroupState state = targetGroup(arn);
    TargetGroup old = state.config();
    TargetGroup sameButForChecks = new TargetGroup(
        old.name(),
        old.protocol(),
        old.port(),
        old.targetType(),
        old.protocolVersion(),
        old.ipAddressType(),
        config.healthCheck(),
        config.attributes(),
        config.tags());
    if (!config.equals(sameButForChecks)) {
      throw ElbException.invalid("Only the health check and the attributes of a target group can"
          + " be changed: '" + old.name() + "'");
    }
    state.configure(config);
  }

  /**
   * {@code DeleteTargetGroup}.
   *
   * @param arn which one; nothing happens if there is none
   * @throws ElbException if a listener or rule uses it
   */
  public void deleteTargetGroup(String arn) {
    TargetGroupState state = targetGroups.get(arn);
    if (state == null) {
      return;
    }
    if (state.loadBalancer().isPresent()) {
      throw new ElbException(
          "ResourceInUse",
          "Target group '" + arn + "' is currently in use by a listener or a rule");
    }
    state.targets().forEach(TargetState::stop);
    targetGroups.remove(arn);
  }

  /** {@return all target groups in the order of their creation} */
  public Collection<TargetGroupState> targetGroups() {
    return Collections.unmodifiableCollection(targetGroups.values());
  }

  /**
   * A target group.
   *
   * @param arn its ARN
   * @return the group
   * @throws ElbException if there is none
   */
  public TargetGroupState targetGroup(String arn) {
    TargetGroupState state = targetGroups.get(arn);
    if (state == null) {
      throw new ElbException("TargetGroupNotFound", "One or more target groups not found");
    }
    return state;
  }

  // --- targets ---

  /**
   * {@code RegisterTargets}. A target that drains is taken back; one that is registered stays as it
   * is.
   *
   * @param targetGroupArn the group
   * @param targets what to register
   * @throws ElbException if an id is no target for this group, or a quota is used up
   */
  public void registerTargets(String targetGroupArn, List<TargetDescription> targets) {
    TargetGroupState group = targetGroup(targetGroupArn);
    List<TargetState> fresh = new ArrayList<>(targets.size());
    Set<TargetDescription> seen = new HashSet<>(targets.size() * 2);
    for (TargetDescription target : targets) {
      TargetState known = group.known(target);
      if ((known == null || known.isDraining()) && seen.add(target)) {
        fresh.add(places.place(group, target));
      }
    }
    refusals.checkTargetQuotas(group, fresh);
    for (TargetState target : fresh) {
      TargetState before = group.put(target);
      if (before != null) {
        before.stop();
      }
      target.begin();
    }
  }

  /**
   * {@code DeregisterTargets}. They drain, or are gone at once if nobody used them.
   *
   * @param targetGroupArn the group
   * @param targets what to deregister; what is not registered is passed over
   */
  public void deregisterTargets(String targetGroupArn, List<TargetDescription> targets) {
    TargetGroupState group = targetGroup(targetGroupArn);
    for (TargetDescription target : targets) {
      group.target(target.id(), target.port()).ifPresent(t -> {
        if (t.drain()) {
          group.remove(t);
        }
      });
    }
  }

  /**
   * Tells that instances started, stopped or are gone: their targets become unused or begin anew.
   */
  public void instancesChanged() {
    refreshTargets(targetGroups.keySet());
  }

  /**
   * Asks to be told of targets whose deregistration delay is over, at that moment. Forks tell
   * nobody.
   *
   * @param told is told of the group and the target that was in it
   */
  public void whenDrained(BiConsumer<TargetGroupState, TargetState> told) {
    drainWatchers.add(told);
  }

  void drained(TargetGroupState group, TargetState target) {
    drainWatchers.forEach(watcher -> watcher.accept(group, target));
  }

  // --- what follows from a change ---

  static List<String> groupsOf(List<Action> actions) {
    List<String> arns = new ArrayList<>();
    ListenerState.collect(actions, arns);
    return arns;
  }

  /** A load balancer now forwards to the groups of these actions; no other one does. */
  private void use(LoadBalancerState lb, List<Action> actions) {
    List<String> groupArns = groupsOf(actions);
    for (String arn : groupArns) {
      TargetGroupState group = targetGroup(arn);
      if (group.loadBalancer().isEmpty()) {
        group.useBy(lb);
      }
    }
    refreshTargets(groupArns);
  }

  /** A load balancer may forward to these groups no longer. */
  private void release(LoadBalancerState lb, Collection<String> groupArns) {
    for (String arn : groupArns) {
      if (!lb.uses(arn)) {
        targetGroup(arn).useBy(null);
      }
    }
    refreshTargets(groupArns);
  }

  private void refreshTargets(Collection<String> groupArns) {
    for (String arn : groupArns) {
      TargetGroupState group = targetGroups.get(arn);
      if (group != null) {
        List.copyOf(group.targets()).stream()
            .filter(TargetState::mustBeginAnew)
            .forEach(TargetState::begin);
      }
    }
  }
}
