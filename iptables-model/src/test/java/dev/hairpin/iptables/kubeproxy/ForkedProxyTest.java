package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** kube-proxy in a fork of a cluster: it goes on where the original is, and alone from there. */
class ForkedProxyTest {

  private static final List<String> NODES = List.of("a", "b");

  /** Changes a state at random; now and then somebody looks at the rules of a node. */
  private static final class Walk {
    private final Random random;
    private final SyncPropertiesTest.Cluster objects;

    Walk(long seed) {
      this.random = new Random(seed);
      this.objects = new SyncPropertiesTest.Cluster(seed);
    }

    void go(ClusterState state, KubeProxies proxies, int steps) {
      for (int i = 0; i < steps; i++) {
        switch (random.nextInt(10)) {
          case 0 -> state.store(node("a", random));
          case 1, 2, 3 -> rules(proxies, NODES.get(random.nextInt(2)));
          default -> make(state, objects.change());
        }
      }
    }

    private static Node node(String name, Random random) {
      Node node = Fixtures.node(name, "192.0.2.1", "10.244." + random.nextInt(2) + ".0/24");
      return random.nextBoolean() ? node : zoned(node, "zone-" + random.nextInt(2));
    }

    private static Node zoned(Node node, String zone) {
      return new Node(
          node.metadata().withLabels(Map.of(Node.ZONE_LABEL, zone)),
          node.podCidrs(),
          "",
          false,
          List.of(),
          node.addresses(),
          List.of(),
          Map.of());
    }
  }

  private static void make(ClusterState state, Change change) {
    KubeObject after = change.after();
    if (after == null) {
      state.remove(change.key());
    } else {
      state.store(after);
    }
  }

  private static String rules(KubeProxies proxies, String node) {
    return proxies.rulesOf(node, IpFamily.IPV4).map(RuleSet::save).orElse("");
  }

  private static String rules(KubeProxies proxies) {
    return rules(proxies, "a") + rules(proxies, "b");
  }

  private static ClusterState twoNodes() {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    state.store(Fixtures.node("a", "192.0.2.1", "10.244.1.0/24"));
    state.store(Fixtures.node("b", "192.0.2.2", "10.244.2.0/24"));
    return state;
  }

  private static ClusterState fork(ClusterState state) {
    return state.fork(new VirtualClock(state.clock().now()));
  }

  @Property(tries = 150)
  void afterDifferentChangesBothSidesHaveTheRulesOfAFreshStart(
      @ForAll long seed, @ForAll KubeProxyVersion version) {
    ClusterState state = twoNodes();
    KubeProxy addOn = KubeProxy.ofVersion(version);
    KubeProxies original = addOn.start(state);
    new Walk(seed).go(state, original, 25);
    ClusterState forked = fork(state);
    KubeProxies fork = original.in(forked);

    new Walk(seed + 1).go(forked, fork, 15);
    new Walk(seed + 2).go(state, original, 15);

    assertThat(rules(fork)).isEqualTo(rules(addOn.start(forked)));
    assertThat(rules(original)).isEqualTo(rules(addOn.start(state)));
  }

  @Property(tries = 50)
  void aForkOfAForkDoesWhatItsOriginalDoesAfterTheSameChanges(
      @ForAll long seed, @ForAll KubeProxyVersion version) {
    ClusterState state = twoNodes();
    KubeProxies original = KubeProxy.ofVersion(version).start(state);
    new Walk(seed).go(state, original, 15);
    ClusterState second = fork(state);
    KubeProxies inSecond = original.in(second);
    new Walk(seed + 1).go(second, inSecond, 10);
    ClusterState third = fork(second);
    KubeProxies inThird = inSecond.in(third);
    List<String> ofSecond = whatSyncsDo(inSecond);
    List<String> ofThird = whatSyncsDo(inThird);

    new Walk(seed + 2).go(second, inSecond, 10);
    new Walk(seed + 2).go(third, inThird, 10);

    assertThat(ofThird).isEqualTo(ofSecond);
    assertThat(rules(inThird)).isEqualTo(rules(inSecond));
    assertThat(inThird.servers("a")).isEqualTo(inSecond.servers("a"));
  }

  private static List<String> whatSyncsDo(KubeProxies proxies) {
    List<String> done = new ArrayList<>();
    proxies.onSync((node, result) -> done.add(node
        + (result.fullSync() ? " full " : " ")
        + result.conntrackCommands()
        + result.conntrackListed()
        + result.healthCheckEvents()
        + result.events()));
    return done;
  }

  @Test
  void aPacedForkSyncsWhenTheOriginalDoes() {
    ClusterState state = twoNodes();
    KubeProxies original = KubeProxy.newest().withPacing(KubeProxy.Pacing.REAL).start(state);
    state.clock().advance(Duration.ofSeconds(3));
    state.store(Fixtures.service("web", "10.96.0.1"));
    state.clock().advance(Duration.ofMillis(400));
    state.store(Fixtures.slice("web", "10.244.1.7"));
    ClusterState forked = fork(state);
    KubeProxies fork = original.in(forked);
    List<String> ofOriginal = timesOfSyncs(original, state);
    List<String> ofFork = timesOfSyncs(fork, forked);

    state.clock().advance(Duration.ofSeconds(10));
    forked.clock().advance(Duration.ofSeconds(10));

    assertThat(ofFork).isEqualTo(ofOriginal).containsExactly("a PT4S", "b PT4S");
    assertThat(rules(fork)).contains("10.244.1.7:8080").isEqualTo(rules(original));
  }

  private static List<String> timesOfSyncs(KubeProxies proxies, ClusterState state) {
    List<String> times = new ArrayList<>();
    proxies.onSync((node, result) -> times.add(
        node + " " + Duration.between(VirtualClock.EPOCH, state.clock().now())));
    return times;
  }

  @Test
  void whatAPacedOriginalLearnsAfterItsForkTheForkDoesNotWrite() {
    ClusterState state = twoNodes();
    KubeProxies original = KubeProxy.newest().withPacing(KubeProxy.Pacing.REAL).start(state);
    ClusterState forked = fork(state);
    KubeProxies fork = original.in(forked);
    state.store(Fixtures.service("web", "10.96.0.1"));

    state.clock().advance(Duration.ofSeconds(1));
    forked.clock().advance(Duration.ofSeconds(1));

    assertThat(rules(original, "a")).contains("10.96.0.1");
    assertThat(rules(fork, "a")).contains("KUBE-SERVICES").doesNotContain("10.96.0.1");
  }

  @Test
  void manyChangesThatNobodyLooksAtAreAllTakenIn() {
    ClusterState state = twoNodes();
    KubeProxies original = KubeProxy.newest().start(state);
    rules(original);
    ClusterState forked = fork(state);
    KubeProxies fork = original.in(forked);
    forked.store(Fixtures.service("web", "10.96.0.1"));
    for (int i = 0; i <= 2 * Backlog.MOST; i++) {
      forked.store(Fixtures.slice("web", "10.244." + i / 250 + "." + (1 + i % 250)));
    }

    assertThat(rules(fork)).isEqualTo(rules(KubeProxy.newest().start(forked)));
    assertThat(rules(original)).doesNotContain("10.96.0.1");
  }

  @Test
  void addressesThatHealthChecksTakeAreFreeAgainOnTheSideThatStopsThem() {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    state.store(dualStackNode());
    state.store(withHealthCheck("one", "10.96.0.2"));
    KubeProxies original = KubeProxy.ofVersion(KubeProxyVersion.V1_30).start(state);
    int failures = failuresAfterALook(original, state);
    ClusterState forked = fork(state);
    KubeProxies fork = original.in(forked);
    forked.remove(withHealthCheck("one", "10.96.0.2").key());
    fork.servers("a");
    forked.store(withHealthCheck("two", "10.96.0.3"));
    fork.servers("a");
    state.store(withHealthCheck("two", "10.96.0.3"));
    original.servers("a");

    // Of both families of kube-proxy v1.30 the second fails to listen; so does another Service.
    assertThat(failures).isEqualTo(1);
    assertThat(fork.proxyOf("a")
            .orElseThrow()
            .proxier(IpFamily.IPV4)
            .orElseThrow()
            .healthCheckServers()
            .services())
        .containsExactly("shop/two");
    assertThat(original
            .proxyOf("a")
            .orElseThrow()
            .proxier(IpFamily.IPV4)
            .orElseThrow()
            .healthCheckServers()
            .services())
        .containsExactly("shop/one");
  }

  private static int failuresAfterALook(KubeProxies proxies, ClusterState state) {
    proxies.servers("a");
    return state.events().size();
  }

  private static Node dualStackNode() {
    return new Node(
        ObjectMeta.of("", "a"),
        List.of("10.244.1.0/24"),
        "",
        false,
        List.of(),
        List.of(
            new NodeAddress("InternalIP", "192.0.2.1"), new NodeAddress("InternalIP", "fd01::1")),
        List.of(),
        Map.of());
  }

  private static Service withHealthCheck(String name, String ip) {
    return new Service(
        ObjectMeta.of("shop", name),
        ServiceSpec.builder()
            .type(ServiceType.LOAD_BALANCER)
            .clusterIps(List.of(ip, "fd00::" + name.length() + ip.charAt(ip.length() - 1)))
            .ipFamilies(List.of(IpFamily.IPV4, IpFamily.IPV6))
            .externalTrafficPolicy(TrafficPolicy.LOCAL)
            .healthCheckNodePort(32_100)
            .ports(List.of(ServicePort.tcp("http", 80, 8080)))
            .build(),
        List.of(new LoadBalancerIngress("198.51.100.1", "", null)),
        List.of());
  }

  @Test
  void theOriginalKeepsItsFilterAndTheForkHasItsOwn() {
    ClusterState state = twoNodes();
    KubeProxies original = KubeProxy.newest().start(state);
    PacketFilter before = original.filterOf("a").orElseThrow();
    KubeProxies fork = original.in(fork(state));

    assertThat(original.filterOf("a")).containsSame(before);
    assertThat(fork.filterOf("a").orElseThrow()).isNotSameAs(before);
  }
}
