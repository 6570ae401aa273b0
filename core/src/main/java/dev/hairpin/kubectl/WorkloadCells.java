package dev.hairpin.kubectl;

import dev.hairpin.api.Container;
import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rows of Deployments, ReplicaSets, StatefulSets and DaemonSets: what their status says.
 *
 * <p>Source: {@code pkg/printers/internalversion} of Kubernetes v1.36.
 */
final class WorkloadCells {
  private WorkloadCells() {}

  static boolean isWorkload(String kind) {
    return kind.equals(Deployment.KIND)
        || kind.equals(ReplicaSet.KIND)
        || kind.equals(StatefulSet.KIND)
        || kind.equals(DaemonSet.KIND);
  }

  static List<String> header(String kind, boolean wide) {
    List<String> columns = new ArrayList<>(
        switch (kind) {
          case Deployment.KIND -> List.of("READY", "UP-TO-DATE", "AVAILABLE", "AGE");
          case ReplicaSet.KIND -> List.of("DESIRED", "CURRENT", "READY", "AGE");
          case StatefulSet.KIND -> List.of("READY", "AGE");
          default ->
            List.of(
                "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR", "AGE");
        });
    if (wide) {
      columns.addAll(List.of("CONTAINERS", "IMAGES"));
      if (!kind.equals(StatefulSet.KIND)) {
        columns.add("SELECTOR");
      }
    }
    return columns;
  }

  static List<String> of(KubeObject workload, String age, boolean wide) {
    if (workload instanceof Deployment deployment) {
      return row(
          wide,
          deployment.template(),
          deployment.selector(),
          List.of(
              deployment.status().readyReplicas() + "/" + deployment.replicas(),
              text(deployment.status().updatedReplicas()),
              text(deployment.status().availableReplicas()),
              age));
    } else if (workload instanceof ReplicaSet set) {
      return row(
          wide,
          set.template(),
          set.selector(),
          List.of(
              text(set.replicas()),
              text(set.status().replicas()),
              text(set.status().readyReplicas()),
              age));
    } else if (workload instanceof StatefulSet set) {
      List<String> cells =
          new ArrayList<>(List.of(set.status().readyReplicas() + "/" + set.replicas(), age));
      if (wide) {
        cells.addAll(containers(set.template()));
      }
      return cells;
    } else if (workload instanceof DaemonSet set) {
      DaemonSet.Status status = set.status();
      return row(
          wide,
          set.template(),
          set.selector(),
          List.of(
              text(status.desiredNumberScheduled()),
              text(status.currentNumberScheduled()),
              text(status.numberReady()),
              text(status.updatedNumberScheduled()),
              text(status.numberAvailable()),
              Cells.labels(set.template().spec().nodeSelector()),
              age));
    }
    throw new IllegalArgumentException(workload.key() + " is no workload");
  }

  private static String text(int number) {
    return Integer.toString(number);
  }

  private static List<String> row(
      boolean wide, PodTemplate template, LabelSelector selector, List<String> cells) {
    List<String> all = new ArrayList<>(cells);
    if (wide) {
      all.addAll(containers(template));
      all.add(SelectorText.of(selector));
    }
    return all;
  }

  private static List<String> containers(PodTemplate template) {
    List<Container> containers = template.spec().containers();
    return List.of(
        containers.stream().map(Container::name).collect(Collectors.joining(",")),
        containers.stream().map(Container::image).collect(Collectors.joining(",")));
  }
}
