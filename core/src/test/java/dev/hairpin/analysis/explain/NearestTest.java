package dev.hairpin.analysis.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestTest {

  @Test
  void theNearestComesFirstAndTheFarNotAtAll() {
    assertThat(Nearest.all("catalgo", List.of("orders", "catalogs", "catalog")))
        .containsExactly("catalog", "catalogs");
  }

  @Test
  void aSwapOfNeighboursIsOneMistake() {
    assertThat(Nearest.distance("ui", "iu")).isEqualTo(1);
    assertThat(Nearest.distance("web", "wbe")).isEqualTo(1);
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
  }

  @Property
  void theDistanceIsTheSameBothWaysAndZeroForTheSameWordOnly(
      @ForAll @AlphaChars @StringLength(max = 12) String a,
      @ForAll @AlphaChars @StringLength(max = 12) String b) {
    assertThat(Nearest.distance(a, b)).isEqualTo(Nearest.distance(b, a));
    assertThat(Nearest.distance(a, b) == 0).isEqualTo(a.equals(b));
    assertThat(Nearest.distance(a, b)).isLessThanOrEqualTo(Math.max(a.length(), b.length()));
  }
}
