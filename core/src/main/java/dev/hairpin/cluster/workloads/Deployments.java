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
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes a ReplicaSet for each template that a Deployment has had, and moves the pods from the old
 * ones to the new one.
 *
 * <p>Source: {@code pkg/controller/deployment} of Kubernetes v1.36. How many pods there are it
 * reads in the status of the ReplicaSets.
 */
final class Deployments {
  private static final String HASH_LABEL = "pod-template-hash";
  static final String REVISION = "deployment.kubernetes.io/revision";

  private static final Comparator<ReplicaSet> BY_AGE = Comparator.comparing(
          (ReplicaSet set) -> set.metadata().creationTimestamp(),
          Comparator.nullsFirst(Comparator.<Instant>naturalOrder()))
      .thenComparing(ReplicaSet::key);

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
    if (deployment != null && deployment.metadata().deletionTimestamp() == null) {
      new Step(deployment).take();
    }
  }

  /** The ReplicaSets of a Deployment, the oldest first. */
  static List<ReplicaSet> sets(Owned owned, Deployment deployment) {
    return owned.of(deployment.metadata().uid()).stream()
        .filter(ReplicaSet.class::isInstance)
        .map(ReplicaSet.class::cast)
        .sorted(BY_AGE)
        .toList();
  }

  static boolean sameTemplate(PodTemplate ofSet, PodTemplate wanted) {
    Map<String, String> labels = new LinkedHashMap<>(ofSet.labels());
    labels.remove(HASH_LABEL);
    return labels.equals(wanted.labels())
        && ofSet.annotations().equals(wanted.annotations())
        && ofSet.spec().equals(wanted.spec());
  }

  /** The template that a ReplicaSet was made of. */
  static PodTemplate template(ReplicaSet set) {
    Map<String, String> labels = new LinkedHashMap<>(set.template().labels());
    labels.remove(HASH_LABEL);
    return new PodTemplate(labels, set.template().annotations(), set.template().spec());
  }

  /** The number of the revision that a ReplicaSet is; an odd one counts as none, as upstream. */
  static int revision(ReplicaSet set) {
    String text = set.metadata().annotations().getOrDefault(REVISION, "");
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
  }

  /** One look at a Deployment. */
  private final class Step {
    private final Deployment deployment;
    private final Instant now = state.clock().now();
    private final Progress progress;
    private final List<ReplicaSet> all;
    private final List<ReplicaSet> old = new ArrayList<>();
    private @Nullable ReplicaSet fresh;

    Step(Deployment deployment) {
      this.deployment = deployment;
      this.progress = new Progress(deployment, now);
      this.all = Deployments.sets(owned, deployment);
      for (ReplicaSet set : all) {
        if (fresh == null && sameTemplate(set.template(), deployment.template())) {
          fresh = set;
        } else {
          old.add(set);
        }
      }
    }

    void take() {
      progress.tellPause();
      if (fresh != null) {
        fresh = told(fresh);
      }
      if (deployment.paused()) {
        rescale();
        cleanUp();
        finish(false);
      } else if (ProportionalScaling.isDue(deployment, all) && rescale()) {
        finish(false); // the changed ReplicaSets bring the controller back to go on
      } else {
        if (deployment.strategy().equals("Recreate")) {
          recreate();
        } else {
          roll();
        }
        if (Progress.isComplete(deployment, counts())) {
          cleanUp();
        }
        finish(true);
      }
    }

    /**
     * The new ReplicaSet as it must be: the last revision, with pods that count when they shall.
     */
    private ReplicaSet told(ReplicaSet set) {
      progress.tellFound(set.metadata().name());
      ReplicaSet told = set.withMinReadySeconds(deployment.minReadySeconds());
      int revision = nextRevision();
      if (revision(set) < revision) {
        Map<String, String> annotations = new LinkedHashMap<>(set.metadata().annotations());
        annotations.put(REVISION, Integer.toString(revision));
        told = told.withMetadata(told.metadata().withAnnotations(annotations));
      }
      return (ReplicaSet) state.store(told);
    }

    private int nextRevision() {
      return old.stream().mapToInt(Deployments::revision).max().orElse(0) + 1;
    }

    /** The ReplicaSet of the present template, with as many pods as it may have at once. */
    private ReplicaSet made(int replicas) {
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
      ObjectMeta meta = ObjectMeta.of(namespace, prefix + hash)
          .withLabels(labels)
          .withAnnotations(Map.of(REVISION, Integer.toString(nextRevision())))
          .withOwners(List.of(PodFactory.reference(deployment)));
      ReplicaSet set = new ReplicaSet(
          meta,
          replicas,
          new LabelSelector(matched, deployment.selector().matchExpressions()),
          new PodTemplate(
              labels, deployment.template().annotations(), deployment.template().spec()),
          deployment.minReadySeconds(),
          ReplicaSet.Status.NONE);
      progress.tellCreated(set.metadata().name());
      return (ReplicaSet) state.store(ProportionalScaling.scaled(set, replicas, deployment));
    }

    /**
     * Takes over a changed number of replicas.
     *
     * @return whether there was anything to do
     */
    private boolean rescale() {
      List<ReplicaSet> active = all.stream().filter(set -> set.replicas() > 0).toList();
      if (active.size() < 2) {
        @Nullable
        ReplicaSet only = !active.isEmpty()
            ? active.get(0)
            : fresh != null ? fresh : old.isEmpty() ? null : old.get(old.size() - 1);
        return only != null && rescale(only, deployment.replicas());
      }
      boolean changed = false;
      if (isSaturated()) {
        for (ReplicaSet set : old) {
          changed |= rescale(set, 0);
        }
      } else if (!deployment.strategy().equals("Recreate")) {
        for (Map.Entry<ReplicaSet, Integer> size :
            ProportionalScaling.sizes(deployment, active).entrySet()) {
          state.store(ProportionalScaling.scaled(size.getKey(), size.getValue(), deployment));
          changed = true;
        }
      }
      return changed;
    }

    private boolean rescale(ReplicaSet set, int replicas) {
      scale(set, replicas);
      return set.replicas() != replicas;
    }

    /** Whether the new ReplicaSet has all that the Deployment shall have. */
    private boolean isSaturated() {
      return fresh != null
          && fresh.replicas() == deployment.replicas()
          && !ProportionalScaling.isDue(deployment, List.of(fresh))
          && fresh.status().availableReplicas() == deployment.replicas();
    }

    /** All old pods go before the first new one comes. */
    private void recreate() {
      List<ReplicaSet> scaled = old.stream().map(set -> scale(set, 0)).toList();
      boolean gone = scaled.stream()
          .allMatch(set -> set.status().replicas() == 0
              && owned.pods(set.metadata().uid()).stream().allMatch(Pod::hasEnded));
      old.clear();
      old.addAll(scaled);
      if (gone) {
        fresh = fresh == null ? made(deployment.replicas()) : scale(fresh, deployment.replicas());
      }
    }

    private void roll() {
      RollingUpdate update = RollingUpdate.of(deployment);
      int oldReplicas = old.stream().mapToInt(ReplicaSet::replicas).sum();
      int replicas = fresh == null ? 0 : fresh.replicas();
      if (replicas > deployment.replicas()) {
        replicas = deployment.replicas();
      } else {
        int room = deployment.replicas() + update.surge() - oldReplicas - replicas;
        replicas += Math.max(0, Math.min(room, deployment.replicas() - replicas));
      }
      ReplicaSet set = fresh == null ? made(replicas) : scale(fresh, replicas);
      fresh = set;
      if (oldReplicas > 0) {
        scaleDownOld(update, set);
      }
    }

    /** Old pods go as long as enough are available: first those that are not. */
    private void scaleDownOld(RollingUpdate update, ReplicaSet now) {
      int fewest = deployment.replicas() - update.unavailable();
      int freshAvailable = now.status().availableReplicas();
      int total = now.replicas() + old.stream().mapToInt(ReplicaSet::replicas).sum();
      int most = total - fewest - (now.replicas() - freshAvailable);
      if (most <= 0) {
        return;
      }
      int cleaned = 0;
      List<Integer> sizes = new ArrayList<>();
      int oldAvailable = 0;
      for (ReplicaSet set : old) {
        int up = set.status().availableReplicas();
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
        old.set(i, scale(old.get(i), size - down));
      }
    }

    /** Old ReplicaSets without pods go, but for so many of the last revisions. */
    private void cleanUp() {
      int surplus = old.size() - deployment.revisionHistoryLimit();
      if (surplus <= 0 || deployment.revisionHistoryLimit() == Integer.MAX_VALUE) {
        return;
      }
      List<ReplicaSet> oldestFirst = old.stream()
          .sorted(Comparator.comparingInt(Deployments::revision).thenComparing(BY_AGE))
          .toList();
      for (ReplicaSet set : oldestFirst.subList(0, surplus)) {
        if (set.replicas() == 0
            && set.status().replicas() == 0
            && set.metadata().generation() <= set.status().observedGeneration()) {
          old.remove(set);
          state.remove(set.key());
        }
      }
    }

    /** A set of another size. */
    private ReplicaSet scale(ReplicaSet set, int replicas) {
      return set.replicas() == replicas
          ? set
          : (ReplicaSet) state.store(ProportionalScaling.scaled(set, replicas, deployment));
    }

    /** The ReplicaSets as they are now. */
    private List<ReplicaSet> sets() {
      return Deployments.sets(owned, deployment);
    }

    /** How many pods there are as the ReplicaSets say, with the conditions as they were. */
    private Deployment.Status counts() {
      int replicas = 0;
      int updated = 0;
      int ready = 0;
      int available = 0;
      int terminating = 0;
      int wanted = 0;
      for (ReplicaSet set : sets()) {
        ReplicaSet.Status status = set.status();
        replicas += status.replicas();
        updated += fresh != null && set.key().equals(fresh.key()) ? status.replicas() : 0;
        ready += status.readyReplicas();
        available += status.availableReplicas();
        terminating += Objects.requireNonNullElse(status.terminatingReplicas(), 0);
        wanted += set.replicas();
      }
      return new Deployment.Status(
          deployment.metadata().generation(),
          replicas,
          updated,
          ready,
          available,
          Math.max(0, wanted - available),
          terminating,
          deployment.status().collisionCount(),
          deployment.status().conditions());
    }

    /** Writes the status, and looks again when it may change by itself. */
    private void finish(boolean rollsOut) {
      Deployment.Status counts = counts();
      progress.tellAvailability(counts);
      if (rollsOut && fresh != null) {
        progress.tellProgress(counts, fresh.metadata().name());
      }
      Deployment.Status status = counts.withConditions(progress.conditions());
      Deployment told = withRevision();
      if (told != deployment || !status.equals(deployment.status())) {
        state.store(told.withStatus(status));
      }
      if (!deployment.paused()) {
        // a second more than the deadline, so that it is over for certain
        progress
            .untilDeadline()
            .filter(left -> !left.isNegative())
            .ifPresent(left -> later.accept(deployment.key(), left.plusSeconds(1)));
      }
    }

    /** The Deployment says in an annotation which revision its present ReplicaSet is. */
    private Deployment withRevision() {
      @Nullable
      String revision = fresh == null ? null : fresh.metadata().annotations().get(REVISION);
      Map<String, String> annotations = deployment.metadata().annotations();
      if (revision == null || revision.equals(annotations.get(REVISION))) {
        return deployment;
      }
      Map<String, String> more = new LinkedHashMap<>(annotations);
      more.put(REVISION, revision);
      return deployment.withMetadata(deployment.metadata().withAnnotations(more));
    }
  }
}
