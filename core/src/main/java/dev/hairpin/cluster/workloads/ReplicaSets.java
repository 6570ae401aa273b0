package dev.hairpin.cluster.workloads;

import dev.hairpin.api.Condition;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.control.Deletion;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the number of pods of each ReplicaSet, and writes how many there were.
 *
 * <p>Source: {@code pkg/controller/replicaset} of Kubernetes v1.36, which counts the pods that it
 * found before it makes or deletes any.
 */
final class ReplicaSets {
  private final ClusterState state;
  private final Owned owned;
  private final GeneratedNames names;
  private final BiConsumer<ObjectKey, Duration> later;

  /**
   * The controller.
   *
   * @param later asks for another look at a ReplicaSet after a while
   */
  ReplicaSets(
      ClusterState state,
      Owned owned,
      GeneratedNames names,
      BiConsumer<ObjectKey, Duration> later) {
    this.state = state;
    this.owned = owned;
    this.names = names;
    this.later = later;
  }

  void sync(ObjectKey key) {
    @Nullable
    ReplicaSet set = state.get(ReplicaSet.class, key.namespace(), key.name()).orElse(null);
    if (set == null) {
      return;
    }
    List<Pod> active = new ArrayList<>();
    int terminating = 0;
    for (Pod pod : owned.pods(set.metadata().uid())) {
      if (Owned.isActive(pod)) {
        active.add(pod);
      } else if (!pod.hasEnded()) {
        terminating++;
      }
    }
    if (set.metadata().deletionTimestamp() == null) {
      keep(set, active);
    }
    tell(set, active, terminating);
  }

  private void keep(ReplicaSet set, List<Pod> active) {
    String namespace = set.metadata().namespace();
    String prefix = PodFactory.prefix(set);
    for (int i = active.size(); i < set.replicas(); i++) {
      String name = names.next(Pod.KIND, namespace, prefix, n -> isTaken(namespace, n));
      state.store(PodFactory.pod(set, name, set.template(), set.template().spec(), Map.of()));
    }
    if (active.size() > set.replicas()) {
      Surplus.worstFirst(active, related(set), state.clock().now())
          .subList(0, active.size() - set.replicas())
          .forEach(pod -> Deletion.ask(state, pod));
    }
  }

  /** The pods that count of all ReplicaSets of the same Deployment; none without one. */
  private List<Pod> related(ReplicaSet set) {
    return set.metadata().controller().stream()
        .flatMap(owner -> owned.of(owner.uid()).stream())
        .filter(ReplicaSet.class::isInstance)
        .flatMap(other -> owned.activePods(other.metadata().uid()).stream())
        .toList();
  }

  private boolean isTaken(String namespace, String name) {
    return state.get(Pod.class, namespace, name).isPresent();
  }

  /** Writes the status, and looks again when it may change by itself. */
  private void tell(ReplicaSet set, List<Pod> active, int terminating) {
    Instant now = state.clock().now();
    Map<String, String> labels = set.template().labels();
    int fullyLabeled = 0;
    int ready = 0;
    int available = 0;
    @Nullable Duration next = null;
    for (Pod pod : active) {
      fullyLabeled += pod.metadata().labels().entrySet().containsAll(labels.entrySet()) ? 1 : 0;
      if (pod.isReady()) {
        ready++;
        if (Availability.isAvailable(pod, set.minReadySeconds(), now)) {
          available++;
        } else {
          Duration left =
              Availability.untilAvailable(pod, set.minReadySeconds(), now).orElse(Duration.ZERO);
          next = next == null || left.compareTo(next) < 0 ? left : next;
        }
      }
    }
    if (next != null) {
      later.accept(set.key(), next);
    }
    List<Condition> conditions = set.status().conditions().stream()
        .filter(c -> !c.type().equals("ReplicaFailure"))
        .toList();
    ReplicaSet.Status status = new ReplicaSet.Status(
        set.metadata().generation(),
        active.size(),
        fullyLabeled,
        ready,
        available,
        terminating,
        conditions);
    if (!status.equals(set.status())) {
      state.store(set.withStatus(status));
    }
  }
}
