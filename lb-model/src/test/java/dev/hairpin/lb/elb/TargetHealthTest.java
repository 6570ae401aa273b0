package dev.hairpin.lb.elb;

import static dev.hairpin.lb.elb.ListenerProtocol.HTTP;
import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetHealthTest {

  @Test
  void targetsOfAGroupThatNoListenerUsesAreUnused() {
    Workshop w = new Workshop();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));

    w.register(group, 30080, "i-0aa");
    w.pass(600);

    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.NOT_IN_USE);
    assertThat(w.probes).isEmpty();
  }

  @Test
  void aTargetIsInitialUntilItsFirstCheckSucceeds() {
    Workshop w = new Workshop(Timings.TYPICAL);
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.pass(150);

    w.register(group, 30080, "i-0aa");
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.REGISTERING);

    w.answers.put("i-0aa", HealthProbe.Result.Answered.connected(Duration.ofSeconds(2)));
    w.pass(90);
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.CHECKING);

    w.pass(2);
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.HEALTHY);
  }

  @Test
  void checksBeginOnlyWhenTheLoadBalancerIsActive() {
    Workshop w = new Workshop(Timings.TYPICAL);
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa");

    w.pass(239);
    assertThat(w.probes).isEmpty();
    w.pass(1);
    assertThat(w.probes).hasSize(1);
  }

  @Test
  void aNetworkTargetOnABadDayTakesFourAndAHalfMinutes() {
    Workshop w = new Workshop(Timings.SLOW_NETWORK);
    String lb = w.network();
    HealthCheck slow = new HealthCheck(TCP, null, "/", 30, 10, 3, 3, new Matcher("200-399"));
    String group = w.group(TargetGroup.ips("ui", TCP, 8080).healthCheck(slow));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.pass(600);

    w.register(group, 8080, "10.0.11.34");
    w.pass(239);
    assertThat(w.health(group, "10.0.11.34", 8080).state()).isEqualTo(TargetHealthState.INITIAL);
    w.pass(1);
    assertThat(w.health(group, "10.0.11.34", 8080)).isEqualTo(TargetHealth.HEALTHY);
  }

  @Test
  void aHealthyTargetFailsThreeTimesAndSucceedsThreeTimes() {
    Workshop w = new Workshop();
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa");
    w.settle();

    w.answers.put("i-0aa", HealthProbe.Result.Failed.refused());
    w.pass(20);
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.HEALTHY);
    w.pass(10);
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.FAILED);

    w.answers.clear();
    w.pass(20);
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.FAILED);
    w.pass(10);
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.HEALTHY);
  }

  @Test
  void localPolicyMakesExactlyTheNodesWithAPodHealthy() {
    Workshop w = new Workshop();
    String lb = w.network();
    String group =
        w.group(TargetGroup.instances("ui", TCP, 30080).healthCheck(HealthCheck.ofNodePort(32181)));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.answers.put("i-0aa", HealthProbe.Result.Answered.code(503));
    w.answers.put("i-0cc", HealthProbe.Result.Answered.code(503));
    w.register(group, 30080, "i-0aa", "i-0bb", "i-0cc");
    w.pass(10);

    assertThat(w.health(group, "i-0bb", 30080)).isEqualTo(TargetHealth.HEALTHY);
    assertThat(w.health(group, "i-0cc", 30080))
        .isEqualTo(new TargetHealth(
            TargetHealthState.UNHEALTHY,
            "Target.ResponseCodeMismatch",
            "Health checks failed with these codes: [503]"));
    assertThat(w.probes.get(0).destination()).hasToString("10.0.10.5:32181");
    assertThat(w.probes.get(0).check().path()).isEqualTo("/healthz");
  }

  @Test
  void anHttpCheckWithoutAnswerTimesOutAfterItsTimeout() {
    Workshop w = new Workshop();
    String lb = w.application();
    String group = w.group(TargetGroup.ips("ui", HTTP, 8080));
    w.elb.createListener(Listener.forwarding(lb, 80, HTTP, group));
    w.answers.put("10.0.11.34", new HealthProbe.Result.TimedOut());
    w.register(group, 8080, "10.0.11.34");

    w.pass(19);
    assertThat(w.health(group, "10.0.11.34", 8080)).isEqualTo(TargetHealth.CHECKING);
    w.pass(1);
    assertThat(w.health(group, "10.0.11.34", 8080)).isEqualTo(TargetHealth.TIMED_OUT);
  }

  @Test
  void anAnswerThatComesTooLateIsNone() {
    Workshop w = new Workshop();
    String lb = w.application();
    String group = w.group(TargetGroup.ips("ui", HTTP, 8080));
    w.elb.createListener(Listener.forwarding(lb, 80, HTTP, group));
    w.answers.put("10.0.11.34", new HealthProbe.Result.Answered(200, Duration.ofSeconds(6)));
    w.register(group, 8080, "10.0.11.34");
    w.pass(20);

    assertThat(w.health(group, "10.0.11.34", 8080)).isEqualTo(TargetHealth.TIMED_OUT);
  }

  @Test
  void aDeregisteredTargetDrainsForTheDelayAndIsGone() {
    Workshop w = new Workshop();
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080)
        .attribute("deregistration_delay.timeout_seconds", "120"));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa");
    w.settle();

    w.deregister(group, 30080, "i-0aa");
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.DEREGISTERING);
    w.pass(119);
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.DEREGISTERING);
    w.pass(1);
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.NOT_REGISTERED);
  }

  @Test
  void aTargetThatIsRegisteredAgainWhileItDrainsBeginsAnew() {
    Workshop w = new Workshop();
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa");
    w.settle();
    w.deregister(group, 30080, "i-0aa");

    w.register(group, 30080, "i-0aa");
    w.pass(1000);

    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.HEALTHY);
  }

  @Test
  void anUnusedTargetIsGoneAtOnce() {
    Workshop w = new Workshop();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.register(group, 30080, "i-0aa");

    w.deregister(group, 30080, "i-0aa");

    assertThat(w.elb.targetGroup(group).targets()).isEmpty();
  }

  @Test
  void aTargetInAZoneThatIsNotEnabledIsUnusedUntilItsSubnetIsAdded() {
    Workshop w = new Workshop();
    LoadBalancer twoZones =
        LoadBalancer.network("nlb").subnets("pub-a", "pub-b").build();
    String lb = w.elb.createLoadBalancer(twoZones);
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0cc");
    w.settle();
    assertThat(w.health(group, "i-0cc", 30080)).isEqualTo(TargetHealth.ZONE_NOT_ENABLED);

    w.elb.modifyLoadBalancer(
        lb, LoadBalancer.network("nlb").subnets("pub-a", "pub-b", "pub-c").build());
    w.settle();
    assertThat(w.health(group, "i-0cc", 30080)).isEqualTo(TargetHealth.HEALTHY);
  }

  @Test
  void aStoppedInstanceIsUnused() {
    Workshop w = new Workshop();
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa");
    w.settle();

    w.vpc.put(
        new Vpc.Instance("i-0aa", Workshop.A, w.vpc.instance("i-0aa").get().address(), false));
    w.elb.instancesChanged();
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.STOPPED);
  }

  @Test
  void theAddressOfALoadBalancerIsNoTarget() {
    Workshop w = new Workshop();
    String lb = w.network();
    String group = w.group(TargetGroup.ips("ui", TCP, 8080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    String own = w.elb.loadBalancer(lb).nodes().get(0).privateAddress().toString();
    w.register(group, 8080, own);

    assertThat(w.health(group, own, 8080)).isEqualTo(TargetHealth.IP_UNUSABLE);
  }

  @Test
  void deletingTheListenerMakesTargetsUnusedAgain() {
    Workshop w = new Workshop();
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    String listener = w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa");
    w.settle();
    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.HEALTHY);

    w.elb.deleteListener(listener);
    int before = w.probes.size();
    w.pass(100);

    assertThat(w.health(group, "i-0aa", 30080)).isEqualTo(TargetHealth.NOT_IN_USE);
    assertThat(w.probes).hasSize(before);
  }

  @Test
  void checksComeFromTheNodeOfTheTargetsZone() {
    Workshop w = new Workshop();
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0bb");
    w.settle();

    assertThat(w.probes.get(0).source())
        .isEqualTo(w.elb.loadBalancer(lb).nodeIn(Workshop.B).get().privateAddress());
  }

  @Test
  void theMatcherTakesCodesListsAndRanges() {
    Matcher matcher = new Matcher("200-299,302");
    assertThat(List.of(200, 204, 299, 302)).allMatch(matcher::matches);
    assertThat(List.of(199, 300, 301, 303)).noneMatch(matcher::matches);
  }
}
