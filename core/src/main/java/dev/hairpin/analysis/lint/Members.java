package dev.hairpin.analysis.lint;

import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pods behind a Service, and what they are made by. */
final class Members {
  private Members() {}

  /** The pods that a Service's selector matches and that have not ended. */
  static List<Pod> of(Service service, ClusterView state) {
    @Nullable Map<String, String> selector = service.spec().selector();
    if (selector == null || selector.isEmpty()) {
      return List.of();
    }
    LabelSelector labels = LabelSelector.of(selector);
    return state.list(Pod.class).stream()
        .filter(p -> p.metadata().namespace().equals(service.metadata().namespace()))
        .filter(p -> !p.hasEnded())
        .filter(p -> labels.matches(p.metadata().labels()))
        .toList();
  }

  /** The workload that a pod belongs to: its topmost controller, or itself. */
  static String workload(Pod pod, ClusterView state) {
    List<OwnerReference> owners = state.controllersOf(pod);
    if (owners.isEmpty()) {
      return "Pod " + pod.metadata().name();
    }
    OwnerReference top = owners.get(owners.size() - 1);
    return top.kind() + " " + top.name();
  }

  /** What the containers of a pod declare, sidecars too. */
  static List<ContainerPort> ports(Pod pod) {
    List<ContainerPort> ports = new ArrayList<>();
    for (Container container : pod.spec().containers()) {
      ports.addAll(container.ports());
    }
    pod.spec().initContainers().stream()
        .filter(c -> "Always".equals(c.restartPolicy()))
        .forEach(c -> ports.addAll(c.ports()));
    return ports;
  }
}
