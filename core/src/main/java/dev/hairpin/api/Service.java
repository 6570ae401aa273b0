package dev.hairpin.api;

import java.util.List;

/**
 * A name and a virtual address for a group of pods.
 *
 * <p>Source: {@code v1.Service}
 *
 * @param metadata its metadata
 * @param spec what it is to be
 * @param loadBalancer {@code status.loadBalancer.ingress}: what its load balancer offers
 * @param conditions {@code status.conditions}
 */
public record Service(
    ObjectMeta metadata,
    ServiceSpec spec,
    List<LoadBalancerIngress> loadBalancer,
    List<Condition> conditions)
    implements KubeObject {

  /** Copies the collections. */
  public Service {
    loadBalancer = List.copyOf(loadBalancer);
    conditions = List.copyOf(conditions);
  }

  /** The kind. */
  public static final String KIND = "Service";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "v1";
  }

  @Override
  public Service withMetadata(ObjectMeta newMetadata) {
    return new Service(newMetadata, spec, loadBalancer, conditions);
  }

  /**
   * The same Service with another spec.
   *
   * @param newSpec the spec
   * @return the copy
   */
  public Service withSpec(ServiceSpec newSpec) {
    return new Service(metadata, newSpec, loadBalancer, conditions);
  }

  /**
   * The same Service with another load balancer status.
   *
   * @param ingress what the load balancer offers
   * @return the copy
   */
  public Service withLoadBalancer(List<LoadBalancerIngress> ingress) {
    return new Service(metadata, spec, ingress, conditions);
  }

  /**
   * The Service in a line: {@code Service ui/ui-nlb LoadBalancer 172.20.235.206 http 80:30264/TCP
   * -> 8080}.
   */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(key().toString()).append("  ").append(spec.type());
    if (!spec.clusterIps().isEmpty()) {
      out.append("  ").append(String.join(",", spec.clusterIps()));
    }
    for (ServicePort port : spec.ports()) {
      out.append("  ").append(port.name().isEmpty() ? "" : port.name() + " ").append(port.port());
      if (port.nodePort() != 0) {
        out.append(':').append(port.nodePort());
      }
      out.append('/').append(port.protocol()).append(" -> ").append(port.targetPort());
    }
    return out.toString();
  }
}
