package dev.hairpin.lb.elb;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A target group as it is: its configuration and its targets with their health. */
public final class TargetGroupState {

  /**
   * The targets that a node may send a new flow or request to.
   *
   * @param targets the candidates; empty if nothing that could answer is registered within reach
   * @param failOpen whether unhealthy targets are among them because too few are healthy
   * @param crossZone whether targets of other zones are within reach
   * @param registeredAnywhere whether the group has a target in any zone
   */
  public record Candidates(
      List<TargetState> targets, boolean failOpen, boolean crossZone, boolean registeredAnywhere) {}

  private final String arn;
  private TargetGroup config;
  private final TreeMap<TargetDescription, TargetState> targets = new TreeMap<>();
  private @Nullable LoadBalancerState loadBalancer;
  private long version;
  private int live;
  private long liveAt = -1;

  TargetGroupState(String arn, TargetGroup config) {
    this.arn = arn;
    this.config = config;
  }

  TargetGroupState fork(@Nullable LoadBalancerState user, ElasticLoadBalancing elb) {
    TargetGroupState fork = new TargetGroupState(arn, config);
    fork.loadBalancer = user;
    targets.forEach((description, target) -> fork.targets.put(description, target.fork(fork, elb)));
    fork.version = version;
    return fork;
  }

  /** {@return its ARN} */
  public String arn() {
    return arn;
  }

  /** {@return its configuration} */
  public TargetGroup config() {
    return config;
  }

  /** {@return the load balancer that uses it; a group has one at most} */
  public Optional<LoadBalancerState> loadBalancer() {
    return Optional.ofNullable(loadBalancer);
  }

  /** {@return its targets by id and port, those that drain among them} */
  public Collection<TargetState> targets() {
    return Collections.unmodifiableCollection(targets.values());
  }

  /**
   * A target.
   *
   * @param id its instance id or address
   * @param port its port
   * @return the target, or nothing if it is not registered
   */
  public Optional<TargetState> target(String id, int port) {
    return Optional.ofNullable(known(TargetDescription.of(id, port)));
  }

  /** The target with the id and port of another. */
  @Nullable
  TargetState known(TargetDescription target) {
    return targets.get(target);
  }

  /**
   * A number that is another one after every change of the targets, their health among it, so that
   * compiled forms can be kept.
   */
  public long version() {
    return version;
  }

  /**
   * The targets that a node may choose from now.
   *
   * <p>Source: user guides, "Target group health": the thresholds count the targets within the
   * node's reach, which are those of its own zone without cross-zone load balancing; below the
   * threshold the node sends to all of them, whatever their health.
   *
   * @param user the load balancer
   * @param nodeZone the node's zone
   * @param now the time
   * @return the candidates, by id and port
   */
  public Candidates candidates(LoadBalancerState user, String nodeZone, Instant now) {
    boolean crossZone = config.crossZone(user.config());
    List<TargetState> reach = withinReach(crossZone ? null : nodeZone);
    List<TargetState> healthy = keep(reach, t -> t.takesNewFlows(now));
    List<TargetState> known = keep(reach, TargetState::isKnownToNodes);
    boolean enough = meets(
        healthy.size(),
        known.size(),
        OptionalInt.of(config.attributes().number(ROUTING + "count", 1)),
        config.attributes().numberUnlessOff(ROUTING + "percentage"));
    boolean failOpen = !enough && !known.isEmpty() && known.size() > healthy.size();
    return new Candidates(failOpen ? known : healthy, failOpen, crossZone, anyRegistered());
  }

  private static final String ROUTING =
      "target_group_health.unhealthy_state_routing.minimum_healthy_targets.";
  private static final String DNS = "target_group_health.dns_failover.minimum_healthy_targets.";

  /**
   * Whether a zone's addresses may be in DNS as far as this group is concerned.
   *
   * @param user the load balancer
   * @param zone the zone
   * @return whether enough targets that a node there may use are healthy
   */
  boolean isHealthyIn(LoadBalancerState user, String zone) {
    List<TargetState> reach = withinReach(config.crossZone(user.config()) ? null : zone);
    long healthy = reach.stream().filter(TargetState::isHealthy).count();
    String count = config.attributes().text(DNS + "count", "1");
    return meets(
        (int) healthy,
        reach.size(),
        count.equals("off") ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(count)),
        config.attributes().numberUnlessOff(DNS + "percentage"));
  }

  private static boolean meets(
      int healthy, int all, OptionalInt leastCount, OptionalInt leastPercentage) {
    boolean count = leastCount.isEmpty() || healthy >= leastCount.getAsInt();
    boolean percentage =
        leastPercentage.isEmpty() || 100L * healthy >= (long) leastPercentage.getAsInt() * all;
    return count && percentage;
  }

  private List<TargetState> withinReach(@Nullable String zone) {
    return keep(targets.values(), t -> t.isInZone(zone));
  }

  private static List<TargetState> keep(
      Collection<TargetState> targets, Predicate<TargetState> wanted) {
    List<TargetState> kept = new ArrayList<>();
    for (TargetState target : targets) {
      if (wanted.test(target)) {
        kept.add(target);
      }
    }
    return kept;
  }

  private boolean anyRegistered() {
    return targets.values().stream().anyMatch(t -> !t.isDraining());
  }

  /** How many targets are registered and do not drain. */
  int live() {
    if (liveAt != version) {
      live = 0;
      for (TargetState target : targets.values()) {
        live += target.isDraining() ? 0 : 1;
      }
      liveAt = version;
    }
    return live;
  }

  /**
   * Whether what is open to a target ends when its deregistration delay is over. An Application
   * Load Balancer ends it; a Network Load Balancer does for connections whose TLS it ends itself,
   * unless it is told otherwise, and for others only if it is told to.
   *
   * @return whether it ends; false if no load balancer uses the group
   */
  public boolean endsConnectionsAfterDraining() {
    LoadBalancerState user = loadBalancer;
    if (user == null) {
      return false;
    }
    boolean tls = config.protocol() == ListenerProtocol.TLS
        || user.listeners().stream()
            .anyMatch(listener -> listener.config().protocol() == ListenerProtocol.TLS
                && listener.usedGroups().contains(arn));
    return user.config().type() == LoadBalancerType.APPLICATION
        || config.attributes().flag("deregistration_delay.connection_termination.enabled", tls);
  }

  void configure(TargetGroup newConfig) {
    config = newConfig;
    version++;
  }

  void useBy(@Nullable LoadBalancerState user) {
    loadBalancer = user;
    version++;
  }

  /** Adds a target, and returns the one whose place it takes. */
  @Nullable
  TargetState put(TargetState target) {
    version++;
    return targets.put(target.description(), target);
  }

  void remove(TargetState target) {
    targets.remove(target.description());
    version++;
  }

  void changed() {
    version++;
  }

  @Override
  public String toString() {
    return "target group " + config.name();
  }
}
