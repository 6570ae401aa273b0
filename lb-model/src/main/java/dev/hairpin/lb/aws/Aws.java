package dev.hairpin.lb.aws;

import dev.hairpin.lb.model.Action;
import dev.hairpin.lb.model.HealthCheck;
import dev.hairpin.lb.model.MutualAuthentication;
import dev.hairpin.lb.model.RuleCondition;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An AWS account in one region, as the controller and the load balancers see it.
 *
 * <p>What was there before (the network, the instances, the certificates) is put in with
 * {@code add}; what the controller builds comes and goes with methods named like the calls of the
 * API. Ids that AWS draws at random follow from the names here. The addresses of load balancers are
 * not kept here but by {@code dev.hairpin.lb.elb}, where they live. Single-writer, as is the
 * cluster that it belongs to.
 */
public final class Aws {
  private static final String DOMAIN = "amazonaws.com";

  private final String region;
  private final String account;
  private final Vpc vpc;
  private final Map<String, AvailabilityZone> zones = new LinkedHashMap<>();
  private final Map<String, Subnet> subnets = new LinkedHashMap<>();
  private final TaggedMap<SecurityGroup> securityGroups = TaggedMap.sortedById(SecurityGroup::tags);
  private final Map<String, Instance> instances = new LinkedHashMap<>();
  private final Map<String, Instance> instanceByInterface = new HashMap<>();
  private final Map<String, NetworkInterface> interfaces = new HashMap<>();
  private final Map<String, NetworkInterface> interfaceByIp = new HashMap<>();
  private final Map<Cidr, NetworkInterface> interfaceByPrefix = new LinkedHashMap<>();
  private final List<Certificate> certificates = new ArrayList<>();
  private final Map<String, String> trustStores = new TreeMap<>();
  private final Map<String, String> fixedHealth = new TreeMap<>();
  private final TaggedMap<LoadBalancer> loadBalancers =
      TaggedMap.inOrderOfCreation(LoadBalancer::tags);
  private final Map<String, TreeMap<Integer, Listener>> listeners = new HashMap<>();
  private final Map<String, TreeMap<Integer, Rule>> rules = new HashMap<>();
  private final TaggedMap<TargetGroup> targetGroups =
      TaggedMap.inOrderOfCreation(TargetGroup::tags);
  private final Map<String, TreeSet<Target>> targets = new HashMap<>();
  private final Map<String, String> webAcls = new TreeMap<>();
  private final Map<String, String> regionalWebAcls = new TreeMap<>();
  private final Map<String, String> shields = new TreeMap<>();
  private boolean shieldSubscribed;
  private long changes;

  /**
   * An account with an empty network.
   *
   * @param region the region, such as {@code us-west-2}
   * @param account the account's 12 digits
   * @param vpc the cluster's network
   */
  public Aws(String region, String account, Vpc vpc) {
    this.region = region;
    this.account = account;
    this.vpc = vpc;
  }

  /**
   * An independent copy, in which a change can be tried.
   *
   * @return the copy
   */
  public Aws copy() {
    Aws copy = new Aws(region, account, vpc);
    copy.zones.putAll(zones);
    copy.subnets.putAll(subnets);
    copy.securityGroups.putAll(securityGroups);
    copy.instances.putAll(instances);
    copy.instanceByInterface.putAll(instanceByInterface);
    copy.interfaces.putAll(interfaces);
    copy.interfaceByIp.putAll(interfaceByIp);
    copy.interfaceByPrefix.putAll(interfaceByPrefix);
    copy.certificates.addAll(certificates);
    copy.trustStores.putAll(trustStores);
    copy.fixedHealth.putAll(fixedHealth);
    copy.loadBalancers.putAll(loadBalancers);
    listeners.forEach((k, v) -> copy.listeners.put(k, new TreeMap<>(v)));
    rules.forEach((k, v) -> copy.rules.put(k, new TreeMap<>(v)));
    copy.targetGroups.putAll(targetGroups);
    targets.forEach((k, v) -> copy.targets.put(k, new TreeSet<>(v)));
    copy.webAcls.putAll(webAcls);
    copy.regionalWebAcls.putAll(regionalWebAcls);
    copy.shields.putAll(shields);
    copy.shieldSubscribed = shieldSubscribed;
    copy.changes = changes;
    return copy;
  }

  // The account

  /**
   * The region.
   *
   * @return the region's name
   */
  public String region() {
    return region;
  }

  /**
   * The account.
   *
   * @return its 12 digits
   */
  public String account() {
    return account;
  }

  /**
   * The cluster's network.
   *
   * @return the VPC
   */
  public Vpc vpc() {
    return vpc;
  }

  /**
   * How many calls changed something so far.
   *
   * @return the number; it never falls
   */
  public long changes() {
    return changes;
  }

  /**
   * Adds a zone.
   *
   * @param zone the zone
   */
  public void add(AvailabilityZone zone) {
    zones.put(zone.name(), zone);
  }

  /**
   * Finds a zone.
   *
   * @param name its name
   * @return the zone; one of the plain type if it was never added
   */
  public AvailabilityZone zone(String name) {
    AvailabilityZone zone = zones.get(name);
    return zone != null ? zone : new AvailabilityZone(name, name, "availability-zone");
  }

  /**
   * Adds or replaces a subnet.
   *
   * @param subnet the subnet
   */
  public void add(Subnet subnet) {
    subnets.put(subnet.id(), subnet);
  }

  /**
   * The subnets, in the order in which they were added.
   *
   * @return an unmodifiable view
   */
  public Collection<Subnet> subnets() {
    return Collections.unmodifiableCollection(subnets.values());
  }

  /**
   * Finds a subnet.
   *
   * @param id its id
   * @return the subnet, or nothing
   */
  public Optional<Subnet> subnet(String id) {
    return Optional.ofNullable(subnets.get(id));
  }

  /**
   * Adds or replaces an instance.
   *
   * @param instance the instance
   */
  public void add(Instance instance) {
    Instance before = instances.put(instance.id(), instance);
    if (before != null) {
      before.interfaces().forEach(eni -> {
        instanceByInterface.remove(eni.id());
        interfaces.remove(eni.id());
      });
    }
    for (NetworkInterface eni : instance.interfaces()) {
      instanceByInterface.put(eni.id(), instance);
      put(eni);
    }
  }

  private void put(NetworkInterface eni) {
    interfaces.put(eni.id(), eni);
    for (String ip : eni.ips()) {
      if (ip.indexOf('/') >= 0) {
        interfaceByPrefix.put(Cidr.parse(ip), eni);
      } else {
        interfaceByIp.put(ip, eni);
      }
    }
  }

  /**
   * Adds a network interface that is no part of an instance: a branch interface of a pod with
   * security groups of its own, or the interface of a pod on Fargate.
   *
   * @param eni the interface
   * @param instanceId the instance whose trunk carries the branch; empty if there is none
   */
  public void add(NetworkInterface eni, String instanceId) {
    put(eni);
    instance(instanceId).ifPresent(instance -> instanceByInterface.put(eni.id(), instance));
  }

  /**
   * Removes a network interface that {@link #add(NetworkInterface, String)} added.
   *
   * @param id the interface's id; nothing happens if there is none
   */
  public void removeInterface(String id) {
    NetworkInterface eni = interfaces.remove(id);
    instanceByInterface.remove(id);
    if (eni != null) {
      eni.ips().forEach(ip -> interfaceByIp.remove(ip, eni));
    }
  }

  /**
   * Finds a network interface.
   *
   * @param id its id
   * @return the interface, or nothing
   */
  public Optional<NetworkInterface> networkInterface(String id) {
    return Optional.ofNullable(interfaces.get(id));
  }

  /**
   * Finds an instance.
   *
   * @param id its id
   * @return the instance, or nothing
   */
  public Optional<Instance> instance(String id) {
    return Optional.ofNullable(instances.get(id));
  }

  /**
   * The instances.
   *
   * @return an unmodifiable view
   */
  public Collection<Instance> instances() {
    return Collections.unmodifiableCollection(instances.values());
  }

  /**
   * The network interface that holds an address.
   *
   * @param ip the address
   * @return the interface, or nothing if none has the address
   */
  public Optional<NetworkInterface> interfaceOf(String ip) {
    NetworkInterface eni = interfaceByIp.get(ip);
    if (eni != null || interfaceByPrefix.isEmpty()) {
      return Optional.ofNullable(eni);
    }
    return IpAddress.tryParse(ip)
        .flatMap(address -> interfaceByPrefix.entrySet().stream()
            .filter(e -> e.getKey().contains(address))
            .map(Map.Entry::getValue)
            .findFirst());
  }

  /**
   * The instance that a network interface is attached to.
   *
   * @param interfaceId the interface's id
   * @return the instance, or nothing
   */
  public Optional<Instance> instanceOf(String interfaceId) {
    return Optional.ofNullable(instanceByInterface.get(interfaceId));
  }

  /**
   * Gives a pod's address to the primary interface of its node's instance, as the VPC CNI does.
   *
   * @param ip the address
   * @param instanceId the instance; nothing happens if there is none
   */
  public void holdAddress(String ip, String instanceId) {
    instance(instanceId)
        .flatMap(Instance::primaryInterface)
        .ifPresent(eni -> interfaceByIp.putIfAbsent(ip, eni));
  }

  /**
   * Takes back an address that {@link #holdAddress} gave.
   *
   * @param ip the address
   */
  public void releaseAddress(String ip) {
    NetworkInterface eni = interfaceByIp.get(ip);
    if (eni != null && !eni.ips().contains(ip)) {
      interfaceByIp.remove(ip);
    }
  }

  /**
   * The zone that an address of the VPC lies in.
   *
   * @param ip the address
   * @return the zone's name, or nothing if no subnet has the address
   */
  public Optional<String> zoneOf(String ip) {
    return IpAddress.tryParse(ip)
        .flatMap(address -> subnets.values().stream()
            .filter(s -> s.cidr().contains(address)
                || (s.ipv6Cidr() != null && s.ipv6Cidr().contains(address)))
            .map(Subnet::zone)
            .findFirst());
  }

  /**
   * Adds a certificate.
   *
   * @param certificate the certificate
   */
  public void add(Certificate certificate) {
    certificates.add(certificate);
  }

  /**
   * The certificates.
   *
   * @return an unmodifiable view
   */
  public List<Certificate> certificates() {
    return Collections.unmodifiableList(certificates);
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
   * Subscribes to AWS Shield Advanced, or not.
   *
   * @param subscribed whether the account has it
   */
  public void shieldSubscribed(boolean subscribed) {
    this.shieldSubscribed = subscribed;
  }

  /**
   * Whether the account has AWS Shield Advanced.
   *
   * @return true if it is subscribed
   */
  public boolean isShieldSubscribed() {
    return shieldSubscribed;
  }

  // Security groups

  /**
   * Adds or replaces a security group that is not the controller's.
   *
   * @param group the group
   */
  public void add(SecurityGroup group) {
    securityGroups.put(group.id(), group);
  }

  /**
   * The security groups by id.
   *
   * @return an unmodifiable view
   */
  public Collection<SecurityGroup> securityGroups() {
    return securityGroups.values();
  }

  /**
   * The security groups that carry all of some tags.
   *
   * @param tags the tags
   * @return the groups by id
   */
  public List<SecurityGroup> securityGroupsTagged(Map<String, String> tags) {
    return securityGroups.tagged(tags);
  }

  /**
   * Finds a security group.
   *
   * @param id its id
   * @return the group, or nothing
   */
  public Optional<SecurityGroup> securityGroup(String id) {
    return Optional.ofNullable(securityGroups.get(id));
  }

  /**
   * Creates a security group in the VPC.
   *
   * @param name its name
   * @param description its description
   * @param tags its tags
   * @return its id
   */
  public String createSecurityGroup(String name, String description, Map<String, String> tags) {
    String id = Names.securityGroupId(name);
    securityGroups.put(
        id, new SecurityGroup(id, name, description, vpc.id(), tags, new TreeSet<>()));
    changes++;
    return id;
  }

  /**
   * Replaces the rules of a security group.
   *
   * @param id the group's id
   * @param ingress the rules that it is to have
   * @throws AwsException if there is no such group
   */
  public void setIngress(String id, Collection<IpPermission> ingress) {
    SecurityGroup group = existing(id);
    SecurityGroup changed = group.withIngress(ingress);
    if (!changed.equals(group)) {
      securityGroups.put(id, changed);
      changes++;
    }
  }

  /**
   * Replaces the tags of a security group.
   *
   * @param id the group's id
   * @param tags the tags that it is to have
   * @throws AwsException if there is no such group
   */
  public void setSecurityGroupTags(String id, Map<String, String> tags) {
    securityGroups.put(id, existing(id).withTags(tags));
    changes++;
  }

  private SecurityGroup existing(String id) {
    SecurityGroup group = securityGroups.get(id);
    if (group == null) {
      throw new AwsException(
          "InvalidGroup.NotFound",
          "InvalidGroup.NotFound: The security group '" + id + "' does not exist");
    }
    return group;
  }

  /**
   * Deletes a security group.
   *
   * @param id the group's id
   */
  public void deleteSecurityGroup(String id) {
    if (securityGroups.remove(id) != null) {
      changes++;
    }
  }

  // Load balancers

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
      dev.hairpin.lb.model.StackResource.LoadBalancer spec,
      List<String> groups,
      Map<String, String> tags,
      Instant now) {
    String hex = Names.hex("lb", spec.name());
    String arn =
        arn("loadbalancer/" + (spec.network() ? "net/" : "app/") + spec.name() + "/" + hex);
    boolean internal = spec.scheme().equals("internal");
    String domain = region.startsWith("cn-") ? DOMAIN + ".cn" : DOMAIN;
    String dnsName = spec.network()
        ? spec.name() + "-" + hex + ".elb." + region + "." + domain
        : (internal ? "internal-" : "")
            + spec.name()
            + "-"
            + Names.digits(spec.name())
            + "."
            + region
            + ".elb."
            + domain;
    LoadBalancer lb = new LoadBalancer(
        arn,
        spec.name(),
        dnsName,
        spec.network(),
        spec.scheme(),
        spec.ipAddressType(),
        vpc.id(),
        zonesFor(spec.subnets(), List.of()),
        groups,
        spec.customerOwnedIpv4Pool(),
        spec.privateLinkRules(),
        Map.of(),
        tags,
        now);
    loadBalancers.put(arn, lb);
    changes++;
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
      dev.hairpin.lb.model.StackResource.LoadBalancer spec,
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
      changes++;
    }
    return after;
  }

  private List<LoadBalancer.Zone> zonesFor(
      List<dev.hairpin.lb.model.StackResource.SubnetMapping> mappings,
      List<LoadBalancer.Zone> existing) {
    List<LoadBalancer.Zone> result = new ArrayList<>();
    for (var mapping : mappings) {
      Optional<LoadBalancer.Zone> kept =
          existing.stream().filter(z -> z.subnetId().equals(mapping.subnetId())).findFirst();
      if (kept.isPresent()) {
        result.add(kept.get());
        continue;
      }
      Subnet subnet = subnets.get(mapping.subnetId());
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
      webAcls.remove(arn);
      regionalWebAcls.remove(arn);
      shields.remove(arn);
      changes++;
    }
  }

  // Listeners and rules

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
      changes++;
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
      changes++;
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
      changes++;
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
      changes++;
    }
  }

  // Target groups and targets

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
  public TargetGroup createTargetGroup(
      dev.hairpin.lb.model.StackResource.TargetGroup spec, Map<String, String> tags) {
    String arn = arn("targetgroup/" + spec.name() + "/" + Names.hex("tg", spec.name()));
    TargetGroup group = new TargetGroup(
        arn,
        spec.name(),
        spec.protocol(),
        spec.port(),
        spec.protocolVersion(),
        spec.targetType(),
        spec.ipAddressType().equals("ipv6") ? "ipv6" : null,
        vpc.id(),
        spec.healthCheck(),
        spec.attributes(),
        tags);
    targetGroups.put(arn, group);
    changes++;
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
      changes++;
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
      changes++;
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
    changes++;
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
      changes++;
    }
  }

  // Web ACLs and protection

  /**
   * The web ACL of WAFv2 in front of each load balancer.
   *
   * @return ACLs by load balancer; an unmodifiable view
   */
  public Map<String, String> webAcls() {
    return Collections.unmodifiableMap(webAcls);
  }

  /**
   * The web ACL of WAF Classic in front of each load balancer.
   *
   * @return ACLs by load balancer; an unmodifiable view
   */
  public Map<String, String> regionalWebAcls() {
    return Collections.unmodifiableMap(regionalWebAcls);
  }

  /**
   * The name of the Shield Advanced protection of each load balancer.
   *
   * @return names by load balancer; an unmodifiable view
   */
  public Map<String, String> shields() {
    return Collections.unmodifiableMap(shields);
  }

  /**
   * Puts a web ACL of WAFv2 in front of a load balancer.
   *
   * @param loadBalancerArn the load balancer
   * @param webAclArn the ACL; empty for none
   */
  public void associateWebAcl(String loadBalancerArn, String webAclArn) {
    put(webAcls, loadBalancerArn, webAclArn);
  }

  /**
   * Puts a web ACL of WAF Classic in front of a load balancer.
   *
   * @param loadBalancerArn the load balancer
   * @param webAclId the ACL; empty for none
   */
  public void associateRegionalWebAcl(String loadBalancerArn, String webAclId) {
    put(regionalWebAcls, loadBalancerArn, webAclId);
  }

  /**
   * Protects a load balancer with Shield Advanced.
   *
   * @param loadBalancerArn the load balancer
   * @param name the protection's name; empty for none
   */
  public void protect(String loadBalancerArn, String name) {
    put(shields, loadBalancerArn, name);
  }

  private void put(Map<String, String> map, String key, String value) {
    @Nullable String before = value.isEmpty() ? map.remove(key) : map.put(key, value);
    if (!value.equals(before)) {
      changes++;
    }
  }

  private String arn(String resource) {
    String partition = region.startsWith("cn-") ? "aws-cn" : "aws";
    return "arn:" + partition + ":elasticloadbalancing:" + region + ":" + account + ":" + resource;
  }
}
