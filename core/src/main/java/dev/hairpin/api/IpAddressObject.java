package dev.hairpin.api;

/**
 * An address that is in use, named by it: what keeps two Services from having one ClusterIP.
 *
 * <p>Source: {@code networkingv1.IPAddress}, KEP-1880. The address itself is a
 * {@link dev.hairpin.net.IpAddress}.
 *
 * @param metadata its metadata; the name is the address in its canonical form
 * @param parentRef what uses the address
 */
public record IpAddressObject(ObjectMeta metadata, ParentReference parentRef)
    implements KubeObject {

  /** The kind. */
  public static final String KIND = "IPAddress";

  /**
   * An object by the resource under which the API server serves it.
   *
   * @param group the API group; empty for Services and other core kinds
   * @param resource the resource, such as {@code services}
   * @param namespace the namespace; empty for kinds without one
   * @param name the name
   */
  public record ParentReference(String group, String resource, String namespace, String name) {

    /**
     * Whether a Service is meant.
     *
     * @param service a Service's key
     * @return true if it is this one
     */
    public boolean isService(ObjectKey service) {
      return group.isEmpty()
          && resource.equals("services")
          && namespace.equals(service.namespace())
          && name.equals(service.name());
    }
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public String apiVersion() {
    return "networking.k8s.io/v1";
  }

  @Override
  public IpAddressObject withMetadata(ObjectMeta newMetadata) {
    return new IpAddressObject(newMetadata, parentRef);
  }
}
