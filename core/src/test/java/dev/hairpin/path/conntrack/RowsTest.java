package dev.hairpin.path.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RowsTest {

  @Property(tries = 300)
  void aRowIsGivenToOneAtATimeAndNoneIsAddedWhileOneIsFree(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int operations) {
    SplittableRandom random = new SplittableRandom(seed);
    Rows rows = new Rows();
    BitSet taken = new BitSet();
    List<Integer> list = new ArrayList<>();
    int most = 0;
    for (int i = 0; i < operations; i++) {
      if (list.isEmpty() || random.nextInt(100) < 45 + 10 * (i / 500 % 2)) {
        int row = rows.take();
        assertThat(taken.get(row)).isFalse();
        taken.set(row);
        list.add(row);
      } else {
        int at = random.nextInt(list.size());
        int last = list.size() - 1;
        int row = list.set(at, list.get(last));
        list.subList(last, last + 1).clear();
        taken.clear(row);
        rows.giveBack(row);
      }
      most = Math.max(most, list.size());
      assertThat(rows.end()).isBetween(most, (most + Rows.BLOCK_ROWS - 1) & -Rows.BLOCK_ROWS);
    }
    Rows copy = new Rows(rows);
    for (int i = 0; i < 100; i++) {
      assertThat(copy.take()).isEqualTo(rows.take());
    }
  }

  /** Rounds of connections that end in the order in which they came, never as many as begin. */
  @Test
  void whatIsTakenTogetherStaysTogetherForEver() {
    SplittableRandom random = new SplittableRandom(1);
    Rows rows = new Rows();
    List<List<Integer>> rounds = new ArrayList<>();
    long blocks = 0;
    long blocksAtLeast = 0;
    for (int round = 0; round < 2000; round++) {
      if (round >= 20) {
        rounds.get(round - 20).forEach(rows::giveBack);
      }
      List<Integer> taken = new ArrayList<>();
      int size = random.nextInt(180, 220);
      for (int i = 0; i < size; i++) {
        taken.add(rows.take());
      }
      rounds.add(taken);
      if (round >= 1000) {
        blocks += taken.stream().map(row -> row >> Rows.BLOCK_SHIFT).distinct().count();
        blocksAtLeast += (size + Rows.BLOCK_ROWS - 1) / Rows.BLOCK_ROWS;
      }
    }
    assertThat(blocks).isLessThan(blocksAtLeast * 11 / 10);
  }
}
