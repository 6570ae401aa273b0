package dev.hairpin.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.conntrack.ConntrackEntry;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Verdict;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NetworkTest {
  private static final IpAddress GATEWAY = IpAddress.parse("192.168.10.254");
  private static final SocketAddress VIP = SocketAddress.parse("10.96.0.10:80");
  private static final SocketAddress WEB = SocketAddress.parse("10.244.2.10:8080");

  private final Network network = new Network(new VirtualClock());
  private final Fabric fabric = new Fabric(network);
  private final Chooser chooser = Chooser.seeded(1);

  /** Sends a VIP to an address, and masquerades if asked to. */
  private record Vip(SocketAddress vip, SocketAddress to, boolean masquerades)
      implements PacketFilter {
    @Override
    public FilterVerdict filter(TableName table, Hook hook, Passage p) {
      if (table == TableName.NAT
          && (hook == Hook.PREROUTING || hook == Hook.OUTPUT)
          && p.packet().tuple().destination().equals(vip)) {
        p.dnat(NatRange.to(to.address(), to.port()));
        if (masquerades) {
          p.mark(0x4000);
        }
      }
      if (table == TableName.NAT && hook == Hook.POSTROUTING && p.mark() == 0x4000) {
        p.snat(NatRange.to(p.masqueradeAddress().orElseThrow(), true));
      }
      return FilterVerdict.ACCEPT;
    }

    @Override
    public PacketFilter copy() {
      return this;
    }
  }

  private Host node(int n, PodNetwork shape) {
    return fabric.node(new NodeShape(
        "n" + n,
        IpAddress.parse("192.168.10." + n),
        24,
        Cidr.parse("10.244." + n + ".0/24"),
        GATEWAY,
        shape,
        "veth",
        "cni0",
        true));
  }

  private void cluster(PodNetwork shape, boolean masquerades) {
    fabric.gateway(GATEWAY, 24, Route.Type.BLACKHOLE);
    for (int n = 1; n <= 3; n++) {
      node(n, shape).filter(new Vip(VIP, WEB, masquerades));
      fabric.pod("pod-" + n, "n" + n, IpAddress.parse("10.244." + n + ".20"));
    }
    Host web = fabric.pod("web", "n2", WEB.address());
    web.listen(new Listener("web", Protocol.TCP, null, 8080));
    web.listen(new Listener("web", Protocol.UDP, null, 8080));
  }

  private static IpAddress seen(Outcome outcome) {
    return java.util.Objects.requireNonNull(outcome.sourceSeen()).address();
  }

  private Attempt call(String from, SocketAddress to) {
    return network.call(Call.of(network.find(from).orElseThrow(), Protocol.TCP, to, chooser));
  }

  @Test
  void aPodReachesAPodOfAnotherNodeThroughTheVip() {
    cluster(PodNetwork.PTP, false);

    Attempt attempt = call("pod-1", VIP);

    Outcome outcome = attempt.outcome();
    assertThat(outcome.delivered()).isTrue();
    assertThat(outcome.server()).isEqualTo("web");
    assertThat(outcome.sourceSeen()).isEqualTo(attempt.local().orElseThrow());
    assertThat(network.find("n1").orElseThrow().conntrack().orElseThrow().list(network.now()))
        .extracting(ConntrackEntry::state)
        .containsExactly("ESTABLISHED");
  }

  @Test
  void theTraceShowsTheWayAndTheReply() {
    cluster(PodNetwork.PTP, false);

    assertThat(call("pod-1", VIP).trace()).hasToString("""
            why?  pod-1 calls 10.96.0.10:80 (tcp)  ->  does it arrive, and where?

             0  pod-1                   10.244.1.20:32768 > 10.96.0.10:80  SYN
                  socket opened
             1  node n1 PREROUTING
                  conntrack NEW #1
                  DNAT  10.96.0.10:80 -> 10.244.2.10:8080
                                        10.244.1.20:32768 > *10.244.2.10:8080*
             2  node n1 FORWARD
                  route  10.244.2.0/24 via 192.168.10.2 dev eth0
             3  node n2 PREROUTING
                  conntrack NEW #1
             4  node n2 FORWARD
                  route  10.244.2.10 dev veth2
             5  web
                  delivered to web at 10.244.2.10:8080
             <  node n2 PREROUTING      10.244.2.10:8080 > 10.244.1.20:32768  SYN+ACK
                  conntrack ESTABLISHED #1
             <  node n2 FORWARD
                  route  10.244.1.0/24 via 192.168.10.1 dev eth0
             <  node n1 PREROUTING
                  conntrack ESTABLISHED #1
             <  node n1 FORWARD
                  route  10.244.1.20 dev veth1
             <  node n1 POSTROUTING
                  un-DNAT  10.244.2.10:8080 -> 10.96.0.10:80
                                        *10.96.0.10:80* > 10.244.1.20:32768
             <  pod-1
                  delivered to pod-1 at 10.244.1.20:32768

            DELIVERED web   source seen: 10.244.1.20 (kept)
            because: the address that was dialled exists only in the rules of each node;
            the choice is made once, for the first packet, and conntrack keeps it.
            """);
  }

  @Test
  void aNodeProcessIsSeenAsTheNodesAddressTowardsThePod() {
    cluster(PodNetwork.PTP, true);

    assertThat(seen(call("n1", VIP).outcome())).isEqualTo(IpAddress.parse("192.168.10.1"));
    assertThat(seen(call("n2", VIP).outcome())).isEqualTo(IpAddress.parse("10.244.2.1"));
  }

  @Test
  void aRoutedVethHasNoAddressSoALocalPodSeesTheNodesOwn() {
    cluster(PodNetwork.ROUTED, true);

    assertThat(seen(call("n2", VIP).outcome())).isEqualTo(IpAddress.parse("192.168.10.2"));
  }

  @Test
  void hairpinNeedsTheMasqueradeAndTheBridgePortsPermission() {
    cluster(PodNetwork.BRIDGE, true);

    assertThat(seen(call("web", VIP).outcome())).isEqualTo(IpAddress.parse("10.244.2.1"));

    network.find("n2").orElseThrow().device("veth2").hairpin = false;
    assertThat(call("web", VIP).outcome().reason()).isEqualTo(Reason.HAIRPIN_LOST);
  }

  @Test
  void aBridgeThatIsNotFilteredLetsTheReplyPassUntranslated() {
    cluster(PodNetwork.BRIDGE, false);
    network.find("n2").orElseThrow().sysctl("net.bridge.bridge-nf-call-iptables", "0");

    Outcome outcome = call("pod-2", VIP).outcome();

    assertThat(outcome.verdict()).isEqualTo(Verdict.TIMEOUT);
    assertThat(outcome.reason()).isEqualTo(Reason.REPLY_BYPASSED_NAT);
    assertThat(outcome.server()).isEqualTo("web");
  }

  @Test
  void aClosedPortRefusesTheCaller() {
    cluster(PodNetwork.PTP, false);

    Outcome outcome = call("pod-1", new SocketAddress(WEB.address(), 81)).outcome();

    assertThat(outcome.verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(outcome.reason()).isEqualTo(Reason.CONNECTION_REFUSED_BY_POD);
    assertThat(outcome.errno()).isEqualTo("ECONNREFUSED");
  }

  @Test
  void twoRoutersThatSendAPacketToEachOtherEndItsTimeToLive() {
    cluster(PodNetwork.PTP, false);
    Host gw = network.find("gw").orElseThrow();
    IpAddress lost = IpAddress.parse("203.0.113.10");
    gw.route(Route.via(Cidr.host(lost), IpAddress.parse("192.168.10.1"), "br0"));
    fabric.client("near", IpAddress.parse("192.168.10.100"), 24, GATEWAY);

    Outcome outcome = call("near", new SocketAddress(lost, 81)).outcome();

    assertThat(outcome.verdict()).isEqualTo(Verdict.UNREACHABLE);
    assertThat(outcome.reason()).isEqualTo(Reason.TTL_EXCEEDED);
    assertThat(outcome.icmp()).hasToString("icmp type 11 code 0 from 192.168.10.1");
  }

  @Test
  void silenceTakesTheCallersWholePatience() {
    cluster(PodNetwork.PTP, false);
    var before = network.clock().now();

    Outcome outcome = call("pod-1", SocketAddress.parse("8.8.8.8:53")).outcome();

    assertThat(outcome.reason()).isEqualTo(Reason.SILENT_WORLD);
    assertThat(Duration.between(before, network.clock().now())).isEqualTo(Call.TCP_PATIENCE);
  }

  @Test
  void aServerThatStopsClosesItsConnectionsAndRefusesNewOnes() {
    cluster(PodNetwork.PTP, false);
    Attempt open = call("pod-1", VIP);
    assertThat(open.exchange(Duration.ofSeconds(1)).served()).isNotNull();

    network.find("web").orElseThrow().stop("web");

    assertThat(open.exchange(Duration.ofSeconds(1)).closedByPeer()).isTrue();
    assertThat(call("pod-1", VIP).outcome().verdict()).isEqualTo(Verdict.REFUSED);
  }

  @Test
  void anAddressThatNobodyHasIsUnreachableAfterThreeSeconds() {
    cluster(PodNetwork.PTP, false);
    var before = network.clock().now();

    Outcome outcome = call("pod-1", SocketAddress.parse("192.168.10.77:80")).outcome();

    assertThat(outcome.reason()).isEqualTo(Reason.NO_NEIGHBOUR);
    assertThat(outcome.errno()).isEqualTo("EHOSTUNREACH");
    assertThat(Duration.between(before, network.clock().now())).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void aForkAnswersWithoutLeavingATrace() {
    cluster(PodNetwork.PTP, false);
    Network fork = network.fork();

    Outcome there = fork.call(Call.of(fork.find("pod-1").orElseThrow(), Protocol.TCP, VIP, chooser))
        .outcome();

    assertThat(there.delivered()).isTrue();
    assertThat(fork.find("n1").orElseThrow().conntrack().orElseThrow().size(0)).isEqualTo(1);
    assertThat(network.find("n1").orElseThrow().conntrack().orElseThrow().size(0))
        .isZero();
  }

  @Test
  void aCallerWithAsManyConnectionsAsEphemeralPortsHasNoneLeftForThatDestination() {
    cluster(PodNetwork.PTP, false);
    Host caller = network.find("pod-2").orElseThrow();
    SocketAddress other = new SocketAddress(WEB.address(), 8081);
    network.find("web").orElseThrow().listen(new Listener("web", Protocol.TCP, null, 8081));
    Call call = Call.of(caller, Protocol.TCP, WEB, chooser).untraced();
    int ports = 60_999 - 32_768 + 1;
    for (int i = 0; i < ports; i++) {
      assertThat(network.call(call).outcome().delivered()).isTrue();
    }

    Outcome outcome = network.call(call).outcome();

    assertThat(outcome.reason()).isEqualTo(Reason.EPHEMERAL_PORTS_EXHAUSTED);
    assertThat(outcome.errno()).isEqualTo("EADDRNOTAVAIL");
    assertThat(network
            .call(Call.of(caller, Protocol.TCP, other, chooser))
            .outcome()
            .delivered())
        .isTrue();
  }

  @Test
  void anSctpAssociationAnswersUntilItIsShutDown() {
    cluster(PodNetwork.PTP, false);
    network.find("web").orElseThrow().listen(new Listener("web", Protocol.SCTP, null, 8080));
    Host caller = network.find("pod-1").orElseThrow();

    Attempt association = network.call(Call.of(caller, Protocol.SCTP, VIP, chooser));

    assertThat(association.isOpen()).isTrue();
    assertThat(association.exchange(Duration.ofSeconds(1)).served())
        .isEqualTo(new Served("web", WEB, association.local().orElseThrow()));
    assertThat(entries("n1")).extracting(ConntrackEntry::state).containsExactly("ESTABLISHED");
    association.close();
    assertThat(association.isOpen()).isFalse();
    assertThat(entries("n1")).extracting(ConntrackEntry::state).containsExactly("CLOSED");
  }

  @Test
  void anSctpAssociationThatIsAbortedIsNoMore() {
    cluster(PodNetwork.PTP, false);
    Host web = network.find("web").orElseThrow();
    web.listen(new Listener("web", Protocol.SCTP, null, 8080));
    Host caller = network.find("pod-1").orElseThrow();

    network.call(Call.of(caller, Protocol.SCTP, VIP, chooser)).abort();

    assertThat(entries("n1")).extracting(ConntrackEntry::state).containsExactly("CLOSED");
    assertThat(web.sockets).isEmpty();
  }

  private java.util.List<ConntrackEntry> entries(String node) {
    return network
        .find(node)
        .flatMap(Host::conntrack)
        .orElseThrow()
        .list(network.clock().now().toEpochMilli());
  }

  @Test
  void aForkKnowsTheGatewayOfPodsOfWhichTheFirstIsGone() {
    cluster(PodNetwork.PTP, false);
    fabric.remove(network.find("pod-2").orElseThrow());

    Network fork = network.fork();

    Host node = fork.find("n2").orElseThrow();
    assertThat(node.isLocal(IpAddress.parse("10.244.2.1"))).isTrue();
    Host caller = fork.find("pod-1").orElseThrow();
    assertThat(fork.call(Call.of(caller, Protocol.TCP, WEB, chooser)).outcome().delivered())
        .isTrue();
  }

  @Test
  void aGatewayGoesWithTheLastPodThatUsesIt() {
    cluster(PodNetwork.PTP, false);
    Host node = network.find("n2").orElseThrow();

    fabric.remove(network.find("pod-2").orElseThrow());
    fabric.remove(network.find("web").orElseThrow());

    assertThat(node.isLocal(IpAddress.parse("10.244.2.1"))).isFalse();
    assertThat(network.ownersOf(IpAddress.parse("10.244.2.1"))).isEmpty();
  }

  @Test
  void hostsAreMadeWhenAPacketNeedsThem() {
    fabric.gateway(GATEWAY, 24, Route.Type.BLACKHOLE);
    node(1, PodNetwork.PTP).filter(new Vip(VIP, WEB, false));
    fabric.pod("pod-1", "n1", IpAddress.parse("10.244.1.20"));
    network.onDemand((net, address) -> {
      if (address.equals(WEB.address())) {
        node(2, PodNetwork.PTP).filter(new Vip(VIP, WEB, false));
        fabric
            .pod("web", "n2", WEB.address())
            .listen(new Listener("web", Protocol.TCP, null, 8080));
      }
    });

    assertThat(network.find("web")).isEmpty();
    assertThat(call("pod-1", VIP).outcome().delivered()).isTrue();
  }

  @Test
  void aLoadBalancerThatKeepsTheCallersAddressGetsTheAnswers() {
    cluster(PodNetwork.PTP, false);
    fabric.client("near", IpAddress.parse("192.168.10.100"), 24, GATEWAY);
    fabric.loadBalancer(
        "nlb",
        IpAddress.parse("192.168.10.50"),
        24,
        GATEWAY,
        (connection, c) ->
            new Relay.Decision.Forward(WEB, null, java.util.List.of("target group web")));

    Outcome outcome = call("near", SocketAddress.parse("192.168.10.50:80")).outcome();

    assertThat(outcome.delivered()).isTrue();
    assertThat(seen(outcome)).isEqualTo(IpAddress.parse("192.168.10.100"));
  }

  /**
   * A node port of another node leads back to a pod of the caller's node, and nobody masquerades.
   * Source: Linux 6.18, whose IPv6 does not look at sources as its IPv4 does.
   */
  @Test
  void aNodeTakesBackWhatItSentOnlyInIpv6() {
    for (boolean v4 : new boolean[] {true, false}) {
      Network net = new Network(new VirtualClock());
      Fabric nodes = new Fabric(net);
      SocketAddress port = SocketAddress.parse(v4 ? "192.168.10.2:30001" : "[fd10::2]:30001");
      SocketAddress web = SocketAddress.parse(v4 ? "10.244.1.10:8080" : "[fd20:1::10]:8080");
      for (int n = 1; n <= 2; n++) {
        nodes.node(NodeShape.ptp(
            "n" + n,
            IpAddress.parse((v4 ? "192.168.10." : "fd10::") + n),
            v4 ? 24 : 64,
            Cidr.parse(v4 ? "10.244." + n + ".0/24" : "fd20:" + n + "::/64"),
            IpAddress.parse(v4 ? "192.168.10.254" : "fd10::fe")));
      }
      net.find("n2").orElseThrow().filter(new Vip(port, web, false));
      nodes.pod("web", "n1", web.address()).listen(new Listener("web", Protocol.TCP, null, 8080));
      Host caller = net.find("n1").orElseThrow();

      Attempt attempt = net.call(Call.of(caller, Protocol.TCP, port, chooser));

      assertThat(attempt.outcome().verdict()).isEqualTo(Verdict.TIMEOUT);
      assertThat(attempt.outcome().reason() == Reason.MARTIAN).isEqualTo(v4);
      assertThat(attempt.outcome().server() != null).isNotEqualTo(v4);
    }
  }
}
