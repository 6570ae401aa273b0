package dev.hairpin.path.fast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class AffinityTableTest {

  @Property(tries = 100)
  void itRemembersWhatMapsInTheOrderOfTheirRenewalWould(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AffinityTable table = new AffinityTable();
    Map<Integer, LinkedHashMap<Long, Long>> naive = new HashMap<>();
    for (int n = 0; n < 3_000; n++) {
      int list = random.nextInt(4);
      int group = list / 2;
      long address = random.nextInt(150);
      LinkedHashMap<Long, Long> known = naive.computeIfAbsent(list, l -> new LinkedHashMap<>());
      switch (random.nextInt(8)) {
        case 0 -> {
          int entry = table.find(list, group, 0, address);
          assertThat(entry >= 0).isEqualTo(known.remove(address) != null);
          if (entry >= 0) {
            table.remove(entry);
          }
        }
        case 1 -> {
          long since = (long) n - random.nextInt(500);
          table.reap(list, since, -1);
          if (!known.isEmpty()) {
            Map.Entry<Long, Long> oldest = known.entrySet().iterator().next();
            if (oldest.getValue() < since) {
              known.remove(oldest.getKey());
            }
          }
        }
        default -> {
          table.set(list, group, 0, address, n);
          known.remove(address);
          if (known.size() == AffinityTable.ADDRESSES_PER_LIST) {
            known.remove(known.keySet().iterator().next());
          }
          known.put(address, (long) n);
        }
      }
      int entry = table.find(list, group, 0, address);
      assertThat(entry < 0 ? null : table.stampOf(entry)).isEqualTo(known.get(address));
    }
    assertThat(table.size())
        .isEqualTo(naive.values().stream().mapToInt(Map::size).sum());
  }

  @Test
  void oneLookUpFindsAllListsOfAGroup() {
    AffinityTable table = new AffinityTable();
    table.set(1, 7, 0, 42, 100);
    table.set(2, 7, 0, 42, 200);
    table.set(3, 8, 0, 42, 300);

    List<Integer> lists = new ArrayList<>();
    for (int e = table.first(7, 0, 42); e >= 0; e = table.next(e)) {
      lists.add(table.listOf(e));
    }

    assertThat(lists).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void aCopyLivesOnByItself() {
    AffinityTable table = new AffinityTable();
    table.set(1, 7, 0, 42, 100);
    AffinityTable copy = table.copy();

    table.remove(table.find(1, 7, 0, 42));

    assertThat(table.size()).isZero();
    assertThat(copy.stampOf(copy.find(1, 7, 0, 42))).isEqualTo(100);
  }
}
