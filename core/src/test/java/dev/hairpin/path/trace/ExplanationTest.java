package dev.hairpin.path.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationTest {

  @Test
  void theCardShowsWhatWasMetAndWhatIsBehindIt() {
    Explanation explanation = Explanation.of("NOT DELIVERED", Reason.NO_ENDPOINTS)
        .causedBy(Reason.SELECTOR_MATCHES_NOTHING, "no pod of namespace shop has the labels app=u1")
        .about("service shop/ui")
        .seenAs("connection refused at once (icmp 3/3)")
        .suggesting(List.of("app=ui"));

    assertThat(explanation).hasToString("""
        NOT DELIVERED   NO_ENDPOINTS, SELECTOR_MATCHES_NOTHING
          about       : service shop/ui
          client sees : connection refused at once (icmp 3/3)
          because     : no pod of namespace shop has the labels app=u1
          fix         : correct the selector or the pods' labels
          did you mean: app=ui
          see also    : incident svc-01-selector-typo
        """);
  }

  @Test
  void whoShouldHavePreventedItHasALineOfItsOwn() {
    Explanation explanation = Explanation.of("NOT DELIVERED", Reason.NO_LOCAL_ENDPOINTS)
        .preventable("the health check of port 32181");

    assertThat(explanation.toString())
        .contains(
            "  who should have prevented it:\n                the health check of port 32181\n");
  }

  @Test
  void aHostileNameMovesNoCursor() {
    Explanation explanation = Explanation.of("PENDING", Reason.LB_PENDING)
        .about("service shop/\u001b[2Jui\r\n")
        .suggesting(List.of("a\u0007b"));

    assertThat(explanation.toString().replace("\n", "")).doesNotMatch(".*\\p{Cntrl}.*");
  }
}
