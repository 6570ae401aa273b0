package dev.hairpin.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One backend in a slice.
 *
 * <p>Source: {@code discoveryv1.Endpoint}
 *
 * @param addresses its addresses, all of the slice's family, as given; kube-proxy reads the first
 *     only
 * @param ready whether it takes new connections; null counts as true
 * @param serving whether it answers, even while terminating; null counts as {@code ready}
 * @param terminating whether it is going away; null counts as false
 * @param hostname its host name for DNS, or null
 * @param nodeName its node, or null
 * @param zone its zone, or null
 * @param zoneHints {@code hints.forZones}: the zones that should use it
 * @param nodeHints {@code hints.forNodes}: the nodes that should use it
 * @param targetRef the pod behind it, or null
 */
public record Endpoint(
    List<String> addresses,
    @Nullable Boolean ready,
    @Nullable Boolean serving,
    @Nullable Boolean terminating,
    @Nullable String hostname,
    @Nullable String nodeName,
    @Nullable String zone,
    List<String> zoneHints,
    List<String> nodeHints,
    @Nullable ObjectReference targetRef) {

  /** Copies the collections. */
  public Endpoint {
    addresses = List.copyOf(addresses);
    zoneHints = List.copyOf(zoneHints);
    nodeHints = List.copyOf(nodeHints);
  }

  /**
   * The same endpoint with other hints.
   *
   * @param zones the zones that should use it; empty for no hint
   * @param nodes the nodes that should use it; empty for no hint
   * @return the copy
   */
  public Endpoint withHints(List<String> zones, List<String> nodes) {
    return new Endpoint(
        addresses, ready, serving, terminating, hostname, nodeName, zone, zones, nodes, targetRef);
  }
}
