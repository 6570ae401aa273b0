package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.Cluster;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.whatif.Rollout;
import dev.hairpin.whatif.RolloutReport;
import dev.hairpin.whatif.RolloutReport.Mark;
import dev.hairpin.whatif.Traffic;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What users reported of rolling updates, played with the clocks that they met: the size of a loss
 * is that of their traffic, but where it begins and with which hook it ends must be theirs.
 */
class RolloutReportsTest {
  private static final Traffic PARTNERS =
      Traffic.between("internet", "service/ui/ui-nlb").perSecond(20).named("partners");
  private static final Traffic CALLS =
      Traffic.between("catalog/catalog", "http://ui.ui").perSecond(60).named("calls");

  /** AWS as it is, but for the time until the last node of a load balancer has heard. */
  private static Timings hearing(Duration deregistration) {
    Timings usual = Timings.TYPICAL;
    return new Timings(
        usual.networkProvisioning(),
        usual.applicationProvisioning(),
        usual.networkRegistration(),
        usual.applicationRegistration(),
        deregistration,
        usual.dnsTimeToLive(),
        usual.firstSuccesses());
  }

  private static Mark clock(RolloutReport report, String row) {
    return report.marks().stream()
        .filter(mark -> mark.row().startsWith(row))
        .findFirst()
        .orElseThrow();
  }

  /**
   * aws-load-balancer-controller issue 2106: some 502 without a hook, very few with 40 s, none with
   * 70 s. Nodes stay targets, so it is no deregistration that is late; the load balancer keeps its
   * connections to the pods for 60 s.
   */
  @Test
  void inInstanceModeKeptConnectionsAreCutOffUntilTheHookIsLongerThanTheyAreKept() {
    Rollout rollout = Rollout.of(Clusters.storeInRealTime(), "ui/ui")
        .under(PARTNERS.lasting(Duration.ofSeconds(60)));

    RolloutReport none = rollout.with(0);
    RolloutReport forty = rollout.with(40);
    RolloutReport seventy = rollout.with(70);

    assertThat(none.cutOff()).as("of 20 x 60 that are open").isBetween(900.0, 1_300.0);
    assertThat(forty.cutOff()).isBetween(1.0, none.cutOff() / 2);
    assertThat(seventy.cutOff()).isZero();
    assertThat(seventy.lost()).isEmpty();
  }

  /**
   * aws-load-balancer-controller issue 1858: errors for about a minute, though readiness gates held
   * the update back until the new targets were healthy. Since they hold it back for longer than a
   * minute, each of the three pods has a minute of its own.
   */
  @Test
  void inIpModeTheNetworkLoadBalancerSendsToPodsThatAreGoneForAsLongAsItHasNotHeard() {
    Cluster cluster =
        Clusters.storeInRealTime(Duration.ofSeconds(1), hearing(Duration.ofSeconds(60)));
    cluster.apply(Store.change("nlb-ip-mode.yaml"));
    cluster.apply("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: ui, labels: {elbv2.k8s.aws/pod-readiness-gate-inject: enabled}}
        """);
    cluster.advance(Duration.ofMinutes(10));
    cluster.controllers().workloads().restart("Deployment", "ui", "ui");
    cluster.advance(Duration.ofMinutes(30));
    Rollout rollout = Rollout.of(cluster, "ui/ui").under(PARTNERS);

    RolloutReport none = rollout.with(0);

    assertThat(none.lost()).as("nobody has the address").containsOnlyKeys("partners: NO_NEIGHBOUR");
    assertThat(secondsOfLoss(none))
        .as("three pods, one after the other")
        .isCloseTo(180, within(5.0));
    assertThat(rollout.with(30).lostConnections()).isPositive();
    assertThat(rollout.with(65).lost()).isEmpty();
  }

  private static double secondsOfLoss(RolloutReport report) {
    return report.tickSeconds()
        * (double) report.curve().stream().filter(loss -> loss.perSecond() > 0).count();
  }

  /** zalando/skipper issue 652: a window of 2 s, the time until who sends has heard. */
  @Test
  void behindAClusterIpTheWindowIsTheTimeUntilTheNextSync() {
    Cluster cluster = Clusters.storeInRealTime(Duration.ofSeconds(3), Timings.TYPICAL);
    Rollout rollout = Rollout.of(cluster, "ui/ui").under(CALLS);

    RolloutReport none = rollout.with(0);

    assertThat(none.lostConnections()).isPositive();
    assertThat(clock(none, "calls from ").to()).isBetween(1.0, 3.5);
    assertThat(rollout.with(2).lost()).isEmpty();
  }

  /**
   * A new pod takes 3 s to be ready; behind it come the EndpointSlice, the nodes' kube-proxies, and
   * last the load balancer, which registers and checks it first.
   */
  @Test
  void theClocksOfTheFirstNewPodSayWhenItTakesTraffic() {
    Traffic shoppers =
        Traffic.between("internet", "ingress/ui/ui").perSecond(30).named("shoppers");
    RolloutReport report =
        Rollout.of(Clusters.storeInRealTime(), "ui/ui").under(shoppers, CALLS).run();

    assertThat(report.coming())
        .extracting(Mark::then)
        .containsExactly("ready", "ready", "sends", "sends");
    double ready = report.coming().get(0).to();
    double listed = report.coming().get(1).to();
    double shopped = report.coming().get(2).to();
    double called = report.coming().get(3).to();
    assertThat(ready).isCloseTo(3, within(1.0));
    assertThat(listed).isBetween(ready, ready + 1);
    assertThat(called).isBetween(listed, listed + 2);
    assertThat(shopped).as("registration and a health check").isBetween(listed + 5, listed + 30);
    assertThat(report.comingTimeLine().toString())
        .startsWith("rolling update of ui/ui: its first new pod\n")
        .contains("shoppers from internet", "|sends", "ready at ");
  }
}
