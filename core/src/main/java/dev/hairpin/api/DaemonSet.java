package dev.hairpin.api;

/**
 * Keeps one pod on every node that fits.
 *
 * <p>Source: {@code appsv1.DaemonSet}
 *
 * @param metadata its metadata
 * @param selector which pods are its own
 * @param template the pods it makes
 * @param maxUnavailable how many may be missing in an update
 * @param maxSurge how many may run beside the old one in an update
 */
public record DaemonSet(
    ObjectMeta metadata,
    LabelSelector selector,
    PodTemplate template,
    IntOrString maxUnavailable,
    IntOrString maxSurge)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "DaemonSet";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "apps/v1";
  }

  @Override
  public DaemonSet withMetadata(ObjectMeta newMetadata) {
    return new DaemonSet(newMetadata, selector, template, maxUnavailable, maxSurge);
  }
}
