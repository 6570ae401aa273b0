package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.compile.Fate;
import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.iptables.compile.Stand;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.fast.AffinityTable;
import dev.hairpin.path.fast.Decider;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.FlowBatch;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Programs of kube-proxy's rules are held equal to the walker, on clusters that change at random.
 */
class CompiledProxyTest {
  private static final String POD_BLOCK = "10.244.1.0/24";
  private static final List<Cidr> BLOCKS = List.of(Cidr.parse(POD_BLOCK));

  private static NodeProxy proxy(SplittableRandom random) {
    KubeProxyVersion[] versions = KubeProxyVersion.values();
    KubeProxyConfiguration configuration = random.nextBoolean()
        ? KubeProxyConfiguration.DEFAULT.withDetection(DetectLocalMode.NODE_CIDR, "")
        : KubeProxyConfiguration.DEFAULT.withDetection(
            DetectLocalMode.CLUSTER_CIDR, "10.244.0.0/16");
    return NodeProxy.start(
        versions[random.nextInt(versions.length)],
        configuration.withHostname("a"),
        new HostFacts(
            Set.of(IpFamily.IPV4),
            Map.of(IpFamily.IPV4, IpAddress.parse("192.168.10.1")),
            List.of(IpAddress.parse("192.168.10.1"), IpAddress.parse("127.0.0.1")),
            true,
            Map.of()),
        Fixtures.node("a", "192.168.10.1", POD_BLOCK),
        Map.of(),
        false);
  }

  private static RuleSet rules(NodeProxy proxy) {
    proxy.sync(VirtualClock.EPOCH);
    return proxy.proxier(IpFamily.IPV4).orElseThrow().ruleSet();
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
              "198.51.100." + n + ":80",
              "192.168.10.1:3200" + n)) {
            flows.add(new Stand.Flow(from, protocol, 40_000, SocketAddress.parse(to)));
          }
        }
        flows.add(new Stand.Flow(from, protocol, 40_000, SocketAddress.parse("10.244.0.3:8080")));
      }
    }
    return flows;
  }

  @Property(tries = 25)
  void aProgramOfKubeProxysRulesHasTheWalkersDistribution(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SyncPropertiesTest.Cluster cluster = new SyncPropertiesTest.Cluster(seed);
    NodeProxy proxy = proxy(random);
    for (int i = 0; i < 20; i++) {
      proxy.changed(cluster.change());
    }
    RuleSet rules = rules(proxy);
    Stand stand = new Stand(rules, BLOCKS);
    List<Stand.Flow> flows = flows();

    for (int i = 0; i < 20; i++) {
      Stand.Flow flow = flows.get(random.nextInt(flows.size()));
      Map<Fate, Fraction> walked = stand.walked(flow);
      if (walked.keySet().stream().noneMatch(fate -> fate.verdict().equals("LOST"))) {
        assertThat(stand.decided(flow)).as("%s%n%s", flow, rules).isEqualTo(walked);
      }
    }
  }

  @Property(tries = 40)
  void whileTheClusterChangesEveryDrawLeadsToTheWalkersFate(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SyncPropertiesTest.Cluster cluster = new SyncPropertiesTest.Cluster(seed);
    NodeProxy proxy = proxy(random);
    for (int i = 0; i < 20; i++) {
      proxy.changed(cluster.change());
    }
    Stand stand = new Stand(rules(proxy), BLOCKS);
    List<Stand.Flow> flows = flows();
    int port = 20_000;

    for (int i = 0; i < 60; i++) {
      if (random.nextInt(4) == 0) {
        proxy.changed(cluster.change());
        stand.load(rules(proxy));
      }
      if (random.nextInt(10) == 0) {
        stand.advance(Duration.ofHours(random.nextInt(4)));
      }
      Stand.Flow any = flows.get(random.nextInt(flows.size()));
      Stand.Flow flow = new Stand.Flow(any.from(), any.protocol(), port++, any.to());
      stand.assertDecidedAsWalked(flow, random.nextLong(), "step " + i);
    }
  }

  @Property(tries = 40)
  void batchesWithAffinityAreDecidedAsOneByOneWhileTheClusterChanges(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    SyncPropertiesTest.Cluster cluster = new SyncPropertiesTest.Cluster(seed);
    NodeProxy proxy = proxy(random);
    RuleCompiler compiler = new RuleCompiler(new ProgramPool(), IpFamily.IPV4, BLOCKS);
    compiler.localAddresses(List.of(IpAddress.parse("192.168.10.1")));
    DecisionProgram program = compiler.compile(rules(proxy));
    Decider alone = new Decider(program, new AffinityTable());
    Decider together = new Decider(program, new AffinityTable());
    List<Stand.Flow> flows = flows();
    FlowBatch batch = FlowBatch.of(IpFamily.IPV4, 300);
    long now = 0;

    for (int round = 0; round < 8; round++) {
      for (int i = 0; i < 6; i++) {
        proxy.changed(cluster.change());
      }
      program = compiler.compile(rules(proxy));
      now += random.nextInt(4) * 3_600_000L;
      for (Decider decider : List.of(alone, together)) {
        decider.follow(program);
        decider.now(now);
      }
      for (int i = 0; i < batch.capacity(); i++) {
        Stand.Flow flow = flows.get(random.nextInt(flows.size()));
        batch.link[i] = flow.from().equals("n1")
            ? program.linkFromHost(flow.protocol())
            : program.link(flow.protocol(), "eth0");
        batch.source[i] = 0x0af4_0100 + random.nextInt(8);
        batch.destination[i] = flow.to().address().v4Bits();
        batch.ports[i] = flow.sourcePort() << 16 | flow.to().port();
        batch.draw[i] = random.nextLong();
      }

      together.decide(batch, 0, batch.capacity());

      for (int i = 0; i < batch.capacity(); i++) {
        assertThat(batch.decisions[i])
            .as("flow %d of round %d", i, round)
            .isEqualTo(alone.decide(
                batch.link[i],
                batch.source[i],
                batch.destination[i],
                batch.ports[i],
                batch.draw[i]));
      }
    }
  }
}
