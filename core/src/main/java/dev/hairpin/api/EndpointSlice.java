package dev.hairpin.api;

import java.util.List;

/**
 * A part of the endpoints of a Service, at most 100 by default, of one address family.
 *
 * <p>Source: {@code discoveryv1.EndpointSlice}
 *
 * @param metadata its metadata; label {@code kubernetes.io/service-name} names the Service
 * @param addressType {@code IPv4}, {@code IPv6} or {@code FQDN}
 * @param endpoints the endpoints
 * @param ports the ports that every endpoint of the slice has
 */
public record EndpointSlice(
    ObjectMeta metadata, String addressType, List<Endpoint> endpoints, List<EndpointPort> ports)
    implements KubeObject {

  /** Copies the collections. */
  public EndpointSlice {
    endpoints = List.copyOf(endpoints);
    ports = List.copyOf(ports);
  }

  /** The kind. */
  public static final String KIND = "EndpointSlice";

  /** The label that names the Service of a slice. */
  public static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "discovery.k8s.io/v1";
  }

  @Override
  public EndpointSlice withMetadata(ObjectMeta newMetadata) {
    return new EndpointSlice(newMetadata, addressType, endpoints, ports);
  }

  /**
   * The name of the Service that the slice belongs to.
   *
   * @return the label's value, or empty
   */
  public String serviceName() {
    return metadata.labels().getOrDefault(SERVICE_NAME_LABEL, "");
  }
}
