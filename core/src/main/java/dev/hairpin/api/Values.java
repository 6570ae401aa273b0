package dev.hairpin.api;

import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies that nobody can change, at any depth, and that keep the order of what was given, so that
 * output is the same in every JVM.
 *
 * <p>What is such a copy already is not copied again: an object's parts go through many records
 * with it.
 */
final class Values {
  private Values() {}

  /** A copy of a map, and of the maps and lists in it. */
  static <K, V> Map<K, V> copy(Map<K, V> map) {
    if (map instanceof KeptMap) {
      return map;
    }
    return map.isEmpty() ? Map.of() : new KeptMap<>(map);
  }

  /** Copies of the maps of a list. */
  static <K, V> List<Map<K, V>> copies(List<Map<K, V>> maps) {
    return maps.stream().allMatch(KeptMap.class::isInstance)
        ? List.copyOf(maps)
        : maps.stream().map(Values::copy).toList();
  }

  @SuppressWarnings(
      "unchecked") // a copy of a value is of the value's type: a map, a list or itself
  private static <V> V kept(V value) {
    if (value instanceof Map<?, ?> map) {
      return (V) copy(map);
    }
    return value instanceof List<?> list && !(list instanceof KeptList)
        ? (V) new KeptList<>(list)
        : value;
  }

  private static final class KeptMap<K, V> extends AbstractMap<K, V> {
    private final Map<K, V> map;

    KeptMap(Map<K, V> original) {
      map = new LinkedHashMap<>(original);
      map.replaceAll((key, value) -> kept(value));
    }

    @Override
    public @Nullable V get(@Nullable Object key) {
      return map.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return map.containsKey(key);
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public void forEach(BiConsumer<? super K, ? super V> action) {
      map.forEach(action);
    }

    @Override
    public Set<K> keySet() {
      return Collections.unmodifiableSet(map.keySet());
    }

    @Override
    public Collection<V> values() {
      return Collections.unmodifiableCollection(map.values());
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
      return Collections.unmodifiableMap(map).entrySet();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other == this || map.equals(other instanceof KeptMap<?, ?> kept ? kept.map : other);
    }

    @Override
    public int hashCode() {
      return map.hashCode();
    }
  }

  /** A list of a tree, which may hold nulls. */
  private static final class KeptList<E> extends AbstractList<E> implements RandomAccess {
    private final List<E> list;

    KeptList(List<E> original) {
      list = new ArrayList<>(original);
      list.replaceAll(Values::kept);
    }

    @Override
    public E get(int index) {
      return list.get(index);
    }

    @Override
    public int size() {
      return list.size();
    }
  }
}
