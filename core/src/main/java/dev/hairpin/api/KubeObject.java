package dev.hairpin.api;

/**
 * An object that the API server can store.
 *
 * <p>Source: {@code runtime.Object} with {@code metav1.ObjectMeta}.
 */
public sealed interface KubeObject
    permits DaemonSet,
        Deployment,
        EndpointSlice,
        Endpoints,
        GenericObject,
        Ingress,
        IngressClass,
        IpAddressObject,
        Namespace,
        NetworkPolicy,
        Node,
        Pod,
        ReplicaSet,
        Service,
        ServiceCidr,
        StatefulSet {

  /**
   * The kind.
   *
   * @return the kind, such as {@code Service}
   */
  String kind();

  /**
   * The group and version of the kind.
   *
   * @return the API version, such as {@code v1} or {@code discovery.k8s.io/v1}
   */
  String apiVersion();

  /**
   * Name, labels and the rest that every object has.
   *
   * @return the metadata
   */
  ObjectMeta metadata();

  /**
   * The same object with other metadata.
   *
   * @param newMetadata the metadata
   * @return the copy
   */
  KubeObject withMetadata(ObjectMeta newMetadata);

  /**
   * What identifies the object.
   *
   * @return kind, namespace and name
   */
  default ObjectKey key() {
    return new ObjectKey(kind(), metadata().namespace(), metadata().name());
  }
}
