package dev.hairpin.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Any number of forks, written in any order, are what as many separate maps would be. */
class ForkableMapsLawsTest {

  /** A forkable sorted map and the Java map that it must be equal to. */
  private record Sorted(ForkableSortedMap<String, Integer> map, TreeMap<String, Integer> model) {
    void check() {
      assertThat(map.values()).containsExactlyElementsOf(model.values());
      assertThat(map.size()).isEqualTo(model.size());
      assertThat(map.isEmpty()).isEqualTo(model.isEmpty());
    }
  }

  @Property(tries = 100)
  void sortedForksAreSeparateMaps(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 2_000) int keys) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Sorted> forks = new ArrayList<>();
    forks.add(new Sorted(new ForkableSortedMap<>(), new TreeMap<>()));
    for (int i = 0; i < 4_000; i++) {
      Sorted any = forks.get(random.nextInt(forks.size()));
      String key = "key-" + random.nextInt(keys);
      int dice = random.nextInt(1_000);
      if (dice < 3 && forks.size() < 6) {
        forks.add(new Sorted(any.map.fork(), new TreeMap<>(any.model)));
      } else if (dice < 300) {
        assertThat(any.map.remove(key)).isEqualTo(any.model.remove(key));
      } else if (dice < 400) {
        assertThat(any.map.get(key)).isEqualTo(any.model.get(key));
      } else {
        assertThat(any.map.put(key, i)).isEqualTo(any.model.put(key, i));
      }
    }
    forks.forEach(Sorted::check);
  }

  @Property(tries = 100)
  void hashForksAreSeparateMapsEvenOfValuesThatChangeInPlace(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 2_000) int keys) {
    SplittableRandom random = new SplittableRandom(seed);
    List<ForkableMap<String, List<Integer>>> maps = new ArrayList<>();
    List<Map<String, List<Integer>>> models = new ArrayList<>();
    maps.add(new ForkableMap<>());
    models.add(new HashMap<>());
    for (int i = 0; i < 4_000; i++) {
      int any = random.nextInt(maps.size());
      ForkableMap<String, List<Integer>> map = maps.get(any);
      Map<String, List<Integer>> model = models.get(any);
      String key = "key-" + random.nextInt(keys);
      int dice = random.nextInt(1_000);
      if (dice < 3 && maps.size() < 6) {
        maps.add(map.fork());
        models.add(copyOf(model));
      } else if (dice < 250) {
        assertThat(map.remove(key)).isEqualTo(model.remove(key));
      } else if (dice < 700) {
        List<Integer> list = map.writable(key, ArrayList::new);
        List<Integer> expected = model.get(key);
        assertThat(list).isEqualTo(expected);
        if (list != null && expected != null) {
          list.add(i);
          expected.add(i);
        }
      } else {
        map.put(key, new ArrayList<>(List.of(i)));
        model.put(key, new ArrayList<>(List.of(i)));
      }
    }
    for (int i = 0; i < maps.size(); i++) {
      Map<String, List<Integer>> found = new HashMap<>();
      maps.get(i).forEach(found::put);
      assertThat(found).isEqualTo(models.get(i));
      assertThat(maps.get(i).size()).isEqualTo(models.get(i).size());
    }
  }

  private static Map<String, List<Integer>> copyOf(Map<String, List<Integer>> model) {
    Map<String, List<Integer>> copy = new HashMap<>();
    model.forEach((key, list) -> copy.put(key, new ArrayList<>(list)));
    return copy;
  }

  @Test
  void aFrozenMapMayBeCopiedManyTimes() {
    ForkableMap<String, ForkableSortedMap<String, Integer>> nested = new ForkableMap<>();
    ForkableSortedMap<String, Integer> inner = new ForkableSortedMap<>();
    inner.put("a", 1);
    nested.put("of", inner);
    ForkableMap<String, ForkableSortedMap<String, Integer>> first = nested.fork();
    ForkableMap<String, ForkableSortedMap<String, Integer>> second = nested.fork();

    write(first, 2);
    write(second, 3);
    write(nested, 4);

    assertThat(value(first)).isEqualTo(2);
    assertThat(value(second)).isEqualTo(3);
    assertThat(value(nested)).isEqualTo(4);
    assertThat(inner.get("a")).isEqualTo(1);
  }

  private static void write(
      ForkableMap<String, ForkableSortedMap<String, Integer>> nested, int value) {
    ForkableSortedMap<String, Integer> inner = nested.writable("of", ForkableSortedMap::frozenCopy);
    assertThat(inner).isNotNull();
    if (inner != null) {
      inner.put("a", value);
    }
  }

  private static @Nullable Integer value(
      ForkableMap<String, ForkableSortedMap<String, Integer>> nested) {
    ForkableSortedMap<String, Integer> inner = nested.get("of");
    return inner == null ? null : inner.get("a");
  }

  @Test
  void aMapGoesBackToWhatAForkKept() {
    ForkableMap<String, Integer> map = new ForkableMap<>();
    for (int i = 0; i < 1_000; i++) {
      map.put("key-" + i, i);
    }
    ForkableMap<String, Integer> before = map.fork();
    for (int i = 0; i < 2_000; i++) {
      map.put("key-" + i, -i);
    }
    map.remove("key-7");

    map.revertTo(before);
    before.put("key-1", 5);

    assertThat(map.size()).isEqualTo(1_000);
    assertThat(map.get("key-7")).isEqualTo(7);
    assertThat(map.get("key-1")).isEqualTo(1);
    assertThat(map.containsKey("key-1500")).isFalse();
  }

  @Test
  void aListingFailsFastIfAnEntryComesOrGoes() {
    ForkableSortedMap<String, Integer> map = new ForkableSortedMap<>();
    map.put("a", 1);
    map.put("b", 2);
    Iterator<Integer> values = map.values().iterator();
    values.next();
    map.put("b", 3);
    assertThat(values.next()).isEqualTo(3);

    Iterator<Integer> others = map.values().iterator();
    map.remove("b");

    assertThatThrownBy(others::next).isInstanceOf(ConcurrentModificationException.class);
    assertThatThrownBy(() -> map.values().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
