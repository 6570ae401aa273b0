package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
}
