package dev.hairpin.path.fast;

import static org.assertj.core.api.Assertions.assertThat;

import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class AffinityTableTest {

  /** Who is asked about, of both families, so that lists of one group hold addresses of both. */
  private static long low(int number) {
    return number % 2 == 0 ? AffinityTable.mapped(number) : number;
  }

  private static long high(int number) {
    return number % 2 == 0 ? 0 : number % 3;
  }

  @Property(tries = 100)
  void itRemembersWhatMapsInTheOrderOfTheirRenewalWould(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AffinityTable table = new AffinityTable();
    Map<Integer, LinkedHashMap<Integer, Long>> naive = new HashMap<>();
    long now = random.nextLong(1L << 42);
    for (int n = 0; n < 3_000; n++) {
      // Mostly as in a simulation; now and then, years pass.
      now += random.nextInt(3) + (random.nextInt(500) == 0 ? 1L << random.nextInt(36) : 0);
      int list = random.nextInt(4);
      int group = list / 2;
      int number = random.nextInt(300);
      long high = high(number);
      long low = low(number);
      LinkedHashMap<Integer, Long> known = naive.computeIfAbsent(list, l -> new LinkedHashMap<>());
      switch (random.nextInt(8)) {
        case 0 -> {
          int slot = table.find(list, group, high, low);
          assertThat(slot >= 0).isEqualTo(known.remove(number) != null);
          if (slot >= 0) {
            table.remove(slot);
          }
        }
        case 1 -> {
          long since = now - random.nextInt(500);
          boolean removed = table.reap(list, since, -1);
          boolean isOld = !known.isEmpty() && known.values().iterator().next() < since;
          assertThat(removed).isEqualTo(isOld);
          if (isOld) {
            known.remove(known.keySet().iterator().next());
          }
        }
        default -> {
          table.set(list, group, high, low, now);
          known.remove(number);
          if (known.size() == AffinityTable.ADDRESSES_PER_LIST) {
            known.remove(known.keySet().iterator().next());
          }
          known.put(number, now);
        }
      }
      int slot = table.find(list, group, high, low);
      assertThat(slot < 0 ? null : table.stampOf(slot)).isEqualTo(known.get(number));
    }
    assertThat(table.size())
        .isEqualTo(naive.values().stream().mapToInt(Map::size).sum());
    naive.forEach((list, known) -> known.forEach((number, stamp) -> assertThat(
            table.stampOf(table.find(list, list / 2, high(number), low(number))))
        .isEqualTo(stamp)));
  }

  @Property(tries = 100)
  void theQuickQuestionHasTheAnswerOfTheLongOneWhileNobodyIsInTwoListsOrOld(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AffinityTable table = new AffinityTable();
    for (int n = 0; n < 2_000; n++) {
      int group = random.nextInt(6);
      int address = random.nextInt(40);
      long low = AffinityTable.mapped(address);
      int firstList = 10 * group;
      int rungs = 1 + random.nextInt(10);
      long first = table.firstRung(group, 0, low, firstList, new int[0], 0, 0, rungs);
      if (table.isSimple(0)) {
        assertThat(table.known4(group, address, firstList, rungs)).isEqualTo(first);
      }
      if (first < 0 && random.nextInt(3) > 0) {
        int list = firstList + random.nextInt(rungs);
        if (table.firstRung(group, 0, low, firstList, new int[0], 0, 0, 10) < 0) {
          table.set(list, group, 0, low, n);
          table.set(list, group, address % 2, address, n);
        }
      } else if (first >= 0 && random.nextInt(3) == 0) {
        table.remove((int) first);
      }
    }
    assertThat(table.size()).isPositive();
  }

  @Test
  void theQuickQuestionIsNotAskedAboutCallersInTwoListsOrThoseWhoMayBeOld() {
    AffinityTable table = new AffinityTable();
    table.set(11, 7, 0, AffinityTable.mapped(42), 100);
    assertThat(table.isSimple(100)).isTrue();
    assertThat(table.isSimple(101)).isFalse();

    table.set(12, 7, 0, AffinityTable.mapped(42), 100);
    assertThat(table.isSimple(100)).isFalse();

    table.remove(table.find(11, 7, 0, AffinityTable.mapped(42)));
    assertThat(table.isSimple(100)).isTrue();
  }

  @Test
  void moreRenewalsThanAMillisecondHasNumbersKeepTheOrder() {
    AffinityTable table = new AffinityTable();
    for (int address = 0; address < AffinityTable.ADDRESSES_PER_LIST; address++) {
      table.set(1, 7, 0, address, 100);
    }
    int slot = table.find(1, 7, 0, 0);
    for (int n = 0; n < 5_000_000; n++) {
      table.renew(slot, 100);
    }
    table.renew(table.find(1, 7, 0, 1), 100);

    table.set(1, 7, 0, 1_000, 100);
    table.set(1, 7, 0, 1_001, 100);

    assertThat(table.find(1, 7, 0, 0)).isNotNegative();
    assertThat(table.find(1, 7, 0, 1)).isNotNegative();
    assertThat(table.find(1, 7, 0, 2)).isNegative();
    assertThat(table.find(1, 7, 0, 3)).isNegative();
    assertThat(table.find(1, 7, 0, 4)).isNotNegative();
    assertThat(table.stampOf(table.find(1, 7, 0, 0))).isEqualTo(100);
  }

  @Test
  void timesOfACenturyAndMoreAreTold() {
    AffinityTable table = new AffinityTable();
    long year = 365L * 86_400_000;
    table.set(1, 7, 0, 1, 5 * year);
    table.set(1, 7, 0, 2, 150 * year);
    table.set(1, 7, 0, 3, 215 * year);

    assertThat(table.stampOf(table.find(1, 7, 0, 2))).isEqualTo(150 * year);
    assertThat(table.stampOf(table.find(1, 7, 0, 3))).isEqualTo(215 * year);
    assertThat(table.reap(1, 215 * year - Integer.MAX_VALUE * 1_000L, -1)).isTrue();
    assertThat(table.find(1, 7, 0, 1)).isNegative();
  }

  @Test
  void whatIsKnownOfAnEntrysEndpointTakesNothingFromItsTimeAndEndsWithAPlainRenewal() {
    AffinityTable table = new AffinityTable();
    for (int address = 0; address < AffinityTable.ADDRESSES_PER_LIST; address++) {
      table.set(1, 7, 0, address, 100);
    }
    table.renewOfAnother(table.find(1, 7, 0, 0), 200);

    assertThat(table.isOfAnother(table.find(1, 7, 0, 0))).isTrue();
    assertThat(table.isOfAnother(table.find(1, 7, 0, 1))).isFalse();
    assertThat(table.stampOf(table.find(1, 7, 0, 0))).isEqualTo(200);

    table.set(1, 7, 0, 1_000, 200);
    assertThat(table.find(1, 7, 0, 0)).isNotNegative();
    assertThat(table.find(1, 7, 0, 1)).isNegative();

    table.set(1, 7, 0, 0, 300);
    assertThat(table.isOfAnother(table.find(1, 7, 0, 0))).isFalse();
  }

  @Test
  void aListTellsOfTheEndpointThatItLedToFirst() {
    ProgramPool pool = new ProgramPool();
    int list = pool.list("KUBE-SEP-A");
    int other = pool.list("KUBE-SEP-B");

    assertThat(pool.leadsTo(list, 0)).isTrue();
    assertThat(pool.leadsTo(other, 5)).isTrue();
    assertThat(pool.leadsTo(list, 0)).isTrue();
    assertThat(pool.leadsTo(list, 5)).isFalse();
    assertThat(pool.leadsTo(list, 5)).isFalse();
  }

  @Test
  void listsThatNobodyNamesAreForgotten() {
    AffinityTable table = new AffinityTable();
    for (int address = 0; address < 300; address++) {
      table.set(address % 3, 7, 0, address, 100);
    }

    table.retain(IntSet.of(0, 2));

    assertThat(table.size()).isEqualTo(200);
    assertThat(table.find(1, 7, 0, 4)).isNegative();
    assertThat(table.find(2, 7, 0, 5)).isNotNegative();
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
