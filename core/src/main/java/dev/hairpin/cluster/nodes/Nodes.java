package dev.hairpin.cluster.nodes;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Taint;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Deletion;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.cluster.control.WorkQueue;
import dev.hairpin.cluster.kubelet.Kubelets;
import dev.hairpin.cluster.scheduling.Tolerations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What people and accidents do to nodes.
 *
 * <p>Source: {@code kubectl cordon}, {@code kubectl drain} and the node lifecycle controller of
 * Kubernetes v1.36.3.
 */
public final class Nodes {
  private static final String UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
  private static final String UNREACHABLE = "node.kubernetes.io/unreachable";

  /** What the API server adds to pods that say nothing else: they stay for 300 s. */
  private static final Duration DEFAULT_STAY = Duration.ofMinutes(5);

  private final ClusterState state;
  private final Timing timing;
  private final Kubelets kubelets;
  private final WorkQueue<String> silent;
  private final WorkQueue<Eviction> evictions;

  /** A pod that is to leave a lost node; its uid tells it from a later one of its name. */
  private record Eviction(String node, ObjectKey pod, String uid) {}

  /**
   * The nodes of a cluster.
   *
   * @param state the cluster
   * @param timing how long a silent node is waited for
   * @param kubelets the kubelets
   */
  public Nodes(ClusterState state, Timing timing, Kubelets kubelets) {
    this.state = state;
    this.timing = timing;
    this.kubelets = kubelets;
    this.silent = new WorkQueue<>(state.clock(), timing.nodeMonitor(), this::noticeLoss);
    this.evictions = new WorkQueue<>(state.clock(), DEFAULT_STAY, this::evict);
  }

  /**
   * The nodes of a fork of the cluster; what is on its way here happens there, too.
   *
   * @param copy the fork
   * @param itsKubelets the fork's kubelets
   * @return the fork's nodes
   */
  public Nodes fork(ClusterState copy, Kubelets itsKubelets) {
    Nodes fork = new Nodes(copy, timing, itsKubelets);
    fork.silent.continueFrom(silent);
    fork.evictions.continueFrom(evictions);
    return fork;
  }

  /**
   * Closes a node to new pods. Those on it stay, and so do its endpoints.
   *
   * @param name the node
   * @throws IllegalArgumentException if there is no such node
   */
  public void cordon(String name) {
    Node node = existing(name);
    List<Taint> taints = without(node, UNSCHEDULABLE);
    taints.add(new Taint(UNSCHEDULABLE, "", "NoSchedule"));
    state.store(node.withSchedulability(true, taints));
  }

  /**
   * Opens a node again.
   *
   * @param name the node
   * @throws IllegalArgumentException if there is no such node
   */
  public void uncordon(String name) {
    Node node = existing(name);
    state.store(node.withSchedulability(false, without(node, UNSCHEDULABLE)));
  }

  /**
   * Cordons a node and asks all its pods but those of DaemonSets to end.
   *
   * @param name the node
   * @throws IllegalArgumentException if there is no such node
   */
  public void drain(String name) {
    cordon(name);
    podsOn(
            name,
            pod -> !pod.metadata()
                .controller()
                .filter(owner -> owner.kind().equals("DaemonSet"))
                .isPresent())
        .forEach(pod -> Deletion.ask(state, pod));
  }

  /**
   * A node falls silent: its pods answer no more, and when the cluster has noticed they are no
   * longer ready; later those that do not bear the taint longer are asked to end, but stay
   * terminating while the node is away.
   *
   * @param name the node
   * @throws IllegalArgumentException if there is no such node
   */
  public void lose(String name) {
    existing(name);
    kubelets.stop(name);
    silent.add(name);
  }

  private void noticeLoss(String name) {
    Node node = state.get(Node.class, "", name).orElse(null);
    if (node == null || !kubelets.isStopped(name)) {
      return;
    }
    Instant now = state.clock().now();
    List<Condition> conditions = new ArrayList<>(node.conditions());
    conditions.removeIf(c -> c.type().equals("Ready"));
    conditions.add(new Condition(
        "Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.", now));
    List<Taint> taints = without(node, UNREACHABLE);
    taints.add(new Taint(UNREACHABLE, "", "NoSchedule"));
    taints.add(new Taint(UNREACHABLE, "", "NoExecute"));
    state.store(node.withConditions(conditions).withSchedulability(node.unschedulable(), taints));
    for (Pod pod : podsOn(name, Pod::isReady)) {
      List<Condition> of = new ArrayList<>(pod.conditions());
      of.replaceAll(c -> c.type().equals("Ready")
          ? new Condition("Ready", "False", c.reason(), c.message(), now)
          : c);
      state.store(pod.withConditions(of));
    }
    for (Pod pod : podsOn(name, p -> true)) {
      stay(pod)
          .ifPresent(stay ->
              evictions.addAfter(new Eviction(name, pod.key(), pod.metadata().uid()), stay));
    }
  }

  private static Optional<Duration> stay(Pod pod) {
    Taint taint = new Taint(UNREACHABLE, "", "NoExecute");
    return Tolerations.tolerates(pod.spec(), taint)
        ? Tolerations.staysFor(pod.spec(), taint)
        : Optional.of(DEFAULT_STAY);
  }

  private void evict(Eviction eviction) {
    if (kubelets.isStopped(eviction.node())) {
      state
          .get(Pod.class, eviction.pod().namespace(), eviction.pod().name())
          .filter(pod -> pod.metadata().uid().equals(eviction.uid()))
          .ifPresent(pod -> Deletion.ask(state, pod));
    }
  }

  /**
   * A lost node comes back: it is ready, and so are its pods that are still wanted.
   *
   * @param name the node
   * @throws IllegalArgumentException if there is no such node
   */
  public void recover(String name) {
    state.store(backAgain(existing(name)));
    kubelets.resume(name);
  }

  private Node backAgain(Node node) {
    List<Condition> conditions = new ArrayList<>(node.conditions());
    conditions.removeIf(c -> c.type().equals("Ready"));
    conditions.add(new Condition(
        "Ready",
        "True",
        "KubeletReady",
        "kubelet is posting ready status",
        state.clock().now()));
    return node.withConditions(conditions)
        .withSchedulability(node.unschedulable(), without(node, UNREACHABLE));
  }

  /**
   * A node restarts, too fast for the cluster to notice that it was away, or comes back that way
   * after it was lost. Its pods stay on it with new addresses; their containers start again.
   *
   * @param name the node
   * @throws IllegalArgumentException if there is no such node
   */
  public void reboot(String name) {
    Node node = existing(name);
    if (kubelets.isStopped(name)) {
      state.store(backAgain(node));
    }
    state.report(node.key(), true, "Rebooted", "Node " + name + " has been rebooted", "kubelet");
    kubelets.reboot(name);
  }

  private static List<Taint> without(Node node, String key) {
    List<Taint> taints = new ArrayList<>(node.taints());
    taints.removeIf(t -> t.key().equals(key));
    return taints;
  }

  private List<Pod> podsOn(String node, Predicate<Pod> which) {
    return state.list(Pod.class).stream()
        .filter(pod -> pod.spec().nodeName().equals(node) && which.test(pod))
        .toList();
  }

  private Node existing(String name) {
    return state
        .get(Node.class, "", name)
        .orElseThrow(() -> new IllegalArgumentException("there is no Node " + name));
  }
}
