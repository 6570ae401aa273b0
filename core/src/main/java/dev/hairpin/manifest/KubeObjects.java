package dev.hairpin.manifest;

import dev.hairpin.api.Condition;
import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.Kinds;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.NetworkPolicy;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import dev.hairpin.api.StatefulSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Objects from trees, and trees from objects.
 *
 * <p>A tree is what a YAML or JSON text holds: maps with texts as keys, lists, texts, numbers,
 * booleans. Objects are taken as they are, so that a snapshot of a live cluster keeps its
 * addresses, node ports and status; a field is given the API server's default only where the record
 * cannot hold its absence. All methods may be called from any thread.
 */
public final class KubeObjects {
  private static final Set<String> CLUSTER_SCOPED = Set.of(
      "APIService",
      "CertificateSigningRequest",
      "ClusterIssuer",
      "ClusterRole",
      "ClusterRoleBinding",
      "CSIDriver",
      "CSINode",
      "CustomResourceDefinition",
      "EC2NodeClass",
      "ENIConfig",
      "FlowSchema",
      "GatewayClass",
      "IngressClass",
      "IngressClassParams",
      "IPAddress",
      "MutatingWebhookConfiguration",
      "Namespace",
      "Node",
      "NodeClaim",
      "NodePool",
      "PersistentVolume",
      "PriorityClass",
      "PriorityLevelConfiguration",
      "RuntimeClass",
      "ServiceCIDR",
      "StorageClass",
      "ValidatingAdmissionPolicy",
      "ValidatingAdmissionPolicyBinding",
      "ValidatingWebhookConfiguration",
      "VolumeAttachment");

  private static final Set<String> KEPT_AS_THEY_ARE = Set.of(
      "Binding",
      "ConfigMap",
      "ControllerRevision",
      "CronJob",
      "CSIStorageCapacity",
      "Event",
      "Gateway",
      "GRPCRoute",
      "HorizontalPodAutoscaler",
      "HTTPRoute",
      "Job",
      "Lease",
      "LimitRange",
      "PersistentVolumeClaim",
      "PodDisruptionBudget",
      "PodTemplate",
      "ReferenceGrant",
      "ReplicationController",
      "ResourceQuota",
      "Role",
      "RoleBinding",
      "Secret",
      "SecurityGroupPolicy",
      "ServiceAccount",
      "TargetGroupBinding");

  /** All kinds of the groups that the manifests of services are of, in v1.36. */
  private static final Map<String, Set<String>> WHOLE_GROUPS = Map.of(
      "v1",
      Set.of(
          "Binding",
          "ComponentStatus",
          "ConfigMap",
          "Endpoints",
          "Event",
          "LimitRange",
          "Namespace",
          "Node",
          "PersistentVolume",
          "PersistentVolumeClaim",
          "Pod",
          "PodTemplate",
          "ReplicationController",
          "ResourceQuota",
          "Secret",
          "Service",
          "ServiceAccount"),
      "apps/v1",
      Set.of("ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
      "discovery.k8s.io/v1",
      Set.of("EndpointSlice"),
      "networking.k8s.io/v1",
      Set.of("IPAddress", "Ingress", "IngressClass", "NetworkPolicy", "ServiceCIDR"));

  private KubeObjects() {}

  /**
   * Whether objects of a kind live in a namespace.
   *
   * @param kind the kind
   * @return true unless the kind is known to be cluster-wide
   */
  public static boolean isNamespaced(String kind) {
    return !CLUSTER_SCOPED.contains(kind);
  }

  /**
   * Makes an object of a tree; fields that Kubernetes does not know are passed over.
   *
   * @param tree the object's tree
   * @return the object; a {@link GenericObject} if its kind has no record
   * @throws ManifestException if a field has a wrong type, with its path
   */
  public static KubeObject fromTree(Map<String, ?> tree) {
    return fromTree(tree, ignored -> {});
  }

  /**
   * Makes an object of a tree.
   *
   * @param tree the object's tree
   * @param unknown is told the path of every field that Kubernetes does not know
   * @return the object; a {@link GenericObject} if its kind has no record
   * @throws ManifestException if a field has a wrong type, with its path
   */
  public static KubeObject fromTree(Map<String, ?> tree, Consumer<String> unknown) {
    return fromFields(Fields.of(tree, "", unknown));
  }

  static KubeObject fromFields(Fields f) {
    String kind = f.text("kind");
    String apiVersion = f.text("apiVersion");
    if (kind.isEmpty()) {
      throw new ManifestException("kind", "Object 'Kind' is missing");
    }
    if (apiVersion.isEmpty()) {
      throw new ManifestException("apiVersion", "Object 'apiVersion' is missing");
    }
    ObjectMeta meta = MetaForm.read(f.object("metadata"), kind);
    KubeObject object = read(kind, apiVersion, meta, f);
    f.end();
    return object;
  }

  private static KubeObject read(String kind, String apiVersion, ObjectMeta meta, Fields f) {
    return switch (apiVersion + "/" + kind) {
      case "v1/Service" -> ServiceForm.read(meta, f);
      case "v1/Endpoints" -> EndpointsForm.readEndpoints(meta, f);
      case "v1/Node" -> NodeForm.read(meta, f);
      case "v1/Pod" -> PodForm.read(meta, f);
      case "v1/Namespace" -> {
        f.ignoring("spec", "status");
        yield new Namespace(meta);
      }
      case "discovery.k8s.io/v1/EndpointSlice" -> EndpointsForm.readSlice(meta, f);
      case "networking.k8s.io/v1/Ingress" -> IngressForm.read(meta, f);
      case "networking.k8s.io/v1/IngressClass" -> IngressForm.readClass(meta, f);
      case "networking.k8s.io/v1/NetworkPolicy" -> PolicyForm.read(meta, f);
      case "networking.k8s.io/v1/ServiceCIDR", "networking.k8s.io/v1beta1/ServiceCIDR" ->
        ServiceCidrForm.readBlock(meta, f);
      case "networking.k8s.io/v1/IPAddress", "networking.k8s.io/v1beta1/IPAddress" ->
        ServiceCidrForm.readAddress(meta, f);
      case "apps/v1/Deployment" -> WorkloadForm.readDeployment(meta, f);
      case "apps/v1/ReplicaSet" -> WorkloadForm.readReplicaSet(meta, f);
      case "apps/v1/StatefulSet" -> WorkloadForm.readStatefulSet(meta, f);
      case "apps/v1/DaemonSet" -> WorkloadForm.readDaemonSet(meta, f);
      default -> {
        Set<String> whole = WHOLE_GROUPS.get(apiVersion);
        if (isOutdated(apiVersion, kind) || (whole != null && !whole.contains(kind))) {
          throw new ManifestException(
              "apiVersion",
              "no matches for kind \"" + kind + "\" in version \"" + apiVersion + "\"");
        }
        yield new GenericObject(apiVersion, kind, meta, f.rest("apiVersion", "kind", "metadata"));
      }
    };
  }

  /** Whether a kind has a record, but not in this version of its group. */
  private static boolean isOutdated(String apiVersion, String kind) {
    return Kinds.hasRecord(kind) && Kinds.qualified(apiVersion, kind).equals(kind);
  }

  /**
   * Whether a kind is Kubernetes' own, or one that an add-on of AWS reads.
   *
   * @param apiVersion the group and version
   * @param kind the kind
   * @return true if it is known
   */
  static boolean isKnown(String apiVersion, String kind) {
    String group = Kinds.group(apiVersion);
    boolean ofKubernetes = group.indexOf('.') < 0 || group.endsWith(".k8s.io");
    boolean ofAws = group.endsWith(".k8s.aws") || group.endsWith(".k8s.amazonaws.com");
    return (Kinds.hasRecord(kind) && Kinds.qualified(apiVersion, kind).equals(kind))
        || ((ofKubernetes || ofAws)
            && (CLUSTER_SCOPED.contains(kind) || KEPT_AS_THEY_ARE.contains(kind)));
  }

  /**
   * What identifies the object of a tree.
   *
   * @param tree the object's tree
   * @return its kind, namespace and name; the namespace is {@code default} if a kind that has one
   *     names none
   * @throws ManifestException if kind or name has a wrong type or is missing
   */
  public static ObjectKey keyOf(Map<String, ?> tree) {
    Fields f = Fields.of(tree);
    String kind = f.text("kind");
    Fields meta = f.object("metadata");
    if (kind.isEmpty()) {
      throw new ManifestException("kind", "Object 'Kind' is missing");
    }
    String namespace = meta.text("namespace");
    return new ObjectKey(
        Kinds.qualified(f.text("apiVersion"), kind),
        !isNamespaced(kind) ? "" : namespace.isEmpty() ? "default" : namespace,
        meta.text("name"));
  }

  /**
   * Reads an object's metadata.
   *
   * @param f the object's fields
   * @param kind the object's kind, which says whether it has a namespace
   * @return the metadata
   * @throws ManifestException if a field has a wrong type
   */
  public static ObjectMeta readMetadata(Fields f, String kind) {
    return MetaForm.read(f.object("metadata"), kind);
  }

  /**
   * Reads {@code loadBalancer.ingress} of a status.
   *
   * @param status the status's fields
   * @return the ways in
   * @throws ManifestException if a field has a wrong type
   */
  public static List<LoadBalancerIngress> readLoadBalancer(Fields status) {
    return MetaForm.readLoadBalancer(status);
  }

  /**
   * Reads {@code conditions} of a status.
   *
   * @param status the status's fields
   * @return the conditions
   * @throws ManifestException if a field has a wrong type
   */
  public static List<Condition> readConditions(Fields status) {
    return status.list("conditions", MetaForm::readCondition);
  }

  /**
   * Reads a label selector.
   *
   * @param selector the selector's fields
   * @return the selector
   * @throws ManifestException if a field has a wrong type, or an operator does not exist
   */
  public static LabelSelector readSelector(Fields selector) {
    return MetaForm.readSelector(selector);
  }

  /**
   * Makes a tree of an object, as {@code kubectl get -o json} prints it: fields in alphabetical
   * order, zero values left out.
   *
   * @param object the object
   * @return a new tree; what the object keeps as the manifest said it is unmodifiable in it
   */
  public static Map<String, Object> toTree(KubeObject object) {
    TreeWriter tree = new TreeWriter()
        .text("apiVersion", object.apiVersion())
        .text("kind", object.kind())
        .object("metadata", MetaForm.write(object.metadata()));
    if (object instanceof Service service) {
      ServiceForm.write(service, tree);
    } else if (object instanceof Pod pod) {
      PodForm.write(pod, tree);
    } else if (object instanceof EndpointSlice slice) {
      EndpointsForm.writeSlice(slice, tree);
    } else if (object instanceof Endpoints endpoints) {
      EndpointsForm.writeEndpoints(endpoints, tree);
    } else if (object instanceof Node node) {
      NodeForm.write(node, tree);
    } else if (object instanceof Ingress ingress) {
      IngressForm.write(ingress, tree);
    } else if (object instanceof IngressClass ingressClass) {
      IngressForm.writeClass(ingressClass, tree);
    } else if (object instanceof NetworkPolicy policy) {
      PolicyForm.write(policy, tree);
    } else if (object instanceof ServiceCidr block) {
      ServiceCidrForm.write(block, tree);
    } else if (object instanceof IpAddressObject address) {
      ServiceCidrForm.write(address, tree);
    } else if (object instanceof Deployment deployment) {
      WorkloadForm.write(deployment, tree);
    } else if (object instanceof ReplicaSet set) {
      WorkloadForm.write(set, tree);
    } else if (object instanceof StatefulSet set) {
      WorkloadForm.write(set, tree);
    } else if (object instanceof DaemonSet set) {
      WorkloadForm.write(set, tree);
    } else if (!(object instanceof Namespace)) { // of which nothing but its metadata is kept
      ((GenericObject) object).content().forEach(tree::always);
    }
    return tree.tree();
  }
}
