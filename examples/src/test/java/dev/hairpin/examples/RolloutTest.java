package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.Cluster;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.whatif.Rollout;
import dev.hairpin.whatif.RolloutReport;
import dev.hairpin.whatif.Traffic;
import dev.hairpin.whatif.law.RolloutLaw;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rolling updates of the store's front end: what operators report, in the order of size. */
class RolloutTest {
  private static final Traffic SHOPPERS =
      Traffic.between("internet", "ingress/ui/ui").perSecond(30).named("shoppers");
  private static final Traffic CALLS =
      Traffic.between("catalog/catalog", "http://ui.ui").perSecond(60).named("calls");

  /** The ALB goes on sending to a pod's address until its deregistration has spread. */
  @Test
  void withoutAHookTheLoadBalancerLosesWhatItSendsToPodsThatAreGone() {
    RolloutReport report =
        Rollout.of(Clusters.storeInRealTime(), "ui/ui").under(SHOPPERS, CALLS).with(0);

    assertThat(report.lost()).containsOnlyKeys("shoppers: LB_TARGET_FAILED");
    assertThat(report.lostConnections()).isBetween(60.0, 200.0);
    assertThat(report.timeLine().toString()).contains("shoppers from internet", "|exit", "####");
    assertThat(report.chart().toSvg()).startsWith("<svg");
  }

  @Test
  void theSmallestSafeHookIsFoundAndOneSecondLessLoses() {
    Rollout rollout = Rollout.of(Clusters.storeInRealTime(), "ui/ui").under(SHOPPERS);
    int safe = rollout.smallestPreStop(30).orElseThrow();

    assertThat(safe).isBetween(3, 8);
    assertThat(rollout.with(safe).lost()).isEmpty();
    assertThat(rollout.with(safe - 1).lostConnections()).isPositive();
  }

  /** aws-load-balancer-controller issue 1064: 5 s were not enough, with 25 s nothing failed. */
  @Test
  void whereDeregistrationSpreadsSlowlyFiveSecondsAreNotEnoughAndTwentyFiveAre() {
    Cluster slow = Clusters.storeInRealTime(Duration.ofSeconds(1), Timings.SLOW_NETWORK);
    Rollout rollout = Rollout.of(slow, "ui/ui").under(SHOPPERS);

    double none = rollout.with(0).lostConnections();
    double five = rollout.with(5).lostConnections();
    assertThat(none).isGreaterThan(five);
    assertThat(five).isPositive();
    assertThat(rollout.with(25).lostConnections()).isZero();
  }

  /**
   * The law of rollouts: a third of the rate for each of three pods, from their end until the
   * node's kube-proxy has synced. A kube-proxy that syncs every 12 s hears 12 s late at most.
   */
  @Test
  void aSlowKubeProxyLosesTheShareOfEachPodUntilItSyncs() {
    Cluster lazy = Clusters.storeInRealTime(Duration.ofSeconds(12), Timings.TYPICAL);
    Rollout rollout = Rollout.of(lazy, "ui/ui").under(CALLS);
    RolloutReport report = rollout.with(0);
    double most = 3 * RolloutLaw.lost(60, 1 / 3.0, 12.5, 1);

    assertThat(report.lostConnections()).isBetween(1.0, most);
    assertThat(rollout.with(15).lostConnections()).isZero();
  }

  /**
   * Connections live 5 s and pods end 1 s after they got the last new one: four fifths are open.
   */
  @Test
  void openConnectionsAreCutOffWhenTheirPodEnds() {
    Traffic keepAlive = CALLS.lasting(Duration.ofSeconds(20));
    Rollout rollout = Rollout.of(Clusters.storeInRealTime(), "ui/ui").under(keepAlive);

    RolloutReport none = rollout.with(0);
    RolloutReport hook = rollout.with(25);
    assertThat(none.cutOff()).as("of the 1,200 open ones most").isBetween(600.0, 1_500.0);
    assertThat(hook.cutOff()).as("all have ended before").isCloseTo(0, within(1e-9));
  }

  /**
   * Connections through the ALB live 12 s, and new ones come for 5 s after the deregistration: the
   * hook and the delay must each last 17 s, to a tick and the time until the controller has heard.
   */
  @Test
  void theSmallestDeregistrationDelayLetsOpenConnectionsEnd() {
    Traffic slow = SHOPPERS.lasting(Duration.ofSeconds(12));
    Rollout rollout = Rollout.of(Clusters.storeInRealTime(), "ui/ui").under(slow);
    Rollout.Settings safe = rollout.smallestSettings(60).orElseThrow();

    assertThat(safe.preStopSeconds().orElseThrow()).isBetween(14, 20);
    assertThat(safe.deregistrationDelaySeconds().orElseThrow()).isBetween(14, 20);
    assertThat(rollout.with(safe).cutOff()).isZero();
    int less = safe.deregistrationDelaySeconds().orElseThrow() - 1;
    RolloutReport cut = rollout.with(safe.deregistrationDelay(less));
    assertThat(cut.cutOff()).isPositive();
    assertThat(cut.lost()).isEmpty();
    assertThat(cut.toString()).contains(" and a deregistration delay of " + less + " s\n");
  }

  /**
   * A third of 30 connections a second that live 12 s: 120 are open on each of three pods when the
   * load balancer drops it, which it does at once; new ones are lost on none.
   */
  @Test
  void withoutADeregistrationDelayEveryConnectionThatIsOpenIsCutOff() {
    Traffic slow = SHOPPERS.lasting(Duration.ofSeconds(12));
    RolloutReport report = Rollout.of(Clusters.storeInRealTime(), "ui/ui")
        .under(slow)
        .with(Rollout.Settings.AS_IT_IS.preStop(60).deregistrationDelay(0));

    assertThat(report.lost()).isEmpty();
    assertThat(report.cutOff()).isBetween(360.0, 720.0);
  }

  /** Connections that no load balancer holds do not know of its delays. */
  @Test
  void theDeregistrationDelayEndsNothingThatGoesPastTheLoadBalancer() {
    Traffic calls = CALLS.lasting(Duration.ofSeconds(12));
    RolloutReport report = Rollout.of(Clusters.storeInRealTime(), "ui/ui")
        .under(SHOPPERS, calls)
        .with(Rollout.Settings.AS_IT_IS.preStop(60).deregistrationDelay(0));

    assertThat(report.cutOff()).isZero();
  }

  @Test
  void questionsThatMakeNoSenseAreRefused() {
    Cluster store = Clusters.storeInRealTime();
    assertThatThrownBy(() -> Rollout.of(store, "ui/uii"))
        .hasMessage("no Deployment \"ui/uii\"; did you mean \"ui/ui\"?");
    assertThatThrownBy(() -> Rollout.of(Clusters.store(), "ui/ui"))
        .hasMessage("everything happens at once in this cluster, so a rollout costs nothing; build"
            + " it with timing(Timing.REALISTIC)");
    Rollout rollout = Rollout.of(store, "ui/ui");
    assertThatThrownBy(() -> rollout.with(-1)).hasMessage("a preStop hook cannot sleep -1 s");
    assertThatThrownBy(() -> Rollout.Settings.AS_IT_IS.deregistrationDelay(3_601))
        .hasMessage("a deregistration delay of 3601 s is not within 0-3600");
    assertThatThrownBy(() -> rollout.smallestPreStop(-1)).hasMessage("nothing is within 0 to -1 s");
    assertThatThrownBy(() -> rollout.smallestSettings(3_601))
        .hasMessage("a deregistration delay of 3601 s is not within 0-3600");
    assertThatThrownBy(() -> rollout.lookingEvery(Duration.ZERO))
        .hasMessage("one cannot look every PT0S, but every PT0.001S to PT1H");
  }
}
