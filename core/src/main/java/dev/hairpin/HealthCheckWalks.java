package dev.hairpin;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Host;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.addon.NodeFilters;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks the health checks of load balancers, in a network of their own, so that they neither take
 * the cluster's time nor show in the connection tracking that people look at.
 *
 * <p>A check is not walked again with the same choices of chance until an object or a node's rules
 * have changed: targets are checked every few seconds for as long as the cluster lives.
 */
final class HealthCheckWalks implements LoadBalancing.HealthChecks {
  private final ClusterState state;
  private final List<AddOn.Component> components;
  private final VirtualClock clock;
  private final Chooser chooser;
  private @Nullable ClusterNetwork wires;

  /** Ends of walks, for the version of the cluster that they saw. */
  private final Map<Check, LearnedWalk> walked = new HashMap<>();

  private long objectsSeen = -1;
  private long rulesSeen = -1;
  private Instant lookedAt = Instant.MIN;

  private record Check(IpAddress from, SocketAddress to, Duration patience) {}

  HealthCheckWalks(ClusterState state, List<AddOn.Component> components) {
    this.state = state;
    this.components = components;
    this.clock = new VirtualClock(state.clock().now());
    this.chooser = Chooser.seeded(state.seed());
  }

  @Override
  public Optional<LoadBalancing.HealthCheck> connect(
      IpAddress from, SocketAddress to, String path, Duration patience) {
    if (components.stream().noneMatch(NodeFilters.class::isInstance)) {
      return Optional.empty();
    }
    ClusterNetwork current = upToDate();
    Check check = new Check(from, to, patience);
    Outcome end = walked
        .computeIfAbsent(check, c -> new LearnedWalk())
        .end(chooser, choices -> walk(current, check, choices));
    // The answer is asked for each time: kube-proxy is unhealthy after a time without a change.
    return end == null
        ? Optional.empty()
        : Optional.of(new LoadBalancing.HealthCheck(end, current.httpStatus(end, to, path)));
  }

  private static @Nullable Outcome walk(ClusterNetwork current, Check check, Chooser choices) {
    Host balancer = current.balancerAt(check.from).orElse(null);
    if (balancer == null) {
      return null;
    }
    Attempt attempt = current
        .prepared()
        .call(Call.of(balancer, Protocol.TCP, check.to, choices)
            .boundTo(0, check.from)
            .waiting(check.patience)
            .untraced());
    Outcome outcome = attempt.outcome();
    attempt.abort();
    return outcome;
  }

  /** The network as it is now; what was walked is forgotten if anything is another. */
  private ClusterNetwork upToDate() {
    ClusterNetwork current = wires;
    if (current == null || current.isOutgrown()) {
      current = new ClusterNetwork(state, components, clock);
      wires = current;
    }
    Instant now = state.clock().now();
    boolean sameObjects = objectsSeen == state.resourceVersion();
    if (sameObjects && lookedAt.equals(now)) {
      return current;
    }
    if (clock.now().isBefore(now)) {
      clock.advance(Duration.between(clock.now(), now));
    }
    current.network();
    if (!sameObjects || rulesSeen != current.rulesVersion()) {
      walked.clear();
      objectsSeen = state.resourceVersion();
      rulesSeen = current.rulesVersion();
    }
    lookedAt = now;
    return current;
  }
}
