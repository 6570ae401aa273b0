package dev.hairpin.cluster.workloads;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.collect.ForkableSortedMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pods, ReplicaSets, ControllerRevisions and claims of each owner, by the owner's uid. */
final class Owned {
  private final ForkableMap<String, ForkableSortedMap<ObjectKey, KubeObject>> byOwner;

  private Owned(ForkableMap<String, ForkableSortedMap<ObjectKey, KubeObject>> byOwner) {
    this.byOwner = byOwner;
  }

  Owned(ClusterState state) {
    this(new ForkableMap<>());
    state.list(Pod.class).forEach(this::put);
    state.list(ReplicaSet.class).forEach(this::put);
    state.list(Revisions.KIND).stream().filter(Revisions::isRevision).forEach(this::put);
    state.list(VolumeClaims.KIND).stream().filter(VolumeClaims::isClaim).forEach(this::put);
  }

  Owned fork() {
    return new Owned(byOwner.fork());
  }

  void changed(Change change) {
    KubeObject object = change.object();
    if (isDependent(object)) {
      if (change.after() == null) {
        remove(object);
      } else {
        @Nullable KubeObject before = change.before();
        if (before != null
            && !before.metadata().controller().equals(object.metadata().controller())) {
          remove(before);
        }
        put(object);
      }
    }
  }

  private static boolean isDependent(KubeObject object) {
    return object instanceof Pod
        || object instanceof ReplicaSet
        || Revisions.isRevision(object)
        || VolumeClaims.isClaim(object);
  }

  private void put(KubeObject object) {
    object.metadata().controller().ifPresent(owner -> {
      @Nullable ForkableSortedMap<ObjectKey, KubeObject> dependents = writable(owner.uid());
      if (dependents == null) {
        dependents = new ForkableSortedMap<>();
        byOwner.put(owner.uid(), dependents);
      }
      dependents.put(object.key(), object);
    });
  }

  private void remove(KubeObject object) {
    object.metadata().controller().ifPresent(owner -> {
      @Nullable ForkableSortedMap<ObjectKey, KubeObject> dependents = writable(owner.uid());
      if (dependents != null && dependents.remove(object.key()) != null && dependents.isEmpty()) {
        byOwner.remove(owner.uid());
      }
    });
  }

  private @Nullable ForkableSortedMap<ObjectKey, KubeObject> writable(String ownerUid) {
    return byOwner.writable(ownerUid, ForkableSortedMap::frozenCopy);
  }

  /** What an owner has, by kind and name. */
  List<KubeObject> of(String ownerUid) {
    @Nullable ForkableSortedMap<ObjectKey, KubeObject> dependents = byOwner.get(ownerUid);
    return dependents == null ? List.of() : List.copyOf(dependents.values());
  }

  /** The pods of an owner that are neither finished nor terminating, by name. */
  List<Pod> activePods(String ownerUid) {
    return pods(ownerUid).stream().filter(Owned::isActive).toList();
  }

  /** Whether a pod is neither finished nor terminating. */
  static boolean isActive(Pod pod) {
    return !pod.isTerminating() && !pod.hasEnded();
  }

  /** All pods of an owner, by name. */
  List<Pod> pods(String ownerUid) {
    return of(ownerUid).stream()
        .filter(Pod.class::isInstance)
        .map(Pod.class::cast)
        .toList();
  }
}
