package dev.hairpin.cluster.scheduling;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Quantity;
import dev.hairpin.api.Taint;
import dev.hairpin.cluster.ipam.InstanceLimits;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One node and what the pods on it take. */
final class NodeRoom {

  /** The kubelet's {@code --max-pods}. */
  private static final int DEFAULT_MAX_PODS = 110;

  private static final Set<String> MEASURED = Set.of("cpu", "memory");

  private Node node;
  private final Map<String, Pod> pods = new HashMap<>();
  private final Map<String, Long> requested = new HashMap<>();
  private final Map<String, Integer> podsByGroup = new HashMap<>();
  private final Set<HostPorts.HostPort> ports = new HashSet<>();

  NodeRoom(Node node) {
    this.node = node;
  }

  /** A copy that may be changed while the original is still seen elsewhere. */
  NodeRoom copy() {
    NodeRoom copy = new NodeRoom(node);
    copy.pods.putAll(pods);
    copy.requested.putAll(requested);
    copy.podsByGroup.putAll(podsByGroup);
    copy.ports.addAll(ports);
    return copy;
  }

  void node(Node newNode) {
    node = newNode;
  }

  Node node() {
    return node;
  }

  void add(Pod pod) {
    String key = pod.key().namespacedName();
    if (pods.put(key, pod) == null) {
      count(pod, 1);
      ports.addAll(HostPorts.of(pod.spec()));
    }
  }

  void remove(Pod pod) {
    if (pods.remove(pod.key().namespacedName()) != null) {
      count(pod, -1);
      Set<HostPorts.HostPort> gone = HostPorts.of(pod.spec());
      if (!gone.isEmpty()) {
        ports.clear();
        pods.values().forEach(other -> ports.addAll(HostPorts.of(other.spec())));
      }
    }
  }

  private void count(Pod pod, int by) {
    MEASURED.forEach(name -> requested.merge(name, by * request(pod.spec(), name), Long::sum));
    podsByGroup.merge(group(pod), by, Integer::sum);
  }

  int pods() {
    return pods.size();
  }

  int podsOfGroup(String group) {
    return podsByGroup.getOrDefault(group, 0);
  }

  /** Pods that belong together: those of one owner, else those with the same labels. */
  static String group(Pod pod) {
    return pod.metadata()
        .controller()
        .map(owner -> owner.uid())
        .orElseGet(() -> pod.metadata().namespace() + pod.metadata().labels());
  }

  /** Why a pod cannot come here, in kube-scheduler's words; nothing if it can. */
  Optional<String> refusal(PodSpec pod) {
    if (!NodeAffinity.matches(pod, node)) {
      return Optional.of("node(s) didn't match Pod's node affinity/selector");
    }
    Taint unschedulable = new Taint("node.kubernetes.io/unschedulable", "", "NoSchedule");
    if (node.unschedulable() && !Tolerations.tolerates(pod, unschedulable)) {
      return Optional.of("node(s) were unschedulable");
    }
    for (Taint taint : node.taints()) {
      if (!taint.effect().equals("PreferNoSchedule") && !Tolerations.tolerates(pod, taint)) {
        return Optional.of(
            "node(s) had untolerated taint {%s: %s}".formatted(taint.key(), taint.value()));
      }
    }
    for (Condition condition : node.conditions()) {
      Taint notReady = new Taint("node.kubernetes.io/not-ready", "", "NoSchedule");
      if (condition.type().equals("Ready")
          && !condition.isTrue()
          && !Tolerations.tolerates(pod, notReady)) {
        return Optional.of("node(s) had untolerated taint {%s: }".formatted(notReady.key()));
      }
    }
    if (HostPorts.of(pod).stream().anyMatch(p -> ports.stream().anyMatch(p::conflictsWith))) {
      return Optional.of("node(s) didn't have free ports for the requested pod ports");
    }
    if (pods.size() >= maxPods()) {
      return Optional.of("Too many pods");
    }
    for (String name : MEASURED) {
      String allocatable = node.allocatable().getOrDefault(name, "");
      long wanted = request(pod, name);
      if (wanted > 0
          && !allocatable.isEmpty()
          && requested.getOrDefault(name, 0L) + wanted
              > Quantity.milli(allocatable).orElse(Long.MAX_VALUE)) {
        return Optional.of("Insufficient " + name);
      }
    }
    return Optional.empty();
  }

  private long maxPods() {
    String said = node.allocatable().getOrDefault("pods", "");
    if (!said.isEmpty()) {
      return Quantity.milli(said).orElse(0) / 1000;
    }
    return InstanceLimits.of(node.metadata().labels().getOrDefault(Node.INSTANCE_TYPE_LABEL, ""))
        .map(InstanceLimits::maxPods)
        .orElse(DEFAULT_MAX_PODS);
  }

  private static long request(PodSpec pod, String resource) {
    long sum = 0;
    for (Container container : pod.containers()) {
      sum += Quantity.milli(container.requests().getOrDefault(resource, "")).orElse(0);
    }
    return sum;
  }
}
