package dev.hairpin.iptables.walk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.IpSets;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.iptables.Target;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.Route;
import dev.hairpin.path.TableName;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import dev.hairpin.path.trace.Verdict;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleWalkerTest {
  private static final IpAddress GATEWAY = IpAddress.parse("192.168.10.254");
  private static final String KUBE = """
      *filter
      :KUBE-FORWARD - [0:0]
      :KUBE-SERVICES - [0:0]
      -A FORWARD -j KUBE-FORWARD
      -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
      -A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES
      -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
      -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
      -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      -A KUBE-SERVICES -m comment --comment "shop/none:http has no endpoints" -m tcp -p tcp -d 10.96.0.11 --dport 80 -j REJECT
      -A KUBE-SERVICES -m comment --comment "shop/far:http has no local endpoints" -m tcp -p tcp -d 10.96.0.12 --dport 80 -j DROP
      COMMIT
      *nat
      :KUBE-SERVICES - [0:0]
      :KUBE-SVC-A - [0:0]
      :KUBE-SEP-1 - [0:0]
      :KUBE-SEP-2 - [0:0]
      :KUBE-SEP-3 - [0:0]
      :KUBE-MARK-MASQ - [0:0]
      :KUBE-POSTROUTING - [0:0]
      -A PREROUTING -j KUBE-SERVICES
      -A OUTPUT -j KUBE-SERVICES
      -A POSTROUTING -j KUBE-POSTROUTING
      -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
      -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
      -A KUBE-POSTROUTING -j MASQUERADE --random-fully
      -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
      -A KUBE-SERVICES -m comment --comment "shop/web:http cluster IP" -m tcp -p tcp -d 10.96.0.10 --dport 80 -j KUBE-SVC-A
      -A KUBE-SVC-A ! -s 10.244.0.0/16 -j KUBE-MARK-MASQ
      -A KUBE-SVC-A -m statistic --mode random --probability 0.3333333333 -j KUBE-SEP-1
      -A KUBE-SVC-A -m statistic --mode random --probability 0.5000000000 -j KUBE-SEP-2
      -A KUBE-SVC-A -j KUBE-SEP-3
      -A KUBE-SEP-1 -s 10.244.1.10 -j KUBE-MARK-MASQ
      -A KUBE-SEP-1 -p tcp -m tcp -j DNAT --to-destination 10.244.1.10:8080
      -A KUBE-SEP-2 -p tcp -m tcp -j DNAT --to-destination 10.244.2.10:8080
      -A KUBE-SEP-3 -p tcp -m tcp -j DNAT --to-destination 10.244.2.11:8080
      COMMIT
      """;

  private final Network network = new Network(new VirtualClock());
  private final Fabric fabric = new Fabric(network);
  private final Chooser chooser = Chooser.seeded(7);

  private static RuleSet rules(String text) {
    return RuleSet.empty(IpFamily.IPV4)
        .restore(text, RestoreOptions.NOFLUSH_COUNTERS)
        .orElseThrow();
  }

  private void cluster(RuleSet rules) {
    fabric.gateway(GATEWAY, 24, Route.Type.BLACKHOLE);
    for (int n = 1; n <= 2; n++) {
      fabric
          .node(NodeShape.ptp(
              "n" + n,
              IpAddress.parse("192.168.10." + n),
              24,
              Cidr.parse("10.244." + n + ".0/24"),
              GATEWAY))
          .filter(new RuleWalker(rules));
    }
    for (String address : List.of("10.244.1.10", "10.244.2.10", "10.244.2.11")) {
      Host pod = fabric.pod(address, "n" + address.charAt(7), IpAddress.parse(address));
      pod.listen(new Listener(address, Protocol.TCP, null, 8080));
    }
    fabric.pod("client", "n1", IpAddress.parse("10.244.1.20"));
  }

  private Attempt call(Network net, String from, String to, Chooser choices) {
    return net.call(
        Call.of(net.find(from).orElseThrow(), Protocol.TCP, SocketAddress.parse(to), choices));
  }

  private Outcome outcome(String from, String to) {
    return call(network, from, to, chooser).outcome();
  }

  private RuleWalker walker(String node) {
    return (RuleWalker) network.find(node).orElseThrow().filter().orElseThrow();
  }

  @Test
  void threeEndpointsGetTheirSharesToTheBitThatTheKernelRoundsTo() {
    cluster(rules(KUBE));

    Map<String, Fraction> shares = Outcomes.of(c -> {
      Outcome outcome = call(network.fork(), "client", "10.96.0.10:80", c).outcome();
      return String.valueOf(outcome.server());
    });

    Fraction first = Fraction.of(715_827_883, 1L << 31);
    Fraction rest = Fraction.of((1L << 31) - 715_827_883, 1L << 32);
    assertThat(shares)
        .containsOnly(
            Map.entry("10.244.1.10", first),
            Map.entry("10.244.2.10", rest),
            Map.entry("10.244.2.11", rest));
  }

  @Test
  void theTraceTellsChainPlaceDiceAndRule() {
    cluster(rules(KUBE));

    String trace = call(network, "client", "10.96.0.10:80", chooser).trace().toString();

    assertThat(trace)
        .contains("nat KUBE-SERVICES[1/1] shop/web:http cluster IP  -> KUBE-SVC-A\n")
        .contains("KUBE-SVC-A[2] p=0.33333333349  drew 0.")
        .contains("DNAT  10.96.0.10:80 -> 10.244.");
  }

  @Test
  void aServiceWithoutEndpointsIsRefusedWithItsRuleAndCause() {
    cluster(rules(KUBE));

    Outcome outcome = outcome("client", "10.96.0.11:80");

    assertThat(outcome.verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(outcome.reason()).isEqualTo(Reason.NO_ENDPOINTS);
    assertThat(outcome.decidedAt()).isEqualTo("node n1 KUBE-SERVICES[1]");
    assertThat(outcome.rule())
        .isEqualTo("-A KUBE-SERVICES -d 10.96.0.11/32 -p tcp -m comment --comment"
            + " \"shop/none:http has no endpoints\" -m tcp --dport 80 -j REJECT --reject-with"
            + " icmp-port-unreachable");
    assertThat(outcome.icmp()).hasToString("icmp type 3 code 3 from 10.244.1.1");
  }

  @Test
  void theTraceOfARefusalIsACardWithRuleCauseAndWhatTheClientSees() {
    cluster(rules(KUBE));

    assertThat(call(network, "client", "10.96.0.11:80", chooser).trace()).hasToString("""
        why?  client calls 10.96.0.11:80 (tcp)  ->  does it arrive, and where?

         0  client                  10.244.1.20:32768 > 10.96.0.11:80  SYN
              socket opened
         1  node n1 PREROUTING
              conntrack NEW #1
              1 jump to chains in which no rule matched
         2  node n1 FORWARD
              route  default via 192.168.10.254 dev eth0
              filter FORWARD[2/2]  -> KUBE-SERVICES
              filter KUBE-SERVICES[1/2] shop/none:http has no endpoints
                REJECT --reject-with icmp-port-unreachable
              REJECTED with icmp-port-unreachable  NO_ENDPOINTS
              1 jump to chains in which no rule matched
         <  client                  10.244.1.1 > 10.244.1.20  icmp 3/3
              delivered to client at 10.244.1.20:32768

        NOT DELIVERED   NO_ENDPOINTS   at node n1 KUBE-SERVICES[1]
          -A KUBE-SERVICES -d 10.96.0.11/32 -p tcp -m comment --comment "shop/none:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
          client sees : connection refused at once (icmp type 3 code 3 from 10.244.1.1)
        because: the Service has no endpoints, so kube-proxy rejects what is sent to it.
        """);
  }

  @Test
  void noLineOfATraceIsLongerThanEightyColumns() {
    cluster(rules(KUBE));

    assertThat(call(network, "n1", "10.96.0.10:80", chooser).trace().toString().lines())
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @Test
  void aServiceWithoutLocalEndpointsIsSilence() {
    cluster(rules(KUBE));

    Outcome outcome = outcome("client", "10.96.0.12:80");

    assertThat(outcome.verdict()).isEqualTo(Verdict.TIMEOUT);
    assertThat(outcome.reason()).isEqualTo(Reason.NO_LOCAL_ENDPOINTS);
  }

  @Test
  void natCountsConnectionsAndFilterCountsPackets() {
    cluster(rules(KUBE));
    for (int i = 0; i < 3; i++) {
      Attempt attempt = call(network, "client", "10.96.0.10:80", chooser);
      attempt.close();
    }

    RuleSet counted = walker("n1").counted(IpFamily.IPV4);

    Chain prerouting =
        counted.table(TableName.NAT).orElseThrow().chain("PREROUTING").orElseThrow();
    assertThat(prerouting.counters()).hasToString("[0:0]");
    assertThat(prerouting.rules().get(0).counters()).hasToString("[3:180]");
    Chain forward =
        counted.table(TableName.FILTER).orElseThrow().chain("FORWARD").orElseThrow();
    assertThat(forward.rules().get(0).counters().packets()).isEqualTo(24);
  }

  @Test
  void countersStayWithRulesThatStay() {
    cluster(rules(KUBE));
    outcome("client", "10.96.0.11:80");
    RuleWalker walker = walker("n1");

    walker.load(walker.rules(IpFamily.IPV4).command("-I FORWARD -p udp -j DROP"));

    Chain forward = walker
        .counted(IpFamily.IPV4)
        .table(TableName.FILTER)
        .orElseThrow()
        .chain("FORWARD")
        .orElseThrow();
    assertThat(forward.rules().get(0).counters().packets()).isZero();
    assertThat(forward.rules().get(1).counters().packets()).isEqualTo(1);
  }

  @Test
  void returnInAUsersChainGoesOnAfterTheJumpAndGotoDoesNot() {
    cluster(rules("""
        *filter
        :A - [0:0]
        :B - [0:0]
        -A FORWARD -d 10.244.2.10 -j A
        -A FORWARD -d 10.244.2.11 -g B
        -A FORWARD -p tcp --dport 8080 -j REJECT --reject-with tcp-reset
        -A A -j RETURN
        -A A -j DROP
        -A B -j RETURN
        COMMIT
        """));

    assertThat(outcome("client", "10.244.2.10:8080").verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(outcome("client", "10.244.2.11:8080").verdict()).isEqualTo(Verdict.DELIVERED);
  }

  @Test
  void aSetIsAskedForAddressesPortsAndDevicesAndItsMostSpecificBlockDecides() {
    cluster(rules("""
        *filter
        -A FORWARD -p tcp -m set --match-set blocked dst,dst -j DROP
        COMMIT
        """));
    assertThat(outcome("client", "10.244.2.10:8080").reason()).isEqualTo(Reason.RULE_NOT_MODELLED);

    walker("n1").ipSets(IpSets.parse("""
        create blocked hash:net,port family inet hashsize 1024 maxelem 65536
        add blocked 10.244.2.0/24,tcp:8000-8100
        add blocked 10.244.2.11,tcp:8080 nomatch
        """));

    walker("n2").ipSets(IpSets.parse("create blocked hash:ip,port family inet\n"));
    assertThat(outcome("client", "10.244.2.10:8080").verdict()).isEqualTo(Verdict.TIMEOUT);
    assertThat(outcome("client", "10.244.2.11:8080").delivered()).isTrue();
  }

  @Test
  void aSetOfATypeThatIsNotUnderstoodDecidesNothing() {
    cluster(rules("*filter\n-A FORWARD -m set --match-set other src -j DROP\nCOMMIT\n"));
    walker("n1").ipSets(IpSets.parse("create other list:set size 8\nadd other blocked\n"));

    assertThat(outcome("client", "10.244.2.10:8080").reason()).isEqualTo(Reason.RULE_NOT_MODELLED);
  }

  @Test
  void ownersAreThoseOfWhatTheHostSendsAndPassingPacketsHaveNone() {
    cluster(rules("""
        *filter
        -A OUTPUT -p tcp -m owner --uid-owner 1000-1999 -j REJECT
        COMMIT
        *nat
        -A POSTROUTING -m owner --socket-exists -j RETURN
        -A POSTROUTING -m owner ! --uid-owner 0 -j ACCEPT
        COMMIT
        """));
    assertThat(outcome("client", "10.244.2.10:8080").delivered()).isTrue();
    assertThat(outcome("n1", "10.244.2.10:8080").reason()).isEqualTo(Reason.RULE_NOT_MODELLED);

    walker("n1").processesRunAs(1500, 1500);
    assertThat(outcome("n1", "10.244.2.10:8080").verdict()).isEqualTo(Verdict.REFUSED);

    walker("n1").processesRunAs(0, 0);
    assertThat(outcome("n1", "10.244.2.10:8080").delivered()).isTrue();
  }

  @Test
  void aMatchThatTheModelDoesNotKnowIsSaidAndNotGuessed() {
    cluster(rules("""
        *filter
        -A FORWARD -p tcp -m string --string "x" --algo bm -j LOG
        -A FORWARD -p tcp -m mac --mac-source 02:00:00:00:00:01 -j DROP
        COMMIT
        """));

    Outcome outcome = outcome("client", "10.244.2.10:8080");

    assertThat(outcome.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(outcome.reason()).isEqualTo(Reason.RULE_NOT_MODELLED);
    assertThat(outcome.rule()).contains("--mac-source");
  }

  @Test
  void chainsThatJumpInACircleEndTheWalk() {
    Chain a = Chain.user("A", List.of(Rule.of(new Target.Jump("B"))));
    Chain b = Chain.user("B", List.of(Rule.of(new Target.Jump("A"))));
    Chain c = Chain.user("C", List.of(Rule.of(new Target.Goto("C"))));
    Table filter = Table.fresh(TableName.FILTER);
    Chain forward = filter.chain("FORWARD").orElseThrow();
    Table jumping = filter.withChains(
        List.of(), List.of(a, b, forward.withRules(List.of(Rule.of(new Target.Jump("A"))))));
    Table going = filter.withChains(
        List.of(), List.of(c, forward.withRules(List.of(Rule.of(new Target.Goto("C"))))));
    cluster(RuleSet.empty(IpFamily.IPV4).with(jumping));

    assertThat(outcome("client", "10.244.2.10:8080").reason()).isEqualTo(Reason.RULE_LOOP);

    walker("n1").load(RuleSet.empty(IpFamily.IPV4).with(going));
    assertThat(outcome("client", "10.244.2.10:8080").reason()).isEqualTo(Reason.RULE_LOOP);
  }

  @Test
  void tenThousandChainsDeepIsNoProblem() {
    StringBuilder text = new StringBuilder("*filter\n");
    for (int i = 0; i < 10_000; i++) {
      text.append(":C").append(i).append(" - [0:0]\n");
    }
    text.append("-A FORWARD -j C0\n");
    for (int i = 0; i < 9_999; i++) {
      text.append("-A C").append(i).append(" -j C").append(i + 1).append('\n');
    }
    text.append("-A C9999 -j DROP\nCOMMIT\n");
    cluster(rules(text.toString()));

    assertThat(outcome("client", "10.244.2.10:8080").reason()).isEqualTo(Reason.DROPPED_BY_RULE);
  }

  @Test
  void affinityKeepsACallerUntilItWasSilentForTheTimeout() {
    cluster(rules("""
        *nat
        :SVC - [0:0]
        :S1 - [0:0]
        :S2 - [0:0]
        -A PREROUTING -d 10.96.0.10 -p tcp --dport 80 -j SVC
        -A SVC -m recent --name S1 --rcheck --seconds 10 --reap -j S1
        -A SVC -m recent --name S2 --rcheck --seconds 10 --reap -j S2
        -A SVC -m statistic --mode random --probability 0.5 -j S1
        -A SVC -j S2
        -A S1 -p tcp -m recent --name S1 --set -j DNAT --to-destination 10.244.2.10:8080
        -A S2 -p tcp -m recent --name S2 --set -j DNAT --to-destination 10.244.2.11:8080
        COMMIT
        """));
    Outcome first = outcome("client", "10.96.0.10:80");
    for (int i = 0; i < 8; i++) {
      network.clock().advance(Duration.ofSeconds(9));
      assertThat(outcome("client", "10.96.0.10:80").server()).isEqualTo(first.server());
    }

    network.clock().advance(Duration.ofSeconds(11));

    assertThat(Outcomes.of(c -> String.valueOf(
            call(network.fork(), "client", "10.96.0.10:80", c).outcome().server())))
        .containsOnlyKeys("10.244.2.10", "10.244.2.11");
  }

  @Test
  void aListOfCallersHoldsAHundredAndLosesTheLeastRecentlySet() {
    RecentList list = new RecentList(RuleWalker.RECENT_ADDRESSES);
    for (int i = 0; i < 100; i++) {
      list.set(IpAddress.v4(i), i);
    }
    list.set(IpAddress.v4(0), 100);
    list.set(IpAddress.v4(100), 101);

    assertThat(list.holds(IpAddress.v4(0))).isTrue();
    assertThat(list.holds(IpAddress.v4(1))).isFalse();
    assertThat(list.entries()).hasSize(100);
  }

  @Test
  void notrackSwitchesServicesOff() {
    cluster(rules(KUBE + """
        *raw
        -A PREROUTING -d 10.96.0.10 -j NOTRACK
        COMMIT
        """));

    assertThat(outcome("client", "10.96.0.10:80").verdict()).isEqualTo(Verdict.TIMEOUT);
  }

  @Test
  void limitLetsABurstThroughAndThenOneAtATime() {
    cluster(rules("""
        *filter
        -A FORWARD -p tcp --syn -m limit --limit 1/second --limit-burst 2 -j ACCEPT
        -A FORWARD -p tcp --syn -j REJECT --reject-with tcp-reset
        COMMIT
        """));

    assertThat(outcome("client", "10.244.2.10:8080").delivered()).isTrue();
    assertThat(outcome("client", "10.244.2.10:8080").delivered()).isTrue();
    assertThat(outcome("client", "10.244.2.10:8080").delivered()).isFalse();
    network.clock().advance(Duration.ofSeconds(1));
    assertThat(outcome("client", "10.244.2.10:8080").delivered()).isTrue();
  }

  @Test
  void everyNthMatchesInTurn() {
    cluster(rules("""
        *nat
        -A PREROUTING -d 10.96.0.10 -p tcp -m statistic --mode nth --every 2 --packet 0 -j DNAT --to-destination 10.244.2.10:8080
        -A PREROUTING -d 10.96.0.10 -p tcp -j DNAT --to-destination 10.244.2.11:8080
        COMMIT
        """));

    assertThat(List.of(
            String.valueOf(outcome("client", "10.96.0.10:80").server()),
            String.valueOf(outcome("client", "10.96.0.10:80").server()),
            String.valueOf(outcome("client", "10.96.0.10:80").server())))
        .containsExactly("10.244.2.10", "10.244.2.11", "10.244.2.10");
  }

  @Test
  void aForkCountsForItself() {
    cluster(rules(KUBE));
    Network fork = network.fork();

    call(fork, "client", "10.96.0.10:80", chooser);

    assertThat(walker("n1")
            .counted(IpFamily.IPV4)
            .table(TableName.NAT)
            .orElseThrow()
            .chain("PREROUTING")
            .orElseThrow()
            .rules()
            .get(0)
            .counters()
            .packets())
        .isZero();
    assertThat(
            call(network, "client", "10.96.0.10:80", chooser).trace().first(Step.RuleMatched.class))
        .isPresent();
  }
}
