package dev.hairpin.cluster.nodes;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.control.Timing;
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
 * <p>Source: {@code gcOrphaned} of {@code pkg/controller/podgc} of Kubernetes v1.36, which waits 40
 * s for the node to come back; the 20 s that it may sleep before it looks are left out.
 */
public final class OrphanedPods {
  private static final Duration QUARANTINE = Duration.ofSeconds(40);

  private final ClusterState state;
  private final WorkQueue<String> gone;

  private OrphanedPods(ClusterState state, Timing timing) {
    this.state = state;
    Duration quarantine = timing.nodeMonitor().isZero() ? Duration.ZERO : QUARANTINE;
    this.gone = new WorkQueue<>(state.clock(), quarantine, this::collect);
    state.watch(this::changed);
  }

  /**
   * Starts to look after the nodes of a cluster.
   *
   * @param state the cluster
   * @param timing whether a node's absence is noticed at once or after its time
   * @return the running controller
   */
  public static OrphanedPods start(ClusterState state, Timing timing) {
    return new OrphanedPods(state, timing);
  }

  /**
   * Starts the controller on a fork of the cluster; it goes on where this one is.
   *
   * @param copy the fork
   * @param timing whether a node's absence is noticed at once or after its time
   * @return the fork's controller
   */
  public OrphanedPods fork(ClusterState copy, Timing timing) {
    OrphanedPods fork = new OrphanedPods(copy, timing);
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
