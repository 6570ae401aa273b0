package dev.hairpin.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param status how far it is
 */
public record DaemonSet(
    ObjectMeta metadata,
    LabelSelector selector,
    PodTemplate template,
    String updateStrategy,
    IntOrString maxUnavailable,
    IntOrString maxSurge,
    int minReadySeconds,
    int revisionHistoryLimit,
    Status status)
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
    this(
        metadata,
        selector,
        template,
        "RollingUpdate",
        maxUnavailable,
        maxSurge,
        0,
        10,
        Status.NONE);
  }

  /**
   * How far a set is, as its controller says.
   *
   * <p>Source: {@code appsv1.DaemonSetStatus}
   *
   * @param observedGeneration the generation of the set that the controller has seen
   * @param desiredNumberScheduled how many nodes shall have a pod
   * @param currentNumberScheduled how many of them have one
   * @param numberMisscheduled how many other nodes have one
   * @param numberReady on how many nodes that shall have a pod it is ready
   * @param updatedNumberScheduled on how many it has the present template
   * @param numberAvailable on how many it has been ready for long enough
   * @param numberUnavailable on how many it has not
   * @param collisionCount how many names of revisions were taken by others; null if nothing is said
   * @param conditions what else is said; its controller says nothing
   */
  public record Status(
      long observedGeneration,
      int desiredNumberScheduled,
      int currentNumberScheduled,
      int numberMisscheduled,
      int numberReady,
      int updatedNumberScheduled,
      int numberAvailable,
      int numberUnavailable,
      @Nullable Integer collisionCount,
      List<Condition> conditions) {

    /** The status of a set that no controller has seen. */
    public static final Status NONE = new Status(0, 0, 0, 0, 0, 0, 0, 0, null, List.of());

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
  public DaemonSet withMetadata(ObjectMeta newMetadata) {
    return with(newMetadata, template, status);
  }

  /**
   * The same set with other pods.
   *
   * @param newTemplate the pods it makes
   * @return the copy
   */
  public DaemonSet withTemplate(PodTemplate newTemplate) {
    return with(metadata, newTemplate, status);
  }

  /**
   * The same set with another status.
   *
   * @param newStatus how far it is
   * @return the copy
   */
  public DaemonSet withStatus(Status newStatus) {
    return with(metadata, template, newStatus);
  }

  private DaemonSet with(ObjectMeta newMetadata, PodTemplate newTemplate, Status newStatus) {
    return new DaemonSet(
        newMetadata,
        selector,
        newTemplate,
        updateStrategy,
        maxUnavailable,
        maxSurge,
        minReadySeconds,
        revisionHistoryLimit,
        newStatus);
  }
}
