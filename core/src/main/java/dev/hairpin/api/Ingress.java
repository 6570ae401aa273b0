package dev.hairpin.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules by host and path for requests from outside.
 *
 * <p>Source: {@code networkingv1.Ingress}
 *
 * @param metadata its metadata
 * @param ingressClassName the class that names its controller, or null
 * @param defaultBackend where requests go that match no rule, or null
 * @param rules the rules, in order
 * @param tls the certificates
 * @param loadBalancer {@code status.loadBalancer.ingress}
 */
public record Ingress(
    ObjectMeta metadata,
    @Nullable String ingressClassName,
    @Nullable IngressBackend defaultBackend,
    List<IngressRule> rules,
    List<IngressTls> tls,
    List<LoadBalancerIngress> loadBalancer)
    implements KubeObject {

  /** Copies the collections. */
  public Ingress {
    rules = List.copyOf(rules);
    tls = List.copyOf(tls);
    loadBalancer = List.copyOf(loadBalancer);
  }

  /** The kind. */
  public static final String KIND = "Ingress";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "networking.k8s.io/v1";
  }

  @Override
  public Ingress withMetadata(ObjectMeta newMetadata) {
    return new Ingress(newMetadata, ingressClassName, defaultBackend, rules, tls, loadBalancer);
  }

  /**
   * The same Ingress with another load balancer status.
   *
   * @param ingress what the load balancer offers
   * @return the copy
   */
  public Ingress withLoadBalancer(List<LoadBalancerIngress> ingress) {
    return new Ingress(metadata, ingressClassName, defaultBackend, rules, tls, ingress);
  }
}
