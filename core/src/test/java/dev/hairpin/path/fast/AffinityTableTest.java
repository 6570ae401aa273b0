package dev.hairpin.path.fast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashMap;
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
  void oneLookUpFindsTheFirstRungOfAGroupThatHoldsAnAddress() {
    AffinityTable table = new AffinityTable();
    table.set(11, 7, 0, 42, 100);
    table.set(12, 7, 0, 42, 200);
    table.set(23, 8, 0, 42, 300);
    table.set(14, 7, 0, 42, 400);
    table.remove(table.find(14, 7, 0, 42));
    int[] scattered = {99, 12, 55, 11};

    long first = table.firstRung(7, 0, 42, 10, new int[0], 0, 0, 5);
    long second = table.firstRung(7, 0, 42, 10, new int[0], 0, 2, 5);

    assertThat(first >>> 32).isEqualTo(1);
    assertThat(table.stampOf((int) first)).isEqualTo(100);
    assertThat(second >>> 32).isEqualTo(2);
    assertThat(table.firstRung(7, 0, 42, 10, new int[0], 0, 3, 5)).isNegative();
    assertThat(table.firstRung(7, 0, 43, 10, new int[0], 0, 0, 5)).isNegative();
    assertThat(table.firstRung(7, 0, 42, -1, scattered, 0, 0, 4) >>> 32).isEqualTo(1);
    assertThat(table.firstRung(7, 0, 42, -1, scattered, 1, 1, 3) >>> 32).isEqualTo(2);
  }

  @Test
  void aFullListForgetsTheAddressThatWasSetFirstAmongThoseOfOneTime() {
    AffinityTable table = new AffinityTable();
    for (int address = 0; address < AffinityTable.ADDRESSES_PER_LIST; address++) {
      table.set(1, 7, 0, address, 100);
    }
    table.set(1, 7, 0, 0, 100);

    table.set(1, 7, 0, 1_000, 100);

    assertThat(table.find(1, 7, 0, 0)).isNotNegative();
    assertThat(table.find(1, 7, 0, 1)).isNegative();
    assertThat(table.find(1, 7, 0, 2)).isNotNegative();
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
