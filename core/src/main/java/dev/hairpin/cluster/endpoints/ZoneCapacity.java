package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Node;
import dev.hairpin.api.Quantity;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The share of the cluster's CPU that each zone has.
 *
 * <p>Source: {@code topologycache.SetNodes}. Only ready nodes count, and none of the control plane.
 *
 * @param ratios the shares by zone, sum 1; empty if a node says no zone or no CPU, or if there are
 *     fewer than two zones
 */
record ZoneCapacity(Map<String, Double> ratios) {

  static ZoneCapacity of(Collection<Node> nodes) {
    Map<String, Long> cpu = new TreeMap<>();
    long total = 0;
    for (Node node : nodes) {
      if (node.metadata().labels().containsKey("node-role.kubernetes.io/control-plane")
          || node.metadata().labels().containsKey("node-role.kubernetes.io/master")
          || !node.isReady()) {
        continue;
      }
      long milli = Quantity.milli(node.allocatable().getOrDefault("cpu", "")).orElse(0);
      if (node.zone().isEmpty() || milli <= 0) {
        return new ZoneCapacity(Map.of());
      }
      cpu.merge(node.zone(), milli, Long::sum);
      total += milli;
    }
    if (cpu.size() < 2) {
      return new ZoneCapacity(Map.of());
    }
    Map<String, Double> ratios = new TreeMap<>();
    for (Map.Entry<String, Long> zone : cpu.entrySet()) {
      ratios.put(zone.getKey(), (double) zone.getValue() / total);
    }
    return new ZoneCapacity(ratios);
  }
}
