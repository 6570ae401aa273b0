package dev.hairpin.path.fast;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Counts by name, in the order of names: an unmodifiable map over an array. A map of a hundred
 * thousand boxed counts would cost as much as many thousand connections.
 */
final class NamedCounts extends AbstractMap<String, Long> {

  /** Different names and their numbers, which many counts share. Immutable and thread-safe. */
  static final class Names {
    private final List<String> names;
    private volatile @Nullable Map<String, Integer> numbers;

    Names(List<String> names) {
      this.names = List.copyOf(names);
    }

    int size() {
      return names.size();
    }

    String get(int number) {
      return names.get(number);
    }

    private int number(@Nullable Object name) {
      Map<String, Integer> known = numbers;
      if (known == null) {
        Map<String, Integer> made = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
          made.put(names.get(i), i);
        }
        numbers = made;
        known = made;
      }
      return known.getOrDefault(name, -1);
    }
  }

  private final Names names;
  private final long[] counts;

  /** Counts of all names; the array is kept. */
  NamedCounts(Names names, long[] counts) {
    this.names = names;
    this.counts = counts;
  }

  @Override
  public int size() {
    return names.size();
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return names.number(name) >= 0;
  }

  @Override
  public @Nullable Long get(@Nullable Object name) {
    int number = names.number(name);
    return number < 0 ? null : counts[number];
  }

  @Override
  public Set<Map.Entry<String, Long>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return names.size();
      }

      @Override
      public Iterator<Map.Entry<String, Long>> iterator() {
        return IntStream.range(0, names.size())
            .mapToObj(i -> Map.entry(names.get(i), counts[i]))
            .iterator();
      }
    };
  }
}
