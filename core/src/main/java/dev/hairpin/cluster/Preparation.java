package dev.hairpin.cluster;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.Kinds;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the API server drops from a complete object before it judges it: fields whose gate is
 * closed, and a status that only the controller may write.
 *
 * <p>Source: {@code PrepareForCreate} and {@code PrepareForUpdate} of the strategies of Kubernetes
 * v1.36.
 */
final class Preparation {
  private static final Set<String> WORKLOADS =
      Set.of(Deployment.KIND, ReplicaSet.KIND, StatefulSet.KIND, DaemonSet.KIND);

  private Preparation() {}

  /**
   * Changes the tree of an object.
   *
   * @param tree the complete object; its objects may be changed
   * @param old the object that it replaces, or null if it is new
   */
  static void of(Map<String, Object> tree, @Nullable Map<String, ?> old) {
    String kind = Kinds.qualified(
        String.valueOf(tree.getOrDefault("apiVersion", "")), String.valueOf(tree.get("kind")));
    if (kind.equals(StatefulSet.KIND)) {
      statefulSet(tree, old);
    }
    if (old != null) {
      // a custom resource may be without a subresource for its status
      if (!Generations.isCustom(String.valueOf(tree.get("apiVersion")))) {
        keepStatus(tree, old);
      }
    } else if (WORKLOADS.contains(kind) && !isSnapshot(tree)) {
      tree.remove("status");
    }
  }

  /** What comes from a live cluster has a uid: its status tells what its controller saw there. */
  private static boolean isSnapshot(Map<String, Object> tree) {
    return tree.get("metadata") instanceof Map<?, ?> metadata && metadata.get("uid") != null;
  }

  /** The gate {@code MaxUnavailableStatefulSet} is closed; a set that uses it may go on. */
  private static void statefulSet(Map<String, Object> tree, @Nullable Map<String, ?> old) {
    if (rollingUpdate(tree) instanceof Map<?, ?> rolling
        && (old == null
            || !(rollingUpdate(old) instanceof Map<?, ?> before)
            || before.get("maxUnavailable") == null)) {
      rolling.remove("maxUnavailable");
    }
  }

  private static void keepStatus(Map<String, Object> tree, Map<String, ?> old) {
    @Nullable Object status = old.get("status");
    if (status == null) {
      tree.remove("status");
    } else {
      tree.put("status", status);
    }
  }

  private static @Nullable Object rollingUpdate(Map<String, ?> tree) {
    return tree.get("spec") instanceof Map<?, ?> spec
            && spec.get("updateStrategy") instanceof Map<?, ?> strategy
        ? strategy.get("rollingUpdate")
        : null;
  }
}
