package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.fast.AffinityTable;
import dev.hairpin.path.fast.Decider;
import dev.hairpin.path.fast.Decision;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.time.VirtualClock;
import org.junit.jupiter.api.Test;

/** The programs of a cluster's nodes. */
class SharedProgramsTest {
  private static final int SERVICES = 200;
  private static final int ENDPOINTS = 10;

  private final ClusterState state = new ClusterState(new VirtualClock(), 1);

  private KubeProxies cluster(int nodes) {
    return cluster(nodes, SERVICES);
  }

  private KubeProxies cluster(int nodes, int services) {
    for (int n = 1; n <= nodes; n++) {
      String address = "192.0." + (2 + (n >> 8)) + "." + (n & 255);
      String block = "10." + (n < 256 ? 244 : 100 + (n >> 8)) + "." + (n & 255) + ".0/24";
      state.store(Fixtures.node("n" + n, address, block));
    }
    for (int s = 0; s < services; s++) {
      state.store(Fixtures.service("web" + s, "10.96." + (s >> 8) + "." + (s & 255)));
      String[] addresses = new String[ENDPOINTS];
      for (int e = 0; e < ENDPOINTS; e++) {
        int number = s * ENDPOINTS + e;
        addresses[e] = "10.245." + (number >> 8) + "." + (number & 255);
      }
      state.store(Fixtures.slice("web" + s, addresses));
    }
    return KubeProxy.newest().start(state);
  }

  private static DecisionProgram program(KubeProxies proxies, String node) {
    return proxies.programOf(node, IpFamily.IPV4).orElseThrow();
  }

  private static long call(DecisionProgram program, String from, String to) {
    SocketAddress destination = SocketAddress.parse(to);
    return new Decider(program, new AffinityTable())
        .decide(
            program.link(Protocol.TCP, "eth0"),
            IpAddress.parse(from).v4Bits(),
            destination.address().v4Bits(),
            40_000 << 16 | destination.port(),
            1);
  }

  @Test
  void nodesThatDifferByTheirBlocksOfPodsShareTheirCode() {
    KubeProxies proxies = cluster(3);

    DecisionProgram one = program(proxies, "n1");
    DecisionProgram two = program(proxies, "n2");

    assertThat(one.sharesCodeWith(two)).isTrue();
    assertThat(one.sharesCodeWith(program(proxies, "n3"))).isTrue();
    assertThat(one.ownBytes()).isLessThan(4_096);
    // A caller of the node's own block keeps its address; another's is replaced.
    assertThat(Decision.masqueraded(call(one, "10.244.1.9", "10.96.0.7:80"))).isFalse();
    assertThat(Decision.masqueraded(call(two, "10.244.1.9", "10.96.0.7:80"))).isTrue();
  }

  @Test
  void afterAChangeNodesShareTheNewCodeAndOldProgramsStayAsTheyWere() {
    KubeProxies proxies = cluster(2);
    DecisionProgram before = program(proxies, "n1");
    program(proxies, "n2");

    state.store(Fixtures.slice("web7", "10.246.0.1"));
    DecisionProgram after = program(proxies, "n1");

    assertThat(after.sharesCodeWith(before)).isFalse();
    assertThat(after.sharesCodeWith(program(proxies, "n2"))).isTrue();
    assertThat(target(after, call(after, "10.244.1.9", "10.96.0.7:80")))
        .isEqualTo("10.246.0.1:8080");
    assertThat(target(before, call(before, "10.244.1.9", "10.96.0.7:80"))).startsWith("10.245.0.");
  }

  private static String target(DecisionProgram program, long decision) {
    return program.targets().get(Decision.target(decision)).toString();
  }

  @Test
  void aProgramIsTheSameObjectUntilTheRulesChange() {
    KubeProxies proxies = cluster(1);

    assertThat(program(proxies, "n1")).isSameAs(program(proxies, "n1"));
  }

  @Test
  void aServiceThatGoesAndComesLeavesNothingBehind() {
    KubeProxies proxies = cluster(1);
    DecisionProgram before = program(proxies, "n1");
    for (int round = 0; round < 20; round++) {
      state.store(Fixtures.slice("web7", "10.246.0." + (round + 1), "10.246.1.1"));
      program(proxies, "n1");
    }

    DecisionProgram after = program(proxies, "n1");

    assertThat(after.codeBytes()).isLessThan(before.codeBytes() + 32_768);
    assertThat(target(after, call(after, "10.244.1.9", "10.96.0.7:80"))).startsWith("10.246.");
    assertThat(target(after, call(after, "10.244.1.9", "10.96.0.8:80"))).startsWith("10.245.");
  }

  @Test
  void afterManyChangesEveryServiceLeadsToItsEndpointsInOldAndNewPrograms() {
    KubeProxies proxies = cluster(1);
    DecisionProgram before = program(proxies, "n1");
    int changed = SERVICES / 3;
    for (int s = 0; s < changed; s++) {
      state.store(Fixtures.slice("web" + s, "10.246.0." + s));
      program(proxies, "n1");
    }

    DecisionProgram after = program(proxies, "n1");

    for (int s = 0; s < SERVICES; s++) {
      String service = "10.96.0." + s + ":80";
      assertThat(target(after, call(after, "10.244.1.9", service)))
          .isEqualTo(
              s < changed
                  ? "10.246.0." + s + ":8080"
                  : target(before, call(before, "10.244.1.9", service)));
      assertThat(target(before, call(before, "10.244.1.9", service))).startsWith("10.245.");
    }
  }

  @Test
  void fiveThousandNodesTakeLittleMoreThanOne() {
    int nodes = 5_000;
    KubeProxies proxies = cluster(nodes, 3);
    DecisionProgram one = program(proxies, "n1");
    long bytes = one.codeBytes() + one.ownBytes();

    long all = bytes;
    for (int n = 2; n <= nodes; n++) {
      DecisionProgram next = program(proxies, "n" + n);
      all += next.ownBytes() + (next.sharesCodeWith(one) ? 0 : next.codeBytes());
    }

    assertThat(all).isLessThan(bytes * 3 / 2 + nodes * 4_096L);
    assertThat(program(proxies, "n" + nodes).sharesCodeWith(one)).isTrue();
  }

  @Test
  void codeAndEndpointsTakeLessThan24OctetsAnEndpointAnd96AServicePort() {
    DecisionProgram program = program(cluster(1), "n1");

    assertThat(program.codeBytes() + program.targets().bytes())
        .isLessThan(SERVICES * (96L + ENDPOINTS * 24L));
  }
}
