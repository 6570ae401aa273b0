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
 */
public record ReplicaSet(
    ObjectMeta metadata, int replicas, LabelSelector selector, PodTemplate template)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "ReplicaSet";

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
    return new ReplicaSet(newMetadata, replicas, selector, template);
  }

  /**
   * The same set of another size.
   *
   * @param newReplicas how many pods
   * @return the copy
   */
  public ReplicaSet withReplicas(int newReplicas) {
    return new ReplicaSet(metadata, newReplicas, selector, template);
  }
}
