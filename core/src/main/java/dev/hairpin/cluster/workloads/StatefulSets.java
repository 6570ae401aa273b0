package dev.hairpin.cluster.workloads;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the numbered pods of each StatefulSet: one after another and the last first, unless they
 * are managed in parallel. An update goes from the highest number down and waits for each.
 */
final class StatefulSets {
  private static final String REVISION_LABEL = "controller-revision-hash";

  private final ClusterState state;
  private final Owned owned;

  StatefulSets(ClusterState state, Owned owned) {
    this.state = state;
    this.owned = owned;
  }

  void sync(ObjectKey key) {
    @Nullable
    StatefulSet set = state.get(StatefulSet.class, key.namespace(), key.name()).orElse(null);
    if (set == null || set.metadata().deletionTimestamp() != null) {
      return;
    }
    boolean oneByOne = !set.podManagementPolicy().equals("Parallel");
    NavigableMap<Integer, Pod> pods = pods(set);
    for (int ordinal = 0; ordinal < set.replicas(); ordinal++) {
      @Nullable Pod pod = pods.get(ordinal);
      if (pod == null) {
        state.store(make(set, ordinal));
      } else if (isFinished(pod)) {
        Deletion.ask(state, pod);
      }
      if (oneByOne && (pod == null || pod.isTerminating() || !isUp(pod))) {
        return;
      }
    }
    for (Pod pod : pods.tailMap(set.replicas(), true).descendingMap().values()) {
      Deletion.ask(state, pod);
      if (oneByOne) {
        return;
      }
    }
    update(set, pods);
  }

  private void update(StatefulSet set, NavigableMap<Integer, Pod> pods) {
    String revision = revision(set);
    for (int ordinal = set.replicas() - 1; ordinal >= set.partition(); ordinal--) {
      @Nullable Pod pod = pods.get(ordinal);
      if (pod == null || pod.isTerminating()) {
        return;
      }
      if (!isOf(set, revision, pod)) {
        Deletion.ask(state, pod);
        return;
      }
      if (!isUp(pod)) {
        return;
      }
    }
  }

  private NavigableMap<Integer, Pod> pods(StatefulSet set) {
    NavigableMap<Integer, Pod> pods = new TreeMap<>();
    String prefix = set.metadata().name() + "-";
    for (Pod pod : owned.pods(set.metadata().uid())) {
      String name = pod.metadata().name();
      if (name.startsWith(prefix)) {
        String digits = name.substring(prefix.length());
        if (!digits.isEmpty()
            && digits.length() < 10
            && digits.chars().allMatch(Character::isDigit)) {
          pods.put(Integer.parseInt(digits), pod);
        }
      }
    }
    return pods;
  }

  private static boolean isUp(Pod pod) {
    return pod.phase().equals("Running") && pod.isReady();
  }

  private static boolean isFinished(Pod pod) {
    return pod.phase().equals("Failed") || pod.phase().equals("Succeeded");
  }

  /** Whether a pod has the present template. */
  static boolean isUpToDate(StatefulSet set, Pod pod) {
    return isOf(set, revision(set), pod);
  }

  private static boolean isOf(StatefulSet set, String revision, Pod pod) {
    return revision.equals(pod.metadata().labels().get(REVISION_LABEL))
        && PodFactory.hasOthersOf(set.template(), pod);
  }

  private static String revision(StatefulSet set) {
    return set.metadata().name() + "-" + PodFactory.hash(set.template(), 0);
  }

  private static Pod make(StatefulSet set, int ordinal) {
    String name = set.metadata().name() + "-" + ordinal;
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("apps.kubernetes.io/pod-index", Integer.toString(ordinal));
    labels.put(REVISION_LABEL, revision(set));
    labels.put("statefulset.kubernetes.io/pod-name", name);
    PodSpec spec = set.template().spec().toBuilder()
        .hostname(name)
        .subdomain(set.serviceName())
        .build();
    return PodFactory.pod(set, name, set.template(), spec, labels);
  }
}
