package dev.hairpin.whatif;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterView;
import java.util.List;
import java.util.Optional;

/** Which workload a pod belongs to. */
final class Workloads {
  private Workloads() {}

  /** {@code namespace/name} of the topmost controller, or of the pod itself. */
  static String of(Pod pod, ClusterView state) {
    List<OwnerReference> owners = state.controllersOf(pod);
    String name =
        owners.isEmpty() ? pod.metadata().name() : owners.get(owners.size() - 1).name();
    return pod.metadata().namespace() + "/" + name;
  }

  /** The same of a pod by its {@code namespace/name}; nothing if there is no such pod. */
  static Optional<String> of(String pod, ClusterView state) {
    int slash = pod.indexOf('/');
    return slash < 0
        ? Optional.empty()
        : state
            .get(new ObjectKey(Pod.KIND, pod.substring(0, slash), pod.substring(slash + 1)))
            .flatMap(found ->
                found instanceof Pod known ? Optional.of(of(known, state)) : Optional.empty());
  }
}
