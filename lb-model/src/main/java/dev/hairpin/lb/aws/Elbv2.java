package dev.hairpin.lb.aws;

import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.HealthCheck;
import dev.hairpin.lb.model.MutualAuthentication;
import dev.hairpin.lb.model.RuleCondition;
import dev.hairpin.lb.model.StackResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The load balancers of an account, as the ELBv2 API keeps them: with their listeners, rules,
 * target groups and targets. Their addresses and packets are not kept here but by
 * {@code dev.hairpin.lb.elb}. Single-writer, as is the account.
 */
public final class Elbv2 {
  private static final String DOMAIN = "amazonaws.com";

  private final Aws account;
  private final TaggedMap<LoadBalancer> loadBalancers =
      TaggedMap.inOrderOfCreation(LoadBalancer::tags);
  private final Map<String, TreeMap<Integer, Listener>> listeners = new HashMap<>();
  private final Map<String, TreeMap<Integer, Rule>> rules = new HashMap<>();
  private final TaggedMap<TargetGroup> targetGroups =
      TaggedMap.inOrderOfCreation(TargetGroup::tags);
  private final Map<String, TreeSet<Target>> targets = new HashMap<>();
  private final Map<String, String> trustStores = new TreeMap<>();
  private final Map<String, String> fixedHealth = new TreeMap<>();

  Elbv2(Aws account) {
    this.account = account;
  }

  /** Takes over what another has; what is changed here later does not show there. */
  void putAll(Elbv2 other) {
    loadBalancers.putAll(other.loadBalancers);
    other.listeners.forEach((k, v) -> listeners.put(k, new TreeMap<>(v)));
    other.rules.forEach((k, v) -> rules.put(k, new TreeMap<>(v)));
    targetGroups.putAll(other.targetGroups);
    other.targets.forEach((k, v) -> targets.put(k, new TreeSet<>(v)));
    trustStores.putAll(other.trustStores);
    fixedHealth.putAll(other.fixedHealth);
  }

  /**
   * Adds a trust store.
   *
   * @param name its name
   * @param arn its ARN
   */
  public void addTrustStore(String name, String arn) {
    trustStores.put(name, arn);
  }

  /**
   * Finds a trust store.
   *
   * @param name its name
   * @return its ARN, or nothing
   */
  public Optional<String> trustStore(String name) {
    return Optional.ofNullable(trustStores.get(name));
  }

  /**
   * Says what the health of a target is to be, whatever its checks find.
   *
   * @param targetId an address or instance id
   * @param state the state, such as {@code healthy}
   */
  public void fixHealth(String targetId, String state) {
    fixedHealth.put(targetId, state);
  }

  /**
   * The health that was fixed for a target.
   *
   * @param targetId an address or instance id
   * @return the state, or nothing
   */
  public Optional<String> fixedHealth(String targetId) {
    return Optional.ofNullable(fixedHealth.get(targetId));
  }

  /**
   * The load balancers, oldest first.
   *
   * @return an unmodifiable view
   */
  public Collection<LoadBalancer> loadBalancers() {
    return loadBalancers.values();
  }

  /**
   * The load balancers that carry all of some tags.
   *
   * @param tags the tags
   * @return the load balancers, oldest first
   */
  public List<LoadBalancer> loadBalancersTagged(Map<String, String> tags) {
    return loadBalancers.tagged(tags);
  }

  /**
   * Finds a load balancer.
   *
   * @param arn its ARN
   * @return the load balancer, or nothing
   */
  public Optional<LoadBalancer> loadBalancer(String arn) {
    return Optional.ofNullable(loadBalancers.get(arn));
  }

  /**
   * Finds a load balancer by the name that clients use.
   *
   * @param dnsName its DNS name; case does not matter
   * @return the load balancer, or nothing
   */
  public Optional<LoadBalancer> loadBalancerByDnsName(String dnsName) {
    return loadBalancers.values().stream()
        .filter(lb -> lb.dnsName().equalsIgnoreCase(dnsName))
        .findFirst();
  }

  /**
   * Adds a load balancer that is there from the start.
   *
   * @param loadBalancer the load balancer
   */
  public void add(LoadBalancer loadBalancer) {
    loadBalancers.put(loadBalancer.arn(), loadBalancer);
  }

  /**
   * Creates a load balancer.
   *
   * @param spec what it is to be; references must be resolved
   * @param groups the ids of its security groups
   * @param tags its tags
   * @param now when
   * @return the load balancer
   * @throws AwsException if a subnet does not exist
   */
  public LoadBalancer createLoadBalancer(
      StackResource.LoadBalancer spec, List<String> groups, Map<String, String> tags, Instant now) {
    String hex = Names.hex("lb", spec.name());
    String arn =
        arn("loadbalancer/" + (spec.network() ? "net/" : "app/") + spec.name() + "/" + hex);
    boolean internal = spec.scheme().equals("internal");
    String domain = account.region().startsWith("cn-") ? DOMAIN + ".cn" : DOMAIN;
    String dnsName = spec.network()
        ? spec.name() + "-" + hex + ".elb." + account.region() + "." + domain
        : (internal ? "internal-" : "")
            + spec.name()
            + "-"
            + Names.digits(spec.name())
            + "."
            + account.region()
            + ".elb."
            + domain;
    LoadBalancer lb = new LoadBalancer(
        arn,
        spec.name(),
        dnsName,
        spec.network(),
        spec.scheme(),
        spec.ipAddressType(),
        account.vpc().id(),
        zonesFor(spec.subnets(), List.of()),
        groups,
        spec.customerOwnedIpv4Pool(),
        spec.privateLinkRules(),
        Map.of(),
        tags,
        now);
    loadBalancers.put(arn, lb);
    account.changed();
    return lb;
  }

  /**
   * Changes a load balancer in place.
   *
   * @param before the load balancer as it is
   * @param spec what it is to be
   * @param groups the ids of its security groups
   * @param attributes the attributes to set; others stay
   * @param tags its tags
   * @return the load balancer as it is then
   */
  public LoadBalancer modifyLoadBalancer(
      LoadBalancer before,
      StackResource.LoadBalancer spec,
      List<String> groups,
      Map<String, String> attributes,
      Map<String, String> tags) {
    Map<String, String> merged = new TreeMap<>(before.attributes());
    merged.putAll(attributes);
    LoadBalancer after = before.with(
        zonesFor(spec.subnets(), before.zones()),
        groups,
        spec.ipAddressType(),
        spec.privateLinkRules() != null ? spec.privateLinkRules() : before.privateLinkRules(),
        merged,
        tags);
    if (!after.equals(before)) {
      loadBalancers.put(after.arn(), after);
      account.changed();
    }
    return after;
  }

  private List<LoadBalancer.Zone> zonesFor(
      List<StackResource.SubnetMapping> mappings, List<LoadBalancer.Zone> existing) {
    List<LoadBalancer.Zone> result = new ArrayList<>();
    for (var mapping : mappings) {
      Optional<LoadBalancer.Zone> kept =
          existing.stream().filter(z -> z.subnetId().equals(mapping.subnetId())).findFirst();
      if (kept.isPresent()) {
        result.add(kept.get());
        continue;
      }
      @Nullable Subnet subnet = account.ec2().subnet(mapping.subnetId()).orElse(null);
      if (subnet == null) {
        throw new AwsException(
            "SubnetNotFound",
            "SubnetNotFound: The subnet ID '" + mapping.subnetId() + "' does not exist");
      }
      result.add(new LoadBalancer.Zone(
          subnet.zone(),
          subnet.id(),
          mapping.allocationId(),
          mapping.privateIpv4Address(),
          mapping.ipv6Address()));
    }
    return result;
  }

  /**
   * Deletes a load balancer with its listeners and rules.
   *
   * @param arn its ARN
   */
  public void deleteLoadBalancer(String arn) {
    if (loadBalancers.remove(arn) != null) {
      for (Listener listener : listeners(arn)) {
        rules.remove(listener.arn());
      }
      listeners.remove(arn);
      account.protection().forget(arn);
      account.changed();
    }
  }

  /**
   * The listeners of a load balancer, by port.
   *
   * @param loadBalancerArn the load balancer
   * @return the listeners
   */
  public Collection<Listener> listeners(String loadBalancerArn) {
    TreeMap<Integer, Listener> found = listeners.get(loadBalancerArn);
    return found == null ? List.of() : List.copyOf(found.values());
  }

  /**
   * The listener of a port.
   *
   * @param loadBalancerArn the load balancer
   * @param port the port
   * @return the listener, or nothing
   */
  public Optional<Listener> listener(String loadBalancerArn, int port) {
    TreeMap<Integer, Listener> found = listeners.get(loadBalancerArn);
    return found == null ? Optional.empty() : Optional.ofNullable(found.get(port));
  }

  /**
   * Creates the listener of a port, or changes it.
   *
   * @param loadBalancerArn the load balancer
   * @param port the port
   * @param protocol the protocol
   * @param certificates the certificates, the default one first
   * @param sslPolicy the security policy, or null
   * @param alpnPolicy the ALPN policy
   * @param mutualAuthentication what is asked of clients' certificates, or null
   * @param defaultActions what happens when no rule matches
   * @param tags its tags
   * @return the listener
   */
  public Listener putListener(
      String loadBalancerArn,
      int port,
      String protocol,
      List<String> certificates,
      @Nullable String sslPolicy,
      List<String> alpnPolicy,
      @Nullable MutualAuthentication mutualAuthentication,
      List<Action> defaultActions,
      Map<String, String> tags) {
    String path = loadBalancerArn.substring(loadBalancerArn.indexOf("loadbalancer/") + 13);
    String hex = Names.hex("ls", path + "|" + port);
    Listener listener = new Listener(
        arn("listener/" + path + "/" + hex),
        loadBalancerArn,
        port,
        protocol,
        certificates,
        sslPolicy,
        alpnPolicy,
        mutualAuthentication,
        defaultActions,
        tags);
    TreeMap<Integer, Listener> ofLoadBalancer =
        listeners.computeIfAbsent(loadBalancerArn, a -> new TreeMap<>());
    if (!listener.equals(ofLoadBalancer.put(port, listener))) {
      account.changed();
    }
    return listener;
  }

  /**
   * Deletes a listener with its rules.
   *
   * @param listener the listener
   */
  public void deleteListener(Listener listener) {
    TreeMap<Integer, Listener> ofLoadBalancer = listeners.get(listener.loadBalancerArn());
    if (ofLoadBalancer != null && ofLoadBalancer.remove(listener.port()) != null) {
      rules.remove(listener.arn());
      account.changed();
    }
  }

  /**
   * The rules of a listener, by priority, without the default one.
   *
   * @param listenerArn the listener
   * @return the rules
   */
  public Collection<Rule> rules(String listenerArn) {
    TreeMap<Integer, Rule> found = rules.get(listenerArn);
    return found == null ? List.of() : List.copyOf(found.values());
  }

  /**
   * Creates the rule of a priority, or changes it.
   *
   * @param listenerArn the listener
   * @param priority the priority
   * @param conditions all of these must hold
   * @param actions what happens then
   * @param tags its tags
   */
  public void putRule(
      String listenerArn,
      int priority,
      List<RuleCondition> conditions,
      List<Action> actions,
      Map<String, String> tags) {
    String path = listenerArn.substring(listenerArn.indexOf("listener/") + 9);
    String hex = Names.hex("rule", path + "|" + priority);
    Rule rule = new Rule(
        arn("listener-rule/" + path + "/" + hex), listenerArn, priority, conditions, actions, tags);
    TreeMap<Integer, Rule> ofListener = rules.computeIfAbsent(listenerArn, a -> new TreeMap<>());
    if (!rule.equals(ofListener.put(priority, rule))) {
      account.changed();
    }
  }

  /**
   * Deletes a rule.
   *
   * @param rule the rule
   */
  public void deleteRule(Rule rule) {
    TreeMap<Integer, Rule> ofListener = rules.get(rule.listenerArn());
    if (ofListener != null && ofListener.remove(rule.priority()) != null) {
      account.changed();
    }
  }

  /**
   * The target groups, oldest first.
   *
   * @return an unmodifiable view
   */
  public Collection<TargetGroup> targetGroups() {
    return targetGroups.values();
  }

  /**
   * The target groups that carry all of some tags.
   *
   * @param tags the tags
   * @return the groups, oldest first
   */
  public List<TargetGroup> targetGroupsTagged(Map<String, String> tags) {
    return targetGroups.tagged(tags);
  }

  /**
   * Finds a target group.
   *
   * @param arn its ARN
   * @return the group, or nothing
   */
  public Optional<TargetGroup> targetGroup(String arn) {
    return Optional.ofNullable(targetGroups.get(arn));
  }

  /**
   * Adds a target group that is there from the start.
   *
   * @param group the group
   */
  public void add(TargetGroup group) {
    targetGroups.put(group.arn(), group);
  }

  /**
   * Creates a target group.
   *
   * @param spec what it is to be
   * @param tags its tags
   * @return the group
   */
  public TargetGroup createTargetGroup(StackResource.TargetGroup spec, Map<String, String> tags) {
    String arn = arn("targetgroup/" + spec.name() + "/" + Names.hex("tg", spec.name()));
    TargetGroup group = new TargetGroup(
        arn,
        spec.name(),
        spec.protocol(),
        spec.port(),
        spec.protocolVersion(),
        spec.targetType(),
        spec.ipAddressType().equals("ipv6") ? "ipv6" : null,
        account.vpc().id(),
        spec.healthCheck(),
        spec.attributes(),
        tags);
    targetGroups.put(arn, group);
    account.changed();
    return group;
  }

  /**
   * Changes a target group in place.
   *
   * @param before the group as it is
   * @param check how its targets are to be checked
   * @param attributes the attributes to set; others stay
   * @param tags its tags
   */
  public void modifyTargetGroup(
      TargetGroup before,
      HealthCheck check,
      Map<String, String> attributes,
      Map<String, String> tags) {
    Map<String, String> merged = new TreeMap<>(before.attributes());
    merged.putAll(attributes);
    TargetGroup after = before.with(check, merged, tags);
    if (!after.equals(before)) {
      targetGroups.put(after.arn(), after);
      account.changed();
    }
  }

  /**
   * Deletes a target group with its targets.
   *
   * @param arn its ARN
   */
  public void deleteTargetGroup(String arn) {
    if (targetGroups.remove(arn) != null) {
      targets.remove(arn);
      account.changed();
    }
  }

  /**
   * The registered targets of a group, by {@code id:port}; those that drain are not among them.
   *
   * @param targetGroupArn the group
   * @return an unmodifiable view
   */
  public Collection<Target> targets(String targetGroupArn) {
    TreeSet<Target> found = targets.get(targetGroupArn);
    return found == null ? List.of() : Collections.unmodifiableCollection(found);
  }

  /**
   * Registers targets.
   *
   * @param targetGroupArn the group
   * @param newTargets the targets
   */
  public void registerTargets(String targetGroupArn, Collection<Target> newTargets) {
    TreeSet<Target> found = targets.computeIfAbsent(targetGroupArn, a -> new TreeSet<>());
    if (found.isEmpty()) {
      // Linear in the number of targets if they are a sorted set.
      found.addAll(newTargets);
    } else {
      for (Target target : newTargets) {
        if (!found.add(target)) {
          found.remove(target);
          found.add(target);
        }
      }
    }
    account.changed();
  }

  /**
   * Deregisters targets.
   *
   * @param targetGroupArn the group
   * @param oldTargets the targets
   */
  public void deregisterTargets(String targetGroupArn, Collection<Target> oldTargets) {
    TreeSet<Target> found = targets.get(targetGroupArn);
    if (found != null) {
      oldTargets.forEach(found::remove);
      account.changed();
    }
  }

  private String arn(String resource) {
    String partition = account.region().startsWith("cn-") ? "aws-cn" : "aws";
    return "arn:"
        + partition
        + ":elasticloadbalancing:"
        + account.region()
        + ":"
        + account.account()
        + ":"
        + resource;
  }
}
