package dev.hairpin.lb.elb.nlb;

import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static dev.hairpin.lb.elb.ListenerProtocol.TCP_UDP;
import static dev.hairpin.lb.elb.ListenerProtocol.TLS;
import static dev.hairpin.lb.elb.ListenerProtocol.UDP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.AlpnPolicy;
import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.LoadBalancer;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.SecurityGroupRule;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.lb.elb.TlsSession.ClientHello;
import dev.hairpin.lb.elb.Workshop;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.trace.Fraction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NetworkLoadBalancerTest {
  private static final SocketAddress CLIENT = SocketAddress.parse("203.0.113.7:50111");

  private final Workshop w = new Workshop();
  private final NetworkLoadBalancer nlb = new NetworkLoadBalancer(w.elb, 7);

  private Node node(String lb, String zone) {
    return w.elb.loadBalancer(lb).nodeIn(zone).orElseThrow();
  }

  private NewFlow flow(String lb, String zone, Protocol protocol, int port) {
    return NewFlow.of(
        new FiveTuple(
            protocol, CLIENT, new SocketAddress(node(lb, zone).advertisedAddress(), port)),
        Client.INTERNET);
  }

  private Arrival.Forwarded forwarded(Arrival arrival) {
    assertThat(arrival).isInstanceOf(Arrival.Forwarded.class);
    return (Arrival.Forwarded) arrival;
  }

  private String instanceMode(String... attributes) {
    String lb = w.network(attributes);
    String group = w.group(TargetGroup.instances("ui-nlb", TCP, 30549));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30549, "i-0aa", "i-0bb", "i-0cc");
    w.settle();
    return lb;
  }

  private String ipMode(TargetGroup.Builder group, String... ips) {
    String lb = w.network(LoadBalancer.CROSS_ZONE, "true");
    String arn = w.group(group);
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, arn));
    w.register(arn, 8080, ips);
    w.settle();
    return lb;
  }

  @Test
  void instanceModeKeepsTheClientAndStaysInTheZone() {
    String lb = instanceMode();

    Arrival.Forwarded f = forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)));

    assertThat(f.packet()).hasToString("203.0.113.7:50111 > 10.0.10.5:30549");
    assertThat(f.targetInstance()).isEqualTo("i-0aa");
    assertThat(f.clientIpPreserved()).isTrue();
    assertThat(f.crossZone()).isFalse();
    assertThat(f.print()).isEqualTo("""
            NLB k8s-ui-uinlb-cad95071ca (us-west-2a)  listener TCP:80 -> target group ui-nlb, 3 targets, 3 healthy, cross-zone off
                                                      flow hash -> i-0aa:30549 in us-west-2a  client IP preserved
                                                      203.0.113.7:50111 > *10.0.10.5:30549*
            """);
  }

  @Test
  void ipModeShowsTargetsTheNodesPrivateAddress() {
    String lb = ipMode(TargetGroup.ips("ui-nlb", TCP, 8080), "10.0.11.34");

    Arrival.Forwarded f = forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)));

    assertThat(f.packet().source().address()).isEqualTo(node(lb, Workshop.A).privateAddress());
    assertThat(f.packet().destination()).hasToString("10.0.11.34:8080");
    assertThat(f.crossZone()).isTrue();
    assertThat(f.targetInstance()).isEqualTo("i-0bb");
  }

  @Test
  void theAttributeKeepsTheClientInIpMode() {
    String lb = ipMode(
        TargetGroup.ips("ui", TCP, 8080).attribute("preserve_client_ip.enabled", "true"),
        "10.0.11.34");

    assertThat(forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)))
            .packet()
            .source())
        .isEqualTo(CLIENT);
  }

  @Test
  void theAttributeReplacesTheClientInInstanceMode() {
    String lb = w.network();
    String group = w.group(
        TargetGroup.instances("ui", TCP, 30080).attribute("preserve_client_ip.enabled", "false"));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa");
    w.settle();

    assertThat(forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)))
            .packet()
            .source()
            .address())
        .isEqualTo(node(lb, Workshop.A).privateAddress());
  }

  @Test
  void udpAlwaysKeepsTheClient() {
    String lb = w.network();
    String group = w.group(TargetGroup.ips("dns", UDP, 53));
    w.elb.createListener(Listener.forwarding(lb, 53, UDP, group));
    w.register(group, 53, "10.0.10.21");
    w.settle();

    assertThat(forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.UDP, 53)))
            .packet()
            .source())
        .isEqualTo(CLIENT);
    assertThatThrownBy(() -> TargetGroup.ips("dns", UDP, 53)
            .attribute("preserve_client_ip.enabled", "false")
            .build())
        .hasMessage("ValidationError: Client IP preservation cannot be disabled for target groups"
            + " with the UDP protocol");
  }

  @Test
  void aTcpUdpListenerTakesBothOnOnePort() {
    String lb = w.network();
    String group = w.group(TargetGroup.ips("dns", TCP_UDP, 53));
    w.elb.createListener(Listener.forwarding(lb, 53, TCP_UDP, group));
    w.register(group, 53, "10.0.10.21");
    w.settle();

    assertThat(forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.UDP, 53)))
            .packet()
            .protocol())
        .isEqualTo(Protocol.UDP);
    assertThat(forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 53)))
            .packet()
            .protocol())
        .isEqualTo(Protocol.TCP);
  }

  @Test
  void clientsByPrivateLinkAreAlwaysReplaced() {
    String lb = instanceMode();
    FiveTuple flow = new FiveTuple(
        Protocol.TCP,
        SocketAddress.parse("10.9.9.9:1234"),
        new SocketAddress(node(lb, Workshop.A).privateAddress(), 80));

    assertThat(forwarded(nlb.connect(NewFlow.of(flow, Client.throughEndpoint("vpce-1"))))
            .clientIpPreserved())
        .isFalse();
  }

  @Test
  void aPortWithoutListenerIsSilent() {
    String lb = instanceMode();

    assertThat(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 8443)))
        .isInstanceOfSatisfying(Arrival.TimedOut.class, t -> {
          assertThat(t.reason()).isEqualTo(LbReason.LB_NO_LISTENER);
          assertThat(t.because()).isEqualTo("no listener for tcp port 8443 among [TCP:80]");
        });
    assertThat(nlb.connect(flow(lb, Workshop.A, Protocol.UDP, 80)))
        .isInstanceOf(Arrival.TimedOut.class);
  }

  @Test
  void anEmptyTargetGroupResets() {
    String lb = w.network();
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.settle();

    assertThat(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)))
        .isInstanceOfSatisfying(Arrival.Refused.class, r -> {
          assertThat(r.reason()).isEqualTo(LbReason.LB_NO_TARGETS);
          assertThat(r.because()).isEqualTo("target group ui has no registered target");
        });
  }

  @Test
  void aZoneWithoutTargetsIsABlackHoleWithoutCrossZone() {
    List<String> pods = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      pods.add("10.0.10." + (100 + i));
    }
    pods.addAll(List.of("10.0.11.100", "10.0.11.101"));
    String lb = w.network();
    String group = w.group(TargetGroup.ips("ui", TCP, 8080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 8080, pods.toArray(String[]::new));
    w.settle();
    List<IpAddress> cached =
        w.elb.loadBalancer(lb).nodes().stream().map(Node::advertisedAddress).toList();

    Map<String, Fraction> shares = nlb.shares(cached, Protocol.TCP, 80, CLIENT);
    assertThat(shares)
        .contains(
            entry("10.0.10.100:8080", Fraction.of(1, 24)),
            entry("10.0.11.101:8080", Fraction.of(1, 6)),
            entry("LB_NO_TARGETS_IN_ZONE", Fraction.of(1, 3)));

    Map<String, Fraction> fresh = nlb.shares(lb, Protocol.TCP, 80, CLIENT);
    assertThat(fresh)
        .contains(
            entry("10.0.10.100:8080", Fraction.of(1, 16)),
            entry("10.0.11.101:8080", Fraction.of(1, 4)))
        .doesNotContainKey("LB_NO_TARGETS_IN_ZONE");
  }

  @Test
  void withCrossZoneEveryTargetGetsTheSame() {
    String lb = instanceMode(LoadBalancer.CROSS_ZONE, "true");

    assertThat(nlb.shares(lb, Protocol.TCP, 80, CLIENT))
        .containsOnly(
            entry("i-0aa:30549", Fraction.of(1, 3)),
            entry("i-0bb:30549", Fraction.of(1, 3)),
            entry("i-0cc:30549", Fraction.of(1, 3)));
  }

  @Test
  void theGroupsCrossZoneAttributeWinsOverTheLoadBalancers() {
    String lb = w.network();
    String group =
        w.group(TargetGroup.instances("ui", TCP, 30080).attribute(LoadBalancer.CROSS_ZONE, "true"));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0bb");
    w.settle();

    assertThat(forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80))).crossZone())
        .isTrue();
  }

  @Test
  void unhealthyTargetsGetNothingAsLongAsOneIsHealthy() {
    String lb = instanceMode(LoadBalancer.CROSS_ZONE, "true");
    w.fail("i-0aa", "i-0bb");

    assertThat(nlb.shares(lb, Protocol.TCP, 80, CLIENT))
        .containsOnly(entry("i-0cc:30549", Fraction.ONE));
  }

  @Test
  void allUnhealthyFailOpenToAll() {
    String lb = instanceMode(LoadBalancer.CROSS_ZONE, "true");
    w.fail("i-0aa", "i-0bb", "i-0cc");

    assertThat(nlb.shares(lb, Protocol.TCP, 80, CLIENT)).hasSize(3);
    assertThat(forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80))).failOpen())
        .isTrue();
  }

  @Test
  void aHigherThresholdFailsOpenEarlier() {
    String lb = w.network(LoadBalancer.CROSS_ZONE, "true");
    String group = w.group(TargetGroup.instances("ui", TCP, 30080)
        .attribute(
            "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "2"));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa", "i-0bb", "i-0cc");
    w.settle();
    w.fail("i-0aa", "i-0bb");

    assertThat(nlb.shares(lb, Protocol.TCP, 80, CLIENT)).hasSize(3);
  }

  @Test
  void aClientOnTheChosenNodeLosesTheAnswer() {
    String lb = instanceMode(LoadBalancer.CROSS_ZONE, "true");
    FiveTuple flow = new FiveTuple(
        Protocol.TCP,
        SocketAddress.parse("10.0.10.77:40000"),
        new SocketAddress(node(lb, Workshop.A).privateAddress(), 80));
    NewFlow connection = NewFlow.of(flow, Client.onInstance("i-0aa"));

    Map<String, Fraction> outcomes =
        Outcomes.of(chooser -> nlb.connect(connection, chooser) instanceof Arrival.TimedOut t
            ? t.reason().name()
            : "arrives");

    assertThat(outcomes)
        .containsOnly(
            entry("LB_HAIRPIN_LOST", Fraction.of(1, 3)), entry("arrives", Fraction.of(2, 3)));
  }

  @Test
  void aPodThatIsTheOnlyTargetNeverReachesItself() {
    String lb = ipMode(
        TargetGroup.ips("ui", TCP, 8080).attribute("preserve_client_ip.enabled", "true"),
        "10.0.11.34");
    FiveTuple flow = new FiveTuple(
        Protocol.TCP,
        SocketAddress.parse("10.0.11.34:40000"),
        new SocketAddress(node(lb, Workshop.A).privateAddress(), 80));

    assertThat(nlb.connect(NewFlow.of(flow, Client.onInstance("i-0bb"))))
        .isInstanceOfSatisfying(Arrival.TimedOut.class, t -> {
          assertThat(t.reason()).isEqualTo(LbReason.LB_HAIRPIN_LOST);
          assertThat(t.target()).isEqualTo(TargetDescription.of("10.0.11.34", 8080));
        });
  }

  @Test
  void withoutPreservationAPodReachesItself() {
    String lb = ipMode(TargetGroup.ips("ui", TCP, 8080), "10.0.11.34");
    FiveTuple flow = new FiveTuple(
        Protocol.TCP,
        SocketAddress.parse("10.0.11.34:40000"),
        new SocketAddress(node(lb, Workshop.A).privateAddress(), 80));

    forwarded(nlb.connect(NewFlow.of(flow, Client.onInstance("i-0bb"))));
  }

  @Test
  void sourceRangesOfTheSecurityGroupHold() {
    w.vpc.addSecurityGroup("sg-1", SecurityGroupRule.tcp(80, Cidr.parse("198.51.0.0/16")));
    String lb = w.elb.createLoadBalancer(LoadBalancer.network("n")
        .internetFacing()
        .subnets("pub-a")
        .securityGroups("sg-1")
        .build());
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa");
    w.settle();

    assertThat(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)))
        .isInstanceOfSatisfying(Arrival.TimedOut.class, t -> {
          assertThat(t.reason()).isEqualTo(LbReason.LB_SECURITY_GROUP_DENIED);
          assertThat(t.because()).isEqualTo("no rule of sg-1 admits 203.0.113.7 to tcp port 80");
        });
  }

  @Test
  void theTargetsSecurityGroupSeesTheClientOrTheGroupOfTheLoadBalancer() {
    w.vpc.guard("10.0.10.5", "sg-node");
    w.vpc.addSecurityGroup("sg-node", SecurityGroupRule.tcp(30549, Cidr.parse("198.51.0.0/16")));
    w.vpc.addSecurityGroup("sg-lb", SecurityGroupRule.tcp(80, Cidr.parse("0.0.0.0/0")));
    String lb = w.elb.createLoadBalancer(LoadBalancer.network("n")
        .internetFacing()
        .subnets("pub-a")
        .securityGroups("sg-lb")
        .build());
    String group = w.group(TargetGroup.instances("ui", TCP, 30549));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30549, "i-0aa");
    w.settle();

    assertThat(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)))
        .isInstanceOfSatisfying(Arrival.TimedOut.class, t -> {
          assertThat(t.reason()).isEqualTo(LbReason.LB_TARGET_SECURITY_GROUP_DENIED);
          assertThat(t.because())
              .isEqualTo("no rule of sg-node on the target's interface admits 203.0.113.7 or sg-lb"
                  + " to tcp port 30549");
        });

    w.vpc.addSecurityGroup("sg-node", SecurityGroupRule.tcp(30549, Cidr.parse("203.0.113.0/24")));
    forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)));
    w.vpc.addSecurityGroup(
        "sg-node", new SecurityGroupRule(Protocol.TCP, 30000, 32767, null, "sg-lb"));
    forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)));
  }

  @Test
  void aReplacedClientIsTheNodeToTheTargetsSecurityGroup() {
    w.vpc.guard("10.0.10.21", "sg-pod");
    w.vpc.addSecurityGroup("sg-pod", SecurityGroupRule.tcp(8080, Cidr.parse("10.0.20.0/24")));
    String lb = ipMode(TargetGroup.ips("ui", TCP, 8080), "10.0.10.21");

    forwarded(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)));
    assertThat(nlb.connect(flow(lb, Workshop.B, Protocol.TCP, 80)))
        .isInstanceOfSatisfying(
            Arrival.TimedOut.class,
            t -> assertThat(t.reason()).isEqualTo(LbReason.LB_TARGET_SECURITY_GROUP_DENIED));
  }

  @Test
  void aSecurityGroupMayNameTheClientsGroup() {
    w.vpc.addSecurityGroup("sg-1", new SecurityGroupRule(Protocol.TCP, 80, 80, null, "sg-client"));
    String lb = w.elb.createLoadBalancer(
        LoadBalancer.network("n").subnets("priv-a").securityGroups("sg-1").build());
    String group = w.group(TargetGroup.ips("ui", TCP, 8080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 8080, "10.0.10.21");
    w.settle();
    FiveTuple flow = new FiveTuple(
        Protocol.TCP,
        SocketAddress.parse("10.0.10.77:40000"),
        new SocketAddress(node(lb, Workshop.A).privateAddress(), 80));

    forwarded(nlb.connect(NewFlow.of(flow, Client.onInstance("i-0aa", "sg-client"))));
    assertThat(nlb.connect(NewFlow.of(flow, Client.onInstance("i-0aa", "sg-other"))))
        .isInstanceOf(Arrival.TimedOut.class);
  }

  @Test
  void privateLinkClientsMayBeExempt() {
    w.vpc.addSecurityGroup("sg-1");
    String lb = w.elb.createLoadBalancer(LoadBalancer.network("n")
        .subnets("priv-a")
        .securityGroups("sg-1")
        .enforcePrivateLinkRules(false)
        .build());
    String group = w.group(TargetGroup.ips("ui", TCP, 8080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 8080, "10.0.10.21");
    w.settle();
    FiveTuple flow = new FiveTuple(
        Protocol.TCP,
        SocketAddress.parse("10.9.9.9:40000"),
        new SocketAddress(node(lb, Workshop.A).privateAddress(), 80));

    forwarded(nlb.connect(NewFlow.of(flow, Client.throughEndpoint("vpce-1"))));
    assertThat(nlb.connect(NewFlow.of(flow, Client.IN_VPC))).isInstanceOf(Arrival.TimedOut.class);
  }

  @Test
  void anInternalLoadBalancerIsOutOfReachOfTheInternet() {
    String lb =
        w.elb.createLoadBalancer(LoadBalancer.network("n").subnets("priv-a").build());
    w.settle();

    assertThat(nlb.connect(flow(lb, Workshop.A, Protocol.TCP, 80)))
        .isInstanceOfSatisfying(
            Arrival.TimedOut.class, t -> assertThat(t.reason()).isEqualTo(LbReason.LB_INTERNAL));
  }

  @Test
  void nothingListensWhileItIsProvisioned() {
    Workshop slow = new Workshop(Timings.TYPICAL);
    String lb = slow.network();
    FiveTuple flow = new FiveTuple(
        Protocol.TCP,
        CLIENT,
        new SocketAddress(slow.elb.loadBalancer(lb).nodes().get(0).advertisedAddress(), 80));

    assertThat(new NetworkLoadBalancer(slow.elb, 1).connect(NewFlow.of(flow, Client.INTERNET)))
        .isInstanceOfSatisfying(
            Arrival.TimedOut.class,
            t -> assertThat(t.because())
                .isEqualTo("NLB k8s-ui-uinlb-cad95071ca is provisioning; it becomes active at"
                    + " 2026-01-01T00:02:30Z"));
  }

  @Test
  void stickinessSendsAClientToOneTargetWhateverItsPort() {
    String lb = w.network(LoadBalancer.CROSS_ZONE, "true");
    String group = w.group(TargetGroup.instances("ui", TCP, 30080)
        .attribute("stickiness.enabled", "true")
        .attribute("stickiness.type", "source_ip"));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa", "i-0bb", "i-0cc");
    w.settle();
    SocketAddress there = new SocketAddress(node(lb, Workshop.A).advertisedAddress(), 80);

    Set<TargetDescription> ofOneClient = new HashSet<>();
    Set<TargetDescription> ofMany = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      SocketAddress onePort = new SocketAddress(CLIENT.address(), 40000 + i);
      SocketAddress another = new SocketAddress(IpAddress.parse("203.0.113." + i), 40000);
      ofOneClient.add(forwarded(
              nlb.connect(NewFlow.of(new FiveTuple(Protocol.TCP, onePort, there), Client.INTERNET)))
          .target());
      ofMany.add(forwarded(
              nlb.connect(NewFlow.of(new FiveTuple(Protocol.TCP, another, there), Client.INTERNET)))
          .target());
    }
    assertThat(ofOneClient).hasSize(1);
    assertThat(ofMany).hasSize(3);
  }

  @Test
  void theFlowHashSpreadsEvenly() {
    String lb = instanceMode(LoadBalancer.CROSS_ZONE, "true");
    SocketAddress there = new SocketAddress(node(lb, Workshop.A).advertisedAddress(), 80);

    Map<String, Integer> counts = new java.util.TreeMap<>();
    for (int i = 0; i < 30_000; i++) {
      FiveTuple flow =
          new FiveTuple(Protocol.TCP, new SocketAddress(CLIENT.address(), 1024 + i), there);
      counts.merge(
          forwarded(nlb.connect(NewFlow.of(flow, Client.INTERNET))).target().id(), 1, Integer::sum);
    }
    // Six standard deviations of a binomial with p = 1/3.
    assertThat(counts.values()).hasSize(3).allMatch(n -> Math.abs(n - 10_000) < 490);
  }

  @Test
  void aTlsListenerChoosesTheCertificateByName() {
    String lb = w.network();
    String group = w.group(TargetGroup.ips("ui", TCP, 8080));
    Listener listener = Listener.encrypted(
            lb,
            443,
            TLS,
            List.of("arn:c/other", "arn:c/shop", "arn:c/shop-ec"),
            Action.forward(group))
        .withAlpnPolicy(AlpnPolicy.HTTP2_PREFERRED);
    w.elb.createListener(listener);
    w.register(group, 8080, "10.0.10.21");
    w.settle();
    FiveTuple flow = flow(lb, Workshop.A, Protocol.TCP, 443).flow();

    assertThat(forwarded(nlb.connect(new NewFlow(
                flow,
                1,
                Client.INTERNET,
                new ClientHello("shop.example", List.of("http/1.1", "h2")))))
            .tls())
        .hasToString("certificate arn:c/shop-ec (SNI shop.example)")
        .satisfies(t -> assertThat(t.applicationProtocol()).isEqualTo("h2"));
    assertThat(forwarded(nlb.connect(new NewFlow(
                flow, 1, Client.INTERNET, new ClientHello("www.shop.example", List.of()))))
            .tls())
        .hasToString("certificate arn:c/shop (SNI www.shop.example)");
    assertThat(forwarded(nlb.connect(new NewFlow(
                flow, 1, Client.INTERNET, new ClientHello("a.b.shop.example", List.of()))))
            .tls())
        .hasToString("certificate arn:c/other (default, none for SNI a.b.shop.example)");
    assertThat(forwarded(nlb.connect(NewFlow.of(flow, Client.INTERNET))).tls())
        .hasToString("certificate arn:c/other (default, no SNI)");
  }

  @Test
  void addressesOfOthersAreNotItsBusiness() {
    assertThatThrownBy(() -> nlb.connect(NewFlow.of(
            new FiveTuple(Protocol.TCP, CLIENT, SocketAddress.parse("192.0.2.1:80")),
            Client.INTERNET)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("192.0.2.1 belongs to no Network Load Balancer");
  }

  @Test
  void proxyProtocolHeadersHaveTheirDocumentedForm() {
    FiveTuple flow = new FiveTuple(Protocol.TCP, CLIENT, SocketAddress.parse("198.51.100.20:80"));
    byte[] header = ProxyProtocol.header(flow, null);
    assertThat(header).hasSize(28);
    assertThat(IntStream.range(12, 28).map(i -> header[i] & 0xff).boxed().toList())
        .isEqualTo(List.of(0x21, 0x11, 0, 12, 203, 0, 113, 7, 198, 51, 100, 20, 0xc3, 0xbf, 0, 80));
    assertThat(ProxyProtocol.header(flow, "vpce-08d2bf15fac5001c9")).hasSize(28 + 4 + 22);
    assertThat(ProxyProtocol.local()).hasSize(16).endsWith(0x20, 0, 0, 0);
  }

  @Test
  void aBlueGreenFlipLeavesAGapOfTheRegistrationTime() {
    Workshop slow = new Workshop(Timings.TYPICAL);
    NetworkLoadBalancer data = new NetworkLoadBalancer(slow.elb, 7);
    String lb = slow.network(LoadBalancer.CROSS_ZONE, "true");
    String group = slow.group(TargetGroup.ips("ui", TCP, 8080));
    slow.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    slow.register(group, 8080, "10.0.10.21");
    slow.pass(600);
    List<IpAddress> addresses =
        slow.elb.loadBalancer(lb).nodes().stream().map(Node::advertisedAddress).toList();

    slow.deregister(group, 8080, "10.0.10.21");
    slow.register(group, 8080, "10.0.11.34");
    assertThat(data.shares(addresses, Protocol.TCP, 80, CLIENT))
        .containsOnlyKeys("10.0.10.21:8080");
    slow.pass(5);
    assertThat(data.shares(addresses, Protocol.TCP, 80, CLIENT)).containsOnlyKeys("LB_NO_TARGETS");
    slow.pass(85);
    assertThat(data.shares(addresses, Protocol.TCP, 80, CLIENT))
        .containsOnlyKeys("10.0.11.34:8080");
  }
}
