package dev.hairpin.iptables.kubeproxy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints of a service port get which traffic.
 *
 * <p>Source: {@code CategorizeEndpoints} of {@code pkg/proxy/topology.go}.
 *
 * @param cluster those for the cluster policy
 * @param local those for the local policy
 * @param reachable those that any chain leads to
 * @param hasAny whether there is a usable endpoint anywhere
 */
record EndpointCategories(
    List<EndpointInfo> cluster,
    List<EndpointInfo> local,
    List<EndpointInfo> reachable,
    boolean hasAny) {

  static final EndpointCategories NONE =
      new EndpointCategories(List.of(), List.of(), List.of(), false);

  /** How hints restrict the endpoints of the cluster policy. */
  private enum Topology {
    NONE,
    ZONE,
    NODE
  }

  static EndpointCategories of(
      List<EndpointInfo> all, ServicePortInfo service, TopologyRules rules) {
    if (all.isEmpty()) {
      return NONE;
    }
    boolean hasAny = false;
    Topology topology = Topology.NONE;
    List<EndpointInfo> cluster = List.of();
    if (service.usesClusterEndpoints()) {
      topology = topologyOf(all, service, rules);
      cluster = clusterEndpoints(all, topology, rules);
      hasAny = !cluster.isEmpty();
    }
    if (!service.usesLocalEndpoints()) {
      return new EndpointCategories(cluster, List.of(), cluster, hasAny);
    }
    List<EndpointInfo> local = new ArrayList<>();
    List<EndpointInfo> localTerminating = new ArrayList<>();
    for (EndpointInfo endpoint : all) {
      boolean ending = endpoint.serving() && endpoint.terminating();
      hasAny |= endpoint.ready() || ending;
      boolean here = endpoint.isOn(rules.node());
      if (here && endpoint.ready()) {
        local.add(endpoint);
      } else if (here && ending) {
        localTerminating.add(endpoint);
      }
    }
    boolean fellBack = local.isEmpty() && !localTerminating.isEmpty();
    if (fellBack) {
      local = localTerminating;
    }
    if (!service.usesClusterEndpoints()) {
      return new EndpointCategories(List.of(), local, local, hasAny);
    }
    List<EndpointInfo> reachable = cluster;
    if (topology != Topology.NONE || fellBack) {
      Map<String, EndpointInfo> union = new LinkedHashMap<>();
      cluster.forEach(e -> union.put(e.text(), e));
      local.forEach(e -> union.put(e.text(), e));
      reachable =
          union.values().stream().sorted((a, b) -> a.text().compareTo(b.text())).toList();
    }
    return new EndpointCategories(cluster, local, reachable, hasAny);
  }

  /** Whether they are the same on every node: nothing asks where an endpoint runs. */
  static boolean sameEverywhere(
      List<EndpointInfo> all, ServicePortInfo service, TopologyRules rules) {
    if (service.usesLocalEndpoints()) {
      return false;
    }
    if (rules.mayFollowHints(service)) {
      for (EndpointInfo endpoint : all) {
        if (!endpoint.zoneHints().isEmpty() || !endpoint.nodeHints().isEmpty()) {
          return false;
        }
      }
    }
    return true;
  }

  private static List<EndpointInfo> clusterEndpoints(
      List<EndpointInfo> all, Topology topology, TopologyRules rules) {
    List<EndpointInfo> chosen = new ArrayList<>(all.size());
    for (EndpointInfo endpoint : all) {
      boolean available = switch (topology) {
        case NONE -> true;
        case ZONE -> endpoint.zoneHints().contains(rules.zone());
        case NODE -> endpoint.nodeHints().contains(rules.node());
      };
      if (endpoint.ready() && available) {
        chosen.add(endpoint);
      }
    }
    if (chosen.isEmpty()) {
      for (EndpointInfo endpoint : all) {
        if (endpoint.serving() && endpoint.terminating()) {
          chosen.add(endpoint);
        }
      }
    }
    return chosen;
  }

  private static Topology topologyOf(
      List<EndpointInfo> all, ServicePortInfo service, TopologyRules rules) {
    if (!rules.mayFollowHints(service)) {
      return Topology.NONE;
    }
    boolean nodes = rules.followsNodeHints();
    boolean zones = rules.zone() != null;
    boolean thisNode = false;
    boolean thisZone = false;
    for (EndpointInfo endpoint : all) {
      if (!endpoint.ready()) {
        continue;
      }
      nodes &= !endpoint.nodeHints().isEmpty();
      zones &= !endpoint.zoneHints().isEmpty();
      thisNode |= endpoint.nodeHints().contains(rules.node());
      thisZone |= rules.zone() != null && endpoint.zoneHints().contains(rules.zone());
    }
    if (nodes && thisNode) {
      return Topology.NODE;
    }
    return zones && thisZone ? Topology.ZONE : Topology.NONE;
  }

  /**
   * What decides whether hints are followed.
   *
   * @param node this node's name
   * @param zone this node's zone; null if it has none that counts
   * @param followsHints whether hints are followed at all
   * @param followsNodeHints whether hints may name nodes
   * @param needsAnnotation whether the Service must ask for it
   */
  record TopologyRules(
      String node,
      @Nullable String zone,
      boolean followsHints,
      boolean followsNodeHints,
      boolean needsAnnotation) {

    static TopologyRules of(
        KubeProxyVersion version,
        KubeProxyConfiguration configuration,
        String node,
        @Nullable String zoneLabel) {
      boolean old = !version.followsHintsWithoutAnnotation();
      // v1.30 takes an empty label for none; v1.36 compares it with the hints.
      String zone = old && zoneLabel != null && zoneLabel.isEmpty() ? null : zoneLabel;
      return new TopologyRules(
          node,
          zone,
          !old || configuration.gate("TopologyAwareHints", true),
          version.followsNodeHints(),
          old && !configuration.gate("ServiceTrafficDistribution", false));
    }

    boolean mayFollowHints(ServicePortInfo service) {
      if (!followsHints) {
        return false;
      }
      if (!needsAnnotation) {
        return true;
      }
      String text = service.hintsAnnotation();
      return !text.isEmpty() && !text.equals("disabled") && !text.equals("Disabled");
    }
  }
}
