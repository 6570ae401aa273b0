package dev.hairpin.cluster.workloads;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.control.WorkQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The workload controllers of a cluster, and what people do to workloads.
 *
 * <p>Each step of a rollout is a change of the state at its own time, so everything downstream can
 * lag behind it. What an owner leaves behind when it is deleted goes, too: its ReplicaSets at once,
 * its pods through their grace period.
 */
public final class Workloads {
  /** In the order in which they are looked at first: Deployments read what ReplicaSets say. */
  private static final List<String> KINDS =
      List.of(ReplicaSet.KIND, Deployment.KIND, StatefulSet.KIND, DaemonSet.KIND);

  private static final String RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

  /** A workload that is to be looked at again at a certain time, although nothing changes. */
  private record Look(ObjectKey key, Instant due) {}

  private final ClusterState state;
  private final Owned owned;
  private final WorkQueue<ObjectKey> queue;
  private final WorkQueue<Look> again;
  private final Deployments deployments;
  private final ReplicaSets replicaSets;
  private final StatefulSets statefulSets;
  private final DaemonSets daemonSets;

  private Workloads(ApiServer server, Owned owned, GeneratedNames names, Duration delay) {
    this.state = server.state();
    this.owned = owned;
    this.again = new WorkQueue<>(state.clock(), Duration.ZERO, look -> addAgain(look.key()));
    this.queue = new WorkQueue<>(state.clock(), delay, this::sync);
    this.deployments = new Deployments(state, owned, this::later);
    this.replicaSets = new ReplicaSets(state, owned, names, this::later);
    this.statefulSets = new StatefulSets(server, owned, this::later);
    this.daemonSets = new DaemonSets(state, owned, names, this::later);
    state.watch(this::changed);
  }

  /**
   * Starts the controllers on a state, whatever it holds.
   *
   * @param server the cluster's API server
   * @param names names the pods
   * @param delay how long after a change they look
   * @return the controllers
   */
  public static Workloads start(ApiServer server, GeneratedNames names, Duration delay) {
    ClusterState state = server.state();
    Workloads workloads = new Workloads(server, new Owned(state), names, delay);
    KINDS.forEach(kind -> state.list(kind).forEach(object -> workloads.queue.add(object.key())));
    return workloads;
  }

  /**
   * Starts controllers on a fork of the cluster that go on where these are.
   *
   * @param copy the fork's API server
   * @param names names the pods
   * @param delay how long after a change they look
   * @return the fork's controllers
   */
  public Workloads fork(ApiServer copy, GeneratedNames names, Duration delay) {
    Workloads fork = new Workloads(copy, owned.fork(), names, delay);
    fork.queue.continueFrom(queue);
    fork.again.continueFrom(again);
    fork.statefulSets.continueFrom(statefulSets);
    return fork;
  }

  private void later(ObjectKey key, Duration wait) {
    again.addAfter(new Look(key, state.clock().now().plus(wait)), wait);
  }

  private void addAgain(ObjectKey key) {
    queue.add(key);
  }

  private void changed(Change change) {
    owned.changed(change);
    KubeObject object = change.object();
    if (KINDS.contains(object.kind())) {
      if (change.after() == null) {
        collect(object);
      } else {
        queue.add(object.key());
      }
    }
    if (object instanceof Pod && change.after() == null) {
      collect(object);
    }
    if (object instanceof Pod || object instanceof ReplicaSet) {
      object.metadata().controller().ifPresent(owner -> enqueueOwner(change, owner));
    } else if (object instanceof Node) {
      state.list(DaemonSet.class).forEach(set -> queue.add(set.key()));
    }
  }

  /**
   * A pod of a ReplicaSet concerns its Deployment through the ReplicaSet's status; but one that
   * recreates its pods, and waits until the old ones are gone, is told of that at once.
   */
  private void enqueueOwner(Change change, OwnerReference owner) {
    ObjectKey key =
        new ObjectKey(owner.kind(), change.object().metadata().namespace(), owner.name());
    if (KINDS.contains(owner.kind())) {
      queue.add(key);
    }
    if (change.object() instanceof Pod
        && change.after() == null
        && owner.kind().equals(ReplicaSet.KIND)) {
      state
          .get(key)
          .flatMap(set -> set.metadata().controller())
          .flatMap(above -> state.get(Deployment.class, key.namespace(), above.name()))
          .filter(deployment -> deployment.strategy().equals("Recreate"))
          .ifPresent(deployment -> queue.add(deployment.key()));
    }
  }

  /** The garbage collector: what a deleted object owned goes with it. */
  private void collect(KubeObject owner) {
    for (KubeObject dependent : owned.of(owner.metadata().uid())) {
      if (dependent instanceof Pod pod) {
        Deletion.ask(state, pod);
      } else {
        state.remove(dependent.key());
      }
    }
  }

  private void sync(ObjectKey key) {
    // The API server refuses what a controller would make in a namespace that is being deleted.
    if (state.isTerminating(key.namespace())) {
      return;
    }
    switch (key.kind()) {
      case Deployment.KIND -> deployments.sync(key);
      case ReplicaSet.KIND -> replicaSets.sync(key);
      case StatefulSet.KIND -> statefulSets.sync(key);
      case DaemonSet.KIND -> daemonSets.sync(key);
      default -> throw new AssertionError("only workloads are queued, not " + key);
    }
  }

  /**
   * Sets the number of pods, as {@code kubectl scale} does.
   *
   * @param kind {@code Deployment}, {@code ReplicaSet} or {@code StatefulSet}
   * @param namespace the namespace
   * @param name the name
   * @param replicas how many pods, not negative
   * @throws IllegalArgumentException if there is no such workload, it cannot be scaled, or the
   *     number is negative
   */
  public void scale(String kind, String namespace, String name, int replicas) {
    if (replicas < 0) {
      throw new IllegalArgumentException("replicas " + replicas + " is negative");
    }
    KubeObject object = existing(kind, namespace, name);
    if (object instanceof Deployment deployment) {
      state.store(deployment.withReplicas(replicas));
    } else if (object instanceof ReplicaSet set) {
      state.store(set.withReplicas(replicas));
    } else if (object instanceof StatefulSet set) {
      state.store(set.withReplicas(replicas));
    } else {
      throw new IllegalArgumentException(object.key() + " cannot be scaled");
    }
  }

  /**
   * Replaces all pods by new ones of the same template, as {@code kubectl rollout restart} does.
   *
   * @param kind {@code Deployment}, {@code StatefulSet} or {@code DaemonSet}
   * @param namespace the namespace
   * @param name the name
   * @throws IllegalArgumentException if there is no such workload, or it cannot be restarted
   */
  public void restart(String kind, String namespace, String name) {
    KubeObject object = existing(kind, namespace, name);
    if (object instanceof Deployment deployment) {
      state.store(deployment.withTemplate(restarted(deployment, deployment.template())));
    } else if (object instanceof StatefulSet set) {
      state.store(set.withTemplate(restarted(set, set.template())));
    } else if (object instanceof DaemonSet set) {
      state.store(set.withTemplate(restarted(set, set.template())));
    } else {
      throw new IllegalArgumentException(object.key() + " cannot be restarted");
    }
  }

  /**
   * Gives a workload the pods that it had before, as {@code kubectl rollout undo} does.
   *
   * @param kind {@code Deployment}, {@code StatefulSet} or {@code DaemonSet}
   * @param namespace the namespace
   * @param name the name
   * @param revision the number of the revision; 0 for the one before the present one
   * @throws IllegalArgumentException if there is no such workload or no such revision, or the
   *     workload keeps none
   * @throws IllegalStateException if it is a Deployment that is paused
   */
  public void undo(String kind, String namespace, String name, int revision) {
    KubeObject object = existing(kind, namespace, name);
    if (object instanceof Deployment deployment) {
      List<ReplicaSet> sets = Deployments.sets(owned, deployment);
      state.store(deployment.withTemplate(Rollback.of(deployment, sets, revision)));
    } else if (object instanceof StatefulSet set) {
      state.store(set.withTemplate(Rollback.of(statefulSets.history(set), revision)));
    } else if (object instanceof DaemonSet set) {
      state.store(set.withTemplate(Rollback.of(daemonSets.history(set), revision)));
    } else {
      throw new IllegalArgumentException(object.key() + " cannot be rolled back");
    }
  }

  /** Two restarts within one second of a real clock are one; of a standing clock they are two. */
  private PodTemplate restarted(KubeObject workload, PodTemplate template) {
    Map<String, String> annotations = new LinkedHashMap<>(template.annotations());
    String now = state.clock().now().toString();
    String before = annotations.getOrDefault(RESTARTED_AT, "");
    long generation = workload.metadata().generation() + 1;
    annotations.put(RESTARTED_AT, before.startsWith(now) ? now + "#" + generation : now);
    return new PodTemplate(template.labels(), annotations, template.spec());
  }

  private KubeObject existing(String kind, String namespace, String name) {
    ObjectKey key = new ObjectKey(kind, namespace, name);
    return state.get(key).orElseThrow(() -> new IllegalArgumentException("there is no " + key));
  }
}
