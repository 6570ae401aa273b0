package dev.hairpin.whatif;

import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.environment.Environment;
import dev.hairpin.cluster.environment.EnvironmentAdvice;
import dev.hairpin.cluster.environment.ServiceVariables;
import dev.hairpin.whatif.Figure.How;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How large the environment of pods becomes by the variables of Services, in each namespace. */
final class EnvironmentMeasures implements CapacityModel {

  @Override
  public List<Figure> figures(Load load) {
    Collection<Service> services = load.cluster().state().list(Service.class);
    Map<String, Pod> first = new TreeMap<>();
    for (Pod pod : load.cluster().state().list(Pod.class)) {
      if (pod.spec().enableServiceLinks()) {
        first.putIfAbsent(pod.metadata().namespace(), pod);
      }
    }
    List<Figure> figures = new ArrayList<>();
    first.forEach((namespace, pod) -> {
      List<Service> visible = Environment.visible(pod, services);
      long size = new Environment(ServiceVariables.of(visible)).sizeBytes();
      figures.add(Figure.of(
              Metric.ENVIRONMENT, namespace, (double) size, EnvironmentAdvice.SIZE_LIMIT, How.EXACT)
          .because(visible.size() + " Services; a program's own variables come on top"));
    });
    return figures;
  }
}
