package dev.hairpin.path.fast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Counts over an array behave as a map. */
class NamedCountsTest {
  private final NamedCounts.Names names = new NamedCounts.Names(List.of("b", "a", "c"));
  private final NamedCounts counts = new NamedCounts(names, new long[] {7, 0, 9});

  @Test
  void countsAreEqualToAPlainMapOfThem() {
    Map<String, Long> plain = Map.of("a", 0L, "b", 7L, "c", 9L);

    assertThat(counts).isEqualTo(plain).hasSameHashCodeAs(plain);
    assertThat(plain).isEqualTo(counts);
    assertThat(counts).isNotEqualTo(new NamedCounts(names, new long[] {7, 0, 8}));
  }

  @Test
  void namesComeInTheirOrderAndOthersAreNotThere() {
    assertThat(counts.keySet()).containsExactly("b", "a", "c");
    assertThat(counts.get("c")).isEqualTo(9);
    assertThat(counts.get("d")).isNull();
    assertThat(counts.containsKey("a")).isTrue();
    assertThat(counts.containsKey("d")).isFalse();
    assertThat(counts.toString()).isEqualTo("{b=7, a=0, c=9}");
  }

  @Test
  void nobodyChangesThem() {
    assertThatThrownBy(() -> counts.put("a", 1L)).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> counts.keySet().remove("a"))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
