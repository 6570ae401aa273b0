package dev.hairpin.cluster;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * Copies share the maps of all kinds until one side writes to a kind; then that side copies the map of this kind.
 * A copy of a sorted map is linear and compares nothing.
 */
/**
 * Objects by kind, namespace and name, cheap to copy. Not thread-safe; a copy that nobody writes
 * is.
 */
final class ObjectTable {
  private static final SortedMap<ObjectKey, KubeObject> EMPTY = new TreeMap<>();

  /** The objects of one kind. */
  private static final class Shelf {
    private SortedMap<ObjectKey, KubeObject> objects;
    private boolean shared;

    Shelf(SortedMap<ObjectKey, KubeObject> objects, boolean shared) {
      this.objects = objects;
      this.shared = shared;
    }
  }

  private final Map<String, Shelf> shelves = new HashMap<>();

  ObjectTable copy() {
    ObjectTable copy = new ObjectTable();
    shelves.forEach((kind, shelf) -> {
      shelf.shared = true;
      copy.shelves.put(kind, new Shelf(shelf.objects, true));
    });
    return copy;
  }

  private SortedMap<ObjectKey, KubeObject> ofKind(String kind) {
    @Nullable Shelf shelf = shelves.get(kind);
    return shelf == null ? EMPTY : shelf.objects;
  }

  @Nullable
  KubeObject get(ObjectKey key) {
    return ofKind(key.kind()).get(key);
  }

  Collection<KubeObject> list(String kind) {
    return Collections.unmodifiableCollection(ofKind(kind).values());
  }

  void put(ObjectKey key, KubeObject object) {
    writable(key.kind()).put(key, object);
  }

  @Nullable
  KubeObject remove(ObjectKey key) {
    return get(key) == null ? null : writable(key.kind()).remove(key);
  }

  private SortedMap<ObjectKey, KubeObject> writable(String kind) {
    Shelf shelf = shelves.computeIfAbsent(kind, k -> new Shelf(new TreeMap<>(), false));
    if (shelf.shared) {
      shelf.objects = new TreeMap<>(shelf.objects);
      shelf.shared = false;
    }
    return shelf.objects;
  }

  List<String> kinds() {
    List<String> kinds = new ArrayList<>();
    shelves.forEach((kind, shelf) -> {
      if (!shelf.objects.isEmpty()) {
        kinds.add(kind);
      }
    });
    Collections.sort(kinds);
    return kinds;
  }

  int size() {
    return shelves.values().stream().mapToInt(s -> s.objects.size()).sum();
  }
}
