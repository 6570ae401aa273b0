package dev.hairpin.lb.elb.cost;

import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.LoadBalancer;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.Workshop;
import dev.hairpin.lb.elb.cost.Usage.Kind;
import dev.hairpin.path.trace.Fraction;
import org.junit.jupiter.api.Test;

class CostTest {

  @Test
  void aHundredConnectionsASecondWithTwentyRulesTakeSixUnits() {
    Usage usage = new Usage(Kind.ALB, 100, 180, 1e6, 400, 20);

    assertThat(usage.units())
        .hasToString(
            "new 4.00, active 6.00, bytes 3.60, rules 4.00 -> 6.00" + " (ACTIVE_CONNECTIONS)");
    assertThat(Prices.of("us-west-2").hour(usage)).isEqualByComparingTo("0.0705");
  }

  @Test
  void theFirstExampleOfThePricingPageIsBilledByItsBytes() {
    // One new connection a second, two minutes each, five requests a second, 300 KB/s, 60 rules.
    Usage usage = new Usage(Kind.ALB, 1, 120, 300_000, 5, 60);

    assertThat(usage.units())
        .hasToString("new 0.04, active 0.04, bytes 1.08, rules 0.25 -> 1.08 (PROCESSED_BYTES)");
    assertThat(Prices.of("us-east-1").hour(usage)).isEqualByComparingTo("0.03114");
  }

  @Test
  void theSameTrafficAtANetworkLoadBalancerIsBilledByItsBytes() {
    Usage usage = Usage.network(Kind.NLB_TCP, 100, 180, 1e6);

    assertThat(usage.units())
        .hasToString("new 0.13, active 0.18, bytes 3.60, rules 0.00 -> 3.60 (PROCESSED_BYTES)");
    assertThat(Prices.of("us-east-1").hour(usage)).isEqualByComparingTo("0.0441");
  }

  @Test
  void udpAndTlsHaveTheirOwnUnits() {
    assertThat(Usage.network(Kind.NLB_UDP, 400, 10, 0).units().newConnections()).isEqualTo(1);
    assertThat(Usage.network(Kind.NLB_TLS, 100, 10, 0).units().newConnections()).isEqualTo(2);
    assertThat(Usage.network(Kind.NLB_TLS, 50, 120, 0).units().billed())
        .isEqualTo(Usage.Dimension.ACTIVE_CONNECTIONS);
  }

  @Test
  void tenRulesAreFree() {
    assertThat(new Usage(Kind.ALB, 0, 0, 0, 1000, 10).units().ruleEvaluations()).isZero();
    assertThat(new Usage(Kind.ALB, 0, 0, 0, 1000, 11).units().ruleEvaluations()).isEqualTo(1);
  }

  @Test
  void twoThirdsOfAThousandRequestsOfElevenKilobytesCrossZones() {
    double bytesADay = 1000 * 11_000 * 86_400.0;
    double crossing = bytesADay * 0.66;

    assertThat(Prices.of("us-west-2").crossZone(crossing).doubleValue())
        .isCloseTo(12.54, within(0.01));
  }

  @Test
  void crossZoneLoadBalancingOverThreeEvenZonesCrossesTwoThirds() {
    Workshop w = new Workshop();
    String lb = w.network(LoadBalancer.CROSS_ZONE, "true");
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa", "i-0bb", "i-0cc");
    w.settle();
    assertThat(CrossZone.share(w.elb, lb, group)).isEqualTo(Fraction.of(2, 3));

    w.elb.modifyLoadBalancer(
        lb,
        LoadBalancer.network("k8s-ui-uinlb-cad95071ca")
            .internetFacing()
            .subnets("pub-a", "pub-b", "pub-c")
            .build());
    assertThat(CrossZone.share(w.elb, lb, group)).isEqualTo(Fraction.ZERO);
  }

  @Test
  void figuresHaveADateAndUnknownRegionsAnError() {
    assertThat(Prices.of("us-west-2").asOf()).isEqualTo("2023-05-31");
    assertThat(CapacityUnit.asOf()).isEqualTo("2023-05-31");
    assertThatThrownBy(() -> Prices.of("mars-1"))
        .hasMessage("no prices are known for region \"mars-1\"; there are [us-east-1, us-east-2,"
            + " us-west-2]");
    assertThatThrownBy(() -> Usage.network(Kind.NLB_TCP, -1, 0, 0))
        .hasMessageContaining("new -1.0");
  }
}
