package dev.hairpin.cluster.nodes;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.control.WorkQueue;
import java.time.Duration;
import java.util.List;

/**
 * Removes the pods of nodes that were deleted: nobody is there to stop them, and until they are
 * gone their owners do not make others.
 *
 * <p>A pod that names a node which was never there is left alone, as its node may come with the
 * next manifest; the original removes it, too. Single-writer, like the state.
 *
 * <p>Source: {@code gcOrphaned} of {@code pkg/controller/podgc} of Kubernetes v1.36, which looks
 * every 20 s and waits 40 s for the node to come back.
 */
public final class OrphanedPods {
  private final ClusterState state;
  private final WorkQueue<String> gone;

  private OrphanedPods(ClusterState state, Duration delay) {
    this.state = state;
    this.gone = new WorkQueue<>(state.clock(), delay, this::collect);
    state.watch(this::changed);
  }

  /**
   * Starts to look after the nodes of a cluster.
   *
   * @param state the cluster
   * @param delay how long a node may be away before its pods go
   * @return the running controller
   */
  public static OrphanedPods start(ClusterState state, Duration delay) {
    return new OrphanedPods(state, delay);
  }

  /**
   * Starts the controller on a fork of the cluster; it goes on where this one is.
   *
   * @param copy the fork
   * @param delay how long a node may be away before its pods go
   * @return the fork's controller
   */
  public OrphanedPods fork(ClusterState copy, Duration delay) {
    OrphanedPods fork = new OrphanedPods(copy, delay);
    fork.gone.continueFrom(gone);
    return fork;
  }

  private void changed(Change change) {
    if (change.object() instanceof Node node && change.after() == null) {
      gone.add(node.metadata().name());
    }
  }

  private void collect(String node) {
    if (state.get(Node.class, "", node).isPresent()) {
      return;
    }
    for (Pod pod : List.copyOf(state.list(Pod.class))) {
      if (!pod.spec().nodeName().equals(node)) {
        continue;
      }
      if (pod.metadata().finalizers().isEmpty()) {
        state.remove(pod.key());
      } else {
        Deletion.ask(state, pod);
      }
    }
  }
}
