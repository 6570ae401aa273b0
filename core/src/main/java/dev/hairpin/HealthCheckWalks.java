package dev.hairpin;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.AddOn;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Host;
import dev.hairpin.path.LoadBalancing;
import dev.hairpin.path.NodeFilters;
import dev.hairpin.path.Outcome;
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
 * <p>A check whose way left nothing to chance is not walked again until an object or a node's rules
 * have changed: targets are checked every few seconds for as long as the cluster lives.
 */
final class HealthCheckWalks implements LoadBalancing.HealthChecks {
  private final ClusterState state;
  private final List<AddOn.Component> components;
  private final VirtualClock clock;
  private final AskedChooser chooser;
  private @Nullable ClusterNetwork wires;

  /** Walks that would go the same way again, at the version of the cluster that they saw. */
  private final Map<Check, Outcome> walked = new HashMap<>();

  private long objectsSeen = -1;
  private long rulesSeen = -1;
  private Instant lookedAt = Instant.MIN;

  private record Check(IpAddress from, SocketAddress to, Duration patience) {}

  /** Notes whether anything was left to chance. */
  private static final class AskedChooser implements Chooser {
    private final Chooser chooser;
    private boolean asked;

    AskedChooser(Chooser chooser) {
      this.chooser = chooser;
    }

    @Override
    public boolean happens(long part, long total) {
      asked = true;
      return chooser.happens(part, total);
    }

    @Override
    public int pick(int count) {
      asked |= count > 1;
      return chooser.pick(count);
    }

    @Override
    public int draw(int count) {
      return chooser.draw(count);
    }
  }

  HealthCheckWalks(ClusterState state, List<AddOn.Component> components) {
    this.state = state;
    this.components = components;
    this.clock = new VirtualClock(state.clock().now());
    this.chooser = new AskedChooser(Chooser.seeded(state.seed()));
  }

  @Override
  public Optional<LoadBalancing.HealthCheck> connect(
      IpAddress from, SocketAddress to, String path, Duration patience) {
    if (components.stream().noneMatch(NodeFilters.class::isInstance)) {
      return Optional.empty();
    }
    ClusterNetwork current = upToDate();
    Check check = new Check(from, to, patience);
    Outcome known = walked.get(check);
    if (known == null) {
      Optional<Host> balancer = current.balancerAt(from);
      if (balancer.isEmpty()) {
        return Optional.empty();
      }
      known = walk(current, balancer.get(), check);
    }
    // The answer is asked for each time: kube-proxy is unhealthy after a time without a change.
    return Optional.of(new LoadBalancing.HealthCheck(known, current.httpStatus(known, to, path)));
  }

  private Outcome walk(ClusterNetwork current, Host balancer, Check check) {
    chooser.asked = false;
    Attempt attempt = current
        .prepared()
        .call(Call.of(balancer, Protocol.TCP, check.to, chooser)
            .boundTo(0, check.from)
            .waiting(check.patience)
            .untraced());
    Outcome outcome = attempt.outcome();
    attempt.abort();
    if (!chooser.asked) {
      walked.put(check, outcome);
    }
    return outcome;
  }

  /** The network as it is now; what was walked is forgotten if anything is another. */
  private ClusterNetwork upToDate() {
    ClusterNetwork current = wires;
    if (current == null) {
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
