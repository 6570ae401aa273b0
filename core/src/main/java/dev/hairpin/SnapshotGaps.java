package dev.hairpin;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.Service;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.ClusterView;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a snapshot lacks so that controllers could go on in it: objects that were there, and that
 * they would make once more, with other names and addresses.
 */
final class SnapshotGaps {
  private static final String COMMAND = "; a dump in which something is to happen holds all of"
      + " \"kubectl get nodes,namespaces,services,endpointslices,ingresses,deployments,replicasets,"
      + "statefulsets,daemonsets,pods -A -o yaml\"";

  /** Kinds that make their pods again; others, such as Jobs, are not modelled and do not. */
  private static final Set<String> REPLACING =
      Set.of(ReplicaSet.KIND, StatefulSet.KIND, DaemonSet.KIND);

  private final ClusterView state;
  private final Set<String> owning = new HashSet<>();

  private SnapshotGaps(ClusterView state) {
    this.state = state;
    state.list(Pod.class).forEach(this::noteOwner);
    state.list(ReplicaSet.class).forEach(this::noteOwner);
  }

  /**
   * Looks for gaps.
   *
   * @throws IllegalArgumentException if there is one, with what is missing and how to dump it
   */
  static void refuse(ClusterView state) {
    SnapshotGaps gaps = new SnapshotGaps(state);
    state.list(Pod.class).forEach(gaps::refuseMissingOwner);
    state
        .list(Deployment.class)
        .forEach(d -> gaps.refuseMissing(d, d.status().replicas(), "ReplicaSets"));
    state.list(ReplicaSet.class).forEach(r -> gaps.refuseMissing(r, r.status().replicas(), "pods"));
    state
        .list(StatefulSet.class)
        .forEach(s -> gaps.refuseMissing(s, s.status().replicas(), "pods"));
    state
        .list(DaemonSet.class)
        .forEach(d -> gaps.refuseMissing(d, d.status().currentNumberScheduled(), "pods"));
    gaps.refuseNoSlices();
  }

  private void noteOwner(KubeObject object) {
    object.metadata().controller().map(OwnerReference::uid).ifPresent(owning::add);
  }

  private void refuseMissingOwner(Pod pod) {
    pod.metadata()
        .controller()
        .filter(owner -> owner.apiVersion().equals("apps/v1") && REPLACING.contains(owner.kind()))
        .ifPresent(owner -> {
          ObjectKey key = new ObjectKey(owner.kind(), pod.metadata().namespace(), owner.name());
          if (state.get(key).filter(o -> o.metadata().uid().equals(owner.uid())).isEmpty()) {
            throw missing(pod.key() + " belongs to " + key + ", which is not in the snapshot");
          }
        });
  }

  private void refuseMissing(KubeObject workload, int has, String what) {
    if (has > 0 && !owning.contains(workload.metadata().uid())) {
      throw missing(workload.key() + " tells of " + has + (has == 1 ? " pod" : " pods")
          + ", but its " + what + " are not in the snapshot");
    }
  }

  private void refuseNoSlices() {
    if (state.list(EndpointSlice.class).isEmpty()) {
      state.list(Service.class).stream()
          .filter(this::selectsPods)
          .findFirst()
          .ifPresent(service -> {
            throw missing(service.key() + " selects pods, but no EndpointSlice is in the snapshot");
          });
    }
  }

  private boolean selectsPods(Service service) {
    Map<String, String> selector = service.spec().selector();
    return selector != null
        && state.list(Pod.class).stream()
            .map(Pod::metadata)
            .anyMatch(pod -> pod.namespace().equals(service.metadata().namespace())
                && pod.labels().entrySet().containsAll(selector.entrySet()));
  }

  private static IllegalArgumentException missing(String what) {
    return new IllegalArgumentException(what + COMMAND);
  }
}
