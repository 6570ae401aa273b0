package dev.hairpin.cluster.workloads;

import dev.hairpin.api.Deployment;
import dev.hairpin.api.ReplicaSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a Deployment's ReplicaSets when it is scaled in the midst of a rolling update:
 * the new and the old share what is added or taken away by their sizes, so that a bad new version
 * does not get all the new pods.
 *
 * <p>Source: {@code scale} of the Deployment controller, {@code GetReplicaSetProportion}. Each
 * ReplicaSet carries the numbers of the Deployment at its last scaling in two annotations; by them
 * the controller sees that the Deployment was scaled, and from what size.
 */
final class ProportionalScaling {
  static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
  private static final String MAX = "deployment.kubernetes.io/max-replicas";

  private ProportionalScaling() {}

  /** A ReplicaSet with a number of pods, marked with the numbers of its Deployment. */
  static ReplicaSet scaled(ReplicaSet set, int replicas, Deployment deployment) {
    Map<String, String> annotations = new LinkedHashMap<>(set.metadata().annotations());
    annotations.put(DESIRED, Integer.toString(deployment.replicas()));
    annotations.put(MAX, Integer.toString(most(deployment)));
    return set.withReplicas(replicas).withMetadata(set.metadata().withAnnotations(annotations));
  }

  private static int most(Deployment deployment) {
    boolean rolls = !deployment.strategy().equals("Recreate");
    return deployment.replicas() + (rolls ? RollingUpdate.of(deployment).surge() : 0);
  }

  /** Whether the Deployment was scaled since its ReplicaSets were. */
  static boolean isDue(Deployment deployment, List<ReplicaSet> sets) {
    return sets.stream().filter(set -> set.replicas() > 0).anyMatch(set -> {
      @Nullable Integer desired = number(set, DESIRED);
      return desired != null && desired != deployment.replicas();
    });
  }

  /**
   * The new sizes of the ReplicaSets that have pods.
   *
   * @param active at least two, one of them perhaps the new one
   */
  static Map<ReplicaSet, Integer> sizes(Deployment deployment, List<ReplicaSet> active) {
    int allowed = deployment.replicas() > 0 ? most(deployment) : 0;
    int toAdd = allowed - active.stream().mapToInt(ReplicaSet::replicas).sum();
    Comparator<ReplicaSet> byAge = Comparator.comparing(
            (ReplicaSet set) -> set.metadata().creationTimestamp(),
            Comparator.nullsFirst(Comparator.<Instant>naturalOrder()))
        .thenComparing(ReplicaSet::key);
    // Of equal sizes the newer grows first, and the older shrinks first.
    List<ReplicaSet> largestFirst = new ArrayList<>(active);
    largestFirst.sort(Comparator.comparingInt(ReplicaSet::replicas)
        .reversed()
        .thenComparing(toAdd > 0 ? byAge.reversed() : byAge));
    Map<ReplicaSet, Integer> sizes = new LinkedHashMap<>();
    int added = 0;
    for (ReplicaSet set : largestFirst) {
      int share = share(set, deployment, toAdd, added);
      sizes.put(set, set.replicas() + share);
      added += share;
    }
    int left = toAdd - added;
    sizes.computeIfPresent(largestFirst.get(0), (set, size) -> Math.max(0, size + left));
    return sizes;
  }

  private static int share(ReplicaSet set, Deployment deployment, int toAdd, int added) {
    int left = toAdd - added;
    if (set.replicas() == 0 || left == 0) {
      return 0;
    }
    int fraction = fraction(set, deployment);
    return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
  }

  /** How much a ReplicaSet would grow if it kept its share of the whole. */
  private static int fraction(ReplicaSet set, Deployment deployment) {
    if (deployment.replicas() == 0) {
      return -set.replicas();
    }
    @Nullable Integer before = number(set, MAX);
    int whole = before == null || before == 0 ? Math.max(1, set.replicas()) : before;
    double size = (double) set.replicas() * most(deployment) / whole;
    return (int) (size + 0.5) - set.replicas();
  }

  /** A number that an annotation holds; null if it holds none. */
  private static @Nullable Integer number(ReplicaSet set, String annotation) {
    String text = set.metadata().annotations().getOrDefault(annotation, "");
    return text.matches("[0-9]{1,9}") ? Integer.valueOf(text) : null;
  }
}
