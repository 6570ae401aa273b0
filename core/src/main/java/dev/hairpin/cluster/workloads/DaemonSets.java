package dev.hairpin.cluster.workloads;

import com.google.common.collect.ImmutableMap;
import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Taint;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.scheduling.NodeAffinity;
import dev.hairpin.cluster.scheduling.Tolerations;
import dev.hairpin.cluster.workloads.Revisions.Revision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
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
  /** Counts the templates of a set, as a server has it; its pods have the number as a label. */
  private static final String GENERATION = "deprecated.daemonset.template.generation";

  /** Taints that every daemon bears. */
  private static final List<Map<String, Object>> TOLERATIONS = List.of(
      exists("node.kubernetes.io/not-ready", "NoExecute"),
      exists("node.kubernetes.io/unreachable", "NoExecute"),
      exists("node.kubernetes.io/disk-pressure", "NoSchedule"),
      exists("node.kubernetes.io/memory-pressure", "NoSchedule"),
      exists("node.kubernetes.io/pid-pressure", "NoSchedule"),
      exists("node.kubernetes.io/unschedulable", "NoSchedule"));

  private static final Comparator<Pod> OLDEST = Comparator.comparing(
          (Pod pod) -> pod.metadata().creationTimestamp(),
          Comparator.nullsFirst(Comparator.<Instant>naturalOrder()))
      .thenComparing(Pod::key);

  private final ClusterState state;
  private final Owned owned;
  private final Revisions revisions;
  private final GeneratedNames names;
  private final BiConsumer<ObjectKey, Duration> later;

  /**
   * The controller.
   *
   * @param later asks for another look at a DaemonSet after a while
   */
  DaemonSets(
      ClusterState state,
      Owned owned,
      GeneratedNames names,
      BiConsumer<ObjectKey, Duration> later) {
    this.state = state;
    this.owned = owned;
    this.revisions = new Revisions(state, owned, Revisions.LABEL);
    this.names = names;
    this.later = later;
  }

  /** The templates that a set has had, the oldest first. */
  List<Revision> history(DaemonSet set) {
    return revisions.of(set);
  }

  void sync(ObjectKey key) {
    @Nullable
    DaemonSet set = state.get(DaemonSet.class, key.namespace(), key.name()).orElse(null);
    if (set == null || set.metadata().deletionTimestamp() != null) {
      return;
    }
    List<Pod> all = owned.pods(set.metadata().uid());
    List<Revision> known = new ArrayList<>(revisions.of(set));
    if (known.isEmpty()) {
      known.addAll(adopted(set, all));
    }
    Revision present = revisions.present(set, known);
    PodSpec spec = spec(set);
    Map<String, List<Pod>> byNode = new TreeMap<>();
    for (Pod pod : all) {
      byNode.computeIfAbsent(pod.spec().nodeName(), n -> new ArrayList<>()).add(pod);
    }
    List<String> fitting = new ArrayList<>();
    for (Node node : state.list(Node.class)) {
      if (fits(node, spec)) {
        fitting.add(node.metadata().name());
      } else if (mayStay(node, spec)) {
        byNode.remove(node.metadata().name());
      }
    }
    Update update = new Update(set, present.hash(), state.clock().now(), fitting.size());
    for (String node : fitting) {
      @Nullable List<Pod> pods = byNode.remove(node);
      if (pods == null) {
        store(set, spec, node, present.hash());
        update.missing();
      } else {
        update.look(node, pods);
      }
    }
    byNode.values().forEach(pods -> pods.forEach(pod -> Deletion.ask(state, pod)));
    update.surplus.forEach(pod -> Deletion.ask(state, pod));
    if (!set.updateStrategy().equals("OnDelete")) {
      update.nodesToSurge().forEach(node -> store(set, spec, node, present.hash()));
      update.podsToDelete().forEach(pod -> Deletion.ask(state, pod));
    }
    Set<String> needed = new HashSet<>(Set.of(present.name()));
    all.forEach(pod -> needed.add(set.metadata().name() + "-" + hash(pod)));
    revisions.truncate(set, known, needed, set.revisionHistoryLimit());
    tell(set, all, fitting, present.hash());
    lookAgainWhenAvailable(set, all);
  }

  /**
   * Writes how far the set is: on each node the oldest pod counts, whatever became of it, and those
   * that were made or deleted just now are as they were found.
   */
  private void tell(DaemonSet set, List<Pod> pods, List<String> fitting, String revision) {
    Map<String, Pod> oldest = new HashMap<>();
    for (Pod pod : pods) {
      oldest.merge(
          pod.spec().nodeName(),
          pod,
          (one, other) -> OLDEST.compare(one, other) <= 0 ? one : other);
    }
    Instant now = state.clock().now();
    int current = 0;
    int ready = 0;
    int updated = 0;
    int available = 0;
    for (String node : fitting) {
      @Nullable Pod pod = oldest.remove(node);
      if (pod != null) {
        current++;
        ready += pod.isReady() ? 1 : 0;
        available += Availability.isAvailable(pod, set.minReadySeconds(), now) ? 1 : 0;
        updated += hash(pod).equals(revision) || isOfGeneration(set, pod) ? 1 : 0;
      }
    }
    int misscheduled = (int) oldest.keySet().stream()
        .filter(node -> state.get(Node.class, "", node).isPresent())
        .count();
    DaemonSet.Status status = new DaemonSet.Status(
        set.metadata().generation(),
        fitting.size(),
        current,
        misscheduled,
        ready,
        updated,
        available,
        fitting.size() - available,
        set.status().collisionCount(),
        set.status().conditions());
    if (!status.equals(set.status())) {
      state.store(set.withStatus(status));
    }
  }

  /**
   * The revision of a set that comes from another cluster without its ControllerRevisions: the one
   * of the pods that are of the set's present generation.
   */
  private List<Revision> adopted(DaemonSet set, List<Pod> pods) {
    return pods.stream()
        .filter(pod -> !hash(pod).isEmpty() && isOfGeneration(set, pod))
        .findFirst()
        .map(pod -> {
          String name = set.metadata().name() + "-" + hash(pod);
          return revisions.make(set, new Revision(name, hash(pod), 1, set.template()));
        })
        .map(List::of)
        .orElse(List.of());
  }

  /** A server tells by two marks which template of a set a pod is of. */
  private static boolean isOfGeneration(DaemonSet set, Pod pod) {
    @Nullable String generation = set.metadata().annotations().get(GENERATION);
    return generation != null
        && generation.equals(pod.metadata().labels().get("pod-template-generation"));
  }

  private static String hash(Pod pod) {
    return pod.metadata().labels().getOrDefault(Revisions.LABEL, "");
  }

  /** One step of a rolling update. Source: {@code rollingUpdate} of {@code update.go}. */
  private static final class Update {
    private final DaemonSet set;
    private final String revision;
    private final Instant now;
    private final int surge;
    private final int unavailable;
    private final List<Pod> surplus = new ArrayList<>();
    private final List<Pod> replaceable = new ArrayList<>();
    private final List<Pod> candidates = new ArrayList<>();
    private final List<Pod> relieved = new ArrayList<>();
    private final List<String> bare = new ArrayList<>();
    private final List<String> surgeCandidates = new ArrayList<>();
    private int surging;
    private int missing;

    Update(DaemonSet set, String revision, Instant now, int nodes) {
      this.set = set;
      this.revision = revision;
      this.now = now;
      boolean rolls = !set.updateStrategy().equals("OnDelete");
      this.surge = rolls ? RollingUpdate.resolve(set.maxSurge(), nodes, true) : 0;
      int allowed = RollingUpdate.resolve(set.maxUnavailable(), nodes, true);
      this.unavailable = surge == 0 ? Math.max(1, allowed) : allowed;
    }

    private boolean isAvailable(Pod pod) {
      return Availability.isAvailable(pod, set.minReadySeconds(), now);
    }

    /** A node has no pod, or none that counts. */
    void missing() {
      missing++;
    }

    void look(String node, List<Pod> pods) {
      List<Pod> fresh = new ArrayList<>();
      List<Pod> old = new ArrayList<>();
      for (Pod pod : running(pods)) {
        (hash(pod).equals(revision) ? fresh : old).add(pod);
      }
      if (surge > 0) {
        lookForSurge(node, fresh, old);
      } else if (fresh.isEmpty() == old.isEmpty()) {
        missing++;
      } else if (old.isEmpty()) {
        missing += isAvailable(fresh.get(0)) ? 0 : 1;
      } else if (isAvailable(old.get(0))) {
        candidates.add(old.get(0));
      } else {
        replaceable.add(old.get(0));
        missing++;
      }
    }

    /** The pods of a node that stay: not those that are finished, and without surge the oldest. */
    private List<Pod> running(List<Pod> pods) {
      List<Pod> running = new ArrayList<>();
      for (Pod pod : pods) {
        if (pod.hasEnded()) {
          surplus.add(pod);
        } else if (!pod.isTerminating()) {
          running.add(pod);
        }
      }
      if (surge > 0 || running.size() < 2) {
        return running;
      }
      running.sort(OLDEST);
      surplus.addAll(running.subList(1, running.size()));
      return running.subList(0, 1);
    }

    private void lookForSurge(String node, List<Pod> fresh, List<Pod> old) {
      if (old.isEmpty()) {
        return;
      }
      if (!fresh.isEmpty()) {
        if (isAvailable(fresh.get(0)) || !isAvailable(old.get(0))) {
          relieved.addAll(old);
        } else {
          surging++;
        }
      } else if (isAvailable(old.get(0))) {
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
        Pod.KIND,
        namespace,
        PodFactory.prefix(set),
        n -> state.get(Pod.class, namespace, n).isPresent());
    state.store(PodFactory.pod(
        set,
        name,
        set.template(),
        spec.toBuilder().nodeName(node).build(),
        Map.of(Revisions.LABEL, revision)));
  }

  private void lookAgainWhenAvailable(DaemonSet set, List<Pod> pods) {
    if (set.minReadySeconds() > 0) {
      Instant now = state.clock().now();
      pods.stream()
          .flatMap(pod -> Availability.untilAvailable(pod, set.minReadySeconds(), now).stream())
          .filter(left -> !left.isZero())
          .min(Comparator.naturalOrder())
          .ifPresent(left -> later.accept(set.key(), left));
    }
  }

  /** Whether a node shall have a pod. */
  static boolean fits(Node node, PodSpec spec) {
    return isSelected(node, spec)
        && bears(node, spec, taint -> !taint.effect().equals("PreferNoSchedule"));
  }

  /** Whether a pod that a node has may stay there, although it would not be made there any more. */
  private static boolean mayStay(Node node, PodSpec spec) {
    return isSelected(node, spec) && bears(node, spec, taint -> taint.effect().equals("NoExecute"));
  }

  private static boolean isSelected(Node node, PodSpec spec) {
    String asked = spec.nodeName();
    return (asked.isEmpty() || asked.equals(node.metadata().name()))
        && NodeAffinity.matches(spec, node);
  }

  private static boolean bears(Node node, PodSpec spec, Predicate<Taint> counts) {
    return node.taints().stream()
        .filter(counts)
        .allMatch(taint -> Tolerations.tolerates(spec, taint));
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
    return ImmutableMap.of("effect", effect, "key", key, "operator", "Exists");
  }
}
