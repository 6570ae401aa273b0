package dev.hairpin.lb.elb.alb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TargetKeepAliveTest {
  private static TargetKeepAlive of(int targetSeconds, int idleSeconds) {
    return new TargetKeepAlive(
        Duration.ofSeconds(targetSeconds), Duration.ofSeconds(idleSeconds), Duration.ofMillis(1));
  }

  @Test
  void aRequestThatMeetsTheTargetsFinIs502() {
    TargetKeepAlive node = of(5, 60);

    assertThat(node.after(Duration.ofMillis(4999))).isEqualTo(TargetKeepAlive.Reuse.REUSED);
    assertThat(node.after(Duration.ofSeconds(5))).isEqualTo(TargetKeepAlive.Reuse.BAD_GATEWAY);
    assertThat(node.after(Duration.ofMillis(5001))).isEqualTo(TargetKeepAlive.Reuse.NEW_CONNECTION);
  }

  @Test
  void aTargetThatKeepsLongerThanTheLoadBalancerNeverCauses502() {
    TargetKeepAlive good = of(65, 60);

    for (int ms = 0; ms < 120_000; ms += 7) {
      assertThat(good.after(Duration.ofMillis(ms))).isNotEqualTo(TargetKeepAlive.Reuse.BAD_GATEWAY);
    }
    assertThat(good.badGatewayShare(Duration.ofSeconds(10))).isZero();
    assertThat(good.advice()).isEmpty();
  }

  @Test
  void theShareIsTheChanceOfAPauseInTheWindow() {
    // 1 ms of a density of e^(-5/10) / 10 s.
    assertThat(of(5, 60).badGatewayShare(Duration.ofSeconds(10)))
        .isCloseTo(Math.exp(-0.5) * 1e-4, within(1e-8));
    assertThat(of(5, 60).advice())
        .contains("the target closes idle connections after 5 s, the load balancer after 60 s:"
            + " let the target keep them longer, for example 65 s");
  }
}
