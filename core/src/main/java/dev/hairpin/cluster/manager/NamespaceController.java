package dev.hairpin.cluster.manager;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.control.WorkQueue;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Empties namespaces whose deletion was asked for, and lets them go: first their pods, and when the
 * last of them has ended everything else. An object with finalizers holds its namespace up.
 *
 * <p>Not thread-safe: it belongs to the thread that writes the cluster.
 *
 * <p>Source: {@code pkg/controller/namespace/deletion} of Kubernetes v1.36, which deletes in this
 * order since v1.33 (KEP-5080), so that no pod outlives the NetworkPolicies of its namespace. The
 * order of the other kinds is left open there.
 */
final class NamespaceController {
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final ApiServer server;
  private final ClusterState state;
  private final WorkQueue<String> queue;

  /** Those that are terminating; a change of anything else is passed over for one look-up. */
  private final Set<String> terminating = new HashSet<>();

  private boolean deleting;

  private NamespaceController(ApiServer server, Duration delay) {
    this.server = server;
    this.state = server.state();
    this.queue = new WorkQueue<>(state.clock(), delay, this::sync);
    state.watch(this::changed);
  }

  static NamespaceController start(ApiServer server, Duration delay) {
    NamespaceController controller = new NamespaceController(server, delay);
    for (Namespace namespace : controller.state.list(Namespace.class)) {
      controller.look(namespace);
    }
    return controller;
  }

  NamespaceController fork(ApiServer itsServer, Duration delay) {
    NamespaceController fork = new NamespaceController(itsServer, delay);
    fork.terminating.addAll(terminating);
    fork.queue.continueFrom(queue);
    return fork;
  }

  private void changed(Change change) {
    KubeObject object = change.object();
    if (object instanceof Namespace namespace) {
      if (change.after() == null) {
        terminating.remove(namespace.metadata().name());
      } else {
        look(namespace);
      }
    } else if (!deleting && terminating.contains(object.metadata().namespace())) {
      if (change.before() == null) {
        // Somebody who makes anew what was deleted must not keep time from passing.
        queue.addAfter(object.metadata().namespace(), RETRY);
      } else {
        queue.add(object.metadata().namespace());
      }
    }
  }

  private void look(Namespace namespace) {
    if (namespace.isTerminating()) {
      terminating.add(namespace.metadata().name());
      queue.add(namespace.metadata().name());
    }
  }

  private void sync(String namespace) {
    if (!terminating.contains(namespace)) {
      return;
    }
    deleting = true;
    try {
      empty(namespace);
    } finally {
      deleting = false;
    }
  }

  private void empty(String namespace) {
    within(namespace, state.list(Pod.class)).forEach(pod -> Deletion.ask(state, pod));
    if (!within(namespace, state.list(Pod.class)).isEmpty()) {
      return;
    }
    for (String kind : state.kinds()) {
      for (KubeObject object : within(namespace, state.list(kind))) {
        delete(object.key());
      }
    }
    boolean isEmpty = state.kinds().stream()
        .allMatch(kind -> within(namespace, state.list(kind)).isEmpty());
    if (isEmpty) {
      server.finalizeNamespace(namespace);
    }
  }

  /** A Service takes its Endpoints with it, so that an object may be gone when its turn comes. */
  private void delete(ObjectKey key) {
    if (state.get(key).isPresent()) {
      server.delete(key);
    }
  }

  private static <T extends KubeObject> List<T> within(String namespace, Collection<T> objects) {
    return objects.stream()
        .filter(object -> object.metadata().namespace().equals(namespace))
        .toList();
  }
}
