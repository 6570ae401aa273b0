package dev.hairpin.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.path.trace.Fraction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
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

  /** All n! orders say the same, where there are few enough of them. */
  @Property(tries = 60)
  void whoComesFirstAmongThosePreferredIsSaidByAsManyOrdersAsThereAreThings(
      @ForAll @IntRange(min = 1, max = 6) int things, @ForAll @IntRange(max = 63) int preferred) {
    Function<Chooser, List<Integer>> walk = chooser -> {
      List<Integer> list = new ArrayList<>(IntStream.range(0, things).boxed().toList());
      boolean coin = chooser.happens(1, 3);
      chooser.shuffle(list);
      list.sort(Comparator.comparing(i -> (preferred >> i & 1) == (coin ? 1 : 0)));
      List<Integer> other = new ArrayList<>(List.of(7, 8));
      chooser.shuffle(other);
      return List.of(list.get(0), other.get(0));
    };

    assertThat(Outcomes.ofFirst(walk)).containsExactlyInAnyOrderEntriesOf(Outcomes.of(walk));
  }

  @Test
  void aThousandThingsAreShuffledByAThousandOrders() {
    int[] runs = new int[1];
    var firsts = Outcomes.ofFirst(chooser -> {
      runs[0]++;
      List<Integer> list = new ArrayList<>(IntStream.range(0, 1_000).boxed().toList());
      chooser.shuffle(list);
      return list.get(0);
    });

    assertThat(firsts).hasSize(1_000);
    assertThat(firsts.values()).allMatch(Fraction.of(1, 1_000)::equals);
    assertThat(runs[0]).isEqualTo(1_000);
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
