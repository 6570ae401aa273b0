package dev.hairpin.fabric8;

import dev.hairpin.api.KubeObject;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestSet;
import dev.hairpin.manifest.Manifests;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns objects of the fabric8 Kubernetes client into manifests and back.
 *
 * <p>Both ways go through the client's own serialization, so whatever fabric8 can write and read is
 * carried over, and errors name fields as they do for a file. Thread-safe.
 */
@SuppressWarnings("exports") // whoever calls this reads the client's modules anyway
public final class Fabric8 {
  private static final int NOT_FOUND = 404;

  /** Made when it is first needed, since it looks for all model classes. */
  private static final class Serialization {
    private static final KubernetesSerialization INSTANCE = new KubernetesSerialization();
  }

  /** A kind that a snapshot asks for. */
  private record Resource(
      String group, String version, String plural, String kind, boolean namespaced) {
    ResourceDefinitionContext context() {
      return new ResourceDefinitionContext.Builder()
          .withGroup(group)
          .withVersion(version)
          .withPlural(plural)
          .withKind(kind)
          .withNamespaced(namespaced)
          .build();
    }
  }

  /** What service networking depends on. Secrets are not asked for. */
  private static final List<Resource> NETWORKING = List.of(
      new Resource("", "v1", "namespaces", "Namespace", false),
      new Resource("", "v1", "nodes", "Node", false),
      new Resource("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR", false),
      new Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false),
      new Resource("", "v1", "configmaps", "ConfigMap", true),
      new Resource("", "v1", "services", "Service", true),
      new Resource("", "v1", "endpoints", "Endpoints", true),
      new Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true),
      new Resource("networking.k8s.io", "v1", "ingresses", "Ingress", true),
      new Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true),
      new Resource("apps", "v1", "deployments", "Deployment", true),
      new Resource("apps", "v1", "replicasets", "ReplicaSet", true),
      new Resource("apps", "v1", "statefulsets", "StatefulSet", true),
      new Resource("apps", "v1", "daemonsets", "DaemonSet", true),
      new Resource("", "v1", "pods", "Pod", true));

  private Fabric8() {}

  /**
   * The manifests of objects, to be applied, or read as they are.
   *
   * @param objects the objects, such as {@code new ServiceBuilder()...build()}
   * @return their manifests, in order; where an error is, they are called {@code fabric8 Service
   *     web}
   * @throws dev.hairpin.manifest.ManifestException if an object has no kind or cannot be read
   */
  public static ManifestSet manifests(Iterable<? extends HasMetadata> objects) {
    List<Manifest> manifests = new ArrayList<>();
    for (HasMetadata object : objects) {
      String name =
          object.getMetadata() == null ? "" : " " + object.getMetadata().getName();
      manifests.addAll(Manifests.parse(
              Serialization.INSTANCE.asJson(object), "fabric8 " + object.getKind() + name)
          .manifests());
    }
    return new ManifestSet(manifests);
  }

  /**
   * The manifests of objects.
   *
   * @param objects the objects
   * @return their manifests, in order
   * @throws dev.hairpin.manifest.ManifestException if an object has no kind or cannot be read
   */
  public static ManifestSet manifests(HasMetadata... objects) {
    return manifests(List.of(objects));
  }

  /**
   * Objects of the client for those of a cluster, such as {@code cluster.state().list("Service")}.
   *
   * @param objects the cluster's objects
   * @return fabric8's objects, in order: of the kind's own class where its model is on the class
   *     path, else {@link GenericKubernetesResource}
   */
  public static List<HasMetadata> objects(Iterable<? extends KubeObject> objects) {
    List<HasMetadata> result = new ArrayList<>();
    for (KubeObject object : objects) {
      Object read = Serialization.INSTANCE.unmarshal(Manifests.toJson(object));
      if (!(read instanceof HasMetadata model)) {
        throw new IllegalArgumentException(object.key() + " is no object with metadata to fabric8");
      }
      result.add(model);
    }
    return result;
  }

  /**
   * What a live cluster has now, as far as service networking depends on it; with it a cluster is
   * made whose objects keep their addresses, ports and endpoints.
   *
   * @param client the client, with the right to list; Secrets are not asked for
   * @return the manifests; kinds that the server does not know are left out
   * @throws KubernetesClientException if the server refuses or cannot be reached
   */
  public static ManifestSet snapshot(KubernetesClient client) {
    List<Manifest> manifests = new ArrayList<>();
    for (Resource resource : NETWORKING) {
      manifests.addAll(manifests(list(client, resource)).manifests());
    }
    return new ManifestSet(manifests);
  }

  private static List<GenericKubernetesResource> list(KubernetesClient client, Resource resource) {
    try {
      var all = client.genericKubernetesResources(resource.context());
      List<GenericKubernetesResource> items =
          (resource.namespaced() ? all.inAnyNamespace().list() : all.list()).getItems();
      // items of a list do not say what they are
      items.forEach(item -> {
        item.setKind(resource.kind());
        item.setApiVersion(
            (resource.group().isEmpty() ? "" : resource.group() + "/") + resource.version());
      });
      return items;
    } catch (KubernetesClientException e) {
      if (e.getCode() == NOT_FOUND) {
        return List.of();
      }
      throw e;
    }
  }
}
