package dev.hairpin;

import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterView;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the pods that people name: one by its own name, or all that a workload has made. */
final class PodNames {
  private final ClusterView state;

  PodNames(ClusterView state) {
    this.state = state;
  }

  /**
   * Finds pods.
   *
   * @param name {@code namespace/name} of a pod or a workload; in namespace default without one
   * @return the pods by name, at least one
   * @throws IllegalArgumentException if there is none, with the name that was meant
   */
  List<Pod> find(String name) {
    int slash = name.indexOf('/');
    String namespace = slash < 0 ? "default" : name.substring(0, slash);
    String rest = name.substring(slash + 1);
    Optional<Pod> exact = state.get(Pod.class, namespace, rest);
    List<Pod> found = exact.isPresent()
        ? List.of(exact.get())
        : state.list(Pod.class).stream()
            .filter(p -> p.metadata().namespace().equals(namespace))
            .filter(p -> isOf(rest, p))
            .toList();
    if (found.isEmpty()) {
      List<String> pods =
          state.list(Pod.class).stream().map(p -> p.key().namespacedName()).toList();
      List<String> workloads = workloadNames();
      if (workloads.contains(namespace + "/" + rest)) {
        throw new IllegalArgumentException(namespace + "/" + rest + " has no pod");
      }
      boolean workloadMeant = Suggestions.nearest(name, pods).isEmpty()
          && Suggestions.nearest(name, workloads).isPresent();
      throw Suggestions.unknown("pod", name, workloadMeant ? workloads : pods);
    }
    return found;
  }

  private List<String> workloadNames() {
    return Stream.of("Deployment", "StatefulSet", "DaemonSet")
        .flatMap(kind -> state.list(kind).stream())
        .map(workload -> workload.key().namespacedName())
        .toList();
  }

  /**
   * Whether a workload of this name made the pod, itself or by a ReplicaSet. Of a pod that nobody
   * owns, such as one written by hand as part of a snapshot, its name tells.
   */
  private boolean isOf(String workload, Pod pod) {
    return pod.metadata().controller().isPresent()
        ? state.controllersOf(pod).stream().anyMatch(owner -> owner.name().equals(workload))
        : isNamedAfter(workload, pod.metadata().name());
  }

  /** The workload's name, and one or two parts more. */
  private static boolean isNamedAfter(String workload, String pod) {
    if (!pod.startsWith(workload + "-")) {
      return false;
    }
    String suffix = pod.substring(workload.length() + 1);
    boolean ofDeployment = suffix.matches("[a-z0-9]{6,10}-[a-z0-9]{5}");
    return ofDeployment || suffix.matches("[0-9]+|[a-z0-9]{5}");
  }
}
