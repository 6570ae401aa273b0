package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.collect.ForkableSortedMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Objects by kind, namespace and name, cheap to fork. Not thread-safe; a fork that nobody writes
 * is.
 */
final class ObjectTable {
  private final Map<String, ForkableSortedMap<ObjectKey, KubeObject>> kinds = new HashMap<>();

  ObjectTable fork() {
    ObjectTable copy = new ObjectTable();
    kinds.forEach((kind, objects) -> copy.kinds.put(kind, objects.fork()));
    return copy;
  }

  @Nullable
  KubeObject get(ObjectKey key) {
    @Nullable ForkableSortedMap<ObjectKey, KubeObject> objects = kinds.get(key.kind());
    return objects == null ? null : objects.get(key);
  }

  Collection<KubeObject> list(String kind) {
    @Nullable ForkableSortedMap<ObjectKey, KubeObject> objects = kinds.get(kind);
    return objects == null ? List.of() : objects.values();
  }

  void put(ObjectKey key, KubeObject object) {
    kinds.computeIfAbsent(key.kind(), k -> new ForkableSortedMap<>()).put(key, object);
  }

  @Nullable
  KubeObject remove(ObjectKey key) {
    @Nullable ForkableSortedMap<ObjectKey, KubeObject> objects = kinds.get(key.kind());
    return objects == null ? null : objects.remove(key);
  }

  List<String> kinds() {
    List<String> found = new ArrayList<>();
    kinds.forEach((kind, objects) -> {
      if (!objects.isEmpty()) {
        found.add(kind);
      }
    });
    Collections.sort(found);
    return found;
  }

  int size() {
    return kinds.values().stream().mapToInt(ForkableSortedMap::size).sum();
  }
}
