package dev.hairpin.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualClockTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<String> ran = new ArrayList<>();

  @Test
  void timersRunInTheOrderOfTheirTimesAndThenOfTheirSetting() {
    clock.after(Duration.ofSeconds(2), () -> ran.add("c"));
    clock.after(Duration.ofSeconds(1), () -> ran.add("a"));
    clock.after(Duration.ofSeconds(1), () -> ran.add("b"));

    clock.advance(Duration.ofSeconds(2));

    assertThat(ran).containsExactly("a", "b", "c");
  }

  @Test
  void aTimerSeesTheTimeItFallsDueAndMaySetAnotherThatRunsInTheSameAdvance() {
    clock.after(
        Duration.ofSeconds(1),
        () -> clock.after(
            Duration.ofSeconds(1),
            () -> ran.add(Duration.between(VirtualClock.EPOCH, clock.now()).toString())));

    clock.advance(Duration.ofSeconds(3));

    assertThat(ran).containsExactly("PT2S");
    assertThat(clock.now()).isEqualTo(VirtualClock.EPOCH.plusSeconds(3));
  }

  @Test
  void aCancelledTimerDoesNotRun() {
    clock.after(Duration.ZERO, () -> ran.add("never")).cancel();

    clock.advance(Duration.ofDays(1));

    assertThat(ran).isEmpty();
  }

  @Test
  void aTimerThatLetsMoreTimePassIsNotTakenBack() {
    clock.after(Duration.ofSeconds(1), () -> clock.advance(Duration.ofSeconds(60)));
    clock.after(Duration.ofSeconds(30), () -> ran.add("meanwhile"));

    clock.advance(Duration.ofSeconds(10));

    assertThat(ran).containsExactly("meanwhile");
    assertThat(clock.now()).isEqualTo(VirtualClock.EPOCH.plusSeconds(61));
  }

  @Test
  void timeDoesNotGoBack() {
    assertThatThrownBy(() -> clock.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("time does not go back by PT1S");
  }
}
