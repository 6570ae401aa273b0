package dev.hairpin.api;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A machine of the cluster.
 *
 * <p>Source: {@code v1.Node}
 *
 * @param metadata its metadata; label {@code topology.kubernetes.io/zone} is its zone
 * @param podCidrs {@code spec.podCIDRs}: the blocks of its pods' addresses; empty where the VPC CNI
 *     gives addresses
 * @param providerId {@code spec.providerID}, such as {@code aws:///us-west-2a/i-0aa}; may be empty
 * @param unschedulable whether it is cordoned
 * @param taints its taints
 * @param addresses {@code status.addresses}
 * @param conditions {@code status.conditions}
 * @param allocatable {@code status.allocatable}, such as {@code cpu: 4} and {@code pods: 29}
 */
public record Node(
    ObjectMeta metadata,
    List<String> podCidrs,
    String providerId,
    boolean unschedulable,
    List<Taint> taints,
    List<NodeAddress> addresses,
    List<Condition> conditions,
    Map<String, String> allocatable)
    implements KubeObject {

  /** Copies the collections. */
  public Node {
    podCidrs = List.copyOf(podCidrs);
    taints = List.copyOf(taints);
    addresses = List.copyOf(addresses);
    conditions = List.copyOf(conditions);
    allocatable = Values.copy(allocatable);
  }

  /** The kind. */
  public static final String KIND = "Node";

  /** The label that names a node's zone. */
  public static final String ZONE_LABEL = "topology.kubernetes.io/zone";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "v1";
  }

  @Override
  public Node withMetadata(ObjectMeta newMetadata) {
    return new Node(
        newMetadata,
        podCidrs,
        providerId,
        unschedulable,
        taints,
        addresses,
        conditions,
        allocatable);
  }

  /**
   * The zone.
   *
   * @return the zone label's value, or empty
   */
  public String zone() {
    return metadata.labels().getOrDefault(ZONE_LABEL, "");
  }

  /**
   * The first internal address of a family.
   *
   * @param family the family
   * @return the address, or nothing
   */
  public Optional<IpAddress> internalIp(IpFamily family) {
    return addresses.stream()
        .filter(a -> a.type().equals("InternalIP"))
        .flatMap(a -> IpAddress.tryParse(a.address()).stream())
        .filter(a -> a.family() == family)
        .findFirst();
  }

  /**
   * Whether the node reports that it is ready.
   *
   * @return true if its condition {@code Ready} holds
   */
  public boolean isReady() {
    return conditions.stream().anyMatch(c -> c.type().equals("Ready") && c.isTrue());
  }
}
