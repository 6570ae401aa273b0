package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.path.addon.NameService;
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
    boolean datagrams = target.startsWith("udp://");
    List<Caller> callers = Caller.of(some.from(), cluster);
    for (Caller caller : callers) {
      Optional<NameService.Lookup> lookup = caller.lookup(target);
      if (some.resolves()) {
        double each = some.connectionsPerSecond() / callers.size();
        lookup.ifPresent(asked -> lookups.add(new Lookups(caller.node(), each, asked)));
      }
      caller
          .connection()
          .distributionTo(Caller.dialled(target, lookup), reader::read)
          .forEach((way, share) -> flows.add(new Flow(
              some,
              caller.name(),
              caller.node(),
              datagrams,
              way,
              share.toDouble() / callers.size())));
    }
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
