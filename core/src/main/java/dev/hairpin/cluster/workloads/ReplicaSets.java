package dev.hairpin.cluster.workloads;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.control.GeneratedNames;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps the number of pods of each ReplicaSet. */
final class ReplicaSets {
  private final ClusterState state;
  private final Owned owned;
  private final GeneratedNames names;

  ReplicaSets(ClusterState state, Owned owned, GeneratedNames names) {
    this.state = state;
    this.owned = owned;
    this.names = names;
  }

  void sync(ObjectKey key) {
    @Nullable
    ReplicaSet set = state.get(ReplicaSet.class, key.namespace(), key.name()).orElse(null);
    if (set == null || set.metadata().deletionTimestamp() != null) {
      return;
    }
    List<Pod> active = owned.activePods(set.metadata().uid());
    for (int i = active.size(); i < set.replicas(); i++) {
      String name = names.next(key.name() + "-", n -> isTaken(key.namespace(), n));
      state.store(PodFactory.pod(set, name, set.template(), set.template().spec(), Map.of()));
    }
    if (active.size() > set.replicas()) {
      Surplus.worstFirst(active)
          .subList(0, active.size() - set.replicas())
          .forEach(pod -> Deletion.ask(state, pod));
    }
  }

  private boolean isTaken(String namespace, String name) {
    return state.get(Pod.class, namespace, name).isPresent();
  }
}
