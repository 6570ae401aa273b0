package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.Taint;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.Listener;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KubeProxiesTest {
  private final VirtualClock clock = new VirtualClock();
  private final ClusterState state = new ClusterState(clock, 1);

  private void storeShop() {
    state.store(Fixtures.node("a", "192.0.2.1", "10.244.1.0/24"));
    state.store(Fixtures.service("web", "10.96.0.1"));
    state.store(Fixtures.slice("web", "10.244.1.7"));
  }

  private static String rules(KubeProxies proxies) {
    return proxies.rulesOf("a", IpFamily.IPV4).map(RuleSet::save).orElse("");
  }

  @Test
  void aNodesRulesFollowTheCluster() {
    storeShop();
    KubeProxies proxies = KubeProxy.newest().start(state);

    assertThat(rules(proxies))
        .contains("! -s 10.244.1.0/24 -d 10.96.0.1/32")
        .contains("--to-destination 10.244.1.7:8080");

    state.store(Fixtures.slice("web", "10.244.1.9"));

    assertThat(rules(proxies))
        .contains("--to-destination 10.244.1.9:8080")
        .doesNotContain("10.244.1.7");
  }

  @Test
  void theFilterIsTheSameObjectUntilTheRulesChange() {
    storeShop();
    KubeProxies proxies = KubeProxy.newest().start(state);
    PacketFilter before = proxies.filterOf("a").orElseThrow();

    assertThat(proxies.filterOf("a")).containsSame(before);

    state.store(Fixtures.slice("web", "10.244.1.9"));

    assertThat(proxies.filterOf("a").orElseThrow()).isNotSameAs(before);
  }

  @Test
  void aNodeThatIsNotThereHasNoRules() {
    assertThat(KubeProxy.newest().start(state).filterOf("b")).isEmpty();
  }

  @Test
  void withoutBlocksOfPodsNothingTellsPodsFromOthers() {
    state.store(Fixtures.node("a", "192.0.2.1", ""));
    state.store(Fixtures.service("web", "10.96.0.1"));
    state.store(Fixtures.slice("web", "10.244.1.7"));

    assertThat(rules(KubeProxy.newest().start(state))).doesNotContain("! -s 10");
  }

  @Test
  void aNodeThatGetsItsBlockOfPodsLaterIsKnownByItThen() {
    storeShop();
    state.store(Fixtures.node("a", "192.0.2.1", ""));
    KubeProxies proxies = KubeProxy.newest().start(state);
    String before = rules(proxies);

    state.store(Fixtures.node("a", "192.0.2.1", "10.244.5.0/24"));

    assertThat(before).doesNotContain("10.244.5.0/24");
    assertThat(rules(proxies)).contains("! -s 10.244.5.0/24");
  }

  @Test
  void pacedSyncsAreASecondApartAfterABurstOfTwoIn130() {
    assertThat(delaysOfSyncs(KubeProxyVersion.V1_30)).containsExactly(0L, 0L, 1000L, 2000L, 3000L);
  }

  @Test
  void pacedSyncsAreASecondApartWithoutBurstIn136() {
    assertThat(delaysOfSyncs(KubeProxyVersion.V1_36)).containsExactly(0L, 1000L, 2000L, 3000L);
  }

  /** When the syncs run if something changes every 100 ms for 2.5 s. */
  private List<Long> delaysOfSyncs(KubeProxyVersion version) {
    storeShop();
    KubeProxies proxies =
        KubeProxy.ofVersion(version).withPacing(KubeProxy.Pacing.REAL).start(state);
    List<Long> times = new ArrayList<>();
    proxies.onSync((node, result) ->
        times.add(Duration.between(VirtualClock.EPOCH, clock.now()).toMillis()));
    clock.advance(Duration.ZERO);
    for (int i = 0; i < 25; i++) {
      state.store(Fixtures.slice("web", "10.244.1." + (10 + i)));
      clock.advance(Duration.ofMillis(100));
    }
    clock.advance(Duration.ofSeconds(2));
    return times;
  }

  @Test
  void pacedSyncsComeOnceAnHourWithoutAChange() {
    storeShop();
    KubeProxies proxies = KubeProxy.newest().withPacing(KubeProxy.Pacing.REAL).start(state);
    List<Boolean> full = new ArrayList<>();
    proxies.onSync((node, result) -> full.add(result.fullSync()));

    clock.advance(Duration.ofHours(2));

    // The run after exactly an hour is not yet more than an hour after the last full sync.
    assertThat(full).containsExactly(true, false, true);
  }

  private static Service withHealthCheckNodePort(int port) {
    return new Service(
        ObjectMeta.of("shop", "ui"),
        ServiceSpec.builder()
            .type(ServiceType.LOAD_BALANCER)
            .clusterIps(List.of("10.96.0.2", "fd00::2"))
            .ipFamilies(List.of(IpFamily.IPV4, IpFamily.IPV6))
            .externalTrafficPolicy(TrafficPolicy.LOCAL)
            .healthCheckNodePort(port)
            .ports(List.of(ServicePort.tcp("http", 80, 8080)))
            .build(),
        List.of(),
        List.of());
  }

  private static Node dualStackNode() {
    Node node = Fixtures.node("a", "192.0.2.1", "10.244.1.0/24");
    return new Node(
        node.metadata(),
        node.podCidrs(),
        "",
        false,
        List.of(),
        List.of(
            new NodeAddress("InternalIP", "192.0.2.1"), new NodeAddress("InternalIP", "fd01::1")),
        List.of(),
        Map.of("cpu", "7910m"));
  }

  private List<String> servers(KubeProxies proxies) {
    return proxies.servers("a").stream().map(l -> l.address() + " " + l.port()).toList();
  }

  @Test
  void bothFamiliesWantTheSameHealthCheckAddressIn130AndTheSecondOneFails() {
    state.store(dualStackNode());
    state.store(withHealthCheckNodePort(32_100));

    assertThat(servers(KubeProxy.ofVersion(KubeProxyVersion.V1_30).start(state)))
        .containsExactly("0.0.0.0 10256", "0.0.0.0 32100");
    assertThat(state.events())
        .extracting(ObjectEvent::message)
        .containsExactly("node a failed to start healthcheck \"shop/ui\" on port 32100:"
            + " listen tcp 0.0.0.0:32100: bind: address already in use");
  }

  @Test
  void eachFamilyHasAHealthCheckAddressOfItsOwnIn136() {
    state.store(dualStackNode());
    state.store(withHealthCheckNodePort(32_100));

    assertThat(servers(KubeProxy.newest().start(state)))
        .containsExactly("0.0.0.0 10256", "0.0.0.0 32100", ":: 32100");
    assertThat(state.events()).isEmpty();
  }

  @Test
  void theServersAreTheSameObjectUntilOneIsStartedOrStopped() {
    storeShop();
    KubeProxies proxies = KubeProxy.newest().start(state);
    List<Listener> before = proxies.servers("a");
    state.store(Fixtures.slice("web", "10.244.1.9"));

    assertThat(proxies.servers("a")).isSameAs(before);

    state.store(withHealthCheckNodePort(32_100));

    assertThat(proxies.servers("a")).hasSize(2);
  }

  @Test
  void theServersAnswerByTheirPortAndPath() {
    storeShop();
    state.store(withHealthCheckNodePort(32_100));
    KubeProxies proxies = KubeProxy.newest().start(state);

    assertThat(proxies.httpStatus("a", 10_256, "/healthz")).hasValue(200);
    assertThat(proxies.httpStatus("a", 10_256, "/")).hasValue(404);
    assertThat(proxies.httpStatus("a", 32_100, "/")).hasValue(503);
    assertThat(proxies.httpStatus("a", 32_101, "/")).isEmpty();
    assertThat(proxies.httpStatus("b", 10_256, "/healthz")).isEmpty();
  }

  @Test
  void aNodeThatTheAutoscalerWillRemoveIsNotHealthyForLoadBalancers() {
    storeShop();
    KubeProxies proxies = KubeProxy.newest().start(state);
    assertThat(proxies.healthOf("a").orElseThrow().isNodeEligible()).isTrue();

    state.store(Fixtures.node("a", "192.0.2.1", "10.244.1.0/24")
        .withSchedulability(
            false, List.of(new Taint(ProxyHealthServer.TO_BE_DELETED, "", "NoSchedule"))));

    assertThat(proxies.httpStatus("a", 10_256, "/healthz")).hasValue(503);
    assertThat(proxies.httpStatus("a", 10_256, "/livez")).hasValue(200);
  }

  @Test
  void aChangeThatWaitsTooLongMakesAPacedKubeProxyUnhealthyUntilItIsSynced() {
    storeShop();
    KubeProxyConfiguration slow = KubeProxyConfiguration.fromTree(
        Map.of("iptables", Map.of("minSyncPeriod", "5m", "syncPeriod", "10s")));
    KubeProxies proxies = KubeProxy.newest()
        .withConfiguration(slow)
        .withPacing(KubeProxy.Pacing.REAL)
        .start(state);
    clock.advance(Duration.ofSeconds(1));
    state.store(Fixtures.slice("web", "10.244.1.9"));

    clock.advance(Duration.ofSeconds(19));
    assertThat(proxies.httpStatus("a", 10_256, "/livez")).hasValue(200);
    clock.advance(Duration.ofSeconds(1));
    assertThat(proxies.httpStatus("a", 10_256, "/livez")).hasValue(503);
    clock.advance(Duration.ofMinutes(5));
    assertThat(proxies.httpStatus("a", 10_256, "/livez")).hasValue(200);
  }

  @Test
  void connectionTrackingIsSetUpByTheConfigurationAndTheCores() {
    state.store(dualStackNode());

    assertThat(KubeProxy.newest().start(state).sysctls("a"))
        .containsExactly(
            Map.entry("net.netfilter.nf_conntrack_max", "262144"),
            Map.entry("net.netfilter.nf_conntrack_tcp_timeout_established", "86400"),
            Map.entry("net.netfilter.nf_conntrack_tcp_timeout_close_wait", "3600"));
  }

  @Test
  void aKubeProxyThatMakesConnectionTrackingLiberalDropsNoInvalidPackets() {
    storeShop();
    KubeProxyConfiguration liberal = KubeProxyConfiguration.fromTree(
        Map.of("conntrack", Map.of("tcpBeLiberal", true, "maxPerCore", 0)));
    KubeProxies proxies = KubeProxy.newest().withConfiguration(liberal).start(state);

    assertThat(rules(proxies)).doesNotContain("INVALID");
    assertThat(proxies.sysctls("a"))
        .containsEntry("net.netfilter.nf_conntrack_tcp_be_liberal", "1")
        .doesNotContainKey("net.netfilter.nf_conntrack_max");
  }
}
