package dev.hairpin.cluster.workloads;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.workloads.Revisions.Revision;
import dev.hairpin.manifest.KubeObjects;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the numbered pods of each StatefulSet: one after another and the last first, unless they
 * are managed in parallel. A rolling update goes from the highest number down and waits for each.
 *
 * <p>Source: {@code pkg/controller/statefulset} of Kubernetes v1.36. Its gate
 * {@code MaxUnavailableStatefulSet} is closed there (Kubernetes issue 137409), so that an update
 * takes one pod at a time.
 */
final class StatefulSets {
  private static final String INDEX = "apps.kubernetes.io/pod-index";
  private static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
  private static final Set<String> LABELS = Set.of(INDEX, Revisions.LABEL, POD_NAME);

  private static final String REPORTER = "statefulset-controller";

  private final ApiServer server;
  private final ClusterState state;
  private final Owned owned;
  private final Revisions revisions;
  private final BiConsumer<ObjectKey, Duration> later;

  /** What was last said about a set whose pods are refused. */
  private final Map<ObjectKey, String> refusals = new HashMap<>();

  /**
   * The controller.
   *
   * @param server judges the pods, of which it has not judged the template
   * @param later asks for another look at a StatefulSet after a while
   */
  StatefulSets(ApiServer server, Owned owned, BiConsumer<ObjectKey, Duration> later) {
    this.server = server;
    this.state = server.state();
    this.owned = owned;
    this.revisions = new Revisions(state, owned, "controller.kubernetes.io/hash");
    this.later = later;
  }

  /** Takes over what another cluster's controller has said, of which this cluster is a fork. */
  void continueFrom(StatefulSets other) {
    refusals.putAll(other.refusals);
  }

  /** The templates that a set has had, the oldest first. */
  List<Revision> history(StatefulSet set) {
    return revisions.of(set);
  }

  void sync(ObjectKey key) {
    @Nullable
    StatefulSet set = state.get(StatefulSet.class, key.namespace(), key.name()).orElse(null);
    if (set == null) {
      refusals.remove(key);
      return;
    }
    NavigableMap<Integer, Pod> pods = pods(set);
    List<Revision> known = new ArrayList<>(revisions.of(set));
    if (known.isEmpty()) {
      known.addAll(adopted(set, pods));
    }
    Revision update = revisions.present(set, known);
    Revision current = known.stream()
        .filter(revision -> revision.name().equals(set.status().currentRevision()))
        .findFirst()
        .orElse(update);
    Step step = new Step(set, pods, current, update);
    if (set.metadata().deletionTimestamp() == null) {
      step.take();
    }
    StatefulSet.Status status = step.status();
    state.store(set.withStatus(status));
    Set<String> needed = new HashSet<>(List.of(current.name(), update.name()));
    pods.values().forEach(pod -> needed.add(revision(pod)));
    revisions.truncate(set, known, needed, set.revisionHistoryLimit());
    lookAgainWhenAvailable(set, pods);
  }

  /**
   * The revisions of a set that comes from another cluster without its ControllerRevisions: those
   * that its status names, of which the older one has the template of its pods.
   */
  private List<Revision> adopted(StatefulSet set, NavigableMap<Integer, Pod> pods) {
    StatefulSet.Status status = set.status();
    List<Revision> made = new ArrayList<>();
    if (!status.currentRevision().equals(status.updateRevision())) {
      pods.values().stream()
          .filter(pod -> revision(pod).equals(status.currentRevision()))
          .findFirst()
          .map(pod -> PodFactory.templateOf(set.template(), pod, LABELS))
          .filter(template -> !template.equals(set.template()))
          .ifPresent(template -> made.add(revisions.make(
              set,
              new Revision(
                  status.currentRevision(), hash(set, status.currentRevision()), 1, template))));
    }
    boolean seen = status.observedGeneration() >= set.metadata().generation();
    if (!status.updateRevision().isEmpty() && seen) {
      made.add(revisions.make(
          set,
          new Revision(
              status.updateRevision(),
              hash(set, status.updateRevision()),
              made.size() + 1L,
              set.template())));
    }
    return made;
  }

  private static String hash(StatefulSet set, String revision) {
    String prefix = set.metadata().name() + "-";
    return revision.startsWith(prefix) ? revision.substring(prefix.length()) : revision;
  }

  /** One look at a set: what is done, and how far the set was. */
  private final class Step {
    private final StatefulSet set;
    private final NavigableMap<Integer, Pod> pods;
    private final Revision current;
    private final Revision update;
    private final Instant now = state.clock().now();
    private final int first;
    private final int end;
    private final boolean oneByOne;
    private int replaced;

    Step(StatefulSet set, NavigableMap<Integer, Pod> pods, Revision current, Revision update) {
      this.set = set;
      this.pods = pods;
      this.current = current;
      this.update = update;
      this.first = set.firstOrdinal();
      this.end = above(first, set.replicas());
      this.oneByOne = !set.podManagementPolicy().equals("Parallel");
    }

    void take() {
      if (keep() && scaleDown() && !set.updateStrategy().waitsForDeletions()) {
        replace();
      }
    }

    /**
     * Makes the pods that are missing.
     *
     * @return whether there is time for anything else
     */
    private boolean keep() {
      pods.subMap(first, end).forEach((ordinal, pod) -> bindClaims(ordinal, null));
      for (int ordinal = first; ordinal < end; ordinal++) {
        @Nullable Pod pod = pods.get(ordinal);
        if (pod == null) {
          claimVolumes(ordinal);
          if (!create(make(ordinal))) {
            return false;
          }
        } else if (pod.hasEnded()) {
          Deletion.ask(state, pod);
        }
        if (oneByOne && (pod == null || isUnavailable(pod))) {
          return false;
        }
      }
      return true;
    }

    /**
     * Takes away the pods beyond the numbers, the last first. One by one it waits for each to be
     * gone, and for those that are not available, unless there is but one.
     *
     * @return whether there is time for anything else
     */
    private boolean scaleDown() {
      List<Pod> surplus = new ArrayList<>();
      pods.forEach((ordinal, pod) -> {
        if (ordinal < first || ordinal >= end) {
          bindClaims(ordinal, pod);
          surplus.add(pod);
        }
      });
      @Nullable
      Pod firstUnavailable =
          surplus.stream().filter(this::isUnavailable).findFirst().orElse(null);
      for (int i = surplus.size() - 1; i >= 0; i--) {
        Pod pod = surplus.get(i);
        if (oneByOne) {
          if (!isUnavailable(pod) || pod == firstUnavailable) {
            Deletion.ask(state, pod);
          }
          return false;
        }
        Deletion.ask(state, pod);
      }
      return true;
    }

    /** Takes away the last pod of another revision, when all after it are available. */
    private void replace() {
      @Nullable Integer partition = set.updateStrategy().partition();
      int lowest = partition == null ? first : above(first, partition);
      for (int ordinal = end - 1; ordinal >= lowest; ordinal--) {
        @Nullable Pod pod = pods.get(ordinal);
        if (pod != null && !revision(pod).equals(update.name()) && !pod.isTerminating()) {
          if (revision(pod).equals(current.name())) {
            replaced++;
          }
          Deletion.ask(state, pod);
          return;
        }
        if (pod == null || isUnavailable(pod)) {
          return;
        }
      }
    }

    /**
     * Creates a pod, if the server takes it. One that it refuses holds up all others, as the
     * original begins with one and goes on only if that was made. The original tries again and
     * again, which changes nothing until the set does.
     */
    private boolean create(Pod pod) {
      List<String> problems = server.validate(KubeObjects.toTree(pod), null);
      if (problems.isEmpty()) {
        refusals.remove(set.key());
        state.store(pod);
        return true;
      }
      String joined = String.join(", ", new LinkedHashSet<>(problems));
      String message = "create Pod %s in StatefulSet %s failed error: Pod \"%s\" is invalid: %s"
          .formatted(
              pod.metadata().name(),
              set.metadata().name(),
              pod.metadata().name(),
              problems.size() == 1 ? joined : "[" + joined + "]");
      if (!message.equals(refusals.put(set.key(), message))) {
        state.report(set.key(), true, "FailedCreate", message, REPORTER);
      }
      return false;
    }

    /** A pod that comes back finds what its name has claimed before. */
    private void claimVolumes(int ordinal) {
      for (KubeObject claim : new VolumeClaims(set, ordinal).claims().values()) {
        if (state.get(claim.key()).isEmpty()) {
          state.store(claim);
        }
      }
    }

    /** Has the claims of a pod go with what the set's policy says, which may have changed. */
    private void bindClaims(int ordinal, @Nullable Pod surplus) {
      VolumeClaims of = new VolumeClaims(set, ordinal);
      List<OwnerReference> owners = of.owners(surplus);
      for (KubeObject claim : of.claims().values()) {
        state
            .get(claim.key())
            .filter(stored -> !stored.metadata().ownerReferences().equals(owners))
            .ifPresent(
                stored -> state.store(stored.withMetadata(stored.metadata().withOwners(owners))));
      }
    }

    private boolean isUnavailable(Pod pod) {
      return pod.isTerminating()
          || !pod.phase().equals("Running")
          || !Availability.isAvailable(pod, set.minReadySeconds(), now);
    }

    /**
     * A pod comes at the update revision, unless a rolling update leaves its number alone. Where
     * nothing is said of a partition, those whose turn has not come keep the current revision.
     */
    private Pod make(int ordinal) {
      StatefulSet.UpdateStrategy strategy = set.updateStrategy();
      @Nullable Integer partition = strategy.partition();
      int left = partition != null
          ? partition
          : strategy.waitsForDeletions() ? 0 : set.status().currentReplicas();
      return pod(set, ordinal, ordinal - first < left ? current : update);
    }

    StatefulSet.Status status() {
      int ready = 0;
      int available = 0;
      int ofCurrent = -replaced;
      int ofUpdate = 0;
      for (Pod pod : pods.values()) {
        if (pod.phase().equals("Running") && pod.isReady()) {
          ready++;
          available += Availability.isAvailable(pod, set.minReadySeconds(), now) ? 1 : 0;
        }
        if (!pod.isTerminating()) {
          ofCurrent += revision(pod).equals(current.name()) ? 1 : 0;
          ofUpdate += revision(pod).equals(update.name()) ? 1 : 0;
        }
      }
      boolean complete = !set.updateStrategy().waitsForDeletions()
          && ofUpdate == set.replicas()
          && ready == set.replicas()
          && pods.size() == set.replicas();
      return new StatefulSet.Status(
          set.metadata().generation(),
          pods.size(),
          ready,
          available,
          complete ? ofUpdate : ofCurrent,
          ofUpdate,
          complete ? update.name() : current.name(),
          update.name(),
          set.status().collisionCount(),
          set.status().conditions());
    }
  }

  private static int above(int first, int count) {
    return (int) Math.min(Integer.MAX_VALUE, (long) first + count);
  }

  private void lookAgainWhenAvailable(StatefulSet set, NavigableMap<Integer, Pod> pods) {
    if (set.minReadySeconds() > 0) {
      Instant now = state.clock().now();
      pods.values().stream()
          .flatMap(pod -> Availability.untilAvailable(pod, set.minReadySeconds(), now).stream())
          .filter(left -> !left.isZero())
          .min(Comparator.naturalOrder())
          .ifPresent(left -> later.accept(set.key(), left));
    }
  }

  private NavigableMap<Integer, Pod> pods(StatefulSet set) {
    NavigableMap<Integer, Pod> pods = new TreeMap<>();
    String prefix = set.metadata().name() + "-";
    for (Pod pod : owned.pods(set.metadata().uid())) {
      String name = pod.metadata().name();
      if (name.startsWith(prefix) && name.substring(prefix.length()).matches("[0-9]{1,10}")) {
        long ordinal = Long.parseLong(name.substring(prefix.length()));
        if (ordinal <= Integer.MAX_VALUE) {
          pods.put((int) ordinal, pod);
        }
      }
    }
    return pods;
  }

  private static String revision(Pod pod) {
    return pod.metadata().labels().getOrDefault(Revisions.LABEL, "");
  }

  private static Pod pod(StatefulSet set, int ordinal, Revision revision) {
    String name = set.metadata().name() + "-" + ordinal;
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(INDEX, Integer.toString(ordinal));
    labels.put(Revisions.LABEL, revision.name());
    labels.put(POD_NAME, name);
    PodSpec spec = revision.template().spec().toBuilder()
        .hostname(name)
        .subdomain(set.serviceName())
        .build();
    return PodFactory.pod(
        set, name, revision.template(), new VolumeClaims(set, ordinal).mountedIn(spec), labels);
  }
}
