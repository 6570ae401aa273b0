package dev.hairpin.analysis.explain;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import java.util.Optional;

/** Looks why a pod does not take part: no node, no address, not ready. */
final class PodDiagnosis {
  private final ClusterState state;

  PodDiagnosis(ClusterState state) {
    this.state = state;
  }

  Explanation explain(Pod pod) {
    String subject = Explainer.subject(pod);
    if (pod.spec().nodeName().isEmpty()) {
      return Explanation.of("PENDING", Reason.POD_UNSCHEDULABLE)
          .causedBy(Reason.POD_UNSCHEDULABLE, message(pod, "PodScheduled"))
          .about(subject);
    }
    if (pod.podIps().isEmpty()) {
      return Explanation.of("NO ADDRESS", Reason.POD_WITHOUT_ADDRESS)
          .causedBy(Reason.POD_WITHOUT_ADDRESS, message(pod, "PodReadyToStartContainers"))
          .about(subject);
    }
    if (!pod.isReady()) {
      return Explanation.of("NOT READY", Reason.POD_NOT_READY)
          .causedBy(Reason.POD_NOT_READY, notReady(pod))
          .about(subject);
    }
    return Explanation.of("NOTHING WRONG", Reason.NOTHING_WRONG).about(subject);
  }

  /** What the condition or the last warning says, or the general sentence. */
  private String message(Pod pod, String condition) {
    Optional<String> said = pod.conditions().stream()
        .filter(c -> c.type().equals(condition) && !c.isTrue())
        .map(Condition::message)
        .filter(m -> !m.isEmpty())
        .findFirst();
    List<ObjectEvent> warnings = state.events().stream()
        .filter(e -> e.warning() && e.object().equals(pod.key()))
        .toList();
    return said.or(() -> warnings.isEmpty()
            ? Optional.empty()
            : Optional.of(warnings.get(warnings.size() - 1).message()))
        .orElse(
            condition.equals("PodScheduled")
                ? Reason.POD_UNSCHEDULABLE.sentence()
                : Reason.POD_WITHOUT_ADDRESS.sentence());
  }

  private static String notReady(Pod pod) {
    List<String> open = pod.spec().readinessGates().stream()
        .filter(g -> pod.conditions().stream().noneMatch(c -> c.type().equals(g) && c.isTrue()))
        .toList();
    return open.isEmpty()
        ? Reason.POD_NOT_READY.sentence()
        : "the pod's readiness gate " + String.join(", ", open) + " is still open";
  }
}
