package dev.hairpin.cluster;

import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.Kinds;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.NetworkPolicy;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.StatefulSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the changes of what is wanted of an object, {@code metadata.generation}: of the kinds that
 * have one, and not when only the status or the labels change.
 *
 * <p>Source: {@code PrepareForCreate} and {@code PrepareForUpdate} of each kind's strategy, and
 * {@code rest.BeforeDelete}, in Kubernetes v1.36. Services, Endpoints, Nodes, Namespaces,
 * ServiceCIDRs, IPAddresses and ConfigMaps have no generation; every custom resource has one.
 */
final class Generations {
  /** Kubernetes' own kinds without a record that have a generation. */
  private static final Set<String> COUNTED =
      Set.of("CronJob", "Job", "PodDisruptionBudget", "PodTemplate", "ReplicationController");

  /** Groups with a dot in their name that are Kubernetes' own. */
  private static final Set<String> BUILT_IN = Set.of(
      "certificates.k8s.io",
      "coordination.k8s.io",
      "discovery.k8s.io",
      "events.k8s.io",
      "networking.k8s.io",
      "node.k8s.io",
      "rbac.authorization.k8s.io",
      "storage.k8s.io");

  private Generations() {}

  /**
   * The generation of an object that is stored.
   *
   * @param before the stored object, or null if there is none: one that is taken over from
   *     elsewhere keeps the generation that it had there
   */
  static long of(@Nullable KubeObject before, KubeObject after) {
    if (before == null) {
      long given = after.metadata().generation();
      return isCounted(after) ? Math.max(1, given) : given;
    }
    long old = before.metadata().generation();
    if (!isCounted(after)) {
      return old;
    }
    boolean deleted = old > 0 && isDeletion(before.metadata(), after.metadata());
    return deleted || !isSame(before, after) ? old + 1 : old;
  }

  private static boolean isDeletion(ObjectMeta before, ObjectMeta after) {
    return before.deletionTimestamp() == null && after.deletionTimestamp() != null;
  }

  /** Whether an API version is none of Kubernetes' own. */
  static boolean isCustom(String apiVersion) {
    String group = Kinds.group(apiVersion);
    return group.indexOf('.') >= 0 && !BUILT_IN.contains(group);
  }

  private static boolean isCounted(KubeObject object) {
    if (object instanceof GenericObject generic) {
      return isCustom(generic.apiVersion()) || COUNTED.contains(generic.kind());
    }
    return object instanceof Pod
        || object instanceof ReplicaSet
        || object instanceof Deployment
        || object instanceof StatefulSet
        || object instanceof DaemonSet
        || object instanceof EndpointSlice
        || object instanceof Ingress
        || object instanceof IngressClass
        || object instanceof NetworkPolicy;
  }

  /** Whether what is wanted is the same; pods come first, as nearly all changes are theirs. */
  private static boolean isSame(KubeObject before, KubeObject after) {
    if (before instanceof Pod old && after instanceof Pod pod) {
      return isSame(old.spec(), pod.spec());
    } else if (before instanceof EndpointSlice old && after instanceof EndpointSlice slice) {
      // labels count as well: they say whose slice it is
      return old.metadata().labels().equals(slice.metadata().labels())
          && old.withMetadata(slice.metadata()).equals(slice);
    } else if (before instanceof Ingress old && after instanceof Ingress ingress) {
      return old.withMetadata(ingress.metadata())
          .withLoadBalancer(ingress.loadBalancer())
          .equals(ingress);
    } else if (before instanceof Deployment old && after instanceof Deployment deployment) {
      return annotations(old).equals(annotations(deployment))
          && old.withMetadata(deployment.metadata())
              .withStatus(deployment.status())
              .equals(deployment);
    } else if (before instanceof StatefulSet old && after instanceof StatefulSet set) {
      return old.withMetadata(set.metadata()).withStatus(set.status()).equals(set);
    } else if (before instanceof ReplicaSet old && after instanceof ReplicaSet set) {
      return old.withMetadata(set.metadata()).withStatus(set.status()).equals(set);
    } else if (before instanceof DaemonSet old && after instanceof DaemonSet set) {
      return old.withMetadata(set.metadata()).withStatus(set.status()).equals(set);
    } else if (before instanceof GenericObject old && after instanceof GenericObject generic) {
      return wanted(old).equals(wanted(generic));
    }
    return before.withMetadata(after.metadata()).equals(after);
  }

  /** The revision is written together with the status, which does not count. */
  private static Map<String, String> annotations(Deployment deployment) {
    Map<String, String> annotations = new HashMap<>(deployment.metadata().annotations());
    annotations.remove("deployment.kubernetes.io/revision");
    return annotations;
  }

  /** A pod is bound to its node by a request of its own, which does not count. */
  private static boolean isSame(PodSpec before, PodSpec after) {
    if (before == after) {
      return true;
    }
    return (before.nodeName().isEmpty() && !after.nodeName().isEmpty())
        ? before.toBuilder().nodeName(after.nodeName()).build().equals(after)
        : before.equals(after);
  }

  private static Map<String, Object> wanted(GenericObject object) {
    Map<String, Object> wanted = new HashMap<>(object.content());
    wanted.remove("status");
    return wanted;
  }
}
