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
 * as may be unavailable; surge is not modelled and counts as one unavailable.
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
    Map<String, Pod> byNode = new TreeMap<>();
    for (Pod pod : owned.pods(set.metadata().uid())) {
      byNode.merge(pod.spec().nodeName(), pod, (a, b) -> a.isTerminating() ? a : b);
    }
    List<Pod> outdated = new ArrayList<>();
    int unavailable = 0;
    int nodes = 0;
    String revision = PodFactory.hash(set.template(), 0);
    for (Node node : List.copyOf(state.list(Node.class))) {
      String name = node.metadata().name();
      @Nullable Pod pod = byNode.remove(name);
      if (!fits(node, spec)) {
        if (pod != null) {
          Deletion.ask(state, pod);
        }
        continue;
      }
      nodes++;
      if (pod == null) {
        unavailable++;
        store(set, spec, name, revision);
      } else if (pod.isTerminating() || !pod.isReady()) {
        unavailable++;
      } else if (!revision.equals(pod.metadata().labels().get(REVISION_LABEL))
          || !PodFactory.hasOthersOf(set.template(), pod)) {
        outdated.add(pod);
      }
    }
    byNode.values().forEach(pod -> Deletion.ask(state, pod));
    int allowed = Math.max(1, RollingUpdate.resolve(set.maxUnavailable(), nodes, true));
    outdated.stream()
        .limit(Math.max(0, allowed - unavailable))
        .forEach(pod -> Deletion.ask(state, pod));
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

  private static boolean fits(Node node, PodSpec spec) {
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

  private static PodSpec spec(DaemonSet set) {
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
