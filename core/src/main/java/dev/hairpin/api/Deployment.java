package dev.hairpin.api;

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
    @Nullable Integer progressDeadlineSeconds)
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
        600);
  }

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
    return with(newMetadata, replicas, template, paused);
  }

  /**
   * The same Deployment of another size.
   *
   * @param newReplicas how many pods
   * @return the copy
   */
  public Deployment withReplicas(int newReplicas) {
    return with(metadata, newReplicas, template, paused);
  }

  /**
   * The same Deployment with other pods.
   *
   * @param newTemplate the pods it makes
   * @return the copy
   */
  public Deployment withTemplate(PodTemplate newTemplate) {
    return with(metadata, replicas, newTemplate, paused);
  }

  /**
   * The same Deployment, held up or let go.
   *
   * @param newPaused whether a changed template waits
   * @return the copy
   */
  public Deployment withPaused(boolean newPaused) {
    return with(metadata, replicas, template, newPaused);
  }

  private Deployment with(
      ObjectMeta newMetadata, int newReplicas, PodTemplate newTemplate, boolean newPaused) {
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
        progressDeadlineSeconds);
  }
}
