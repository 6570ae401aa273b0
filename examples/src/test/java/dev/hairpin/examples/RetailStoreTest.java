package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Service;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import org.junit.jupiter.api.Test;

/** What a test of one's own manifests looks like; copy it. */
class RetailStoreTest {
  private final Cluster store = Clusters.store();

  @Test
  void thePodOfTheCatalogReachesTheUi() {
    Trace trace = store.from("catalog/catalog").to("http://ui.ui");

    assertThat(trace.outcome().delivered()).isTrue();
    assertThat(trace.outcome().server()).startsWith("ui/ui-");
  }

  @Test
  void aShortNameOfAnotherNamespaceIsNotFound() {
    Trace trace = store.from("ui/ui").to("http://carts-dynamodb:8000");

    assertThat(trace.outcome().reason()).isEqualTo(Reason.NO_SUCH_NAME);
  }

  @Test
  void theLoadBalancerSpreadsOverThreeNodesAndTwoThirdsTakeAnExtraHop() {
    Service nlb = store.state().get(Service.class, "ui", "ui-nlb").orElseThrow();
    String url = "http://" + nlb.loadBalancer().get(0).hostname();

    Shares shares = store.from("internet").sharesTo(url);

    assertThat(shares.arriving()).isEqualTo(Fraction.ONE);
    assertThat(shares.ends().entrySet().stream()
            .filter(e -> e.getKey().hops() == 1)
            .map(e -> e.getValue())
            .reduce(Fraction.ZERO, Fraction::plus))
        .isEqualTo(Fraction.of(2, 3));
  }

  @Test
  void anotherTryOfAChangeLeavesTheStoreAsItIs() {
    Cluster tried = store.fork();
    tried.delete("Service", "ui/ui");

    assertThat(tried.from("catalog/catalog").to("http://ui.ui").outcome().delivered())
        .isFalse();
    assertThat(store.from("catalog/catalog").to("http://ui.ui").outcome().delivered())
        .isTrue();
  }
}
