package dev.hairpin.api;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
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
 * @param nodeInfo {@code status.nodeInfo}
 */
public record Node(
    ObjectMeta metadata,
    List<String> podCidrs,
    String providerId,
    boolean unschedulable,
    List<Taint> taints,
    List<NodeAddress> addresses,
    List<Condition> conditions,
    Map<String, String> allocatable,
    NodeInfo nodeInfo)
    implements KubeObject {

  /** Copies the collections. */
  public Node {
    podCidrs = List.copyOf(podCidrs);
    taints = List.copyOf(taints);
    addresses = List.copyOf(addresses);
    conditions = List.copyOf(conditions);
    allocatable = Values.copy(allocatable);
  }

  /**
   * A node whose kubelet says nothing of its machine.
   *
   * @param metadata its metadata
   * @param podCidrs the blocks of its pods' addresses
   * @param providerId its provider id; may be empty
   * @param unschedulable whether it is cordoned
   * @param taints its taints
   * @param addresses its addresses
   * @param conditions its conditions
   * @param allocatable its allocatable resources
   */
  public Node(
      ObjectMeta metadata,
      List<String> podCidrs,
      String providerId,
      boolean unschedulable,
      List<Taint> taints,
      List<NodeAddress> addresses,
      List<Condition> conditions,
      Map<String, String> allocatable) {
    this(
        metadata,
        podCidrs,
        providerId,
        unschedulable,
        taints,
        addresses,
        conditions,
        allocatable,
        NodeInfo.NONE);
  }

  /** The kind. */
  public static final String KIND = "Node";

  /** The label that names a node's zone. */
  public static final String ZONE_LABEL = "topology.kubernetes.io/zone";

  /** The label with the machine's type, such as {@code m5.large}. */
  public static final String INSTANCE_TYPE_LABEL = "node.kubernetes.io/instance-type";

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
        allocatable,
        nodeInfo);
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
   * The addresses that its kubelet reports as those of its pods' host: the first internal address,
   * or the first external one if it has none, and then the first of the other family.
   *
   * <p>Source: {@code GetNodeHostIPs} of {@code k8s.io/component-helpers}.
   *
   * @return the addresses, the primary first; none if the node has no address that is an IP
   */
  public List<String> hostIps() {
    List<IpAddress> all = new ArrayList<>();
    for (String type : List.of("InternalIP", "ExternalIP")) {
      addresses.stream()
          .filter(a -> a.type().equals(type))
          .flatMap(a -> IpAddress.tryParse(a.address()).stream())
          .forEach(all::add);
    }
    List<String> host = new ArrayList<>();
    for (IpAddress address : all) {
      if (host.isEmpty() || (host.size() == 1 && address.family() != all.get(0).family())) {
        host.add(address.toString());
      }
    }
    return List.copyOf(host);
  }

  /**
   * Whether the node reports that it is ready.
   *
   * @return true if its condition {@code Ready} holds
   */
  public boolean isReady() {
    for (Condition condition : conditions) {
      if (condition.type().equals("Ready") && condition.isTrue()) {
        return true;
      }
    }
    return false;
  }

  /**
   * The same node with other blocks for its pods.
   *
   * @param newPodCidrs the blocks
   * @return the copy
   */
  public Node withPodCidrs(List<String> newPodCidrs) {
    return new Node(
        metadata,
        newPodCidrs,
        providerId,
        unschedulable,
        taints,
        addresses,
        conditions,
        allocatable,
        nodeInfo);
  }

  /**
   * The same node, open or closed to new pods, with other taints.
   *
   * @param newUnschedulable whether it is cordoned
   * @param newTaints the taints
   * @return the copy
   */
  public Node withSchedulability(boolean newUnschedulable, List<Taint> newTaints) {
    return new Node(
        metadata,
        podCidrs,
        providerId,
        newUnschedulable,
        newTaints,
        addresses,
        conditions,
        allocatable,
        nodeInfo);
  }

  /**
   * The same node with other conditions.
   *
   * @param newConditions the conditions
   * @return the copy
   */
  public Node withConditions(List<Condition> newConditions) {
    return new Node(
        metadata,
        podCidrs,
        providerId,
        unschedulable,
        taints,
        addresses,
        newConditions,
        allocatable,
        nodeInfo);
  }

  /**
   * The same node with other allocatable resources.
   *
   * @param newAllocatable what pods may take of it
   * @return the copy
   */
  public Node withAllocatable(Map<String, String> newAllocatable) {
    return new Node(
        metadata,
        podCidrs,
        providerId,
        unschedulable,
        taints,
        addresses,
        conditions,
        newAllocatable,
        nodeInfo);
  }
}
