package dev.hairpin.api;

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
 * @param partition rolling updates leave pods below this number alone
 */
public record StatefulSet(
    ObjectMeta metadata,
    int replicas,
    LabelSelector selector,
    PodTemplate template,
    String serviceName,
    String podManagementPolicy,
    int partition)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "StatefulSet";

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
    return new StatefulSet(
        newMetadata, replicas, selector, template, serviceName, podManagementPolicy, partition);
  }
}
