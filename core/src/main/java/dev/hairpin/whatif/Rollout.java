package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.Suggestions;
import dev.hairpin.api.Container;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.control.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a rolling update of a Deployment costs those who use it.
 *
 * <p>The update really happens, on a fork: kubelets run hooks and grace periods, the EndpointSlice
 * controller writes, each node's kube-proxy syncs when its time has come, the load balancer's
 * controller deregisters targets, and load balancers go on sending until they know. Meanwhile, at
 * each tick, the exact share of new connections that is lost is taken from walked packets, and
 * connections that are open when their pod ends are counted as cut off. Nothing is drawn, so a
 * report is exact but for the length of a tick.
 *
 * <p>The cluster must have been built with times, such as {@link Timing#REALISTIC}, and with a
 * kube-proxy that waits between syncs. Its programs end {@code programStop} after the
 * {@code preStop} hook and answer until then. Immutable, but as little thread-safe as its cluster.
 */
public final class Rollout {
  private static final Duration SETTLING = Duration.ofMinutes(15);
  private static final int GRACE_BEYOND_PRE_STOP = 30;

  private final Cluster cluster;
  private final List<Traffic> traffic;
  private final String deployment;
  private final Duration tick;

  private Rollout(Cluster cluster, List<Traffic> traffic, String deployment, Duration tick) {
    this.cluster = cluster;
    this.traffic = List.copyOf(traffic);
    this.deployment = deployment;
    this.tick = tick;
  }

  /**
   * The update of a Deployment.
   *
   * @param cluster the cluster; it is not changed
   * @param deployment {@code namespace/name}
   * @return the update, without traffic
   * @throws IllegalArgumentException if there is no such Deployment, or the cluster knows no time
   * @throws IllegalStateException if the cluster is a snapshot
   */
  public static Rollout of(Cluster cluster, String deployment) {
    List<String> known = cluster.state().list(Deployment.class).stream()
        .map(d -> d.key().namespacedName())
        .toList();
    if (!known.contains(deployment)) {
      throw Suggestions.unknown("Deployment", deployment, known);
    }
    if (cluster.controllers().timing().equals(Timing.INSTANT)) {
      throw new IllegalArgumentException("everything happens at once in this cluster, so a rollout"
          + " costs nothing; build it with timing(Timing.REALISTIC)");
    }
    return new Rollout(cluster, List.of(), deployment, Duration.ofMillis(500));
  }

  /**
   * The same under traffic.
   *
   * @param more the traffic
   * @return a copy
   */
  public Rollout under(Traffic... more) {
    List<Traffic> all = new ArrayList<>(traffic);
    all.addAll(List.of(more));
    return new Rollout(cluster, all, deployment, tick);
  }

  /**
   * The same, looked at more or less often.
   *
   * @param every how often; positive, 500 ms by default
   * @return a copy
   * @throws IllegalArgumentException if it is not positive
   */
  public Rollout lookingEvery(Duration every) {
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("one cannot look every " + every);
    }
    return new Rollout(cluster, traffic, deployment, every);
  }

  /**
   * Lets the update happen with the Deployment as it is.
   *
   * @return what it cost
   * @throws IllegalStateException if it does not come to an end within an hour
   */
  public RolloutReport run() {
    Cluster fork = cluster.fork();
    fork.advance(SETTLING);
    return observe(fork, RolloutReport.AS_IT_IS);
  }

  /**
   * Lets the update happen with another {@code preStop} hook: a sleep in every container, and a
   * grace period that is 30 seconds longer.
   *
   * @param preStopSeconds how long the hook sleeps, 0 for no hook
   * @return what it cost
   * @throws IllegalArgumentException if the time is negative
   * @throws IllegalStateException if the update does not come to an end within an hour
   */
  public RolloutReport with(int preStopSeconds) {
    if (preStopSeconds < 0) {
      throw new IllegalArgumentException("a preStop hook cannot sleep " + preStopSeconds + " s");
    }
    Cluster fork = cluster.fork();
    fork.advance(SETTLING);
    patch(fork, preStopSeconds);
    fork.advance(SETTLING);
    return observe(fork, preStopSeconds);
  }

  /**
   * The shortest {@code preStop} sleep with which no new connection is lost, in whole seconds.
   *
   * @param most how long it may be at most
   * @return the seconds; nothing if even the longest loses some, so that the cause is another one
   */
  public OptionalInt smallestPreStop(int most) {
    if (with(most).lostConnections() > 0) {
      return OptionalInt.empty();
    }
    int loses = -1;
    int safe = most;
    while (safe - loses > 1) {
      int middle = (safe + loses) >>> 1;
      if (with(middle).lostConnections() > 0) {
        loses = middle;
      } else {
        safe = middle;
      }
    }
    return OptionalInt.of(safe);
  }

  private RolloutReport observe(Cluster fork, int preStop) {
    return new RolloutObserver(fork, traffic, deployment, tick.toNanos() / 1e9).run(preStop);
  }

  private void patch(Cluster fork, int preStopSeconds) {
    int slash = deployment.indexOf('/');
    ObjectKey key = new ObjectKey(
        Deployment.KIND, deployment.substring(0, slash), deployment.substring(slash + 1));
    Deployment now = (Deployment) fork.state().get(key).orElseThrow();
    List<Map<String, Object>> containers = new ArrayList<>();
    for (Container container : now.template().spec().containers()) {
      Map<String, Object> changed = new HashMap<>();
      changed.put("name", container.name());
      changed.put(
          "lifecycle",
          preStopSeconds == 0
              ? null
              : Map.of("preStop", Map.of("sleep", Map.of("seconds", preStopSeconds))));
      containers.add(changed);
    }
    Map<String, Object> spec = Map.of(
        "terminationGracePeriodSeconds",
        preStopSeconds + GRACE_BEYOND_PRE_STOP,
        "containers",
        containers);
    fork.api()
        .patch(
            key,
            ApiServer.PatchType.STRATEGIC,
            Map.of("spec", Map.of("template", Map.of("spec", spec))));
  }
}
