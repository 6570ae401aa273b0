package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.Change;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Restarts a Deployment in a cluster of its own, and watches tick by tick what becomes of it. */
final class RolloutObserver {
  private static final double MOST_SECONDS = 3_600;
  private static final double QUIET_SECONDS = 30;

  /** Shares below this are rounding of the kernel's 31-bit probabilities, not a loss. */
  private static final double NOTHING = 1e-12;

  private record Cohort(double at, double count) {}

  private record Served(Traffic traffic, String pod) {}

  private final Cluster cluster;
  private final List<Traffic> traffic;
  private final String namespace;
  private final String name;
  private final double tick;

  private final Instant start;
  private double now;
  private final Map<String, Double> asked = new LinkedHashMap<>();
  private final Map<String, Double> notReady = new HashMap<>();
  private final Map<String, Double> gone = new HashMap<>();
  private final TreeSet<String> old = new TreeSet<>();
  private final TreeMap<String, Double> lost = new TreeMap<>();
  private final List<RolloutReport.Loss> curve = new ArrayList<>();
  private final Map<Served, Deque<Cohort>> open = new HashMap<>();
  private final Map<String, Double> lastSeen = new LinkedHashMap<>();
  private final Map<IpAddress, String> oldByAddress = new HashMap<>();
  private final Map<Traffic, List<IpAddress>> balancers = new HashMap<>();
  private double cutOff;
  private double lastLoss;

  RolloutObserver(Cluster cluster, List<Traffic> traffic, String deployment, double tick) {
    this.cluster = cluster;
    this.traffic = traffic;
    int slash = deployment.indexOf('/');
    this.namespace = deployment.substring(0, slash);
    this.name = deployment.substring(slash + 1);
    this.tick = tick;
    this.start = cluster.state().clock().now();
  }

  RolloutReport run(Rollout.Settings settings) {
    for (Pod pod : workloadPods()) {
      old.add(pod.key().namespacedName());
      if (!pod.spec().hostNetwork()) {
        pod.podIps()
            .forEach(ip -> oldByAddress.put(IpAddress.parse(ip), pod.key().namespacedName()));
      }
    }
    cluster.state().watch(this::note);
    traffic.forEach(some -> balancers.put(some, balancerOf(some)));
    cluster.components(LoadBalancing.class).forEach(b -> b.whenDrained(this::drained));
    before();
    cluster.controllers().workloads().restart("Deployment", namespace, name);
    cluster.advance(Duration.ZERO);
    while (now < MOST_SECONDS) {
      look();
      if (finished()) {
        double last = Math.max(
            gone.values().stream().mapToDouble(Double::doubleValue).max().orElse(0), lastLoss);
        return new RolloutReport(
            namespace + "/" + name, settings, last, tick, lost, cutOff, curve, marks());
      }
      now += tick;
      cluster.advance(Duration.ofNanos(Math.round(tick * 1e9)));
    }
    throw new IllegalStateException("the update of " + namespace + "/" + name
        + " did not come to an end within an hour; pods of it are not ready or do not go");
  }

  private List<Pod> workloadPods() {
    return cluster.state().list(Pod.class).stream()
        .filter(pod -> Workloads.of(pod, cluster.state()).equals(namespace + "/" + name))
        .toList();
  }

  private boolean finished() {
    boolean allGone = gone.keySet().containsAll(old);
    double lastGone =
        gone.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
    return allGone
        && workloadPods().stream().allMatch(Pod::isReady)
        && now - Math.max(lastGone, lastLoss) >= QUIET_SECONDS;
  }

  /** What the clocks of kubelet and EndpointSlice controller say, as it happens. */
  private void note(Change change) {
    if (change.object() instanceof Pod pod && old.contains(pod.key().namespacedName())) {
      String key = pod.key().namespacedName();
      if (change.after() == null) {
        gone.putIfAbsent(key, now);
        cut(key);
      } else if (pod.isTerminating()) {
        asked.putIfAbsent(key, now);
      }
    } else if (change.object() instanceof EndpointSlice slice) {
      for (Endpoint endpoint : slice.endpoints()) {
        if (endpoint.targetRef() != null
            && !Boolean.TRUE.equals(endpoint.ready())
            && asked.containsKey(namespace + "/" + endpoint.targetRef().name())) {
          notReady.putIfAbsent(namespace + "/" + endpoint.targetRef().name(), now);
        }
      }
    }
  }

  /** Connections that are open to a pod when it goes. */
  private void cut(String pod) {
    open.forEach((served, cohorts) -> {
      if (served.pod().equals(pod)) {
        cut(served.traffic(), cohorts, now);
      }
    });
  }

  private void cut(Traffic some, Deque<Cohort> cohorts, double at) {
    for (Cohort cohort : cohorts) {
      if (at - cohort.at() < some.secondsPerConnection()) {
        cutOff += cohort.count();
      }
    }
    cohorts.clear();
  }

  /**
   * What a load balancer ends when it has let a target drain long enough. The clock says when: that
   * is between two looks as a rule.
   */
  private void drained(LoadBalancing.Drained drained) {
    String pod = oldByAddress.get(drained.target().address());
    double at = Duration.between(start, cluster.state().clock().now()).toNanos() / 1e9;
    open.forEach((served, cohorts) -> {
      if (served.pod().equals(pod)
          && !Collections.disjoint(
              balancers.getOrDefault(served.traffic(), List.of()), drained.balancer())) {
        cut(served.traffic(), cohorts, at);
      }
    });
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
  private void before() {
    for (Traffic some : traffic) {
      Map<String, Double> shares = new TreeMap<>();
      sources(some)
          .forEach(source -> shares(some, source)
              .byEndpoint()
              .forEach((server, share) ->
                  shares.merge(podOf(server), share / sources(some).size(), Double::sum)));
      int ticks = Math.toIntExact(Math.round(some.secondsPerConnection() / tick));
      for (int i = ticks; i > 0; i--) {
        double at = -i * tick;
        shares.forEach((pod, share) -> opened(some, pod, at, share));
      }
    }
  }

  private void opened(Traffic some, String pod, double at, double share) {
    if (some.secondsPerConnection() > 0) {
      Deque<Cohort> cohorts =
          open.computeIfAbsent(new Served(some, pod), served -> new ArrayDeque<>());
      while (!cohorts.isEmpty() && at - cohorts.peekFirst().at() >= some.secondsPerConnection()) {
        cohorts.removeFirst();
      }
      cohorts.addLast(new Cohort(at, share * some.connectionsPerSecond() * tick));
    }
  }

  private void look() {
    double perSecond = 0;
    @Nullable String first = asked.isEmpty() ? null : asked.keySet().iterator().next();
    for (Traffic some : traffic) {
      List<String> sources = sources(some);
      for (String source : sources) {
        Shares shares = shares(some, source);
        double part = some.connectionsPerSecond() / sources.size();
        for (Map.Entry<Reason, Double> loss : shares.losses().entrySet()) {
          if (loss.getValue() > NOTHING) {
            perSecond += part * loss.getValue();
            lost.merge(
                some.name() + ": " + loss.getKey(), part * loss.getValue() * tick, Double::sum);
          }
        }
        shares
            .byEndpoint()
            .forEach((server, share) -> opened(some, podOf(server), now, share / sources.size()));
        if (first != null && stillSends(shares, first)) {
          lastSeen.put(some.name() + " from " + placeOf(source), now + tick);
        }
      }
    }
    if (perSecond > 0) {
      lastLoss = now + tick;
    }
    curve.add(new RolloutReport.Loss(now, perSecond));
  }

  /** Whether connections still go to a pod, or to where it was. */
  private boolean stillSends(Shares shares, String pod) {
    boolean toIt = shares.byEndpoint().entrySet().stream()
        .anyMatch(e -> podOf(e.getKey()).equals(pod) && e.getValue() > NOTHING);
    boolean onlyOneIsGoing = asked.size() == 1;
    return toIt || (onlyOneIsGoing && shares.share(end -> !end.arrives()) > NOTHING);
  }

  private static String podOf(String server) {
    int colon = server.lastIndexOf(':');
    return colon < 0 ? server : server.substring(0, colon);
  }

  private List<String> sources(Traffic some) {
    String from = some.from();
    if (from.startsWith("internet") || from.startsWith("node/")) {
      return List.of(from);
    }
    List<String> pods = cluster.pods(from).stream()
        .filter(pod -> !pod.podIps().isEmpty() && !pod.isTerminating())
        .map(pod -> pod.key().namespacedName())
        .toList();
    if (pods.isEmpty()) {
      throw new IllegalArgumentException("no pod of \"" + from + "\" runs, so nobody connects");
    }
    return pods;
  }

  private String placeOf(String source) {
    return source.startsWith("internet") || source.startsWith("node/")
        ? source
        : cluster.pod(source).spec().nodeName();
  }

  private Shares shares(Traffic some, String source) {
    String target = TargetNames.resolve(some.to(), cluster);
    String host = TargetNames.hostOf(target);
    if (!source.startsWith("internet") && IpAddress.tryParse(host).isEmpty()) {
      NameService.Lookup lookup = cluster.from(source).lookup(host);
      if (lookup.addresses().size() == 1) {
        target = TargetNames.withHost(target, lookup.addresses().get(0));
      }
    }
    return cluster.from(source).sharesTo(target);
  }

  /** The clocks of the pod that went first. */
  private List<RolloutReport.Mark> marks() {
    List<RolloutReport.Mark> marks = new ArrayList<>();
    if (asked.isEmpty()) {
      return marks;
    }
    String first = asked.keySet().iterator().next();
    double start = asked.getOrDefault(first, 0.0);
    double exit = gone.getOrDefault(first, start);
    marks.add(new RolloutReport.Mark("pod " + first, 0, exit - start, "stops", "exit"));
    double unready = notReady.getOrDefault(first, start);
    marks.add(new RolloutReport.Mark("EndpointSlice", 0, unready - start, "", "not ready"));
    lastSeen.forEach((row, until) -> {
      if (until > start) {
        marks.add(new RolloutReport.Mark(row, 0, until - start, "", "hears"));
      }
    });
    return marks;
  }
}
