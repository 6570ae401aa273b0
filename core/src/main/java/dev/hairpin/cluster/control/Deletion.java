package dev.hairpin.cluster.control;

import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import java.time.Instant;

/** Asks for the deletion of pods. */
public final class Deletion {
  private Deletion() {}

  /**
   * Asks for a pod's end, as {@code kubectl delete pod} does: it is terminating at once, and goes
   * when its kubelet has stopped it. A pod without a node goes at once; one that is terminating
   * already is left alone.
   *
   * @param state the cluster
   * @param pod the pod
   */
  public static void ask(ClusterState state, Pod pod) {
    if (pod.isTerminating()) {
      return;
    }
    if (pod.spec().nodeName().isEmpty()) {
      state.remove(pod.key());
      return;
    }
    Instant end = state.clock().now().plusSeconds(pod.spec().terminationGracePeriodSeconds());
    state.store(pod.withMetadata(pod.metadata().withDeletion(end)));
  }
}
