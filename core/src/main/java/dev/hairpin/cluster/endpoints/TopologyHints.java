package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Service;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hints of topology-mode {@code Auto}: each zone is given endpoints in proportion to its CPU, its
 * own first.
 *
 * <p>Source: {@code k8s.io/endpointslice/topologycache}. No endpoint may carry more than 1.2 times
 * the load that it would carry without hints; where that cannot be kept, there are no hints at all
 * and an event says why. Zones are walked in the order of their names, where the original walks a
 * Go map.
 */
final class TopologyHints {
  private static final String MODE = "service.kubernetes.io/topology-mode";
  private static final String OLD_MODE = "service.kubernetes.io/topology-aware-hints";
  private static final String DISABLED = "TopologyAwareHintsDisabled";
  private static final String ENABLED = "TopologyAwareHintsEnabled";

  /** What a zone may get: at least, at most, and what would be fair. */
  private record Allocation(int minimum, int maximum, double desired) {}

  private record HintsOf(String service, String addressType) {}

  /** How many endpoints each zone was given. */
  private final Map<HintsOf, Map<String, Integer>> given = new HashMap<>();

  private final Set<String> enabled = new HashSet<>();
  /** Null as long as there was never a node. */
  private @Nullable ZoneCapacity capacity;

  private boolean used;

  /** Whether a Service asks for the mode; the deprecated annotation has precedence. */
  static boolean wantedBy(Service service) {
    Map<String, String> annotations = service.metadata().annotations();
    String mode = annotations.getOrDefault(OLD_MODE, annotations.getOrDefault(MODE, ""));
    return mode.equals("Auto") || mode.equals("auto");
  }

  /** Takes over what another cluster's controller knows, of which this cluster is a fork. */
  void continueFrom(TopologyHints other) {
    other.given.forEach((of, zones) -> given.put(of, new TreeMap<>(zones)));
    enabled.addAll(other.enabled);
    used = other.used;
    capacity = other.capacity;
  }

  /** Whether any Service has asked for the mode, so that the zones' shares are worth knowing. */
  boolean isUsed() {
    return used;
  }

  void use() {
    used = true;
  }

  void capacity(@Nullable ZoneCapacity newCapacity) {
    capacity = newCapacity;
  }

  /** The Services whose hints no longer fit the zones' shares. */
  Set<String> overloaded() {
    Set<String> found = new TreeSet<>();
    given.forEach((of, zones) -> {
      if (isOverloaded(zones)) {
        found.add(of.service());
      }
    });
    return found;
  }

  private boolean isOverloaded(Map<String, Integer> zones) {
    if (zones.isEmpty()) {
      return false;
    }
    Map<String, Double> ratios = capacity == null ? Map.of() : capacity.ratios();
    if (ratios.isEmpty()) {
      return true;
    }
    double total = zones.values().stream().mapToInt(Integer::intValue).sum();
    return ratios.entrySet().stream().anyMatch(zone -> {
      @Nullable Integer has = zones.get(zone.getKey());
      return has == null
          || has < Math.ceil(total * zone.getValue() * (1 / (1 + HintsFeasibility.OVERLOAD)));
    });
  }

  /** Forgets a Service's hints; reports it if there were any. */
  void forget(String service, String addressType, @Nullable BiConsumer<String, String> warnings) {
    if (warnings != null && enabled.contains(service)) {
      warnings.accept(
          DISABLED, withAddressType("Topology Aware Hints has been disabled", addressType));
    }
    given.remove(new HintsOf(service, addressType));
    enabled.remove(service);
  }

  /**
   * Sets the hints of a plan.
   *
   * @param service namespace and name
   * @param normal takes reason and message of a normal event
   * @param warning takes reason and message of a warning
   */
  void apply(
      String service,
      String addressType,
      SlicePlan plan,
      List<EndpointSlice> stored,
      BiConsumer<String, String> normal,
      BiConsumer<String, String> warning) {
    @Nullable String problem = hint(service, addressType, plan, stored);
    if (problem != null) {
      warning.accept(DISABLED, withAddressType(problem, addressType));
      forget(service, addressType, null);
      TrafficDistributionHints.remove(plan, stored);
    } else if (enabled.add(service)) {
      normal.accept(ENABLED, withAddressType("Topology Aware Hints has been enabled", addressType));
    }
  }

  private static String withAddressType(String message, String addressType) {
    return message + ", addressType: " + addressType;
  }

  /** Sets the hints, or says why there are none. */
  private @Nullable String hint(
      String service, String addressType, SlicePlan plan, List<EndpointSlice> stored) {
    List<EndpointSlice> untouched = plan.untouched(stored);
    int ready = plan.written().stream().mapToInt(d -> ready(d.endpoints())).sum()
        + untouched.stream().mapToInt(s -> ready(s.endpoints())).sum();
    Map<String, Allocation> allocations = new TreeMap<>();
    @Nullable String problem = allocate(ready, allocations);
    if (problem != null) {
      return problem;
    }
    Map<String, Integer> hinted = new TreeMap<>();
    for (EndpointSlice slice : untouched) {
      @Nullable Map<String, Integer> counted = legalHints(slice, hinted, allocations);
      if (counted == null) {
        plan.update().add(SliceDraft.of(slice));
      } else {
        counted.forEach((zone, count) -> hinted.merge(zone, count, Integer::sum));
      }
    }
    for (SliceDraft draft : plan.written()) {
      List<Endpoint> endpoints = draft.endpoints();
      for (int i = 0; i < endpoints.size(); i++) {
        Endpoint endpoint = endpoints.get(i);
        @Nullable String zone = endpoint.zone();
        if (!isReady(endpoint)) {
          continue;
        }
        if (zone == null) {
          return "One or more endpoints do not have a zone specified";
        }
        hinted.merge(zone, 1, Integer::sum);
        endpoints.set(i, endpoint.withHints(List.of(zone), List.of()));
      }
    }
    redistribute(plan, allocations, hinted);
    if (hinted.isEmpty()) {
      return "No hints allocated for zones";
    }
    given.put(new HintsOf(service, addressType), hinted);
    return null;
  }

  private @Nullable String allocate(int endpoints, Map<String, Allocation> allocations) {
    if (capacity == null) {
      return "Nodes only ready in one zone";
    }
    Map<String, Double> ratios = capacity.ratios();
    if (ratios.isEmpty()) {
      return "Insufficient Node information: allocatable CPU or zone not specified on one or more"
          + " nodes";
    }
    if (ratios.size() > endpoints) {
      return "Insufficient number of endpoints (%d endpoints, %d zones)"
          .formatted(endpoints, ratios.size());
    }
    Map<String, Integer> minima = new TreeMap<>();
    int sum = 0;
    for (Map.Entry<String, Double> zone : ratios.entrySet()) {
      int minimum = HintsFeasibility.minimum(zone.getValue(), endpoints);
      minima.put(zone.getKey(), minimum);
      sum += minimum;
    }
    if (sum > endpoints) {
      return ("Unable to allocate minimum required endpoints to each zone without exceeding overload"
              + " threshold (%d endpoints, %d zones)")
          .formatted(endpoints, ratios.size());
    }
    int spare = endpoints - sum;
    minima.forEach((zone, minimum) -> allocations.put(
        zone,
        new Allocation(
            minimum,
            minimum + spare,
            Math.max(ratios.getOrDefault(zone, 0.0) * endpoints, minimum))));
    return null;
  }

  /** The hints of a stored slice by zone, or null if they cannot stay. */
  private static @Nullable Map<String, Integer> legalHints(
      EndpointSlice slice, Map<String, Integer> hinted, Map<String, Allocation> allocations) {
    Map<String, Integer> counted = new TreeMap<>();
    for (Endpoint endpoint : slice.endpoints()) {
      if (!isReady(endpoint)) {
        continue;
      }
      if (endpoint.zoneHints().isEmpty()
          || !allocations.keySet().containsAll(endpoint.zoneHints())) {
        return null;
      }
      endpoint.zoneHints().forEach(zone -> counted.merge(zone, 1, Integer::sum));
    }
    for (Map.Entry<String, Integer> zone : counted.entrySet()) {
      Allocation allocation = allocations.get(zone.getKey());
      if (allocation == null
          || zone.getValue() + hinted.getOrDefault(zone.getKey(), 0) > allocation.maximum()) {
        return null;
      }
    }
    return counted;
  }

  /** Lets zones with more than their share give the first endpoints met to zones with less. */
  private static void redistribute(
      SlicePlan plan, Map<String, Allocation> allocations, Map<String, Integer> hinted) {
    Map<String, Integer> giving = new TreeMap<>();
    Map<String, Integer> receiving = new TreeMap<>();
    givers(allocations, hinted, giving, receiving);
    for (SliceDraft draft : plan.written()) {
      List<Endpoint> endpoints = draft.endpoints();
      for (int i = 0; i < endpoints.size(); i++) {
        Endpoint endpoint = endpoints.get(i);
        @Nullable String from = endpoint.zone();
        if (!isReady(endpoint) || from == null || !giving.containsKey(from)) {
          continue;
        }
        if (receiving.isEmpty()) {
          return;
        }
        String to = receiving.keySet().iterator().next();
        endpoints.set(i, endpoint.withHints(List.of(to), List.of()));
        countDown(giving, from);
        countDown(receiving, to);
        hinted.merge(to, 1, Integer::sum);
        hinted.merge(from, -1, Integer::sum);
      }
    }
  }

  private static void countDown(Map<String, Integer> counts, String zone) {
    counts.computeIfPresent(zone, (z, count) -> count == 1 ? null : count - 1);
  }

  /** Whole endpoints that zones give and receive: from the richest to the poorest, one by one. */
  private static void givers(
      Map<String, Allocation> allocations,
      Map<String, Integer> hinted,
      Map<String, Integer> giving,
      Map<String, Integer> receiving) {
    Map<String, Double> surplus = new TreeMap<>();
    Map<String, Double> want = new TreeMap<>();
    allocations.forEach((zone, allocation) -> {
      double difference = hinted.getOrDefault(zone, 0) - allocation.desired();
      if (difference > 0) {
        surplus.put(zone, difference);
      } else if (difference < 0) {
        want.put(zone, -difference);
      }
    });
    while (true) {
      @Nullable String from = greatest(surplus);
      @Nullable String to = greatest(want);
      if (from == null || to == null) {
        return;
      }
      double give = surplus.getOrDefault(from, 0.0);
      double take = want.getOrDefault(to, 0.0);
      if ((give < 1 && take < 1) || give < 0.5 || take < 0.5) {
        return;
      }
      giving.merge(from, 1, Integer::sum);
      receiving.merge(to, 1, Integer::sum);
      surplus.put(from, give - 1);
      want.put(to, take - 1);
    }
  }

  private static @Nullable String greatest(Map<String, Double> zones) {
    @Nullable String best = null;
    double most = 0;
    for (Map.Entry<String, Double> zone : zones.entrySet()) {
      if (zone.getValue() > most) {
        most = zone.getValue();
        best = zone.getKey();
      }
    }
    return best;
  }

  private static int ready(List<Endpoint> endpoints) {
    return (int) endpoints.stream().filter(TopologyHints::isReady).count();
  }

  private static boolean isReady(Endpoint endpoint) {
    return Boolean.TRUE.equals(endpoint.ready());
  }
}
