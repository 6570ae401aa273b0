package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.Change;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.trace.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Restarts a Deployment in a cluster of its own, and watches tick by tick what becomes of it. */
final class RolloutObserver {

  /** How long nothing of the workload may change, beside the grace periods of its pods. */
  private static final double STUCK_SECONDS = 3_600;

  private static final int MOST_NAMED = 3;
  private static final double QUIET_SECONDS = 30;

  /** Shares below this are rounding of the kernel's 31-bit probabilities, not a loss. */
  private static final double NOTHING = 1e-12;

  private final Cluster cluster;
  private final List<Traffic> traffic;
  private final String deployment;
  private final double tick;

  private final Instant start;
  private double now;
  private final RolloutClocks clocks;
  private final OpenConnections open = new OpenConnections();
  private final TreeMap<String, Double> lost = new TreeMap<>();
  private final List<RolloutReport.Loss> curve = new ArrayList<>();
  private final Map<IpAddress, String> oldByAddress = new HashMap<>();
  private final Map<Traffic, List<IpAddress>> balancers = new HashMap<>();
  private double lastLoss;
  private double lastChange;
  private final double longestGrace;

  RolloutObserver(Cluster cluster, List<Traffic> traffic, String deployment, double tick) {
    this.cluster = cluster;
    this.traffic = traffic;
    this.deployment = deployment;
    this.tick = tick;
    this.start = cluster.state().clock().now();
    List<Pod> old = workloadPods();
    this.clocks =
        new RolloutClocks(old.stream().map(p -> p.key().namespacedName()).toList(), this::isOfIt);
    this.longestGrace = old.stream()
        .mapToLong(pod -> pod.spec().terminationGracePeriodSeconds())
        .max()
        .orElse(0);
    for (Pod pod : old) {
      if (!pod.spec().hostNetwork()) {
        pod.podIps()
            .forEach(ip -> oldByAddress.put(IpAddress.parse(ip), pod.key().namespacedName()));
      }
    }
  }

  RolloutReport run(Rollout.Settings settings) {
    cluster.state().watch(this::note);
    traffic.forEach(some -> balancers.put(some, balancerOf(some)));
    cluster.components(LoadBalancing.class).forEach(b -> b.whenDrained(this::drained));
    traffic.forEach(this::before);
    int slash = deployment.indexOf('/');
    cluster
        .controllers()
        .workloads()
        .restart(Deployment.KIND, deployment.substring(0, slash), deployment.substring(slash + 1));
    cluster.advance(Duration.ZERO);
    while (now - lastChange < STUCK_SECONDS + longestGrace) {
      look();
      if (finished()) {
        return new RolloutReport(
            deployment,
            settings,
            Math.max(clocks.lastGone(), lastLoss),
            tick,
            lost,
            open.cutOff(),
            curve,
            clocks.leaving(),
            clocks.coming(now));
      }
      now += tick;
      cluster.advance(Duration.ofNanos(Math.round(tick * 1e9)));
    }
    throw new StuckRolloutException(deployment, waiting());
  }

  /** The pods that have not come or gone, with what the scheduler says of them. */
  private List<String> waiting() {
    List<String> waiting = new ArrayList<>();
    for (Pod pod : workloadPods()) {
      if (!pod.isReady() || pod.isTerminating()) {
        String says = pod.conditions().stream()
            .filter(c ->
                c.type().equals("PodScheduled") && !c.isTrue() && !c.message().isEmpty())
            .map(c -> ": " + c.message())
            .findFirst()
            .orElse("");
        waiting.add(pod.key().namespacedName()
            + (pod.isTerminating() ? " is terminating" : " is not ready")
            + says);
      }
    }
    int more = waiting.size() - MOST_NAMED;
    if (more > 0) {
      waiting.subList(MOST_NAMED, waiting.size()).clear();
      waiting.add("and " + more + " more");
    }
    return waiting;
  }

  private boolean isOfIt(Pod pod) {
    return Workloads.of(pod, cluster.state()).equals(deployment);
  }

  private List<Pod> workloadPods() {
    return cluster.state().list(Pod.class).stream().filter(this::isOfIt).toList();
  }

  private boolean finished() {
    return clocks.allGone()
        && workloadPods().stream().allMatch(Pod::isReady)
        && now - Math.max(clocks.lastGone(), lastLoss) >= QUIET_SECONDS;
  }

  /** What kubelets and the EndpointSlice controller do, as it happens. */
  private void note(Change change) {
    clocks.note(change, now);
    if (change.object() instanceof Pod pod && isOfIt(pod)) {
      lastChange = now;
    }
    if (change.after() == null && change.object() instanceof Pod pod) {
      open.end(pod.key().namespacedName(), any -> true, now);
    }
  }

  /**
   * What a load balancer ends when it has let a target drain long enough. The clock says when: that
   * is between two looks as a rule.
   */
  private void drained(LoadBalancing.Drained drained) {
    String pod = oldByAddress.get(drained.target().address());
    if (pod != null) {
      double at = Duration.between(start, cluster.state().clock().now()).toNanos() / 1e9;
      open.end(
          pod,
          some ->
              !Collections.disjoint(balancers.getOrDefault(some, List.of()), drained.balancer()),
          at);
    }
  }

  /** The addresses of the load balancer that traffic goes to; none if it goes elsewhere. */
  private List<IpAddress> balancerOf(Traffic some) {
    String host = TargetNames.hostOf(TargetNames.resolve(some.to(), cluster));
    List<IpAddress> addresses = new ArrayList<>();
    for (LoadBalancing balancing : cluster.components(LoadBalancing.class)) {
      balancing.addressesOf(host).ifPresent(addresses::addAll);
      IpAddress.tryParse(host)
          .filter(address -> balancing.at(address).isPresent())
          .ifPresent(addresses::add);
    }
    return addresses;
  }

  /** Fills the pods with the connections of a steady state. */
  private void before(Traffic some) {
    List<Caller> callers = Caller.of(some.from(), cluster);
    Map<String, Double> shares = new TreeMap<>();
    callers.forEach(caller -> shares(some, caller)
        .byEndpoint()
        .forEach(
            (server, share) -> shares.merge(podOf(server), share / callers.size(), Double::sum)));
    open.before(some, shares, tick);
  }

  private void look() {
    double perSecond = 0;
    for (Traffic some : traffic) {
      List<Caller> callers = Caller.of(some.from(), cluster);
      double part = some.connectionsPerSecond() / callers.size();
      for (Caller caller : callers) {
        Shares shares = shares(some, caller);
        for (Map.Entry<Reason, Double> loss : shares.losses().entrySet()) {
          if (loss.getValue() > NOTHING) {
            perSecond += part * loss.getValue();
            lost.merge(
                some.name() + ": " + loss.getKey(), part * loss.getValue() * tick, Double::sum);
          }
        }
        Map<String, Double> byPod = new TreeMap<>();
        shares
            .byEndpoint()
            .forEach((server, share) -> byPod.merge(podOf(server), share, Double::sum));
        byPod.forEach((pod, share) -> open.opened(some, pod, now, part * share * tick));
        look(some.name() + " from " + caller.place(), byPod, shares.share(end -> !end.arrives()));
      }
    }
    if (perSecond > 0) {
      lastLoss = now + tick;
    }
    curve.add(new RolloutReport.Loss(now, perSecond));
  }

  /** Who still sends to the pod that goes first, or to where it was, and who to the first new. */
  private void look(String who, Map<String, Double> byPod, double losing) {
    Set<String> pods = new TreeSet<>();
    byPod.forEach((pod, share) -> {
      if (share > NOTHING) {
        pods.add(pod);
      }
    });
    String leaving = clocks.firstAsked();
    if (leaving != null
        && (pods.contains(leaving) || (clocks.onlyOneIsGoing() && losing > NOTHING))) {
      clocks.sendsToOld(who, now + tick);
    }
    clocks.sends(who, pods, now);
  }

  private static String podOf(String server) {
    int colon = server.lastIndexOf(':');
    return colon < 0 ? server : server.substring(0, colon);
  }

  private Shares shares(Traffic some, Caller caller) {
    String target = TargetNames.resolve(some.to(), cluster);
    return caller.connection().sharesTo(Caller.dialled(target, caller.lookup(target)));
  }
}
