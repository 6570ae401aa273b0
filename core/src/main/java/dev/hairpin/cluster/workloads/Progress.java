package dev.hairpin.cluster.workloads;

import dev.hairpin.api.Deployment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a Deployment's status says of its availability and of its progress.
 *
 * <p>Source: {@code calculateStatus}, {@code syncRolloutStatus} and {@code checkPausedConditions}
 * of {@code pkg/controller/deployment}, Kubernetes v1.36.
 */
final class Progress {
  private static final String AVAILABLE = "Available";
  private static final String PROGRESSING = "Progressing";
  private static final String COMPLETE = "NewReplicaSetAvailable";
  private static final String TIMED_OUT = "ProgressDeadlineExceeded";
  private static final String PAUSED = "DeploymentPaused";

  private final Deployment deployment;
  private final Instant now;
  private final List<Deployment.Condition> conditions;

  /**
   * Begins with what the status says.
   *
   * @param now the time
   */
  Progress(Deployment deployment, Instant now) {
    this.deployment = deployment;
    this.now = now;
    this.conditions = new ArrayList<>(deployment.status().conditions());
  }

  private boolean hasDeadline() {
    @Nullable Integer deadline = deployment.progressDeadlineSeconds();
    return deadline != null && deadline != Integer.MAX_VALUE;
  }

  private Optional<Deployment.Condition> condition(String type) {
    return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
  }

  private boolean isReason(String reason) {
    return condition(PROGRESSING).filter(c -> c.reason().equals(reason)).isPresent();
  }

  /** What is said in the same way already stays; what has the same status keeps its beginning. */
  private void say(String type, String status, String reason, String message) {
    Deployment.@Nullable Condition before = condition(type).orElse(null);
    if (before == null || !before.status().equals(status) || !before.reason().equals(reason)) {
      sayAnew(type, status, reason, message);
    }
  }

  private void sayAnew(String type, String status, String reason, String message) {
    Deployment.@Nullable Condition before = condition(type).orElse(null);
    Instant since =
        before != null && before.status().equals(status) ? before.lastTransitionTime() : now;
    conditions.removeIf(c -> c.type().equals(type));
    conditions.add(new Deployment.Condition(type, status, reason, message, now, since));
  }

  /** Time that a Deployment is held up does not count. */
  void tellPause() {
    if (!hasDeadline() || isReason(TIMED_OUT)) {
      return;
    }
    if (deployment.paused() && !isReason(PAUSED)) {
      say(PROGRESSING, "Unknown", PAUSED, "Deployment is paused");
    } else if (!deployment.paused() && isReason(PAUSED)) {
      say(PROGRESSING, "Unknown", "DeploymentResumed", "Deployment is resumed");
    }
  }

  void tellCreated(String replicaSet) {
    if (hasDeadline()) {
      say(
          PROGRESSING,
          "True",
          "NewReplicaSetCreated",
          "Created new replica set \"" + replicaSet + "\"");
    }
  }

  void tellFound(String replicaSet) {
    if (hasDeadline() && condition(PROGRESSING).isEmpty()) {
      say(
          PROGRESSING,
          "True",
          "FoundNewReplicaSet",
          "Found new replica set \"" + replicaSet + "\"");
    }
  }

  /** Says whether enough pods are available. */
  void tellAvailability(Deployment.Status counts) {
    boolean rolls = deployment.strategy().equals("RollingUpdate") && deployment.replicas() > 0;
    int unavailable = rolls ? RollingUpdate.of(deployment).unavailable() : 0;
    if (counts.availableReplicas() >= deployment.replicas() - unavailable) {
      say(AVAILABLE, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
    } else {
      say(
          AVAILABLE,
          "False",
          "MinimumReplicasUnavailable",
          "Deployment does not have minimum availability.");
    }
  }

  /**
   * Says how an update goes on.
   *
   * @param fresh the name of the ReplicaSet of the present template
   */
  void tellProgress(Deployment.Status counts, String fresh) {
    if (!hasDeadline()) {
      conditions.removeIf(c -> c.type().equals(PROGRESSING));
      return;
    }
    if (counts.replicas() == counts.updatedReplicas() && isReason(COMPLETE)) {
      return;
    }
    String set = "ReplicaSet \"" + fresh + "\"";
    if (isComplete(deployment, counts)) {
      say(PROGRESSING, "True", COMPLETE, set + " has successfully progressed.");
    } else if (isProgress(deployment.status(), counts)) {
      sayAnew(PROGRESSING, "True", "ReplicaSetUpdated", set + " is progressing.");
    } else if (untilDeadline().filter(left -> left.isNegative()).isPresent()) {
      say(PROGRESSING, "False", TIMED_OUT, set + " has timed out progressing.");
    }
  }

  /** Whether all pods have the present template and are available. */
  static boolean isComplete(Deployment deployment, Deployment.Status counts) {
    return counts.updatedReplicas() == deployment.replicas()
        && counts.replicas() == deployment.replicas()
        && counts.availableReplicas() == deployment.replicas();
  }

  private static boolean isProgress(Deployment.Status before, Deployment.Status now) {
    return now.updatedReplicas() > before.updatedReplicas()
        || now.replicas() - now.updatedReplicas() < before.replicas() - before.updatedReplicas()
        || now.readyReplicas() > before.readyReplicas()
        || now.availableReplicas() > before.availableReplicas();
  }

  /** How long there may be no progress from now on; nothing if nobody waits for any. */
  Optional<Duration> untilDeadline() {
    @Nullable Integer deadline = deployment.progressDeadlineSeconds();
    if (deadline == null || !hasDeadline() || isReason(COMPLETE) || isReason(TIMED_OUT)) {
      return Optional.empty();
    }
    return condition(PROGRESSING)
        .map(Deployment.Condition::lastUpdateTime)
        .map(told -> Duration.between(now, told.plusSeconds(deadline)));
  }

  List<Deployment.Condition> conditions() {
    return conditions;
  }
}
