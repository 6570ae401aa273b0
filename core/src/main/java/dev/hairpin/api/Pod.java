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
 * @param hostIp {@code status.hostIP}: its node's address; empty until it has a node
 * @param conditions {@code status.conditions}
 */
public record Pod(
    ObjectMeta metadata,
    PodSpec spec,
    String phase,
    List<String> podIps,
    String hostIp,
    List<Condition> conditions)
    implements KubeObject {

  /** Copies the collections. */
  public Pod {
    podIps = List.copyOf(podIps);
    conditions = List.copyOf(conditions);
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
    return new Pod(newMetadata, spec, phase, podIps, hostIp, conditions);
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
}
