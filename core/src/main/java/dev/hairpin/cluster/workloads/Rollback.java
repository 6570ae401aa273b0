package dev.hairpin.cluster.workloads;

import dev.hairpin.api.Deployment;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.cluster.workloads.Revisions.Revision;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the template that a workload had before.
 *
 * <p>Source: the {@code Rollbacker}s of {@code kubectl rollout undo}, v1.36.
 */
final class Rollback {
  private Rollback() {}

  /**
   * A former template of a Deployment.
   *
   * @param sets its ReplicaSets
   * @param revision which revision; 0 for the last but one
   * @throws IllegalStateException if it is paused
   * @throws IllegalArgumentException if there is no such revision
   */
  static PodTemplate of(Deployment deployment, List<ReplicaSet> sets, int revision) {
    if (deployment.paused()) {
      throw new IllegalStateException(
          "you cannot rollback a paused deployment; resume it first with"
              + " 'kubectl rollout resume' and try again");
    }
    List<ReplicaSet> latestFirst = sets.stream()
        .filter(set -> Deployments.revision(set) > 0)
        .sorted(Comparator.comparingInt(Deployments::revision).reversed())
        .toList();
    if (revision != 0) {
      return latestFirst.stream()
          .filter(set -> Deployments.revision(set) == revision)
          .findFirst()
          .map(Deployments::template)
          .orElseThrow(() -> unknown(revision));
    }
    if (latestFirst.size() < 2) {
      throw new IllegalArgumentException(
          "no rollout history found for deployment \"" + deployment.metadata().name() + "\"");
    }
    return Deployments.template(latestFirst.get(1));
  }

  /**
   * A former template of a StatefulSet or a DaemonSet.
   *
   * @param known its revisions, the oldest first
   * @param revision which revision; 0 for the last but one
   * @throws IllegalArgumentException if there is no such revision
   */
  static PodTemplate of(List<Revision> known, int revision) {
    if (revision != 0) {
      return known.stream()
          .filter(candidate -> candidate.number() == revision)
          .findFirst()
          .map(Revision::template)
          .orElseThrow(() -> unknown(revision));
    }
    if (known.size() < 2) {
      throw new IllegalArgumentException("no last revision to roll back to");
    }
    return known.get(known.size() - 2).template();
  }

  private static IllegalArgumentException unknown(int revision) {
    return new IllegalArgumentException(
        "unable to find specified revision " + revision + " in history");
  }
}
