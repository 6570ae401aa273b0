package dev.hairpin.api;

import java.util.List;

/**
 * Addresses that have the same ports.
 *
 * <p>Source: {@code v1.EndpointSubset}
 *
 * @param addresses the ready ones
 * @param notReadyAddresses the others
 * @param ports the ports
 */
public record EndpointSubset(
    List<EndpointAddress> addresses,
    List<EndpointAddress> notReadyAddresses,
    List<EndpointPort> ports) {

  /** Copies the collections. */
  public EndpointSubset {
    addresses = List.copyOf(addresses);
    notReadyAddresses = List.copyOf(notReadyAddresses);
    ports = List.copyOf(ports);
  }
}
