package dev.hairpin.path.trace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReasonTest {

  @ParameterizedTest
  @EnumSource
  void everyReasonHasASentenceAndAWayOut(Reason reason) {
    assertThat(reason.sentence()).isNotBlank().doesNotEndWith(".");
    assertThat(reason.fixes()).isNotEmpty().allSatisfy(f -> assertThat(f).isNotBlank());
    assertThat(reason.incident()).matches("([a-z]+-[0-9]{2}-[a-z0-9-]+)?");
  }

  @ParameterizedTest
  @EnumSource
  void everyReasonMakesACardThatFitsATerminal(Reason reason) {
    String card = Explanation.of("NOT DELIVERED", reason).toString();

    assertThat(card).startsWith("NOT DELIVERED   " + reason + "\n").contains("\n  fix         : ");
    assertThat(card.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }
}
