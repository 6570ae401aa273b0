package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Node;
import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProxierTest {
  private final NodeProxy node = NodeProxy.start(
      KubeProxyVersion.V1_36,
      KubeProxyConfiguration.DEFAULT,
      SyncPropertiesTest.HOST,
      Fixtures.node("a", "192.0.2.1", "10.244.1.0/24"),
      Map.of(),
      false);
  private final Proxier proxier = node.proxier(IpFamily.IPV4).orElseThrow();

  @BeforeEach
  void syncOneService() {
    node.changed(new Change(null, Fixtures.service("web", "10.96.0.1")));
    node.changed(new Change(null, Fixtures.slice("web", "10.244.1.7")));
    node.sync(VirtualClock.EPOCH);
  }

  private SyncResult sync() {
    return node.sync(VirtualClock.EPOCH).get(0);
  }

  @Test
  void aFlushThatTakesTheCanaryAwayIsMadeGoodByAFullSync() {
    RuleSet before = proxier.ruleSet();

    proxier.rulesChanged(RuleSet.empty(IpFamily.IPV4));
    SyncResult result = sync();

    assertThat(result.fullSync()).isTrue();
    assertThat(result.ruleSet().save()).isEqualTo(before.save());
  }

  @Test
  void rulesOfOthersStayWhereTheyAre() {
    proxier.rulesChanged(
        proxier.ruleSet().command("-N MINE").command("-I FORWARD -s 10.0.0.0/8 -j MINE"));
    node.changed(new Change(null, Fixtures.slice("web", "10.244.1.9")));
    SyncResult result = sync();

    assertThat(result.fullSync()).isFalse();
    assertThat(result.ruleSet().save())
        .contains("-A FORWARD -s 10.0.0.0/8 -j MINE", "10.244.1.9:8080")
        .doesNotContain("10.244.1.7");
  }

  @Test
  void aChainThatSomeoneTookAwayMakesAPartialSyncFailAndTheNextOneFull() {
    RuleSet before = proxier.ruleSet();
    RuleSet without = before;
    for (String line : before.save().lines().toList()) {
      if (line.startsWith(":KUBE-SVC-")) {
        String chain = line.substring(1, line.indexOf(' '));
        without = without
            .command("-t nat -F KUBE-SERVICES")
            .command("-t nat -F " + chain)
            .command("-t nat -X " + chain);
      }
    }
    proxier.rulesChanged(without);

    SyncResult failed = sync();
    SyncResult next = sync();

    assertThat(failed.fullSync()).isFalse();
    assertThat(failed.failure()).isPresent();
    assertThat(next.fullSync()).isTrue();
    assertThat(next.failure()).isEmpty();
    assertThat(next.ruleSet().save()).isEqualTo(before.save());
  }

  /** Source: the node handlers of v1.30.5, which compare maps by {@code reflect.DeepEqual}. */
  @Test
  void toTheOldVersionANodeWithoutLabelsIsNewsOnlyAfterItHadSome() {
    Node bare = Fixtures.node("a", "192.0.2.1", "10.244.1.0/24");
    Node labelled = bare.withMetadata(bare.metadata().withLabels(Map.of("disk", "ssd")));
    NodeProxy old = NodeProxy.start(
        KubeProxyVersion.V1_30,
        KubeProxyConfiguration.DEFAULT,
        SyncPropertiesTest.HOST,
        bare,
        Map.of(),
        false);
    old.sync(VirtualClock.EPOCH);

    assertThat(full(old, null, bare)).isFalse();
    assertThat(full(old, bare, labelled)).isTrue();
    assertThat(full(old, labelled, labelled)).isFalse();
    assertThat(full(old, labelled, bare)).isTrue();
    assertThat(full(old, bare, bare)).as("an empty map is not like none").isTrue();
    assertThat(full(old, bare, null)).as("it is gone").isTrue();
    assertThat(full(old, null, bare)).isFalse();
  }

  @Test
  void toTheNewVersionOnlyTheZoneOfANodeIsNews() {
    Node bare = Fixtures.node("a", "192.0.2.1", "10.244.1.0/24");
    Node labelled = bare.withMetadata(bare.metadata().withLabels(Map.of("disk", "ssd")));
    Node zoned = bare.withMetadata(bare.metadata().withLabels(Map.of(Node.ZONE_LABEL, "z")));

    assertThat(full(node, null, bare)).isFalse();
    assertThat(full(node, bare, labelled)).isFalse();
    assertThat(full(node, labelled, zoned)).isTrue();
    assertThat(full(node, zoned, null)).as("its zone is remembered").isFalse();
    assertThat(full(node, null, zoned)).isFalse();
    assertThat(full(node, zoned, bare)).isTrue();
  }

  private static boolean full(NodeProxy proxy, @Nullable Node before, @Nullable Node after) {
    proxy.changed(new Change(before, after));
    return proxy.sync(VirtualClock.EPOCH).get(0).fullSync();
  }
}
