package dev.hairpin.iptables.walk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.RejectType;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RuleSet;
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
import dev.hairpin.path.Route;
import dev.hairpin.path.trace.IcmpMessage;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import dev.hairpin.path.trace.Verdict;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the targets that kube-proxy does not use do to a packet on its way through a node. */
class TargetsTest {

  private static Attempt call(IpFamily family, String rule) {
    boolean v4 = family == IpFamily.IPV4;
    String chain = rule.contains("-j CT") ? "*raw\n" : "*filter\n";
    RuleSet rules = RuleSet.empty(family)
        .restore(chain + rule + "\nCOMMIT\n", RestoreOptions.REPLACE)
        .orElseThrow();
    Network network = new Network(new VirtualClock());
    Fabric fabric = new Fabric(network);
    IpAddress gateway = IpAddress.parse(v4 ? "192.168.10.254" : "fd10::fe");
    fabric.gateway(gateway, v4 ? 24 : 64, Route.Type.BLACKHOLE);
    fabric
        .node(NodeShape.ptp(
            "n1",
            IpAddress.parse(v4 ? "192.168.10.1" : "fd10::1"),
            v4 ? 24 : 64,
            Cidr.parse(v4 ? "10.244.1.0/24" : "fd20:1::/64"),
            gateway))
        .filter(new RuleWalker(rules));
    String pods = v4 ? "10.244.1." : "fd20:1::";
    fabric
        .pod("web", "n1", IpAddress.parse(pods + "10"))
        .listen(new Listener("web", Protocol.TCP, null, 8080));
    return network.call(Call.of(
        fabric.pod("client", "n1", IpAddress.parse(pods + "20")),
        Protocol.TCP,
        new SocketAddress(IpAddress.parse(pods + "10"), 8080),
        Chooser.seeded(1)));
  }

  /** What Linux tells connect(2): {@code icmp_err_convert}, {@code icmpv6_err_convert}. */
  private static String errno(RejectType type) {
    return switch (type) {
      case ICMP_NET_UNREACHABLE, ICMP_NET_PROHIBITED, ICMP6_NO_ROUTE -> "ENETUNREACH";
      case ICMP_HOST_UNREACHABLE,
          ICMP_HOST_PROHIBITED,
          ICMP_ADMIN_PROHIBITED,
          ICMP6_ADDR_UNREACHABLE -> "EHOSTUNREACH";
      case ICMP_PROTO_UNREACHABLE -> "ENOPROTOOPT";
      case ICMP_PORT_UNREACHABLE, ICMP6_PORT_UNREACHABLE, TCP_RESET -> "ECONNREFUSED";
      case ICMP6_ADM_PROHIBITED, ICMP6_POLICY_FAIL, ICMP6_REJECT_ROUTE -> "EACCES";
    };
  }

  @ParameterizedTest
  @EnumSource(RejectType.class)
  void everyKindOfRejectReachesTheCallerAsItsErrno(RejectType type) {
    boolean v4 = !type.name().startsWith("ICMP6");

    Outcome outcome = call(
            v4 ? IpFamily.IPV4 : IpFamily.IPV6, "-A FORWARD -p tcp -j REJECT --reject-with " + type)
        .outcome();

    assertThat(outcome.errno()).isEqualTo(errno(type));
    assertThat(outcome.decidedAt()).isEqualTo("node n1 FORWARD[1]");
    IcmpMessage icmp = outcome.icmp();
    List<Integer> sent = new ArrayList<>();
    if (icmp != null) {
      sent.addAll(List.of(icmp.type(), icmp.code()));
    }
    assertThat(sent)
        .isEqualTo(
            type == RejectType.TCP_RESET ? List.of() : List.of(type.icmpType(), type.icmpCode()));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      -A FORWARD -p tcp -j LOG --log-prefix seen     | LOG --log-prefix seen
      -A FORWARD -p tcp -j NFLOG --nflog-group 5     | NFLOG --nflog-group 5
      -A FORWARD -p tcp --syn -j TCPMSS --set-mss 900 | TCPMSS --set-mss 900
      """)
  void targetsThatOnlyTellAreStepsOfTheTrace(String rule, String step) {
    Attempt attempt = call(IpFamily.IPV4, rule);

    assertThat(attempt.outcome().delivered()).isTrue();
    assertThat(attempt.trace().toString()).contains(step);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-A FORWARD -m mac --mac-source 02:00:00:00:00:01 -j DROP",
        "-A FORWARD -m string --string x --algo bm -j DROP",
        "-A PREROUTING -j CT --zone 7",
        "-A PREROUTING -j CT --zone-orig 7"
      })
  void whatTheModelCannotKnowIsUndecidedWithTheRule(String rule) {
    Outcome outcome = call(IpFamily.IPV4, rule).outcome();

    assertThat(outcome.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(outcome.reason()).isEqualTo(Reason.RULE_NOT_MODELLED);
    assertThat(outcome.rule()).isEqualTo(rule);
  }

  @Test
  void aMatchThatCannotMatterIsPassedOver() {
    assertThat(call(IpFamily.IPV4, "-A FORWARD -m mac --mac-source 02:00:00:00:00:01 -j LOG")
            .outcome()
            .delivered())
        .isTrue();
  }

  /** Where a pod of node n1, or the node itself, comes out behind rules of table nat. */
  private static String translated(String rule, boolean fromNode, String dialled) {
    Network network = new Network(new VirtualClock());
    Fabric fabric = new Fabric(network);
    IpAddress gateway = IpAddress.parse("192.168.10.254");
    fabric.gateway(gateway, 24, Route.Type.BLACKHOLE);
    Host node = fabric.node(NodeShape.ptp(
        "n1", IpAddress.parse("192.168.10.1"), 24, Cidr.parse("10.244.1.0/24"), gateway));
    node.filter(new RuleWalker(RuleSet.empty(IpFamily.IPV4)
        .restore("*nat\n" + rule + "\nCOMMIT\n", RestoreOptions.REPLACE)
        .orElseThrow()));
    fabric.pod("web", "n1", IpAddress.parse("10.244.1.10"));
    Host client = fabric.pod("client", "n1", IpAddress.parse("10.244.1.20"));
    return network
        .call(Call.of(
            fromNode ? node : client,
            Protocol.TCP,
            SocketAddress.parse(dialled),
            Chooser.seeded(1)))
        .trace()
        .first(Step.Translated.class)
        .map(step -> step.kind() + " " + step.after())
        .orElse("nothing");
  }

  /**
   * Source: Linux 6.18, {@code netmap_tg4}: destinations at PREROUTING and OUTPUT, else sources.
   */
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      -A PREROUTING -d 172.16.1.0/24 -j NETMAP --to 10.244.1.0/24 | false | DNAT 10.244.1.10:8080
      -A OUTPUT -d 172.16.1.0/24 -j NETMAP --to 10.244.1.0/24     | true  | DNAT 10.244.1.10:8080
      """)
  void netmapMapsTheDestinationOfWhatComesInAndOfWhatTheHostSends(
      String rule, boolean fromNode, String translated) {
    assertThat(translated(rule, fromNode, "172.16.1.10:8080")).isEqualTo(translated);
  }

  @Test
  void netmapMapsTheSourceOfWhatLeaves() {
    assertThat(translated(
            "-A POSTROUTING -s 10.244.1.0/24 -j NETMAP --to 172.16.1.0/24",
            false,
            "10.244.1.10:8080"))
        .startsWith("SNAT 172.16.1.20:");
  }

  /** Source: Linux 6.18, {@code nf_nat_l4proto_unique_tuple} with NF_NAT_RANGE_PROTO_OFFSET. */
  @ParameterizedTest
  @CsvSource({"100, 8000", "109, 8009", "110, 8000", "115, 8005", "90, 8006"})
  void aShiftedPortRangeBeginsAnewBehindItsEnd(int dialled, int port) {
    assertThat(translated(
            "-A PREROUTING -p tcp -d 10.96.0.1 -j DNAT --to-destination 10.244.1.10:8000-8009/100",
            false,
            "10.96.0.1:" + dialled))
        .isEqualTo("DNAT 10.244.1.10:" + port);
  }
}
