package dev.hairpin.cluster;

import dev.hairpin.api.ObjectKey;
import java.util.Locale;
import java.util.Map;

/** The names under which the API server serves kinds, as its messages print them. */
final class Resources {
  private static final Map<String, String> NAMES = Map.ofEntries(
      Map.entry("Service", "services"),
      Map.entry("Endpoints", "endpoints"),
      Map.entry("EndpointSlice", "endpointslices.discovery.k8s.io"),
      Map.entry("Pod", "pods"),
      Map.entry("Node", "nodes"),
      Map.entry("Namespace", "namespaces"),
      Map.entry("ConfigMap", "configmaps"),
      Map.entry("Secret", "secrets"),
      Map.entry("Ingress", "ingresses.networking.k8s.io"),
      Map.entry("IngressClass", "ingressclasses.networking.k8s.io"),
      Map.entry("NetworkPolicy", "networkpolicies.networking.k8s.io"),
      Map.entry("ServiceCIDR", "servicecidrs.networking.k8s.io"),
      Map.entry("IPAddress", "ipaddresses.networking.k8s.io"),
      Map.entry("Deployment", "deployments.apps"),
      Map.entry("ReplicaSet", "replicasets.apps"),
      Map.entry("StatefulSet", "statefulsets.apps"),
      Map.entry("DaemonSet", "daemonsets.apps"));

  /** Where the API server stores kinds whose place in etcd is not called as the resource is. */
  private static final Map<String, String> PLACES = Map.of(
      "Service", "services/specs",
      "Endpoints", "services/endpoints",
      "Node", "minions",
      "Ingress", "ingress");

  private Resources() {}

  /** The key under which etcd has an object. */
  static String storedAt(ObjectKey key) {
    String resource = of(key.kind());
    int dot = resource.indexOf('.');
    String place = PLACES.getOrDefault(key.kind(), dot < 0 ? resource : resource.substring(0, dot));
    return "/registry/"
        + place
        + (key.namespace().isEmpty() ? "/" : "/" + key.namespace() + "/")
        + key.name();
  }

  static String of(String kind) {
    String known = NAMES.get(kind);
    return known != null ? known : kind.toLowerCase(Locale.ROOT) + "s";
  }

  /** The kind with its group, as a message on an invalid object begins. */
  static String qualifiedKind(String kind) {
    String resource = of(kind);
    int dot = resource.indexOf('.');
    return dot < 0 ? kind : kind + resource.substring(dot);
  }
}
