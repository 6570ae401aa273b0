package dev.hairpin.api;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Optional;

/**
 * A group of containers with one address.
 *
 * <p>Source: {@code v1.Pod}
 *
 * @param metadata its metadata
 * @param spec what it is to be
 * @param phase {@code Pending}, {@code Running}, {@code Succeeded}, {@code Failed} or
 *     {@code Unknown}
 * @param podIps {@code status.podIPs}: its addresses, the primary first; empty until it has one
 * @param hostIps {@code status.hostIPs}: its node's addresses, the primary first, one of each
 *     family at most; empty until it has a node
 * @param conditions {@code status.conditions}
 * @param reason {@code status.reason}, such as {@code Evicted}; mostly empty
 * @param nominatedNodeName {@code status.nominatedNodeName}; mostly empty
 * @param initContainerStatuses {@code status.initContainerStatuses}
 * @param containerStatuses {@code status.containerStatuses}
 */
public record Pod(
    ObjectMeta metadata,
    PodSpec spec,
    String phase,
    List<String> podIps,
    List<String> hostIps,
    List<Condition> conditions,
    String reason,
    String nominatedNodeName,
    List<ContainerStatus> initContainerStatuses,
    List<ContainerStatus> containerStatuses)
    implements KubeObject {

  /** Copies the collections. */
  public Pod {
    podIps = List.copyOf(podIps);
    hostIps = List.copyOf(hostIps);
    conditions = List.copyOf(conditions);
    initContainerStatuses = List.copyOf(initContainerStatuses);
    containerStatuses = List.copyOf(containerStatuses);
  }

  /**
   * A pod of whose containers nothing is said.
   *
   * @param metadata its metadata
   * @param spec what it is to be
   * @param phase its phase
   * @param podIps its addresses, the primary first
   * @param hostIp its node's address; may be empty
   * @param conditions its conditions
   */
  public Pod(
      ObjectMeta metadata,
      PodSpec spec,
      String phase,
      List<String> podIps,
      String hostIp,
      List<Condition> conditions) {
    this(
        metadata,
        spec,
        phase,
        podIps,
        hostIp.isEmpty() ? List.of() : List.of(hostIp),
        conditions,
        "",
        "",
        List.of(),
        List.of());
  }

  /** The kind. */
  public static final String KIND = "Pod";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "v1";
  }

  @Override
  public Pod withMetadata(ObjectMeta newMetadata) {
    return new Pod(
        newMetadata,
        spec,
        phase,
        podIps,
        hostIps,
        conditions,
        reason,
        nominatedNodeName,
        initContainerStatuses,
        containerStatuses);
  }

  /**
   * Whether its containers have ended for good: it has an address no longer, and whoever made it
   * makes another one if it is to.
   *
   * @return true in the phases {@code Succeeded} and {@code Failed}
   */
  public boolean hasEnded() {
    return phase.equals("Succeeded") || phase.equals("Failed");
  }

  /**
   * Whether its condition {@code Ready} holds.
   *
   * @return true if it does
   */
  public boolean isReady() {
    return conditions.stream().anyMatch(c -> c.type().equals("Ready") && c.isTrue());
  }

  /**
   * {@code status.hostIP}: its node's primary address.
   *
   * @return the address, or empty if it has no node yet
   */
  public String hostIp() {
    return hostIps.isEmpty() ? "" : hostIps.get(0);
  }

  /**
   * Whether its deletion was asked for.
   *
   * @return true if it is going away
   */
  public boolean isTerminating() {
    return metadata.deletionTimestamp() != null;
  }

  /**
   * Its address of a family.
   *
   * @param family the family
   * @return the address, or nothing
   */
  public Optional<IpAddress> ip(IpFamily family) {
    return podIps.stream()
        .flatMap(text -> IpAddress.tryParse(text).stream())
        .filter(a -> a.family() == family)
        .findFirst();
  }

  /**
   * The same pod with another spec, as the scheduler writes it.
   *
   * @param newSpec the spec
   * @return the copy
   */
  public Pod withSpec(PodSpec newSpec) {
    return new Pod(
        metadata,
        newSpec,
        phase,
        podIps,
        hostIps,
        conditions,
        reason,
        nominatedNodeName,
        initContainerStatuses,
        containerStatuses);
  }

  /**
   * The same pod with other conditions.
   *
   * @param newConditions the conditions
   * @return the copy
   */
  public Pod withConditions(List<Condition> newConditions) {
    return new Pod(
        metadata,
        spec,
        phase,
        podIps,
        hostIps,
        newConditions,
        reason,
        nominatedNodeName,
        initContainerStatuses,
        containerStatuses);
  }

  /**
   * The same pod with another status, as its kubelet writes it.
   *
   * @param newPhase the phase
   * @param newPodIps the addresses, the primary first
   * @param newHostIps the node's addresses, the primary first
   * @param newConditions the conditions
   * @param newContainerStatuses what the containers do
   * @return the copy
   */
  public Pod withStatus(
      String newPhase,
      List<String> newPodIps,
      List<String> newHostIps,
      List<Condition> newConditions,
      List<ContainerStatus> newContainerStatuses) {
    return new Pod(
        metadata,
        spec,
        newPhase,
        newPodIps,
        newHostIps,
        newConditions,
        reason,
        nominatedNodeName,
        initContainerStatuses,
        newContainerStatuses);
  }

  /**
   * The same pod with another reason, as its kubelet writes it when it ends a pod.
   *
   * @param newReason a word such as {@code Evicted}; empty for none
   * @return the copy
   */
  public Pod withReason(String newReason) {
    return new Pod(
        metadata,
        spec,
        phase,
        podIps,
        hostIps,
        conditions,
        newReason,
        nominatedNodeName,
        initContainerStatuses,
        containerStatuses);
  }
}
