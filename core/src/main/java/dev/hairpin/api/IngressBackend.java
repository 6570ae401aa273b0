package dev.hairpin.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where an Ingress sends requests.
 *
 * <p>Source: {@code networkingv1.IngressBackend}
 *
 * @param serviceName the Service, in the Ingress's namespace; empty for a resource backend
 * @param servicePort the Service's port by number or name
 * @param resource another kind of backend as the manifest says it, or null
 */
public record IngressBackend(
    String serviceName, IntOrString servicePort, @Nullable Map<String, Object> resource) {

  /** Copies the collections. */
  public IngressBackend {
    resource = resource == null ? null : Values.copy(resource);
  }
}
