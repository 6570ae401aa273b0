package dev.hairpin.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps numbered pods, each with a name that lasts.
 *
 * <p>Source: {@code appsv1.StatefulSet}
 *
 * @param metadata its metadata
 * @param replicas how many pods; 1 by default
 * @param selector which pods are its own
 * @param template the pods it makes
 * @param serviceName the headless Service that names its pods
 * @param podManagementPolicy {@code OrderedReady} or {@code Parallel}
 * @param updateStrategy how pods of an older template are replaced
 * @param minReadySeconds how long a pod must be ready to count; 0 by default
 * @param firstOrdinal the number of its first pod, {@code ordinals.start}; 0 by default
 * @param revisionHistoryLimit how many templates that no pod has any more are remembered; 10 by
 *     default
 * @param others the fields that the network does not need, as the manifest says them
 * @param status how far it is
 */
public record StatefulSet(
    ObjectMeta metadata,
    int replicas,
    LabelSelector selector,
    PodTemplate template,
    String serviceName,
    String podManagementPolicy,
    UpdateStrategy updateStrategy,
    int minReadySeconds,
    int firstOrdinal,
    int revisionHistoryLimit,
    Map<String, Object> others,
    Status status)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "StatefulSet";

  /** Copies the fields that the network does not need. */
  public StatefulSet {
    others = Values.copy(others);
  }

  /**
   * A new set that replaces its pods by itself, with the API server's defaults.
   *
   * @param metadata its metadata
   * @param replicas how many pods
   * @param selector which pods are its own
   * @param template the pods it makes
   * @param serviceName the headless Service that names its pods
   * @param podManagementPolicy {@code OrderedReady} or {@code Parallel}
   * @param partition updates leave pods below this number alone
   */
  public StatefulSet(
      ObjectMeta metadata,
      int replicas,
      LabelSelector selector,
      PodTemplate template,
      String serviceName,
      String podManagementPolicy,
      int partition) {
    this(
        metadata,
        replicas,
        selector,
        template,
        serviceName,
        podManagementPolicy,
        UpdateStrategy.rolling(partition),
        0,
        0,
        10,
        Map.of(),
        Status.NONE);
  }

  /**
   * How pods of an older template are replaced.
   *
   * <p>Source: {@code appsv1.StatefulSetUpdateStrategy}
   *
   * @param type {@code RollingUpdate}: by the controller, from the last to the first;
   *     {@code OnDelete}: by whoever deletes them
   * @param partition a rolling update leaves so many of the first pods alone; null if nothing is
   *     said about rolling updates
   * @param maxUnavailable how many pods may be missing in an update; null if nothing is said about
   *     it. Read and written only: the gate {@code MaxUnavailableStatefulSet} is closed in 1.36
   */
  public record UpdateStrategy(
      String type, @Nullable Integer partition, @Nullable IntOrString maxUnavailable) {

    /** Pods are replaced when somebody deletes them. */
    public static final UpdateStrategy ON_DELETE = new UpdateStrategy("OnDelete", null, null);

    /**
     * The controller replaces pods.
     *
     * @param partition updates leave so many of the first pods alone
     * @return the strategy
     */
    public static UpdateStrategy rolling(int partition) {
      return new UpdateStrategy("RollingUpdate", partition, null);
    }

    /**
     * Whether pods are replaced only when somebody deletes them.
     *
     * @return true of {@code OnDelete}
     */
    public boolean waitsForDeletions() {
      return type.equals("OnDelete");
    }
  }

  /**
   * How far a set is, as its controller says.
   *
   * <p>Source: {@code appsv1.StatefulSetStatus}
   *
   * @param observedGeneration the generation of the set that the controller has seen
   * @param replicas how many pods there are
   * @param readyReplicas how many of them are ready
   * @param availableReplicas how many of them have been ready for long enough
   * @param currentReplicas how many of them are of the current revision
   * @param updatedReplicas how many of them are of the update revision
   * @param currentRevision names the template that an update replaces; that of the last complete
   *     update
   * @param updateRevision names the present template
   * @param collisionCount how many names of revisions were taken by others
   * @param conditions what else is said; its controller says nothing
   */
  public record Status(
      long observedGeneration,
      int replicas,
      int readyReplicas,
      int availableReplicas,
      int currentReplicas,
      int updatedReplicas,
      String currentRevision,
      String updateRevision,
      int collisionCount,
      List<Condition> conditions) {

    /** The status of a set that no controller has seen. */
    public static final Status NONE = new Status(0, 0, 0, 0, 0, 0, "", "", 0, List.of());

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
  public StatefulSet withMetadata(ObjectMeta newMetadata) {
    return with(newMetadata, replicas, template, updateStrategy, status);
  }

  /**
   * The same set of another size.
   *
   * @param newReplicas how many pods
   * @return the copy
   */
  public StatefulSet withReplicas(int newReplicas) {
    return with(metadata, newReplicas, template, updateStrategy, status);
  }

  /**
   * The same set with other pods.
   *
   * @param newTemplate the pods it makes
   * @return the copy
   */
  public StatefulSet withTemplate(PodTemplate newTemplate) {
    return with(metadata, replicas, newTemplate, updateStrategy, status);
  }

  /**
   * The same set that replaces its pods in another way.
   *
   * @param newStrategy how pods of an older template are replaced
   * @return the copy
   */
  public StatefulSet withUpdateStrategy(UpdateStrategy newStrategy) {
    return with(metadata, replicas, template, newStrategy, status);
  }

  /**
   * The same set with another status.
   *
   * @param newStatus how far it is
   * @return the copy
   */
  public StatefulSet withStatus(Status newStatus) {
    return with(metadata, replicas, template, updateStrategy, newStatus);
  }

  private StatefulSet with(
      ObjectMeta newMetadata,
      int newReplicas,
      PodTemplate newTemplate,
      UpdateStrategy newStrategy,
      Status newStatus) {
    return new StatefulSet(
        newMetadata,
        newReplicas,
        selector,
        newTemplate,
        serviceName,
        podManagementPolicy,
        newStrategy,
        minReadySeconds,
        firstOrdinal,
        revisionHistoryLimit,
        others,
        newStatus);
  }
}
