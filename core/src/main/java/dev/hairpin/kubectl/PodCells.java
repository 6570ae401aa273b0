package dev.hairpin.kubectl;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerStatus;
import dev.hairpin.api.ContainerStatus.Running;
import dev.hairpin.api.ContainerStatus.Terminated;
import dev.hairpin.api.ContainerStatus.Waiting;
import dev.hairpin.api.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one word and the counts that {@code kubectl get pods} makes of a pod's status.
 *
 * <p>Source: {@code printPod}.
 */
final class PodCells {
  private final Pod pod;
  private final Set<String> sidecars;
  private String status;
  private int ready;
  private int restarts;
  private @Nullable Instant lastRestart;

  PodCells(Pod pod) {
    this.pod = pod;
    this.sidecars = pod.spec().initContainers().stream()
        .filter(c -> "Always".equals(c.restartPolicy()))
        .map(Container::name)
        .collect(Collectors.toSet());
    this.status = pod.reason().isEmpty() ? pod.phase() : pod.reason();
    if (pod.conditions().stream()
        .anyMatch(c -> c.type().equals("PodScheduled") && c.reason().equals("SchedulingGated"))) {
      status = "SchedulingGated";
    }
    boolean initializing = lookAtInitContainers();
    if (!initializing || holds("Initialized")) {
      lookAtContainers();
    }
    if (pod.isTerminating() && pod.reason().equals("NodeLost")) {
      status = "Unknown";
    } else if (pod.isTerminating() && !pod.hasEnded()) {
      status = "Terminating";
    }
  }

  String status() {
    return status;
  }

  String ready() {
    return ready + "/" + (pod.spec().containers().size() + sidecars.size());
  }

  String restarts(Instant now) {
    return restarts == 0 || lastRestart == null
        ? Integer.toString(restarts)
        : restarts + " (" + Age.since(lastRestart, now) + " ago)";
  }

  String readinessGates() {
    List<String> gates = pod.spec().readinessGates();
    return gates.isEmpty()
        ? Cells.NONE
        : gates.stream().filter(this::holds).count() + "/" + gates.size();
  }

  private boolean holds(String type) {
    for (Condition condition : pod.conditions()) {
      if (condition.type().equals(type)) {
        return condition.isTrue();
      }
    }
    return false;
  }

  /** Returns whether an init container has yet to finish. */
  private boolean lookAtInitContainers() {
    List<ContainerStatus> statuses = pod.initContainerStatuses();
    for (int i = 0; i < statuses.size(); i++) {
      ContainerStatus container = statuses.get(i);
      noteRestarts(container);
      if (container.state() instanceof Terminated ended && ended.exitCode() == 0) {
        continue;
      }
      if (sidecars.contains(container.name()) && Boolean.TRUE.equals(container.started())) {
        ready += container.ready() ? 1 : 0;
        continue;
      }
      if (container.state() instanceof Terminated ended) {
        status = "Init:" + reason(ended);
      } else if (container.state() instanceof Waiting waiting
          && !waiting.reason().isEmpty()
          && !waiting.reason().equals("PodInitializing")) {
        status = "Init:" + waiting.reason();
      } else {
        status = "Init:" + i + "/" + pod.spec().initContainers().size();
      }
      return true;
    }
    return false;
  }

  private void lookAtContainers() {
    restarts = 0;
    lastRestart = null;
    pod.initContainerStatuses().stream()
        .filter(c -> sidecars.contains(c.name()))
        .forEach(this::noteRestarts);
    boolean running = false;
    List<ContainerStatus> statuses = pod.containerStatuses();
    for (int i = statuses.size() - 1; i >= 0; i--) {
      ContainerStatus container = statuses.get(i);
      noteRestarts(container);
      if (container.state() instanceof Waiting waiting && !waiting.reason().isEmpty()) {
        status = waiting.reason();
      } else if (container.state() instanceof Terminated ended) {
        status = reason(ended);
      } else if (container.ready() && container.state() instanceof Running) {
        running = true;
        ready++;
      }
    }
    if (status.equals("Completed") && running) {
      status = holds("Ready") ? "Running" : "NotReady";
    }
  }

  private static String reason(Terminated ended) {
    if (!ended.reason().isEmpty()) {
      return ended.reason();
    }
    return ended.signal() != 0 ? "Signal:" + ended.signal() : "ExitCode:" + ended.exitCode();
  }

  private void noteRestarts(ContainerStatus container) {
    restarts += container.restartCount();
    Instant finished = container.lastFinishedAt();
    if (finished != null && (lastRestart == null || finished.isAfter(lastRestart))) {
      lastRestart = finished;
    }
  }
}
