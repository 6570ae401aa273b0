package dev.hairpin.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of equal pods and replaces them in rolling updates.
 *
 * <p>Source: {@code appsv1.Deployment}
 *
 * @param metadata its metadata
 * @param replicas how many pods; 1 by default
 * @param selector which pods are its own
 * @param template the pods it makes
 * @param strategy {@code RollingUpdate} or {@code Recreate}
 * @param maxSurge how many more, a number or a percentage rounded up; 25% by default
 * @param maxUnavailable how many fewer, a number or a percentage rounded down; 25% by default
 * @param minReadySeconds how long a pod must be ready to count; 0 by default
 * @param revisionHistoryLimit how many old ReplicaSets without pods are kept; 10 by default
 * @param paused whether a changed template waits; its ReplicaSets are scaled all the same
 * @param progressDeadlineSeconds how long an update may stand still before it is called failed; 600
 *     by default, and 2147483647 stands for ever. Null if nothing is said
 * @param status how far it is
 */
public record Deployment(
    ObjectMeta metadata,
    int replicas,
    LabelSelector selector,
    PodTemplate template,
    String strategy,
    IntOrString maxSurge,
    IntOrString maxUnavailable,
    int minReadySeconds,
    int revisionHistoryLimit,
    boolean paused,
    @Nullable Integer progressDeadlineSeconds,
    Status status)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "Deployment";

  /**
   * A Deployment with the API server's defaults.
   *
   * @param metadata its metadata
   * @param replicas how many pods
   * @param selector which pods are its own
   * @param template the pods it makes
   * @param strategy {@code RollingUpdate} or {@code Recreate}
   * @param maxSurge how many more, a number or a percentage rounded up
   * @param maxUnavailable how many fewer, a number or a percentage rounded down
   * @param minReadySeconds how long a pod must be ready to count
   */
  public Deployment(
      ObjectMeta metadata,
      int replicas,
      LabelSelector selector,
      PodTemplate template,
      String strategy,
      IntOrString maxSurge,
      IntOrString maxUnavailable,
      int minReadySeconds) {
    this(
        metadata,
        replicas,
        selector,
        template,
        strategy,
        maxSurge,
        maxUnavailable,
        minReadySeconds,
        10,
        false,
        600,
        Status.NONE);
  }

  /**
   * How far a Deployment is, as its controller says.
   *
   * <p>Source: {@code appsv1.DeploymentStatus}
   *
   * @param observedGeneration the generation of the Deployment that the controller has seen
   * @param replicas how many pods there are, without those that are finished or about to go
   * @param updatedReplicas how many of them have the present template
   * @param readyReplicas how many of them are ready
   * @param availableReplicas how many of them have been ready for long enough
   * @param unavailableReplicas how many more shall be available
   * @param terminatingReplicas how many more are about to go; null before 1.35
   * @param collisionCount how many names of ReplicaSets were taken by others; null if nothing is
   *     said
   * @param conditions {@code Available} and {@code Progressing}
   */
  public record Status(
      long observedGeneration,
      int replicas,
      int updatedReplicas,
      int readyReplicas,
      int availableReplicas,
      int unavailableReplicas,
      @Nullable Integer terminatingReplicas,
      @Nullable Integer collisionCount,
      List<Condition> conditions) {

    /** The status of a Deployment that no controller has seen. */
    public static final Status NONE = new Status(0, 0, 0, 0, 0, 0, null, null, List.of());

    /** Copies the list. */
    public Status {
      conditions = List.copyOf(conditions);
    }

    /**
     * A condition.
     *
     * @param type {@code Available} or {@code Progressing}
     * @return the condition, or nothing
     */
    public Optional<Condition> condition(String type) {
      return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
    }

    /**
     * The same numbers with other conditions.
     *
     * @param newConditions {@code Available} and {@code Progressing}
     * @return the copy
     */
    public Status withConditions(List<Condition> newConditions) {
      return new Status(
          observedGeneration,
          replicas,
          updatedReplicas,
          readyReplicas,
          availableReplicas,
          unavailableReplicas,
          terminatingReplicas,
          collisionCount,
          newConditions);
    }
  }

  /**
   * One thing that is said of a Deployment.
   *
   * <p>Source: {@code appsv1.DeploymentCondition}, which, unlike other conditions, has two times.
   *
   * @param type {@code Available} or {@code Progressing}
   * @param status {@code True}, {@code False} or {@code Unknown}
   * @param reason a word, such as {@code ProgressDeadlineExceeded}
   * @param message a sentence
   * @param lastUpdateTime when it was last said; progress is measured from then
   * @param lastTransitionTime when the status last changed
   */
  public record Condition(
      String type,
      String status,
      String reason,
      String message,
      @Nullable Instant lastUpdateTime,
      @Nullable Instant lastTransitionTime) {}

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "apps/v1";
  }

  @Override
  public Deployment withMetadata(ObjectMeta newMetadata) {
    return with(newMetadata, replicas, template, paused, status);
  }

  /**
   * The same Deployment of another size.
   *
   * @param newReplicas how many pods
   * @return the copy
   */
  public Deployment withReplicas(int newReplicas) {
    return with(metadata, newReplicas, template, paused, status);
  }

  /**
   * The same Deployment with other pods.
   *
   * @param newTemplate the pods it makes
   * @return the copy
   */
  public Deployment withTemplate(PodTemplate newTemplate) {
    return with(metadata, replicas, newTemplate, paused, status);
  }

  /**
   * The same Deployment, held up or let go.
   *
   * @param newPaused whether a changed template waits
   * @return the copy
   */
  public Deployment withPaused(boolean newPaused) {
    return with(metadata, replicas, template, newPaused, status);
  }

  /**
   * The same Deployment with another status.
   *
   * @param newStatus how far it is
   * @return the copy
   */
  public Deployment withStatus(Status newStatus) {
    return with(metadata, replicas, template, paused, newStatus);
  }

  private Deployment with(
      ObjectMeta newMetadata,
      int newReplicas,
      PodTemplate newTemplate,
      boolean newPaused,
      Status newStatus) {
    return new Deployment(
        newMetadata,
        newReplicas,
        selector,
        newTemplate,
        strategy,
        maxSurge,
        maxUnavailable,
        minReadySeconds,
        revisionHistoryLimit,
        newPaused,
        progressDeadlineSeconds,
        newStatus);
  }
}
