package dev.hairpin.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of equal pods.
 *
 * <p>Source: {@code appsv1.ReplicaSet}
 *
 * @param metadata its metadata
 * @param replicas how many pods
 * @param selector which pods are its own
 * @param template the pods it makes
 * @param minReadySeconds how long a pod must be ready to count; 0 by default
 * @param status how far it is
 */
public record ReplicaSet(
    ObjectMeta metadata,
    int replicas,
    LabelSelector selector,
    PodTemplate template,
    int minReadySeconds,
    Status status)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "ReplicaSet";

  /**
   * A new set whose pods count as soon as they are ready.
   *
   * @param metadata its metadata
   * @param replicas how many pods
   * @param selector which pods are its own
   * @param template the pods it makes
   */
  public ReplicaSet(
      ObjectMeta metadata, int replicas, LabelSelector selector, PodTemplate template) {
    this(metadata, replicas, selector, template, 0, Status.NONE);
  }

  /**
   * How far a set is, as its controller says.
   *
   * <p>Source: {@code appsv1.ReplicaSetStatus}
   *
   * @param observedGeneration the generation of the set that the controller has seen
   * @param replicas how many pods there are, without those that are finished or about to go
   * @param fullyLabeledReplicas how many of them have all labels of the template
   * @param readyReplicas how many of them are ready
   * @param availableReplicas how many of them have been ready for long enough
   * @param terminatingReplicas how many more are about to go; null before 1.35
   * @param conditions {@code ReplicaFailure}, where pods could not be made or deleted
   */
  public record Status(
      long observedGeneration,
      int replicas,
      int fullyLabeledReplicas,
      int readyReplicas,
      int availableReplicas,
      @Nullable Integer terminatingReplicas,
      List<Condition> conditions) {

    /** The status of a set that no controller has seen. */
    public static final Status NONE = new Status(0, 0, 0, 0, 0, null, List.of());

    /** Copies the list. */
    public Status {
      conditions = List.copyOf(conditions);
    }
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
  public ReplicaSet withMetadata(ObjectMeta newMetadata) {
    return new ReplicaSet(newMetadata, replicas, selector, template, minReadySeconds, status);
  }

  /**
   * The same set of another size.
   *
   * @param newReplicas how many pods
   * @return the copy
   */
  public ReplicaSet withReplicas(int newReplicas) {
    return new ReplicaSet(metadata, newReplicas, selector, template, minReadySeconds, status);
  }

  /**
   * The same set whose pods count after another while.
   *
   * @param newSeconds how long a pod must be ready to count
   * @return the copy
   */
  public ReplicaSet withMinReadySeconds(int newSeconds) {
    return new ReplicaSet(metadata, replicas, selector, template, newSeconds, status);
  }

  /**
   * The same set with another status.
   *
   * @param newStatus how far it is
   * @return the copy
   */
  public ReplicaSet withStatus(Status newStatus) {
    return new ReplicaSet(metadata, replicas, selector, template, minReadySeconds, newStatus);
  }
}
