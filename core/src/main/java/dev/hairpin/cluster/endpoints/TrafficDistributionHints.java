package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Service;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hints that keep traffic near, as {@code spec.trafficDistribution} asks: every ready endpoint is
 * meant for its own zone, with {@code PreferSameNode} also for its own node.
 *
 * <p>Source: {@code k8s.io/endpointslice/trafficdist}; {@code PreferSameZone} and
 * {@code PreferSameNode} since v1.34, before only {@code PreferClose}.
 */
final class TrafficDistributionHints {
  /** Asks for hints for nodes, too. */
  static final String PREFER_SAME_NODE = "PreferSameNode";

  private static final Set<String> KNOWN =
      Set.of("PreferClose", "PreferSameZone", PREFER_SAME_NODE);

  private TrafficDistributionHints() {}

  static boolean wantedBy(Service service) {
    @Nullable String distribution = service.spec().trafficDistribution();
    return distribution != null && KNOWN.contains(distribution);
  }

  /** Sets the hints of everything that is written, and writes what has wrong hints. */
  static void apply(Service service, SlicePlan plan, List<EndpointSlice> stored) {
    boolean sameNode = PREFER_SAME_NODE.equals(service.spec().trafficDistribution());
    for (EndpointSlice slice : plan.untouched(stored)) {
      if (slice.endpoints().stream().anyMatch(e -> !hinted(e, sameNode).equals(e))) {
        plan.update().add(SliceDraft.of(slice));
      }
    }
    plan.written().forEach(draft -> draft.endpoints().replaceAll(e -> hinted(e, sameNode)));
  }

  /** Takes all hints away. */
  static void remove(SlicePlan plan, List<EndpointSlice> stored) {
    for (EndpointSlice slice : plan.untouched(stored)) {
      if (slice.endpoints().stream().anyMatch(TrafficDistributionHints::hasHints)) {
        plan.update().add(SliceDraft.of(slice));
      }
    }
    plan.written()
        .forEach(draft ->
            draft.endpoints().replaceAll(e -> hasHints(e) ? e.withHints(List.of(), List.of()) : e));
  }

  static boolean hasHints(Endpoint endpoint) {
    return !endpoint.zoneHints().isEmpty() || !endpoint.nodeHints().isEmpty();
  }

  /** The endpoint as it shall be. */
  static Endpoint hinted(Endpoint endpoint, boolean sameNode) {
    boolean ready = Boolean.TRUE.equals(endpoint.ready());
    List<String> zones = ready && endpoint.zone() != null ? List.of(endpoint.zone()) : List.of();
    List<String> nodes =
        ready && sameNode && endpoint.nodeName() != null ? List.of(endpoint.nodeName()) : List.of();
    return endpoint.zoneHints().equals(zones) && endpoint.nodeHints().equals(nodes)
        ? endpoint
        : endpoint.withHints(zones, nodes);
  }
}
