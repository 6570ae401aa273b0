package dev.hairpin.api;

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
 */
public record Deployment(
    ObjectMeta metadata,
    int replicas,
    LabelSelector selector,
    PodTemplate template,
    String strategy,
    IntOrString maxSurge,
    IntOrString maxUnavailable,
    int minReadySeconds)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "Deployment";

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
    return new Deployment(
        newMetadata,
        replicas,
        selector,
        template,
        strategy,
        maxSurge,
        maxUnavailable,
        minReadySeconds);
  }
}
