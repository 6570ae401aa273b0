package dev.hairpin.cluster.kubelet;

import dev.hairpin.api.Condition;
import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The conditions that a kubelet writes.
 *
 * <p>Source: {@code pkg/kubelet/status/generate.go}. Conditions of others, such as readiness gates,
 * stay as they are.
 */
final class PodStatus {
  private PodStatus() {}

  /** The pod's conditions as they follow from what its containers do. */
  static List<Condition> conditions(
      Pod pod, List<ContainerStatus> containers, boolean started, Instant now) {
    Map<String, Condition> conditions = new LinkedHashMap<>();
    pod.conditions().forEach(c -> conditions.put(c.type(), c));
    set(conditions, new Condition("PodReadyToStartContainers", text(started), "", "", now));
    set(conditions, new Condition("Initialized", "True", "", "", now));
    Condition containersReady = containersReady(pod, containers, now);
    set(conditions, ready(pod, containersReady, now));
    set(conditions, containersReady);
    return List.copyOf(conditions.values());
  }

  private static void set(Map<String, Condition> conditions, Condition next) {
    @Nullable Condition before = conditions.get(next.type());
    if (before == null || !before.status().equals(next.status())) {
      conditions.put(next.type(), next);
      return;
    }
    conditions.put(
        next.type(),
        new Condition(
            next.type(),
            next.status(),
            next.reason(),
            next.message(),
            before.lastTransitionTime()));
  }

  /** The condition {@code ContainersReady} as it follows from what the containers do. */
  static Condition containersReady(Pod pod, List<ContainerStatus> containers, Instant now) {
    if (pod.phase().equals("Succeeded")) {
      return new Condition("ContainersReady", "False", "PodCompleted", "", now);
    }
    if (pod.phase().equals("Failed")) {
      return new Condition("ContainersReady", "False", "PodFailed", "", now);
    }
    List<String> unready = containers.stream()
        .filter(c -> !c.ready())
        .map(ContainerStatus::name)
        .collect(Collectors.toList());
    return unready.isEmpty()
        ? new Condition("ContainersReady", "True", "", "", now)
        : new Condition(
            "ContainersReady",
            "False",
            "ContainersNotReady",
            "containers with unready status: [" + String.join(" ", unready) + "]",
            now);
  }

  /** Ready holds if the containers are ready and every readiness gate is true. */
  static Condition ready(Pod pod, Condition containersReady, Instant now) {
    if (!containersReady.isTrue()) {
      return new Condition(
          "Ready",
          containersReady.status(),
          containersReady.reason(),
          containersReady.message(),
          now);
    }
    List<String> problems = new ArrayList<>();
    for (String gate : pod.spec().readinessGates()) {
      @Nullable
      String status = pod.conditions().stream()
          .filter(c -> c.type().equals(gate))
          .map(Condition::status)
          .findFirst()
          .orElse(null);
      if (status == null) {
        problems.add(
            "corresponding condition of pod readiness gate \"" + gate + "\" does not exist.");
      } else if (!status.equals("True")) {
        problems.add("the status of pod readiness gate \"%s\" is not \"True\", but %s"
            .formatted(gate, status));
      }
    }
    return problems.isEmpty()
        ? new Condition("Ready", "True", "", "", now)
        : new Condition(
            "Ready", "False", "ReadinessGatesNotReady", String.join(", ", problems), now);
  }

  private static String text(boolean holds) {
    return holds ? "True" : "False";
  }
}
