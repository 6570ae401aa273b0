package dev.hairpin.cluster.workloads;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Taint;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.control.GeneratedNames;
import dev.hairpin.cluster.scheduling.Tolerations;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one pod of each DaemonSet on every node that it fits.
 *
 * <p>The node is written into the pod at once; the original leaves that to the scheduler with a
 * node affinity, which comes to the same. An update replaces the pods in place, so many at a time
 * as may be unavailable; or, where surge is allowed, it puts new pods beside the old ones, which go
 * when the new ones are ready. Source: {@code pkg/controller/daemon} of Kubernetes v1.36.
 */
final class DaemonSets {
  private static final String REVISION_LABEL = "controller-revision-hash";

  /** Taints that every daemon bears. */
  private static final List<Map<String, Object>> TOLERATIONS = List.of(
      exists("node.kubernetes.io/not-ready", "NoExecute"),
      exists("node.kubernetes.io/unreachable", "NoExecute"),
      exists("node.kubernetes.io/disk-pressure", "NoSchedule"),
      exists("node.kubernetes.io/memory-pressure", "NoSchedule"),
      exists("node.kubernetes.io/pid-pressure", "NoSchedule"),
      exists("node.kubernetes.io/unschedulable", "NoSchedule"));

  private final ClusterState state;
  private final Owned owned;
  private final GeneratedNames names;

  DaemonSets(ClusterState state, Owned owned, GeneratedNames names) {
    this.state = state;
    this.owned = owned;
    this.names = names;
  }

  void sync(ObjectKey key) {
    @Nullable
    DaemonSet set = state.get(DaemonSet.class, key.namespace(), key.name()).orElse(null);
    if (set == null || set.metadata().deletionTimestamp() != null) {
      return;
    }
    PodSpec spec = spec(set);
    Map<String, List<Pod>> byNode = new TreeMap<>();
    for (Pod pod : owned.pods(set.metadata().uid())) {
      byNode.computeIfAbsent(pod.spec().nodeName(), n -> new ArrayList<>()).add(pod);
    }
    List<String> fitting = new ArrayList<>();
    for (Node node : state.list(Node.class)) {
      if (fits(node, spec)) {
        fitting.add(node.metadata().name());
      }
    }
    Update update = new Update(set, fitting.size());
    for (String node : fitting) {
      @Nullable List<Pod> pods = byNode.remove(node);
      if (pods == null) {
        store(set, spec, node, update.revision);
        update.missing();
      } else {
        update.look(node, pods);
      }
    }
    byNode.values().forEach(pods -> pods.forEach(pod -> Deletion.ask(state, pod)));
    update.nodesToSurge().forEach(node -> store(set, spec, node, update.revision));
    update.podsToDelete().forEach(pod -> Deletion.ask(state, pod));
  }

  /** Whether a pod has the present template. */
  static boolean isUpToDate(DaemonSet set, Pod pod) {
    return isOf(set, PodFactory.hash(set.template(), 0), pod);
  }

  private static boolean isOf(DaemonSet set, String revision, Pod pod) {
    return revision.equals(pod.metadata().labels().get(REVISION_LABEL))
        && PodFactory.hasOthersOf(set.template(), pod);
  }

  /** One step of a rolling update. Source: {@code rollingUpdate} of {@code update.go}. */
  private static final class Update {
    private final DaemonSet set;
    private final String revision;
    private final int surge;
    private final int unavailable;
    private final List<Pod> replaceable = new ArrayList<>();
    private final List<Pod> candidates = new ArrayList<>();
    private final List<Pod> relieved = new ArrayList<>();
    private final List<String> bare = new ArrayList<>();
    private final List<String> surgeCandidates = new ArrayList<>();
    private int surging;
    private int missing;

    Update(DaemonSet set, int nodes) {
      this.set = set;
      this.revision = PodFactory.hash(set.template(), 0);
      this.surge = RollingUpdate.resolve(set.maxSurge(), nodes, true);
      int allowed = RollingUpdate.resolve(set.maxUnavailable(), nodes, true);
      this.unavailable = surge == 0 ? Math.max(1, allowed) : allowed;
    }

    /** A node has no pod, or none that counts. */
    void missing() {
      missing++;
    }

    void look(String node, List<Pod> pods) {
      List<Pod> fresh = new ArrayList<>();
      List<Pod> old = new ArrayList<>();
      for (Pod pod : pods) {
        if (!pod.isTerminating()) {
          (isOf(set, revision, pod) ? fresh : old).add(pod);
        }
      }
      if (surge > 0) {
        lookForSurge(node, fresh, old);
      } else if (fresh.isEmpty() == old.isEmpty()) {
        missing++;
      } else if (old.isEmpty()) {
        missing += fresh.get(0).isReady() ? 0 : 1;
      } else if (old.get(0).isReady()) {
        candidates.add(old.get(0));
      } else {
        replaceable.add(old.get(0));
        missing++;
      }
    }

    private void lookForSurge(String node, List<Pod> fresh, List<Pod> old) {
      if (old.isEmpty()) {
        return;
      }
      if (!fresh.isEmpty()) {
        if (fresh.get(0).isReady() || !old.get(0).isReady()) {
          relieved.addAll(old);
        } else {
          surging++;
        }
      } else if (old.get(0).isReady()) {
        surgeCandidates.add(node);
      } else {
        bare.add(node);
      }
    }

    List<Pod> podsToDelete() {
      List<Pod> all = new ArrayList<>(relieved);
      all.addAll(replaceable);
      all.addAll(
          candidates.subList(0, Math.min(candidates.size(), Math.max(0, unavailable - missing))));
      return all;
    }

    List<String> nodesToSurge() {
      List<String> all = new ArrayList<>(bare);
      all.addAll(surgeCandidates.subList(
          0, Math.min(surgeCandidates.size(), Math.max(0, surge - surging))));
      return all;
    }
  }

  private void store(DaemonSet set, PodSpec spec, String node, String revision) {
    String namespace = set.metadata().namespace();
    String name = names.next(
        set.metadata().name() + "-", n -> state.get(Pod.class, namespace, n).isPresent());
    state.store(PodFactory.pod(
        set,
        name,
        set.template(),
        spec.toBuilder().nodeName(node).build(),
        Map.of(REVISION_LABEL, revision)));
  }

  static boolean fits(Node node, PodSpec spec) {
    return spec.nodeSelector().entrySet().stream()
            .allMatch(e -> e.getValue().equals(node.metadata().labels().get(e.getKey())))
        && node.taints().stream()
            .filter(taint -> !taint.effect().equals("PreferNoSchedule"))
            .allMatch(taint -> tolerated(spec, taint));
  }

  private static boolean tolerated(PodSpec spec, Taint taint) {
    return Tolerations.tolerates(spec, taint)
        || (taint.key().equals("node.kubernetes.io/unreachable")
            || taint.key().equals("node.kubernetes.io/not-ready"));
  }

  static PodSpec spec(DaemonSet set) {
    List<Map<String, Object>> tolerations =
        new ArrayList<>(set.template().spec().tolerations());
    tolerations.addAll(TOLERATIONS);
    if (set.template().spec().hostNetwork()) {
      tolerations.add(exists("node.kubernetes.io/network-unavailable", "NoSchedule"));
    }
    return set.template().spec().toBuilder().tolerations(tolerations).build();
  }

  private static Map<String, Object> exists(String key, String effect) {
    return Map.of("key", key, "operator", "Exists", "effect", effect);
  }
}
