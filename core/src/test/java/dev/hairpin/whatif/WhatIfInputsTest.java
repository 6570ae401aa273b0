package dev.hairpin.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WhatIfInputsTest {
  private final Cluster cluster = Cluster.builder().eks(3).build();

  @Test
  void negativeFiguresOfTrafficAreRefused() {
    Traffic traffic = Traffic.between("internet", "10.0.0.1:80").named("t");
    assertThatThrownBy(() -> traffic.perSecond(-1))
        .hasMessage("traffic \"t\": connectionsPerSecond -1.0 is not a number from 0 on");
    assertThatThrownBy(() -> traffic.perSecond(Double.NaN))
        .hasMessage("traffic \"t\": connectionsPerSecond NaN is not a number from 0 on");
    assertThatThrownBy(() -> traffic.lasting(Duration.ofSeconds(-2)))
        .hasMessage("traffic \"t\": secondsPerConnection -2.0 is not a number from 0 on");
    assertThatThrownBy(() -> traffic.requests(0))
        .hasMessage("traffic \"t\": requestsPerConnection 0.0 is not a number from 1 on");
    assertThatThrownBy(() -> traffic.bytes(1, Double.POSITIVE_INFINITY))
        .hasMessage("traffic \"t\": responseBytes Infinity is not a number from 0 on");
  }

  @Test
  void capacitiesArePositive() {
    assertThatThrownBy(() -> Limits.DEFAULT.pod("ui/ui", 0))
        .hasMessage("capacity podRequestsPerSecond of ui/ui is 0.0, but it must be positive");
    assertThatThrownBy(() -> new Limits(java.util.Map.of(), 0, 0, 1, 1))
        .hasMessage("capacity coreDnsReplicas is 0.0, but it must be positive");
  }

  @Test
  void unknownNamesAreAnsweredWithTheNameThatWasMeant() {
    WhatIf whatIf = WhatIf.on(cluster);
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").losingZone("us-west-2x")))
        .hasMessage("no zone \"us-west-2x\"; did you mean \"us-west-2a\"?");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").losingNode("nowhere")))
        .message()
        .startsWith("no node \"nowhere\"; there are ip-10-42-128-10");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").scaling("Deployment", "ui/u", 3)))
        .hasMessage("no Deployment \"ui/u\"; there is none");
    assertThatThrownBy(() -> whatIf.limits(Limits.DEFAULT.pod("ui/ui", 10)))
        .hasMessage("no workload \"ui/ui\"; there is none");
    assertThatThrownBy(
            () -> whatIf.traffic(Traffic.between("internet", "service/ui/ui")).asIs())
        .message()
        .startsWith("no Service \"ui/ui\"");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").with(new Delta.LoseNodes(4))))
        .hasMessage("4 nodes cannot be lost, there are 3");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").scaling("Deployment", "a/b", -1)))
        .hasMessage("Deployment a/b cannot have -1 replicas");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").times(-2)))
        .hasMessage("traffic cannot be multiplied by -2.0");
  }

  @Test
  void aNameIsUsedOnce() {
    Traffic traffic = Traffic.between("internet", "10.0.0.1:80").named("t");
    assertThatThrownBy(() -> WhatIf.on(cluster).traffic(traffic, traffic))
        .hasMessage("traffic \"t\" is there twice");
  }

  @Test
  void theClusterItselfIsNeverChanged() {
    long version = cluster.state().resourceVersion();
    CapacityReport report = WhatIf.on(cluster).given(Scenario.named("x").losingZone("us-west-2a"));
    assertThat(cluster.state().resourceVersion()).isEqualTo(version);
    assertThat(report.of(Metric.NODE_REQUESTS)).hasSize(2);
    assertThat(WhatIf.on(cluster).asIs().of(Metric.NODE_REQUESTS)).hasSize(3);
  }

  /** Unequal weights, so no closed form: two balls on bins of 3/4 and 1/4 have E[max] 26/16. */
  @Test
  void theHottestPodIsSimulatedWithinItsInterval() {
    Figure figure = HottestPods.simulate("t", new double[] {3, 1}, 2, 42);
    assertThat(figure.how()).isEqualTo(Figure.How.SIMULATED);
    assertThat(26 / 16.0).isBetween(figure.low() - 0.02, figure.high() + 0.02);
    Figure even = HottestPods.simulate("t", new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 100, 1);
    assertThat(even.value()).as("the exact mean is 15.125").isBetween(14.8, 15.4);
  }
}
