package dev.hairpin.cluster;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import java.util.Set;

/** DELETE: preconditions, finalizers, and what goes with an object. */
final class Deletions {
  /** Source: the admission plugin {@code NamespaceLifecycle}. */
  private static final Set<String> IMMORTAL_NAMESPACES =
      Set.of("default", "kube-public", "kube-system");

  private final ServerParts parts;
  private final Lookup lookup;
  private final boolean dryRun;

  Deletions(ServerParts parts, Lookup lookup, boolean dryRun) {
    this.parts = parts;
    this.lookup = lookup;
    this.dryRun = dryRun;
  }

  /**
   * Deletes an object, or marks it if it has finalizers.
   *
   * @param uid the uid that it must have; empty if any will do
   * @param resourceVersion the version that it must have; 0 if any will do
   * @return the object as it was
   */
  KubeObject delete(ObjectKey key, String uid, long resourceVersion) {
    boolean isNamespace = key.kind().equals(Namespace.KIND);
    if (isNamespace && IMMORTAL_NAMESPACES.contains(key.name())) {
      throw ApiError.forbidden(
          "namespaces \"" + key.name() + "\" is forbidden: this namespace may not be deleted");
    }
    KubeObject object = isNamespace ? lookup.requireNamespace(key.name()) : lookup.require(key);
    requireMeant(object, uid, resourceVersion);
    if (dryRun) {
      return object;
    }
    if (object instanceof ServiceCidr block) {
      parts.cidrs().delete(block);
      return object;
    }
    ClusterState state = parts.state();
    if (object instanceof IpAddressObject && state.get(key).isEmpty()) {
      return object; // the server makes it anew as long as the Service is there
    }
    ObjectMeta meta = object.metadata();
    if (isNamespace || !meta.finalizers().isEmpty()) {
      return meta.deletionTimestamp() != null
          ? object
          : state.store(object.withMetadata(meta.withDeletion(state.clock().now())));
    }
    remove(object);
    return object;
  }

  /** Source: {@code rest.BeforeDelete} and the namespaces' own {@code Delete}. */
  private static void requireMeant(KubeObject object, String uid, long resourceVersion) {
    ObjectMeta meta = object.metadata();
    String kind = Resources.qualifiedKind(object.kind());
    if (!uid.isEmpty() && !uid.equals(meta.uid())) {
      throw object instanceof Namespace
          ? ApiError.conflict(
              "namespaces",
              meta.name(),
              "Precondition failed: UID in precondition: " + uid + ", UID in object meta: "
                  + meta.uid())
          : ApiError.conflict(
              kind,
              meta.name(),
              "the UID in the precondition (" + uid + ") does not match the UID in record ("
                  + meta.uid() + "). The object might have been deleted and then recreated");
    }
    if (resourceVersion != 0 && resourceVersion != meta.resourceVersion()) {
      throw ApiError.conflict(
          kind,
          meta.name(),
          "the ResourceVersion in the precondition (" + resourceVersion
              + ") does not match the ResourceVersion in record (" + meta.resourceVersion()
              + "). The object might have been modified");
    }
  }

  /** Takes the finalizer {@code kubernetes} back from a namespace that is being deleted. */
  void finalizeNamespace(String name) {
    parts
        .state()
        .get(Namespace.class, "", name)
        .filter(Namespace::isTerminating)
        .filter(namespace -> namespace.metadata().finalizers().isEmpty())
        .ifPresent(this::remove);
  }

  /**
   * An object whose deletion was asked for goes with the last of its finalizers; a namespace has
   * one more, which its controller takes back.
   */
  void removeIfDone(KubeObject before, KubeObject after) {
    if (!dryRun
        && !(after instanceof Namespace)
        && after.metadata().deletionTimestamp() != null
        && after.metadata().finalizers().isEmpty()
        && !before.metadata().finalizers().isEmpty()) {
      remove(after);
    }
  }

  private void remove(KubeObject object) {
    ObjectKey key = object.key();
    parts.lastApplied().remove(key);
    if (object instanceof Service service) {
      parts.services().deleted(service);
      parts.state().remove(key);
      parts.state().remove(new ObjectKey("Endpoints", key.namespace(), key.name()));
    } else {
      parts.state().remove(key);
    }
  }
}
