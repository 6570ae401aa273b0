package dev.hairpin.path.fast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Entries of open connections against plain lists. */
class TrailTest {
  private static final int PLACES = 3;

  private record Entry(long number, int handle) {}

  /** One round after the other: some connections are answered, and the oldest are closed. */
  @Property(tries = 200)
  void entriesThatStayAreSettledOnceAndClosedInTheirOrder(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int size) {
    SplittableRandom random = new SplittableRandom(seed);
    Trail trail = new Trail(PLACES);
    int[] handles = new int[1 + random.nextInt(7)];
    List<List<Entry>> open = new ArrayList<>();
    for (int ring = 0; ring < PLACES * Round.HOPS; ring++) {
      open.add(new ArrayList<>());
    }
    int nextHandle = 0;
    // Numbers pass 2^32 on the way.
    long first = (1L << 32) - 5L * size;
    for (int round = 0; round < 20; round++, first += size) {
      byte[] ends = new byte[size];
      for (int i = 0; i < size; i++) {
        ends[i] = random.nextBoolean() ? Lane.STAYS : 1;
      }
      for (int stage = 0; stage < Round.HOPS; stage++) {
        for (int place = 0; place < PLACES; place++) {
          int ring = trail.ring(stage, place);
          List<Integer> settled = new ArrayList<>();
          for (int i = 0; i < size; i++) {
            if (random.nextInt(3) == 0) {
              trail.add(ring, first + i, nextHandle);
              if (ends[i] == Lane.STAYS) {
                settled.add(nextHandle);
                open.get(ring).add(new Entry(first + i, nextHandle));
              }
              nextHandle++;
            }
          }
          assertThat(settle(trail, ring, ends, first, handles)).isEqualTo(settled);
        }
      }
      long closed = first + size - random.nextInt(3 * size);
      for (int ring = 0; ring < open.size(); ring++) {
        List<Integer> expected = open.get(ring).stream()
            .filter(e -> e.number < closed)
            .map(Entry::handle)
            .toList();
        open.get(ring).removeIf(e -> e.number < closed);
        assertThat(close(trail, ring, closed, handles)).isEqualTo(expected);
      }
    }
  }

  private static List<Integer> settle(
      Trail trail, int ring, byte[] ends, long first, int[] handles) {
    List<Integer> all = new ArrayList<>();
    int count = trail.settle(ring, ends, first, handles);
    while (count > 0) {
      Arrays.stream(handles, 0, count).forEach(all::add);
      count = trail.settle(ring, ends, first, handles);
    }
    return all;
  }

  private static List<Integer> close(Trail trail, int ring, long closed, int[] handles) {
    List<Integer> all = new ArrayList<>();
    int count = trail.close(ring, closed, handles);
    while (count > 0) {
      Arrays.stream(handles, 0, count).forEach(all::add);
      count = trail.close(ring, closed, handles);
    }
    return all;
  }
}
