package dev.hairpin.lb.elb;

import dev.hairpin.net.IpAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A load balancer as it is: its configuration, its names, its nodes and its listeners. */
public final class LoadBalancerState {
  private final String arn;
  private final String dnsName;
  private final String canonicalHostedZoneId;
  private final String vpcId;
  private final Instant createdTime;
  private LoadBalancer config;
  private boolean active;
  private Instant activeAt;
  private List<Node> nodes;
  private final TreeMap<Integer, ListenerState> listeners = new TreeMap<>();

  LoadBalancerState(
      LoadBalancer config, Arns arns, String vpcId, Instant createdTime, Instant activeAt) {
    this.config = config;
    this.arn = arns.loadBalancer(config);
    this.dnsName = arns.dnsName(config);
    this.canonicalHostedZoneId = arns.hostedZone(config.type());
    this.vpcId = vpcId;
    this.createdTime = createdTime;
    this.activeAt = activeAt;
    this.nodes = List.of();
  }

  private LoadBalancerState(LoadBalancerState other) {
    this.config = other.config;
    this.arn = other.arn;
    this.dnsName = other.dnsName;
    this.canonicalHostedZoneId = other.canonicalHostedZoneId;
    this.vpcId = other.vpcId;
    this.createdTime = other.createdTime;
    this.active = other.active;
    this.activeAt = other.activeAt;
    this.nodes = other.nodes;
    other.listeners.forEach((port, listener) -> listeners.put(port, listener.fork()));
  }

  LoadBalancerState fork() {
    return new LoadBalancerState(this);
  }

  /** {@return its ARN} */
  public String arn() {
    return arn;
  }

  /** {@return its DNS name} */
  public String dnsName() {
    return dnsName;
  }

  /** {@return the hosted zone of its DNS name, for alias records} */
  public String canonicalHostedZoneId() {
    return canonicalHostedZoneId;
  }

  /** {@return its VPC} */
  public String vpcId() {
    return vpcId;
  }

  /** {@return when it was created} */
  public Instant createdTime() {
    return createdTime;
  }

  /** {@return when it becomes or became active} */
  public Instant activeAt() {
    return activeAt;
  }

  /** {@return its configuration} */
  public LoadBalancer config() {
    return config;
  }

  /** {@return whether it takes traffic: false while it is being provisioned} */
  public boolean isActive() {
    return active;
  }

  /** {@return the state's code as the API writes it: {@code provisioning} or {@code active}} */
  public String stateCode() {
    return active ? "active" : "provisioning";
  }

  /** {@return its nodes in the order of its subnets} */
  public List<Node> nodes() {
    return nodes;
  }

  /** {@return all addresses of its nodes} */
  public List<IpAddress> addresses() {
    return nodes.stream().flatMap(node -> node.addresses().stream()).toList();
  }

  /** {@return its listeners by port} */
  public Collection<ListenerState> listeners() {
    return Collections.unmodifiableCollection(listeners.values());
  }

  /**
   * The listener on a port.
   *
   * @param port the port
   * @return the listener, or nothing
   */
  public Optional<ListenerState> listener(int port) {
    return Optional.ofNullable(listeners.get(port));
  }

  /**
   * The node that has an address.
   *
   * @param address any address
   * @return the node, or nothing if the address is not this load balancer's
   */
  public Optional<Node> node(IpAddress address) {
    return nodes.stream().filter(n -> n.has(address)).findFirst();
  }

  /**
   * The node in a zone.
   *
   * @param availabilityZone the zone
   * @return the node, or nothing if the zone is not enabled
   */
  public Optional<Node> nodeIn(String availabilityZone) {
    for (Node node : nodes) {
      if (node.availabilityZone().equals(availabilityZone)) {
        return Optional.of(node);
      }
    }
    return Optional.empty();
  }

  /** {@return the ARNs of the target groups that its listeners and rules forward to, each once} */
  public List<String> targetGroupArns() {
    Set<String> arns = new LinkedHashSet<>();
    for (ListenerState listener : listeners.values()) {
      arns.addAll(listener.targetGroupArns());
    }
    return List.copyOf(arns);
  }

  /** Whether a listener or rule forwards to a group. */
  boolean uses(String targetGroupArn) {
    for (ListenerState listener : listeners.values()) {
      if (listener.usedGroups().contains(targetGroupArn)) {
        return true;
      }
    }
    return false;
  }

  /** How many groups its listeners and rules forward to. */
  int usedGroupCount() {
    if (listeners.size() == 1) {
      return listeners.firstEntry().getValue().usedGroups().size();
    }
    Set<String> arns = new HashSet<>();
    listeners.values().forEach(l -> arns.addAll(l.usedGroups()));
    return arns.size();
  }

  void activate() {
    active = true;
  }

  void configure(LoadBalancer newConfig, List<Node> newNodes) {
    config = newConfig;
    nodes = List.copyOf(newNodes);
  }

  void put(ListenerState listener) {
    listeners.put(listener.config().port(), listener);
  }

  void remove(ListenerState listener) {
    listeners.remove(listener.config().port());
  }

  @Override
  public String toString() {
    return (config.type() == LoadBalancerType.NETWORK ? "NLB " : "ALB ") + config.name();
  }
}
