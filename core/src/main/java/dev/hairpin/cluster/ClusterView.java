package dev.hairpin.cluster;

import dev.hairpin.api.Kinds;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.OwnerReference;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The objects of a cluster, to be read. */
public interface ClusterView {

  /**
   * The version of the newest change.
   *
   * @return the resource version; 0 before the first change
   */
  long resourceVersion();

  /**
   * Finds an object.
   *
   * @param key kind, namespace and name
   * @return the object, or nothing
   */
  Optional<KubeObject> get(ObjectKey key);

  /**
   * Finds an object of a known type.
   *
   * @param type the type of the kind, such as {@code Service.class}
   * @param namespace the namespace; empty for kinds without one
   * @param name the name
   * @param <T> the type
   * @return the object, or nothing
   */
  default <T extends KubeObject> Optional<T> get(Class<T> type, String namespace, String name) {
    return get(new ObjectKey(Kinds.of(type), namespace, name)).map(type::cast);
  }

  /**
   * All objects of a kind, by namespace and name.
   *
   * @param kind the kind
   * @return the objects; an unmodifiable view
   */
  Collection<KubeObject> list(String kind);

  /**
   * All objects of a type, by namespace and name.
   *
   * @param type the type of the kind, such as {@code Service.class}
   * @param <T> the type
   * @return the objects; an unmodifiable view
   */
  default <T extends KubeObject> Collection<T> list(Class<T> type) {
    @SuppressWarnings("unchecked") // a kind has objects of the kind's own type only
    Collection<T> typed = (Collection<T>) list(Kinds.of(type));
    return typed;
  }

  /**
   * Who manages an object, who manages that one, and so on: of a Deployment's pod its ReplicaSet
   * and the Deployment.
   *
   * @param object the object
   * @return the owners that are controllers, the nearest first; the last of them has none above it
   *     or is not stored. Owners that own each other are told once
   */
  default List<OwnerReference> controllersOf(KubeObject object) {
    Map<ObjectKey, OwnerReference> chain = new LinkedHashMap<>();
    String namespace = object.metadata().namespace();
    Optional<OwnerReference> next = object.metadata().controller();
    while (next.isPresent()) {
      OwnerReference owner = next.get();
      ObjectKey key =
          new ObjectKey(Kinds.qualified(owner.apiVersion(), owner.kind()), namespace, owner.name());
      if (chain.putIfAbsent(key, owner) != null) {
        break;
      }
      next = get(key).flatMap(above -> above.metadata().controller());
    }
    return List.copyOf(chain.values());
  }

  /**
   * The kinds of which there are objects.
   *
   * @return the kinds, sorted
   */
  List<String> kinds();
}
