package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointSubset;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an Endpoints object to 1000 addresses, ready ones first.
 *
 * <p>Source: {@code truncateEndpoints} of {@code pkg/controller/endpoint}. Each subset keeps its
 * share, rounded up, so that the last one may get less.
 */
final class OverCapacity {

  /** How many addresses an Endpoints object may have. */
  static final int LIMIT = 1000;

  static final String ANNOTATION = "endpoints.kubernetes.io/over-capacity";

  private OverCapacity() {}

  static boolean exceededBy(List<EndpointSubset> subsets) {
    return ready(subsets) + notReady(subsets) > LIMIT;
  }

  static List<EndpointSubset> truncate(List<EndpointSubset> subsets) {
    int ready = ready(subsets);
    boolean cutReady = ready > LIMIT;
    int room = cutReady ? LIMIT : LIMIT - ready;
    double total = cutReady ? ready : notReady(subsets);
    int left = room;
    List<EndpointSubset> cut = new ArrayList<>();
    for (EndpointSubset subset : subsets) {
      List<EndpointAddress> candidates = cutReady ? subset.addresses() : subset.notReadyAddresses();
      int share = Math.min((int) Math.ceil(candidates.size() / total * room), left);
      List<EndpointAddress> kept =
          candidates.size() <= share ? candidates : candidates.subList(0, share);
      left -= kept.size();
      cut.add(
          cutReady
              ? new EndpointSubset(kept, List.of(), subset.ports())
              : new EndpointSubset(subset.addresses(), kept, subset.ports()));
    }
    return cut;
  }

  private static int ready(List<EndpointSubset> subsets) {
    return subsets.stream().mapToInt(s -> s.addresses().size()).sum();
  }

  private static int notReady(List<EndpointSubset> subsets) {
    return subsets.stream().mapToInt(s -> s.notReadyAddresses().size()).sum();
  }
}
