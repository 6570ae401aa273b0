package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.Suggestions;
import dev.hairpin.api.Container;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.path.addon.LoadBalancing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

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
  private static final Duration SHORTEST_TICK = Duration.ofMillis(1);
  private static final Duration LONGEST_TICK = Duration.ofHours(1);

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
   * @throws IllegalArgumentException if there is no such Deployment, or the cluster is a snapshot
   *     or knows no time
   */
  public static Rollout of(Cluster cluster, String deployment) {
    List<String> known = cluster.state().list(Deployment.class).stream()
        .map(d -> d.key().namespacedName())
        .toList();
    if (!known.contains(deployment)) {
      throw Suggestions.unknown("Deployment", deployment, known);
    }
    if (cluster.isSnapshot()) {
      throw new IllegalArgumentException("nothing is ever updated in a snapshot; ask what"
          + " forkWithControllers(Timing.REALISTIC) makes of it");
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
   * @throws IllegalArgumentException if two have one name
   */
  public Rollout under(Traffic... more) {
    List<Traffic> all = new ArrayList<>(traffic);
    all.addAll(List.of(more));
    Names.once("traffic", all, Traffic::name);
    return new Rollout(cluster, all, deployment, tick);
  }

  /**
   * The same, looked at more or less often.
   *
   * @param every how often; 1 ms to 1 hour, 500 ms by default
   * @return a copy
   * @throws IllegalArgumentException if it is not within its bounds
   */
  public Rollout lookingEvery(Duration every) {
    if (every.compareTo(SHORTEST_TICK) < 0 || every.compareTo(LONGEST_TICK) > 0) {
      throw new IllegalArgumentException("one cannot look every " + every + ", but every "
          + SHORTEST_TICK + " to " + LONGEST_TICK);
    }
    return new Rollout(cluster, traffic, deployment, every);
  }

  /**
   * What an update is tried with.
   *
   * <pre>{@code
   * Rollout.Settings.AS_IT_IS.preStop(15).deregistrationDelay(30)
   * }</pre>
   *
   * @param preStopSeconds how long the {@code preStop} hook of every container sleeps, 0 for no
   *     hook; the grace period is 30 seconds longer. Empty for the hooks that there are
   * @param deregistrationDelaySeconds how long load balancers let open connections go on to a
   *     target that was taken from them, 0 to 3,600; empty for the delays that there are
   */
  public record Settings(OptionalInt preStopSeconds, OptionalInt deregistrationDelaySeconds) {
    private static final int LONGEST_DELAY = 3_600;

    /** Everything as it is. */
    public static final Settings AS_IT_IS = new Settings(OptionalInt.empty(), OptionalInt.empty());

    /**
     * Checks the times.
     *
     * @throws IllegalArgumentException if one is not within its bounds
     */
    public Settings {
      int preStop = preStopSeconds.orElse(0);
      if (preStop < 0 || preStop > Integer.MAX_VALUE - GRACE_BEYOND_PRE_STOP) {
        throw new IllegalArgumentException("a preStop hook cannot sleep " + preStop + " s");
      }
      int delay = deregistrationDelaySeconds.orElse(0);
      if (delay < 0 || delay > LONGEST_DELAY) {
        throw new IllegalArgumentException(
            "a deregistration delay of " + delay + " s is not within 0-" + LONGEST_DELAY);
      }
    }

    /**
     * The same with another hook.
     *
     * @param seconds how long it sleeps, 0 for no hook
     * @return a copy
     * @throws IllegalArgumentException if the time is negative
     */
    public Settings preStop(int seconds) {
      return new Settings(OptionalInt.of(seconds), deregistrationDelaySeconds);
    }

    /**
     * The same with another deregistration delay.
     *
     * @param seconds how long, 0 to 3,600
     * @return a copy
     * @throws IllegalArgumentException if it is not within its bounds
     */
    public Settings deregistrationDelay(int seconds) {
      return new Settings(preStopSeconds, OptionalInt.of(seconds));
    }

    /** In words, such as {@code with a preStop sleep of 5 s}. */
    @Override
    public String toString() {
      String hook = preStopSeconds.isEmpty()
          ? "with the hooks as they are"
          : preStopSeconds.getAsInt() == 0
              ? "without a preStop hook"
              : "with a preStop sleep of " + preStopSeconds.getAsInt() + " s";
      return deregistrationDelaySeconds.isEmpty()
          ? hook
          : hook + " and a deregistration delay of " + deregistrationDelaySeconds.getAsInt() + " s";
    }
  }

  /**
   * Lets the update happen with everything as it is.
   *
   * @return what it cost
   * @throws StuckRolloutException if it does not come to an end
   */
  public RolloutReport run() {
    return with(Settings.AS_IT_IS);
  }

  /**
   * Lets the update happen with another {@code preStop} hook: a sleep in every container, and a
   * grace period that is 30 seconds longer.
   *
   * @param preStopSeconds how long the hook sleeps, 0 for no hook
   * @return what it cost
   * @throws IllegalArgumentException if the time is negative
   * @throws StuckRolloutException if the update does not come to an end
   */
  public RolloutReport with(int preStopSeconds) {
    return with(Settings.AS_IT_IS.preStop(preStopSeconds));
  }

  /**
   * Lets the update happen with other settings. The deregistration delay is set at the Services and
   * Ingresses that the traffic names.
   *
   * @param settings the settings
   * @return what it cost
   * @throws StuckRolloutException if the update does not come to an end
   */
  public RolloutReport with(Settings settings) {
    Cluster fork = cluster.fork();
    fork.advance(SETTLING);
    settings.preStopSeconds().ifPresent(seconds -> patch(fork, seconds));
    settings
        .deregistrationDelaySeconds()
        .ifPresent(seconds -> traffic.forEach(t ->
            TargetNames.object(t.to(), fork).ifPresent(object -> delay(fork, object, seconds))));
    if (!settings.equals(Settings.AS_IT_IS)) {
      fork.advance(SETTLING);
    }
    return new RolloutObserver(fork, traffic, deployment, tick.toNanos() / 1e9).run(settings);
  }

  /**
   * The shortest {@code preStop} sleep with which no new connection is lost, in whole seconds.
   *
   * @param most how long it may be at most, from 0 on
   * @return the seconds; nothing if even the longest loses some, so that the cause is another one
   * @throws IllegalArgumentException if the bound is negative
   * @throws StuckRolloutException if the update does not come to an end
   */
  public OptionalInt smallestPreStop(int most) {
    return smallest(most, seconds -> with(seconds).lostConnections() == 0);
  }

  /**
   * The smallest settings with which no new connection is lost and none that is open is cut off, in
   * whole seconds: first the {@code preStop} sleep, while load balancers let connections go on for
   * as long as allowed; then, with it, the deregistration delay.
   *
   * @param most how long each may be at most, 0 to 3,600
   * @return the settings; nothing if even the longest cost some connections, so that the cause is
   *     another one
   * @throws IllegalArgumentException if the bound is not within its own
   * @throws StuckRolloutException if the update does not come to an end
   */
  public Optional<Settings> smallestSettings(int most) {
    OptionalInt preStop = smallest(
        most,
        seconds -> costsNothing(Settings.AS_IT_IS.preStop(seconds).deregistrationDelay(most)));
    if (preStop.isEmpty()) {
      return Optional.empty();
    }
    Settings hook = Settings.AS_IT_IS.preStop(preStop.getAsInt());
    OptionalInt delay = smallest(most, seconds -> costsNothing(hook.deregistrationDelay(seconds)));
    return Optional.of(hook.deregistrationDelay(delay.orElse(most)));
  }

  private boolean costsNothing(Settings settings) {
    RolloutReport report = with(settings);
    return report.lostConnections() == 0 && report.cutOff() == 0;
  }

  /**
   * The smallest number that is good, where all above a good one are good too. It is searched for
   * upwards, since long settings take long to try.
   */
  private static OptionalInt smallest(int most, IntPredicate good) {
    if (most < 0) {
      throw new IllegalArgumentException("nothing is within 0 to " + most + " s");
    }
    int bad = -1;
    int best = 0;
    while (!good.test(best)) {
      if (best >= most) {
        return OptionalInt.empty();
      }
      bad = best;
      best = Math.min(most, Math.max(1, 2 * best));
    }
    while (best - bad > 1) {
      int middle = (best + bad) >>> 1;
      if (good.test(middle)) {
        best = middle;
      } else {
        bad = middle;
      }
    }
    return OptionalInt.of(best);
  }

  private static void delay(Cluster fork, KubeObject object, int seconds) {
    for (LoadBalancing balancing : fork.components(LoadBalancing.class)) {
      Map<String, String> annotations = balancing.drainingFor(object, seconds);
      if (!annotations.isEmpty()) {
        fork.api()
            .patch(
                object.key(),
                ApiServer.PatchType.MERGE,
                Map.of("metadata", Map.of("annotations", annotations)));
      }
    }
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
