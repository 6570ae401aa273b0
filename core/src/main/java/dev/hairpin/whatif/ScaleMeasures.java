package dev.hairpin.whatif;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.whatif.Figure.How;
import dev.hairpin.whatif.law.ScaleLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many objects the cluster has, beside what Kubernetes is tested with. */
final class ScaleMeasures implements CapacityModel {

  @Override
  public List<Figure> figures(Load load) {
    ClusterView state = load.cluster().state();
    Map<String, Integer> services = new TreeMap<>();
    for (Service service : state.list(Service.class)) {
      services.merge(service.metadata().namespace(), 1, Integer::sum);
    }
    Map<String, Integer> pods = new TreeMap<>();
    for (Pod pod : state.list(Pod.class)) {
      if (!pod.spec().nodeName().isEmpty()) {
        pods.merge(pod.spec().nodeName(), 1, Integer::sum);
      }
    }
    List<Figure> figures = new ArrayList<>();
    figures.add(figure("nodes", state.list(Node.class).size(), ScaleLimits.NODES));
    figures.add(figure("pods", state.list(Pod.class).size(), ScaleLimits.PODS));
    figures.add(figure("Services", state.list(Service.class).size(), ScaleLimits.SERVICES));
    fullest(services)
        .ifPresent(e -> figures.add(
            figure("Services of " + e.getKey(), e.getValue(), ScaleLimits.SERVICES_PER_NAMESPACE)));
    fullest(pods)
        .ifPresent(e ->
            figures.add(figure("pods of " + e.getKey(), e.getValue(), ScaleLimits.PODS_PER_NODE)));
    return figures;
  }

  private static java.util.Optional<Map.Entry<String, Integer>> fullest(Map<String, Integer> by) {
    return by.entrySet().stream().max(Map.Entry.comparingByValue());
  }

  private static Figure figure(String what, double count, double limit) {
    return Figure.of(Metric.SCALE, what, count, limit, How.EXACT);
  }
}
