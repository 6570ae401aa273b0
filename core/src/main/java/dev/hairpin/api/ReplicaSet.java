package dev.hairpin.api;

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
 */
public record ReplicaSet(
    ObjectMeta metadata,
    int replicas,
    LabelSelector selector,
    PodTemplate template,
    int minReadySeconds)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "ReplicaSet";

  /**
   * A set whose pods count as soon as they are ready.
   *
   * @param metadata its metadata
   * @param replicas how many pods
   * @param selector which pods are its own
   * @param template the pods it makes
   */
  public ReplicaSet(
      ObjectMeta metadata, int replicas, LabelSelector selector, PodTemplate template) {
    this(metadata, replicas, selector, template, 0);
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
    return new ReplicaSet(newMetadata, replicas, selector, template, minReadySeconds);
  }

  /**
   * The same set of another size.
   *
   * @param newReplicas how many pods
   * @return the copy
   */
  public ReplicaSet withReplicas(int newReplicas) {
    return new ReplicaSet(metadata, newReplicas, selector, template, minReadySeconds);
  }

  /**
   * The same set whose pods count after another while.
   *
   * @param newSeconds how long a pod must be ready to count
   * @return the copy
   */
  public ReplicaSet withMinReadySeconds(int newSeconds) {
    return new ReplicaSet(metadata, replicas, selector, template, newSeconds);
  }
}
