package dev.hairpin.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A name for the controller of Ingresses.
 *
 * <p>Source: {@code networkingv1.IngressClass}
 *
 * @param metadata its metadata
 * @param controller the controller, such as {@code ingress.k8s.aws/alb}
 * @param parameters a pointer to further settings as the manifest says it, or null
 */
public record IngressClass(
    ObjectMeta metadata, String controller, @Nullable Map<String, Object> parameters)
    implements KubeObject {

  /** Copies the collections. */
  public IngressClass {
    parameters = parameters == null ? null : Values.copy(parameters);
  }

  /** The kind. */
  public static final String KIND = "IngressClass";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "networking.k8s.io/v1";
  }

  @Override
  public IngressClass withMetadata(ObjectMeta newMetadata) {
    return new IngressClass(newMetadata, controller, parameters);
  }
}
