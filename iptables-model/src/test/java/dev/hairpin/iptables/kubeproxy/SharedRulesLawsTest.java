package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.compile.Fate;
import dev.hairpin.iptables.compile.Stand;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that share what they know, write and compile have what each would have by itself: with
 * Local policies, hints and source ranges, in clusters that become large, and while some lag.
 */
class SharedRulesLawsTest {
  private static final List<String> NODES = List.of("a", "b", "c", "d");
  private static final int LARGE = Proxier.LARGE_CLUSTER_ENDPOINTS;

  /** A cluster of four nodes that changes at random. */
  private static final class Walk {
    private final Random random;
    private final SyncPropertiesTest.Cluster objects;
    private final ClusterState state = new ClusterState(new VirtualClock(), 1);

    Walk(long seed) {
      random = new Random(seed);
      objects = new SyncPropertiesTest.Cluster(seed);
      // Of two zones; b's address is in the Services' source ranges.
      store("a", "192.168.10.1", "10.244.1.0/24", "zone-0");
      store("b", "192.0.2.1", "10.244.2.0/24", "zone-0");
      store("c", "203.0.113.77", "10.244.0.0/24", "zone-1");
      store("d", "203.0.113.78", "10.244.3.0/24", null);
    }

    private void store(String name, String address, String block, @Nullable String zone) {
      Node node = Fixtures.node(name, address, block);
      state.store(
          zone == null
              ? node
              : node.withMetadata(node.metadata().withLabels(Map.of(Node.ZONE_LABEL, zone))));
    }

    void change() {
      switch (random.nextInt(12)) {
        case 0 -> state.clock().advance(Duration.ofSeconds(1 + random.nextInt(40)));
        case 1 -> state.store(Fixtures.slice("many", many()));
        case 2 -> store("c", "203.0.113.77", "10.244.0.0/24", "zone-" + random.nextInt(2));
        default -> make(state, objects.change());
      }
    }

    private String[] many() {
      String[] addresses = new String[random.nextBoolean() ? LARGE + 1 : 2];
      for (int i = 0; i < addresses.length; i++) {
        addresses[i] = "10.250." + (i >> 8) + "." + (i & 255);
      }
      return addresses;
    }

    String anyNode() {
      return NODES.get(random.nextInt(NODES.size()));
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

  /** A node's kube-proxy that shares nothing, and takes everything in when the others do. */
  private static final class Alone {
    private final NodeProxy proxy;
    private final List<Change> told = new ArrayList<>();

    Alone(KubeProxyVersion version, Node node, ClusterState state) {
      KubeProxyConfiguration configuration = KubeProxy.ofVersion(version).configurationOf(node);
      proxy = NodeProxy.start(
          version, configuration, KubeProxy.hostOf(node, configuration), node, Map.of(), false);
      told.add(new Change(null, node));
      state.list(Service.class).forEach(service -> told.add(new Change(null, service)));
      state.list(EndpointSlice.class).forEach(slice -> told.add(new Change(null, slice)));
    }

    /** Takes in what it was told; false if nothing of it concerns it. */
    private boolean takesIn() {
      boolean any = false;
      for (Change change : told) {
        any |= proxy.changed(change);
      }
      told.clear();
      return any;
    }

    Optional<SyncResult> syncIfChanged(ClusterState state) {
      return takesIn() ? Optional.of(sync(state)) : Optional.empty();
    }

    SyncResult sync(ClusterState state) {
      takesIn();
      return proxy.sync(state.clock().now()).get(0);
    }

    RuleSet rules() {
      return proxy.proxier(IpFamily.IPV4).orElseThrow().ruleSet();
    }
  }

  private static String done(String node, SyncResult result) {
    return node
        + (result.fullSync() ? " full " : " ")
        + result.largeClusterMode()
        + result.conntrackCommands()
        + result.conntrackListed()
        + result.healthCheckEvents()
        + result.events();
  }

  @Property(tries = 150)
  void everyNodeHasTheRulesOfAKubeProxyThatSharesNothing(
      @ForAll long seed, @ForAll KubeProxyVersion version) {
    Walk walk = new Walk(seed);
    walk.state.store(Fixtures.service("many", "10.96.0.99"));
    KubeProxies proxies = KubeProxy.ofVersion(version).start(walk.state);
    Map<String, Alone> alone = new TreeMap<>();
    walk.state.watch(change -> alone.values().forEach(other -> other.told.add(change)));
    List<String> done = new ArrayList<>();
    List<String> doneAlone = new ArrayList<>();
    proxies.onSync((node, result) -> done.add(done(node, result)));

    for (int i = 0; i < 60; i++) {
      walk.change();
      if (walk.random.nextInt(3) == 0) {
        String name = walk.anyNode();
        Node node = walk.state.get(Node.class, "", name).orElseThrow();
        Alone other = alone.computeIfAbsent(name, n -> new Alone(version, node, walk.state));
        other.syncIfChanged(walk.state).ifPresent(result -> doneAlone.add(done(name, result)));

        assertThat(proxies.rulesOf(name, IpFamily.IPV4).orElseThrow().save())
            .as("%s at step %d", name, i)
            .isEqualTo(other.rules().save());
      }
    }
    assertThat(done).isEqualTo(doneAlone);
  }

  private static List<Stand.Flow> flows() {
    List<Stand.Flow> flows = new ArrayList<>();
    for (String from : List.of("pod", "client", "n1")) {
      for (Protocol protocol : List.of(Protocol.TCP, Protocol.UDP)) {
        for (int n = 0; n < 5; n++) {
          for (String to : List.of(
              "10.96.0." + (n + 1) + ":80",
              "192.168.10.1:3000" + n,
              "203.0.113." + n + ":80",
              "198.51.100." + n + ":80")) {
            flows.add(new Stand.Flow(from, protocol, 40_000, SocketAddress.parse(to)));
          }
        }
      }
    }
    return flows;
  }

  private static DecisionProgram program(KubeProxies proxies, String node) {
    return proxies
        .programOf(node, IpFamily.IPV4, List.of(IpAddress.parse("10.244.1.1")))
        .orElseThrow();
  }

  /** The walker walks the rules of a kube-proxy that shares nothing. */
  @Property(tries = 40)
  void theProgramOfANodeDoesWhatTheWalkerDoesWhoeverHadItFirst(
      @ForAll long seed, @ForAll KubeProxyVersion version, @ForAll boolean byDistribution) {
    Walk walk = new Walk(seed);
    Random random = new Random(seed + 1);
    KubeProxies proxies = KubeProxy.ofVersion(version).start(walk.state);
    for (int i = 0; i < 20; i++) {
      walk.change();
    }
    Node node = walk.state.get(Node.class, "", "a").orElseThrow();
    Alone alone = new Alone(version, node, walk.state);
    walk.state.watch(alone.told::add);
    alone.syncIfChanged(walk.state);
    program(proxies, walk.anyNode());
    Stand stand = new Stand(alone.rules(), program(proxies, "a"));
    List<Stand.Flow> flows = flows();

    for (int i = 0; i < 40; i++) {
      if (random.nextInt(3) == 0) {
        walk.change();
        if (random.nextBoolean()) {
          program(proxies, walk.anyNode());
        }
        alone.syncIfChanged(walk.state);
        stand.load(alone.rules(), program(proxies, "a"));
      }
      Stand.Flow any = flows.get(random.nextInt(flows.size()));
      Stand.Flow flow = new Stand.Flow(any.from(), any.protocol(), 20_000 + i, any.to());
      if (byDistribution) {
        Map<Fate, Fraction> walked = stand.walked(flow);
        if (walked.keySet().stream().noneMatch(fate -> fate.verdict().equals("LOST"))) {
          assertThat(stand.decided(flow)).as("%s%n%s", flow, alone.rules()).isEqualTo(walked);
        }
        continue;
      }
      stand.assertDecidedAsWalked(flow, random.nextLong(), "step " + i);
    }
  }

  @Property(tries = 40)
  void pacedNodesThatSyncAtDifferentTimesHaveTheirOwnRules(
      @ForAll long seed, @ForAll KubeProxyVersion version) {
    Walk walk = new Walk(seed);
    KubeProxies proxies =
        KubeProxy.ofVersion(version).withPacing(KubeProxy.Pacing.REAL).start(walk.state);
    Map<String, Alone> alone = new TreeMap<>();
    for (String name : NODES) {
      Node node = walk.state.get(Node.class, "", name).orElseThrow();
      alone.put(name, new Alone(version, node, walk.state));
    }
    walk.state.watch(change -> alone.values().forEach(other -> other.told.add(change)));
    List<String> done = new ArrayList<>();
    List<String> doneAlone = new ArrayList<>();
    proxies.onSync((name, result) -> {
      @Nullable Alone other = alone.get(name);
      if (other != null) {
        done.add(done(name, result));
        doneAlone.add(done(name, other.sync(walk.state)));
      }
    });

    for (int i = 0; i < 40; i++) {
      walk.change();
      if (walk.random.nextInt(3) == 0) {
        walk.state.clock().advance(Duration.ofMillis(walk.random.nextInt(1_500)));
      }
      if (i == 20) {
        proxies.restart("b");
        alone.put(
            "b", new Alone(version, walk.state.get(Node.class, "", "b").orElseThrow(), walk.state));
      }
      String name = walk.anyNode();
      assertThat(proxies.rulesOf(name, IpFamily.IPV4).orElseThrow().save())
          .as("%s at step %d", name, i)
          .isEqualTo(Objects.requireNonNull(alone.get(name)).rules().save());
    }
    assertThat(done).isEqualTo(doneAlone);
  }
}
