package dev.hairpin.api;

import java.util.Map;

/**
 * The kinds that have records, and how objects of other API groups are told from them.
 *
 * <p>Two groups may have kinds of one name, such as Kubernetes' and Knative's {@code Service}. The
 * kind that has a record goes by its plain name; any other of that name is called with its group,
 * {@code Service.serving.knative.dev}, as {@code kubectl} calls it.
 */
public final class Kinds {
  private static final Map<String, String> GROUPS = Map.ofEntries(
      Map.entry(Service.KIND, ""),
      Map.entry(Endpoints.KIND, ""),
      Map.entry(Node.KIND, ""),
      Map.entry(Pod.KIND, ""),
      Map.entry(Namespace.KIND, ""),
      Map.entry(EndpointSlice.KIND, "discovery.k8s.io"),
      Map.entry(Ingress.KIND, "networking.k8s.io"),
      Map.entry(IngressClass.KIND, "networking.k8s.io"),
      Map.entry(NetworkPolicy.KIND, "networking.k8s.io"),
      Map.entry(ServiceCidr.KIND, "networking.k8s.io"),
      Map.entry(IpAddressObject.KIND, "networking.k8s.io"),
      Map.entry(Deployment.KIND, "apps"),
      Map.entry(ReplicaSet.KIND, "apps"),
      Map.entry(StatefulSet.KIND, "apps"),
      Map.entry(DaemonSet.KIND, "apps"));

  private Kinds() {}

  /**
   * The kind of the objects of a record.
   *
   * @param type a record of this package
   * @return its kind
   */
  public static String of(Class<? extends KubeObject> type) {
    if (type == ServiceCidr.class) {
      return ServiceCidr.KIND;
    }
    return type == IpAddressObject.class ? IpAddressObject.KIND : type.getSimpleName();
  }

  /**
   * Whether a kind has a record.
   *
   * @param kind the kind
   * @return true if objects of it are more than a tree
   */
  public static boolean hasRecord(String kind) {
    return GROUPS.containsKey(kind);
  }

  /**
   * The name of a kind among all groups.
   *
   * @param apiVersion the group and version; a kind without one is taken for Kubernetes' own
   * @param kind the kind
   * @return the kind, with its group if that is not the one of the kind's record
   */
  public static String qualified(String apiVersion, String kind) {
    String known = GROUPS.get(kind);
    String group = group(apiVersion);
    return known == null || known.equals(group) || apiVersion.isEmpty()
        ? kind
        : kind + "." + (group.isEmpty() ? apiVersion : group);
  }

  /**
   * The group of an API version.
   *
   * @param apiVersion such as {@code apps/v1}
   * @return the group, such as {@code apps}; empty for {@code v1}
   */
  public static String group(String apiVersion) {
    int slash = apiVersion.indexOf('/');
    return slash < 0 ? "" : apiVersion.substring(0, slash);
  }
}
