package dev.hairpin.api;

import java.util.List;

/**
 * Blocks that ClusterIPs are taken from.
 *
 * <p>Source: {@code networkingv1.ServiceCIDR}, KEP-1880
 *
 * @param metadata its metadata
 * @param cidrs one block, or one of each family
 * @param conditions what the API server reports; a block is used unless {@code Ready} is false
 */
public record ServiceCidr(ObjectMeta metadata, List<String> cidrs, List<Condition> conditions)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "ServiceCIDR";

  /** Copies the lists. */
  public ServiceCidr {
    cidrs = List.copyOf(cidrs);
    conditions = List.copyOf(conditions);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "networking.k8s.io/v1";
  }

  @Override
  public ServiceCidr withMetadata(ObjectMeta newMetadata) {
    return new ServiceCidr(newMetadata, cidrs, conditions);
  }

  /**
   * The same blocks in another condition.
   *
   * @param newConditions the conditions
   * @return the copy
   */
  public ServiceCidr withConditions(List<Condition> newConditions) {
    return new ServiceCidr(metadata, cidrs, newConditions);
  }

  /**
   * Whether new addresses may come from its blocks.
   *
   * @return true unless it is going, or marked as not ready
   */
  public boolean isReady() {
    return metadata.deletionTimestamp() == null
        && conditions.stream()
            .noneMatch(c -> c.type().equals("Ready") && c.status().equals("False"));
  }
}
