package dev.hairpin.path.fast;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DrawsTest {

  @Property(tries = 200)
  void drawsOfManyConnectionsAreThoseOfEach(
      @ForAll long seed,
      @ForAll long number,
      @ForAll @IntRange(max = 40) int first,
      @ForAll @IntRange(max = 60) int count) {
    long[] draws = new long[128];

    Draws.fill(seed, number, draws, first, first + count);

    for (int i = 0; i < draws.length; i++) {
      boolean isDrawn = i >= first && i < first + count;
      assertThat(draws[i]).isEqualTo(isDrawn ? Draws.at(seed, number + (i - first)) : 0);
    }
  }
}
