package dev.hairpin.cluster.workloads;

import dev.hairpin.api.Deployment;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.cluster.ClusterState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a ReplicaSet for each template that a Deployment has had, and moves the pods from the old
 * ones to the new one.
 */
final class Deployments {
  private static final String HASH_LABEL = "pod-template-hash";
  private static final String REVISION = "deployment.kubernetes.io/revision";

  private final ClusterState state;
  private final Owned owned;
  private final BiConsumer<ObjectKey, Duration> later;

  /**
   * The controller.
   *
   * @param later asks for another look at a Deployment after a while
   */
  Deployments(ClusterState state, Owned owned, BiConsumer<ObjectKey, Duration> later) {
    this.state = state;
    this.owned = owned;
    this.later = later;
  }

  void sync(ObjectKey key) {
    @Nullable
    Deployment deployment =
        state.get(Deployment.class, key.namespace(), key.name()).orElse(null);
    if (deployment == null || deployment.metadata().deletionTimestamp() != null) {
      return;
    }
    List<ReplicaSet> all = new ArrayList<>();
    owned.of(deployment.metadata().uid()).stream()
        .filter(ReplicaSet.class::isInstance)
        .map(ReplicaSet.class::cast)
        .forEach(all::add);
    if (ProportionalScaling.isDue(deployment, all) && rescale(deployment, all)) {
      return; // the changed ReplicaSets bring the controller back, and then the update goes on
    }
    ReplicaSet fresh = current(deployment, all);
    List<ReplicaSet> old = all.stream()
        .filter(set -> !set.key().equals(fresh.key()))
        .sorted(Comparator.comparing(
                (ReplicaSet set) -> set.metadata().creationTimestamp(),
                Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(ReplicaSet::key))
        .toList();
    if (deployment.strategy().equals("Recreate")) {
      recreate(deployment, fresh, old);
    } else {
      roll(deployment, fresh, old);
    }
    lookAgainWhenAvailable(deployment, fresh);
  }

  /** The ReplicaSet of the present template; it is made if there is none. */
  private ReplicaSet current(Deployment deployment, List<ReplicaSet> all) {
    for (ReplicaSet set : all) {
      if (sameTemplate(set.template(), deployment.template())) {
        return set;
      }
    }
    String namespace = deployment.metadata().namespace();
    String prefix = deployment.metadata().name() + "-";
    int collisions = 0;
    String hash = PodFactory.hash(deployment.template(), collisions);
    while (state.get(ReplicaSet.class, namespace, prefix + hash).isPresent()) {
      hash = PodFactory.hash(deployment.template(), ++collisions);
    }
    Map<String, String> labels = new LinkedHashMap<>(deployment.template().labels());
    labels.put(HASH_LABEL, hash);
    Map<String, String> matched = new LinkedHashMap<>(deployment.selector().matchLabels());
    matched.put(HASH_LABEL, hash);
    int revision = all.stream().mapToInt(Deployments::revision).max().orElse(0) + 1;
    ObjectMeta meta = ObjectMeta.of(namespace, prefix + hash)
        .withLabels(labels)
        .withAnnotations(Map.of(REVISION, Integer.toString(revision)))
        .withOwners(List.of(PodFactory.reference(deployment)));
    ReplicaSet made = new ReplicaSet(
        meta,
        0,
        new LabelSelector(matched, deployment.selector().matchExpressions()),
        new PodTemplate(
            labels, deployment.template().annotations(), deployment.template().spec()));
    return (ReplicaSet) state.store(ProportionalScaling.scaled(made, 0, deployment));
  }

  /**
   * Takes over a changed number of replicas.
   *
   * @return whether there was anything to do
   */
  private boolean rescale(Deployment deployment, List<ReplicaSet> all) {
    List<ReplicaSet> active = all.stream().filter(set -> set.replicas() > 0).toList();
    if (active.size() == 1) {
      return scale(deployment, active.get(0), deployment.replicas());
    }
    if (deployment.strategy().equals("Recreate")) {
      return false;
    }
    boolean changed = false;
    for (Map.Entry<ReplicaSet, Integer> size :
        ProportionalScaling.sizes(deployment, active).entrySet()) {
      state.store(ProportionalScaling.scaled(size.getKey(), size.getValue(), deployment));
      changed = true;
    }
    return changed;
  }

  static boolean sameTemplate(PodTemplate ofSet, PodTemplate wanted) {
    Map<String, String> labels = new LinkedHashMap<>(ofSet.labels());
    labels.remove(HASH_LABEL);
    return labels.equals(wanted.labels())
        && ofSet.annotations().equals(wanted.annotations())
        && ofSet.spec().equals(wanted.spec());
  }

  private static int revision(ReplicaSet set) {
    String text = set.metadata().annotations().getOrDefault(REVISION, "0");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0; // as the original: an odd revision counts as none
    }
  }

  /** All old pods go before the first new one comes. */
  private void recreate(Deployment deployment, ReplicaSet fresh, List<ReplicaSet> old) {
    old.forEach(set -> scale(deployment, set, 0));
    boolean gone = old.stream().allMatch(set -> owned.pods(set.metadata().uid()).isEmpty());
    if (gone) {
      scale(deployment, fresh, deployment.replicas());
    }
  }

  private void roll(Deployment deployment, ReplicaSet fresh, List<ReplicaSet> old) {
    RollingUpdate update = RollingUpdate.of(deployment);
    int oldReplicas = old.stream().mapToInt(ReplicaSet::replicas).sum();
    int freshReplicas = fresh.replicas();
    if (freshReplicas > deployment.replicas()) {
      freshReplicas = deployment.replicas();
    } else if (freshReplicas < deployment.replicas()) {
      int room = deployment.replicas() + update.surge() - oldReplicas - freshReplicas;
      freshReplicas += Math.max(0, Math.min(room, deployment.replicas() - freshReplicas));
    }
    scale(deployment, fresh, freshReplicas);
    if (oldReplicas > 0) {
      scaleDownOld(deployment, update, fresh, freshReplicas, old);
    }
  }

  /** Old pods go as long as enough are available: first those that are not. */
  private void scaleDownOld(
      Deployment deployment,
      RollingUpdate update,
      ReplicaSet fresh,
      int freshReplicas,
      List<ReplicaSet> old) {
    int fewest = deployment.replicas() - update.unavailable();
    int freshAvailable = available(deployment, fresh);
    int total = freshReplicas + old.stream().mapToInt(ReplicaSet::replicas).sum();
    int most = total - fewest - (freshReplicas - freshAvailable);
    if (most <= 0) {
      return;
    }
    int cleaned = 0;
    List<Integer> sizes = new ArrayList<>();
    int oldAvailable = 0;
    for (ReplicaSet set : old) {
      int up = available(deployment, set);
      int unhealthy = Math.max(0, Math.min(set.replicas() - up, most - cleaned));
      cleaned += unhealthy;
      sizes.add(set.replicas() - unhealthy);
      oldAvailable += up;
    }
    // The second bound holds although pods that are to go already are still counted as available.
    int spare = Math.max(0, Math.min(freshAvailable + oldAvailable - fewest, most - cleaned));
    for (int i = 0; i < old.size(); i++) {
      int size = sizes.get(i);
      int down = Math.min(size, spare);
      spare -= down;
      scale(deployment, old.get(i), size - down);
    }
  }

  private int available(Deployment deployment, ReplicaSet set) {
    Instant now = state.clock().now();
    return (int) owned.activePods(set.metadata().uid()).stream()
        .filter(p -> Availability.isAvailable(p, deployment.minReadySeconds(), now))
        .count();
  }

  private boolean scale(Deployment deployment, ReplicaSet set, int replicas) {
    if (set.replicas() == replicas) {
      return false;
    }
    state.store(ProportionalScaling.scaled(set, replicas, deployment));
    return true;
  }

  private void lookAgainWhenAvailable(Deployment deployment, ReplicaSet fresh) {
    if (deployment.minReadySeconds() <= 0) {
      return;
    }
    Instant now = state.clock().now();
    for (Pod pod : owned.activePods(fresh.metadata().uid())) {
      Availability.untilAvailable(pod, deployment.minReadySeconds(), now)
          .filter(left -> !left.isZero())
          .ifPresent(left -> later.accept(deployment.key(), left));
    }
  }
}
