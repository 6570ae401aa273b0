package dev.hairpin.api;

/**
 * Keeps one pod on every node that fits.
 *
 * <p>Source: {@code appsv1.DaemonSet}
 *
 * @param metadata its metadata
 * @param selector which pods are its own
 * @param template the pods it makes
 * @param updateStrategy who replaces pods of an older template: {@code RollingUpdate} the
 *     controller, {@code OnDelete} whoever deletes them
 * @param maxUnavailable how many may be missing in a rolling update
 * @param maxSurge how many may run beside the old one in a rolling update
 * @param minReadySeconds how long a pod must be ready to count; 0 by default
 * @param revisionHistoryLimit how many templates that no pod has any more are remembered; 10 by
 *     default
 */
public record DaemonSet(
    ObjectMeta metadata,
    LabelSelector selector,
    PodTemplate template,
    String updateStrategy,
    IntOrString maxUnavailable,
    IntOrString maxSurge,
    int minReadySeconds,
    int revisionHistoryLimit)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "DaemonSet";

  /**
   * A new set that replaces its pods by itself, with the API server's defaults.
   *
   * @param metadata its metadata
   * @param selector which pods are its own
   * @param template the pods it makes
   * @param maxUnavailable how many may be missing in an update
   * @param maxSurge how many may run beside the old one in an update
   */
  public DaemonSet(
      ObjectMeta metadata,
      LabelSelector selector,
      PodTemplate template,
      IntOrString maxUnavailable,
      IntOrString maxSurge) {
    this(metadata, selector, template, "RollingUpdate", maxUnavailable, maxSurge, 0, 10);
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
  public DaemonSet withMetadata(ObjectMeta newMetadata) {
    return with(newMetadata, template);
  }

  /**
   * The same set with other pods.
   *
   * @param newTemplate the pods it makes
   * @return the copy
   */
  public DaemonSet withTemplate(PodTemplate newTemplate) {
    return with(metadata, newTemplate);
  }

  private DaemonSet with(ObjectMeta newMetadata, PodTemplate newTemplate) {
    return new DaemonSet(
        newMetadata,
        selector,
        newTemplate,
        updateStrategy,
        maxUnavailable,
        maxSurge,
        minReadySeconds,
        revisionHistoryLimit);
  }
}
