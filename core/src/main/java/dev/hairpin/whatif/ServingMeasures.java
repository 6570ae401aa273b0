package dev.hairpin.whatif;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.whatif.Figure.How;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What pods, nodes and zones serve, and what arrives nowhere. */
final class ServingMeasures implements CapacityModel {
  private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

  @Override
  public List<Figure> figures(Load load) {
    Map<String, Double> lost = new TreeMap<>();
    Map<String, Double> arrivals = new TreeMap<>();
    Map<String, Double> requests = new TreeMap<>();
    Map<String, Double> open = new TreeMap<>();
    Map<String, Double> byNode = new TreeMap<>();
    Map<String, Double> byZone = new TreeMap<>();
    idle(load, requests, byNode, byZone);
    for (Flow flow : load.flows()) {
      Way way = flow.way();
      if (!way.arrives()) {
        lost.merge(flow.traffic().name() + ": " + way.reason(), flow.perSecond(), Double::sum);
        continue;
      }
      arrivals.merge(way.server(), flow.perSecond(), Double::sum);
      requests.merge(way.server(), flow.requestsPerSecond(), Double::sum);
      open.merge(way.server(), flow.openConnections(), Double::sum);
      if (!way.node().isEmpty()) {
        byNode.merge(way.node(), flow.requestsPerSecond(), Double::sum);
      }
      if (!way.zone().isEmpty()) {
        byZone.merge(way.zone(), flow.requestsPerSecond(), Double::sum);
      }
    }
    List<Figure> figures = new ArrayList<>();
    lost.forEach((what, rate) ->
        figures.add(Figure.of(Metric.LOST, what, rate, 0, How.EXACT).in(what)));
    arrivals.forEach(
        (pod, rate) -> figures.add(Figure.of(Metric.POD_ARRIVALS, pod, rate, NO_LIMIT, How.EXACT)
            .in(load.workloadOf(pod).orElse(""))));
    requests.forEach((pod, rate) -> {
      double limit = load.workloadOf(pod)
          .map(workload -> load.limits().ofPod(workload).orElse(NO_LIMIT))
          .orElse(NO_LIMIT);
      figures.add(Figure.of(Metric.POD_REQUESTS, pod, rate, limit, How.EXACT)
          .in(load.workloadOf(pod).orElse("")));
    });
    open.forEach((pod, count) -> {
      if (count > 0) {
        figures.add(Figure.of(Metric.POD_CONNECTIONS, pod, count, NO_LIMIT, How.LAW)
            .in(load.workloadOf(pod).orElse("")));
      }
    });
    byNode.forEach((node, rate) ->
        figures.add(Figure.of(Metric.NODE_REQUESTS, node, rate, NO_LIMIT, How.EXACT)));
    byZone.forEach((zone, rate) ->
        figures.add(Figure.of(Metric.ZONE_REQUESTS, zone, rate, NO_LIMIT, How.EXACT)));
    return figures;
  }

  /** Pods of workloads with a limit, nodes and zones that may serve, even if they serve nothing. */
  private static void idle(
      Load load,
      Map<String, Double> requests,
      Map<String, Double> byNode,
      Map<String, Double> byZone) {
    for (Pod pod : load.cluster().state().list(Pod.class)) {
      if (pod.isReady()
          && !pod.isTerminating()
          && load.limits().ofPod(Workloads.of(pod, load.cluster().state())).isPresent()) {
        requests.put(pod.key().namespacedName(), 0.0);
      }
    }
    for (Node node : load.cluster().state().list(Node.class)) {
      if (node.isReady()) {
        byNode.put(node.metadata().name(), 0.0);
        if (!node.zone().isEmpty()) {
          byZone.put(node.zone(), 0.0);
        }
      }
    }
  }
}
