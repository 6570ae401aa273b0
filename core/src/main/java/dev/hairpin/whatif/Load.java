package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.Connection;
import dev.hairpin.api.Pod;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Fraction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster and all the ways of its traffic, each with its exact share.
 *
 * <p>Nothing is sampled: each connection's way is walked once for every way in which its choices
 * can fall. Connections do not see each other here, so no table is ever full and no affinity
 * remembers anybody: what follows from numbers is for the laws.
 */
public final class Load {

  /**
   * Lookups of a name from one source.
   *
   * @param sourceNode the node that asks; empty if it is none of the cluster's
   * @param perSecond lookups each second
   * @param lookup the questions that one of them sends
   */
  public record Lookups(String sourceNode, double perSecond, NameService.Lookup lookup) {}

  private final Cluster cluster;
  private final Limits limits;
  private final long seed;
  private final List<Traffic> traffic;
  private final List<Flow> flows = new ArrayList<>();
  private final List<Lookups> lookups = new ArrayList<>();

  Load(Cluster cluster, List<Traffic> traffic, Limits limits, long seed) {
    this.cluster = cluster;
    this.traffic = List.copyOf(traffic);
    this.limits = limits;
    this.seed = seed;
    Way.Reader reader = new Way.Reader(cluster.state());
    traffic.forEach(t -> add(t, reader));
  }

  private Load(Load walked, double factor) {
    this.cluster = walked.cluster;
    this.limits = walked.limits;
    this.seed = walked.seed;
    Map<Traffic, Traffic> scaled = new LinkedHashMap<>();
    walked.traffic.forEach(t -> scaled.put(t, t.perSecond(t.connectionsPerSecond() * factor)));
    this.traffic = List.copyOf(scaled.values());
    walked.flows.forEach(f -> flows.add(new Flow(
        scaled.getOrDefault(f.traffic(), f.traffic()),
        f.source(),
        f.sourceNode(),
        f.datagrams(),
        f.way(),
        f.share())));
    walked.lookups.forEach(
        l -> lookups.add(new Lookups(l.sourceNode(), l.perSecond() * factor, l.lookup())));
  }

  /** The same ways under a multiple of the traffic; nothing is walked anew. */
  Load times(double factor) {
    return new Load(this, factor);
  }

  private void add(Traffic some, Way.Reader reader) {
    String target = TargetNames.resolve(some.to(), cluster);
    List<String> sources = sources(some.from());
    boolean datagrams = target.startsWith("udp://");
    String host = TargetNames.hostOf(target);
    boolean named = IpAddress.tryParse(host).isEmpty();
    for (String source : sources) {
      String node = nodeOf(source);
      Connection from = cluster.from(source);
      String dialled = target;
      if (named && !source.startsWith("internet")) {
        NameService.Lookup lookup = from.lookup(host);
        if (lookup.addresses().size() == 1) {
          // The questions' own choices (which CoreDNS pod?) do not change where the connection
          // goes, so they need not be told apart.
          dialled = TargetNames.withHost(target, lookup.addresses().get(0));
        }
        if (some.resolves()) {
          lookups.add(new Lookups(node, some.connectionsPerSecond() / sources.size(), lookup));
        }
      }
      Map<Way, Fraction> ways = from.distributionTo(dialled, reader::read);
      ways.forEach((way, share) -> flows.add(
          new Flow(some, source, node, datagrams, way, share.toDouble() / sources.size())));
    }
  }

  /** The sources that a name stands for. */
  private List<String> sources(String from) {
    if (from.equals("internet") || from.startsWith("internet/") || from.startsWith("node/")) {
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

  private String nodeOf(String source) {
    if (source.startsWith("node/")) {
      return source.substring("node/".length());
    }
    int slash = source.indexOf('/');
    return source.startsWith("internet")
        ? ""
        : cluster
            .state()
            .get(Pod.class, source.substring(0, slash), source.substring(slash + 1))
            .map(pod -> pod.spec().nodeName())
            .orElse("");
  }

  /** {@return the cluster, to be read} */
  public Cluster cluster() {
    return cluster;
  }

  /** {@return what its parts can bear} */
  public Limits limits() {
    return limits;
  }

  /** {@return the seed of what is simulated} */
  public long seed() {
    return seed;
  }

  /** {@return the traffic} */
  public List<Traffic> traffic() {
    return traffic;
  }

  /** {@return its ways; for each traffic the shares sum to 1} */
  public List<Flow> flows() {
    return List.copyOf(flows);
  }

  /** {@return the lookups of names that the connections cause} */
  public List<Lookups> lookups() {
    return List.copyOf(lookups);
  }

  /** The workload of a pod: what its owner's owner is called, as limits name it. */
  Optional<String> workloadOf(String pod) {
    return Workloads.of(pod, cluster.state());
  }
}
