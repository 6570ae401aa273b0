package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Packs the endpoints of a Service of one family into slices, changing as few slices as it can.
 *
 * <p>Source: {@code k8s.io/endpointslice/reconciler.go}. What the original leaves to the order of a
 * Go map goes here by the order of the endpoints given and of the slices' names.
 */
final class SliceReconciler {
  static final String MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by";
  static final String CONTROLLER_NAME = "endpointslice-controller.k8s.io";
  static final String HEADLESS_LABEL = "service.kubernetes.io/headless";
  private static final Set<String> RESERVED =
      Set.of(EndpointSlice.SERVICE_NAME_LABEL, MANAGED_BY_LABEL, HEADLESS_LABEL);

  private final Service service;
  private final String addressType;
  private final int most;
  private final PortGroup.Pool groups;
  private final Map<String, String> labels;

  SliceReconciler(Service service, String addressType, int most, PortGroup.Pool groups) {
    this.service = service;
    this.addressType = addressType;
    this.most = most;
    this.groups = groups;
    this.labels = labels(service);
  }

  /**
   * Plans the changes.
   *
   * @param stored the slices of this family that the Service owns, by name
   * @param desired the endpoints by their ports; the maps are emptied
   * @return the plan, without hints
   */
  SlicePlan plan(List<EndpointSlice> stored, Map<PortGroup, Map<EndpointId, Endpoint>> desired) {
    Map<PortGroup, List<EndpointSlice>> storedByPorts = new LinkedHashMap<>();
    for (EndpointSlice slice : stored) {
      storedByPorts
          .computeIfAbsent(groups.of(slice.ports()), g -> new ArrayList<>(1))
          .add(slice);
    }
    SlicePlan plan = new SlicePlan();
    desired.forEach((group, endpoints) ->
        pack(plan, group, storedByPorts.getOrDefault(group, List.of()), endpoints));
    storedByPorts.forEach((group, slices) -> {
      if (!desired.containsKey(group)) {
        plan.delete().addAll(slices);
      }
    });
    if (stored.size() == plan.delete().size() && plan.create().isEmpty()) {
      keepPlaceholder(plan);
    }
    return plan;
  }

  /** A Service without endpoints has one slice without endpoints, so that clients see it exists. */
  private void keepPlaceholder(SlicePlan plan) {
    if (plan.delete().size() == 1) {
      EndpointSlice slice = plan.delete().get(0);
      if (slice.endpoints().isEmpty()
          && slice.ports().isEmpty()
          && slice.metadata().labels().equals(labels)) {
        plan.delete().clear();
        return;
      }
    }
    plan.create().add(SliceDraft.empty(addressType, List.of(), labels));
  }

  private void pack(
      SlicePlan plan,
      PortGroup group,
      List<EndpointSlice> stored,
      Map<EndpointId, Endpoint> waiting) {
    List<SliceDraft> changed = new ArrayList<>();
    List<EndpointSlice> unchanged = new ArrayList<>();
    for (EndpointSlice slice : stored) {
      keepDesired(plan, slice, waiting, changed, unchanged);
    }
    fillChanged(changed, waiting);
    while (!waiting.isEmpty()) {
      @Nullable
      EndpointSlice room =
          waiting.size() < most ? fullestWithRoom(unchanged, waiting.size()) : null;
      SliceDraft draft;
      if (room == null) {
        draft = SliceDraft.empty(addressType, group.ports(), labels);
        plan.create().add(draft);
      } else {
        draft = SliceDraft.of(room);
        unchanged.remove(room);
        changed.add(draft);
      }
      fill(draft, waiting);
    }
    plan.update().addAll(changed);
  }

  /** First step: endpoints that are no longer wanted go, changed ones are replaced in place. */
  private void keepDesired(
      SlicePlan plan,
      EndpointSlice slice,
      Map<EndpointId, Endpoint> waiting,
      List<SliceDraft> changed,
      List<EndpointSlice> unchanged) {
    List<Endpoint> kept = new ArrayList<>(slice.endpoints().size());
    boolean differs = false;
    for (Endpoint endpoint : slice.endpoints()) {
      @Nullable Endpoint wanted = waiting.remove(EndpointId.of(endpoint));
      if (wanted == null) {
        differs = true;
      } else if (sameState(wanted, endpoint)) {
        kept.add(
            TrafficDistributionHints.hasHints(endpoint)
                ? wanted.withHints(endpoint.zoneHints(), endpoint.nodeHints())
                : wanted);
      } else {
        kept.add(wanted);
        differs = true;
      }
    }
    if (differs && kept.isEmpty()) {
      plan.delete().add(slice);
    } else if (differs) {
      // The original replaces all endpoints of a slice that it writes by fresh ones without hints.
      List<Endpoint> fresh = kept.stream().map(SliceReconciler::withoutHints).toList();
      changed.add(SliceDraft.of(slice).withEndpoints(fresh).withLabels(labels));
    } else if (!withoutReserved(slice.metadata().labels())
        .equals(withoutReserved(service.metadata().labels()))) {
      changed.add(SliceDraft.of(slice).withLabels(labels));
    } else {
      unchanged.add(slice);
    }
  }

  private static Endpoint withoutHints(Endpoint endpoint) {
    return TrafficDistributionHints.hasHints(endpoint)
        ? endpoint.withHints(List.of(), List.of())
        : endpoint;
  }

  /** Second step: slices that are written anyway are filled up, the fullest first. */
  private void fillChanged(List<SliceDraft> changed, Map<EndpointId, Endpoint> waiting) {
    if (waiting.isEmpty() || changed.isEmpty()) {
      return;
    }
    List<SliceDraft> fullestFirst = new ArrayList<>(changed);
    fullestFirst.sort(
        Comparator.comparingInt((SliceDraft d) -> d.endpoints().size()).reversed());
    for (SliceDraft draft : fullestFirst) {
      fill(draft, waiting);
    }
  }

  private void fill(SliceDraft draft, Map<EndpointId, Endpoint> waiting) {
    Iterator<Endpoint> next = waiting.values().iterator();
    while (draft.endpoints().size() < most && next.hasNext()) {
      draft.endpoints().add(next.next());
      next.remove();
    }
  }

  /** Third step: all that is left goes into the one slice that it fills best without overflow. */
  private @Nullable EndpointSlice fullestWithRoom(List<EndpointSlice> slices, int count) {
    int closest = most;
    @Nullable EndpointSlice best = null;
    for (EndpointSlice slice : slices) {
      int left = most - (count + slice.endpoints().size());
      if (left >= 0 && left < closest) {
        closest = left;
        best = slice;
      }
    }
    return best;
  }

  /** Whether two endpoints of one identity say the same; hints are not looked at. */
  static boolean sameState(Endpoint a, Endpoint b) {
    return Objects.equals(a.ready(), b.ready())
        && Objects.equals(a.serving(), b.serving())
        && Objects.equals(a.terminating(), b.terminating())
        && Objects.equals(a.nodeName(), b.nodeName())
        && Objects.equals(a.zone(), b.zone())
        && Objects.equals(a.targetRef(), b.targetRef());
  }

  /** The labels of the slices of a Service. */
  static Map<String, String> labels(Service service) {
    Map<String, String> labels = withoutReserved(service.metadata().labels());
    String clusterIp = service.spec().clusterIp();
    if (clusterIp.isEmpty() || clusterIp.equals("None")) {
      labels.put(HEADLESS_LABEL, "");
    }
    labels.put(EndpointSlice.SERVICE_NAME_LABEL, service.metadata().name());
    labels.put(MANAGED_BY_LABEL, CONTROLLER_NAME);
    return labels;
  }

  private static Map<String, String> withoutReserved(Map<String, String> labels) {
    Map<String, String> own = new LinkedHashMap<>(labels);
    own.keySet().removeAll(RESERVED);
    return own;
  }
}
