package dev.hairpin.whatif;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterView;
import java.util.Optional;

/** Which workload a pod belongs to. */
final class Workloads {
  private Workloads() {}

  /** {@code namespace/name} of the topmost controller, or of the pod itself. */
  static String of(Pod pod, ClusterView state) {
    String namespace = pod.metadata().namespace();
    Optional<OwnerReference> owner = pod.metadata().controller();
    String name = pod.metadata().name();
    while (owner.isPresent()) {
      name = owner.get().name();
      owner = state
          .get(new ObjectKey(owner.get().kind(), namespace, name))
          .flatMap(object -> object.metadata().controller());
    }
    return namespace + "/" + name;
  }
}
