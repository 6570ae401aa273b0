package dev.hairpin;

import dev.hairpin.api.Ingress;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the status of Services and Ingresses says of their load balancers. */
final class BalancerNames {
  private BalancerNames() {}

  /** The names, or addresses where they have none, by Service and Ingress. */
  static Map<String, List<String>> of(ClusterState state) {
    Map<String, List<String>> names = new TreeMap<>();
    for (Service service : state.list(Service.class)) {
      names.put(service.key().toString(), names(service.loadBalancer()));
    }
    for (Ingress ingress : state.list(Ingress.class)) {
      names.put(ingress.key().toString(), names(ingress.loadBalancer()));
    }
    return names;
  }

  private static List<String> names(List<LoadBalancerIngress> status) {
    return status.stream()
        .map(entry -> entry.hostname().isEmpty() ? entry.ip() : entry.hostname())
        .toList();
  }
}
