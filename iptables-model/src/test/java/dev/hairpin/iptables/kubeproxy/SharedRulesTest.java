package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.TableName;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the kube-proxies of a cluster's nodes have in common takes memory once. */
class SharedRulesTest {
  private static final int ENDPOINTS = 10;

  private final ClusterState state = new ClusterState(new VirtualClock(), 1);

  private void nodes(int count) {
    for (int n = 1; n <= count; n++) {
      String address = "192.0." + (2 + (n >> 8)) + "." + (n & 255);
      String block = "10." + (100 + (n >> 8)) + "." + (n & 255) + ".0/24";
      state.store(Fixtures.node("n" + n, address, block));
    }
  }

  private void services(int count) {
    for (int s = 0; s < count; s++) {
      state.store(Fixtures.service("web" + s, "10.96." + (s >> 8) + "." + (s & 255)));
      String[] addresses = new String[ENDPOINTS];
      for (int e = 0; e < ENDPOINTS; e++) {
        int number = s * ENDPOINTS + e;
        addresses[e] = "10.245." + (number >> 8) + "." + (number & 255);
      }
      state.store(Fixtures.slice("web" + s, addresses));
    }
  }

  private static DecisionProgram look(KubeProxies proxies, String node) {
    assertThat(proxies.rulesOf(node, IpFamily.IPV4)).isPresent();
    return proxies.programOf(node, IpFamily.IPV4).orElseThrow();
  }

  private static Written written(KubeProxies proxies, String node) {
    return proxies
        .proxyOf(node)
        .flatMap(proxy -> proxy.proxier(IpFamily.IPV4))
        .map(Proxier::shared)
        .orElseThrow(() -> new AssertionError(node + " shares nothing"));
  }

  private static Chain chain(KubeProxies proxies, String node, String prefix) {
    RuleSet rules = proxies.rulesOf(node, IpFamily.IPV4).orElseThrow();
    Table nat = rules.table(TableName.NAT).orElseThrow();
    return nat.chains().stream()
        .filter(chain -> chain.name().startsWith(prefix))
        .findFirst()
        .orElseThrow();
  }

  /** What is in use after garbage was collected. */
  private static long bytesInUse() {
    Runtime runtime = Runtime.getRuntime();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      System.gc();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  void rulesAndProgramsOf5000NodesTakeOneAndAHalfTimesThoseOfOneAnd4KibEach() {
    int nodes = 5_000;
    nodes(nodes);
    services(300);
    KubeProxies proxies = KubeProxy.newest().start(state);
    long before = bytesInUse();
    DecisionProgram one = look(proxies, "n1");
    long first = bytesInUse() - before;

    for (int n = 2; n <= nodes; n++) {
      assertThat(look(proxies, "n" + n).sharesCodeWith(one)).isTrue();
    }
    state.store(Fixtures.slice("web7", "10.246.0.1", "10.246.0.2"));
    DecisionProgram changed = look(proxies, "n1");
    for (int n = 2; n <= nodes; n++) {
      assertThat(look(proxies, "n" + n).sharesCodeWith(changed)).isTrue();
    }

    assertThat(bytesInUse() - before).isLessThan(first * 3 / 2 + nodes * 4_096L);
    // They are in use until here.
    assertThat(proxies.rulesOf("n1", IpFamily.IPV4)).isPresent();
  }

  @Test
  void nodesThatLagComeToShareWhatTheOthersHaveWrittenOneByOne() {
    nodes(3);
    services(5);
    KubeProxies proxies = KubeProxy.newest().start(state);
    for (int n = 1; n <= 3; n++) {
      look(proxies, "n" + n);
    }
    for (int i = 0; i < 100; i++) {
      state.store(Fixtures.slice("web" + i % 5, "10.246.0." + i, "10.246.1." + i));
      look(proxies, "n1");
      if (i % 7 == 0) {
        look(proxies, "n2");
      }
    }
    DecisionProgram first = look(proxies, "n1");

    assertThat(written(proxies, "n3")).isSameAs(written(proxies, "n1"));
    assertThat(written(proxies, "n2")).isSameAs(written(proxies, "n1"));
    assertThat(look(proxies, "n2").sharesCodeWith(first)).isTrue();
    assertThat(look(proxies, "n3").sharesCodeWith(first)).isTrue();
  }

  @Test
  void nodesWithoutEndpointsOfALocalServiceShareAllAndTheOthersAllChainsButItsOwn() {
    nodes(3);
    services(5);
    Service local = Fixtures.service("local", "10.97.0.1");
    state.store(new Service(
        local.metadata(),
        ServiceSpec.builder()
            .clusterIps(List.of("10.97.0.1"))
            .ipFamilies(List.of(IpFamily.IPV4))
            .internalTrafficPolicy(TrafficPolicy.LOCAL)
            .ports(local.spec().ports())
            .build(),
        List.of(),
        List.of()));
    // The fixture's endpoints are on a node a, which is not one of these three.
    state.store(Fixtures.slice("local", "10.244.9.1"));
    state.store(Fixtures.node("a", "192.0.2.250", "10.244.9.0/24"));
    KubeProxies proxies = KubeProxy.newest().start(state);

    assertThat(written(proxies, "n2")).isSameAs(written(proxies, "n1"));
    assertThat(written(proxies, "a")).isNotSameAs(written(proxies, "n1"));
    assertThat(chain(proxies, "a", "KUBE-SVL-").rules()).isNotEmpty();
    assertThat(chain(proxies, "n3", "KUBE-SEP-")).isSameAs(chain(proxies, "n1", "KUBE-SEP-"));
    List<String> differing = proxies
        .rulesOf("a", IpFamily.IPV4)
        .flatMap(rules -> rules.table(TableName.NAT))
        .orElseThrow()
        .chains()
        .stream()
        .filter(chain -> chain.name().startsWith("KUBE-SEP-"))
        .filter(chain -> proxies
            .rulesOf("n1", IpFamily.IPV4)
            .flatMap(rules -> rules.table(TableName.NAT))
            .flatMap(nat -> nat.chain(chain.name()))
            .filter(other -> other == chain)
            .isEmpty())
        .map(Chain::name)
        .toList();
    assertThat(differing).hasSize(1);
  }

  @Test
  void aNodeWhoseRulesSomebodyElseWritesGoesOnAlone() {
    nodes(2);
    services(2);
    KubeProxies proxies = KubeProxy.newest().start(state);
    String before = proxies.rulesOf("n2", IpFamily.IPV4).orElseThrow().save();
    Proxier proxier =
        proxies.proxyOf("n1").flatMap(proxy -> proxy.proxier(IpFamily.IPV4)).orElseThrow();

    proxier.rulesChanged(proxier.ruleSet().command("-N MINE"));
    state.store(Fixtures.slice("web1", "10.246.0.1"));
    String alone = proxies.rulesOf("n1", IpFamily.IPV4).orElseThrow().save();
    String other = proxies.rulesOf("n2", IpFamily.IPV4).orElseThrow().save();

    assertThat(alone).contains(":MINE", "10.246.0.1:8080", "! -s 10.100.1.0/24");
    assertThat(other)
        .contains("10.246.0.1:8080", "! -s 10.100.2.0/24")
        .doesNotContain(":MINE")
        .isNotEqualTo(before);
    assertThat(alone.replace(":MINE - [0:0]\n", "").replace("10.100.1.0/24", "10.100.2.0/24"))
        .isEqualTo(other);
  }
}
