package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.path.Chooser;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Verdict;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LearnedWalkTest {
  private final LearnedWalk walk = new LearnedWalk();
  private int walked;

  private static Outcome at(String server) {
    return new Outcome(
        Verdict.DELIVERED, Reason.DELIVERED, "", "", null, server, null, null, null, null);
  }

  private @Nullable Outcome end(Chooser chooser, LearnedWalk.Walk way) {
    return walk.end(chooser, c -> {
      walked++;
      return way.end(c);
    });
  }

  /** A chain of three rules, as kube-proxy writes it, and then one of two doors. */
  private static Outcome chain(Chooser chooser) {
    String pod = chooser.happens(1, 3) ? "a" : chooser.happens(1, 2) ? "b" : "c";
    return at(pod + chooser.pick(2));
  }

  @Test
  void whatLeavesNothingToChanceIsWalkedOnce() {
    for (int i = 0; i < 5; i++) {
      assertThat(end(Chooser.seeded(i), c -> c.pick(1) == 0 ? at("a") : at("b")))
          .isEqualTo(at("a"));
    }

    assertThat(walked).isEqualTo(1);
  }

  @Test
  void everyWayIsWalkedOnceAndTakenAsOftenAsChanceWants() {
    Chooser chooser = Chooser.seeded(7);
    Chooser twin = Chooser.seeded(7);
    Map<Outcome, Integer> ends = new HashMap<>();

    for (int i = 0; i < 6_000; i++) {
      Outcome end = end(chooser, LearnedWalkTest::chain);
      assertThat(end).isEqualTo(chain(twin));
      ends.merge(end, 1, Integer::sum);
    }

    assertThat(walked).isEqualTo(6);
    assertThat(ends).hasSize(6).allSatisfy((end, count) -> assertThat(count).isBetween(850, 1150));
  }

  @Test
  void aNetworkThatRemembersItsClientIsBelieved() {
    end(Chooser.seeded(1), c -> at("first of " + c.pick(1_000)));

    for (int i = 0; i < 20; i++) {
      assertThat(end(Chooser.seeded(i), c -> at("remembered"))).isEqualTo(at("remembered"));
    }
    assertThat(walked).isEqualTo(2);
  }

  @Test
  void aWalkThatCannotBeTakenTeachesNothing() {
    assertThat(end(Chooser.seeded(1), c -> null)).isNull();
    assertThat(end(Chooser.seeded(1), c -> at("a"))).isEqualTo(at("a"));
    assertThat(walked).isEqualTo(2);
  }
}
