package dev.hairpin.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OutcomesTest {

  @Property
  void aLadderOfConditionalProbabilitiesGivesEveryEndpointItsShareExactly(
      @ForAll @IntRange(min = 1, max = 12) int endpoints) {
    var shares = Outcomes.of(chooser -> {
      int i = 0;
      while (i < endpoints - 1 && !chooser.happens(1, endpoints - i)) {
        i++;
      }
      return i;
    });

    assertThat(shares).hasSize(endpoints);
    assertThat(shares.values()).allMatch(Fraction.of(1, endpoints)::equals);
  }

  @Test
  void equalOutcomesOfDifferentChoicesAreAdded() {
    var sums = Outcomes.of(chooser -> chooser.pick(2) + chooser.pick(2));

    assertThat(sums)
        .containsEntry(0, Fraction.of(1, 4))
        .containsEntry(1, Fraction.of(1, 2))
        .containsEntry(2, Fraction.of(1, 4));
  }

  @Test
  void choicesWithoutEndAreRefused() {
    assertThatThrownBy(() -> Outcomes.of(chooser -> {
          int sum = 0;
          for (int i = 0; i < 40; i++) {
            sum += chooser.pick(2);
          }
          return sum;
        }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the choices on the way fall in more than 1000000 ways");
  }
}
