package dev.hairpin.api;

import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
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

  /*
   * Nearly all maps of objects are small: labels, selectors, annotations. A small one is an array of
   * keys and values by turns, a line or two of memory where a hash map of three entries takes nine, and
   * so is faster to search and to copy in a cluster that is larger than the caches.
   *
   *   pairs   [ app | web | tier | front ]      index == null
   */
  private static final class KeptMap<K, V> extends AbstractMap<K, V> {
    private static final int MOST_SEARCHED = 8;

    private final Object[] pairs;

    /** Where the value of each key is, of a map that is too large to be searched. */
    private final @Nullable Map<K, Integer> index;

    KeptMap(Map<K, V> original) {
      pairs = new Object[2 * original.size()];
      index = original.size() > MOST_SEARCHED ? new HashMap<>(2 * original.size()) : null;
      int at = 0;
      for (Entry<K, V> entry : original.entrySet()) {
        pairs[at] = entry.getKey();
        pairs[at + 1] = kept(entry.getValue());
        if (index != null) {
          index.put(entry.getKey(), at + 1);
        }
        at += 2;
      }
    }

    /** Where the value of a key is; -1 if there is none. */
    private int find(@Nullable Object key) {
      if (index != null) {
        return index.getOrDefault(key, -1);
      }
      int hash = Objects.hashCode(key);
      for (int i = 0; i < pairs.length; i += 2) {
        // the hash of a text is kept in it; its characters lie elsewhere
        if (Objects.hashCode(pairs[i]) == hash && Objects.equals(pairs[i], key)) {
          return i + 1;
        }
      }
      return -1;
    }

    @Override
    @SuppressWarnings("unchecked") // at odd places are values
    public @Nullable V get(@Nullable Object key) {
      int at = find(key);
      return at < 0 ? null : (V) pairs[at];
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return find(key) >= 0;
    }

    @Override
    public int size() {
      return pairs.length / 2;
    }

    @Override
    @SuppressWarnings("unchecked") // at even places are keys, at odd ones values
    public void forEach(BiConsumer<? super K, ? super V> action) {
      for (int i = 0; i < pairs.length; i += 2) {
        action.accept((K) pairs[i], (V) pairs[i + 1]);
      }
    }

    @Override
    public Set<Entry<K, V>> entrySet() {
      return new Entries();
    }

    private final class Entries extends AbstractSet<Entry<K, V>> {
      @Override
      public int size() {
        return KeptMap.this.size();
      }

      @Override
      public Iterator<Entry<K, V>> iterator() {
        return new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < pairs.length;
          }

          @Override
          @SuppressWarnings("unchecked") // as above
          public Entry<K, V> next() {
            if (next == pairs.length) {
              throw new NoSuchElementException();
            }
            next += 2;
            return new SimpleImmutableEntry<>((K) pairs[next - 2], (V) pairs[next - 1]);
          }
        };
      }
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
