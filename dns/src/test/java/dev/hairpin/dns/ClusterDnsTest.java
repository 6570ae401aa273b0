package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.resolver.NameServers;
import dev.hairpin.dns.resolver.ResolverLibrary;
import dev.hairpin.dns.server.DnsServer;
import dev.hairpin.dns.server.DnsServerOptions;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ClusterDnsTest {
  private static final Source POD = new Source.InPod("ui", "ui-0");
  private final ClusterState state = Clusters.shop();
  private final Chooser chooser = Chooser.seeded(3);

  @BeforeEach
  void addAPod() {
    state.store(new Namespace(ObjectMeta.of("", "ui")));
    state.store(Clusters.service("ui", "ui", "10.96.20.2"));
    state.store(new Pod(
        ObjectMeta.of("ui", "ui-0"),
        PodSpec.builder().build(),
        "Running",
        List.of("10.244.1.9"),
        "",
        List.of()));
  }

  @Test
  void aPodFindsAServiceOfItsOwnNamespaceAtOnceAndAnotherByItsNamespace() {
    ClusterDns dns = CoreDns.eks().start(state);

    assertThat(dns.resolve(POD, "ui", chooser)).hasToString("""
            ui -> 10.96.20.2
              try                         A           AAAA       at ms
              1 ui.ui.svc.cluster.local.  10.96.20.2  (no data)  0.0
            2 queries, 1 in vain.""");
    NameService.Lookup told = dns.lookup(POD, "web.shop", chooser);
    assertThat(told.addresses()).hasToString("[10.96.20.1]");
    assertThat(told.questions()).hasSize(4);
    assertThat(told.questions().get(0).explanation()).isNotEmpty();
  }

  @Test
  void aNamespaceThatNobodyHasWrittenDownIsThereIfEveryClusterHasItOrAServiceIsInIt() {
    ClusterDns dns = CoreDns.eks().start(state);
    state.store(Clusters.service("default", "front", "10.96.20.3"));
    state.store(Clusters.service("back", "db", "10.96.20.4"));

    assertThat(dns.lookup(POD, "front.default", chooser).addresses()).hasToString("[10.96.20.3]");
    assertThat(dns.lookup(POD, "db.back", chooser).addresses()).hasToString("[10.96.20.4]");
    assertThat(dns.lookup(POD, "kube-public", chooser).reason())
        .isEqualTo(Reason.NAME_HAS_NO_ADDRESS);
    assertThat(dns.lookup(POD, "nowhere", chooser).reason()).isEqualTo(Reason.NO_SUCH_NAME);
  }

  @Test
  void theNameOfANamespaceAloneHasNoAddress() {
    NameService.Lookup told = CoreDns.eks().start(state).lookup(POD, "shop", chooser);

    assertThat(told.reason()).isEqualTo(Reason.NAME_HAS_NO_ADDRESS);
  }

  @Test
  void namesOutsideAreAskedOfTheMachinesResolver() {
    StubZones internet =
        new StubZones().add("api.example.com.", 60, IpAddress.parse("203.0.113.10"));
    ClusterDns dns = CoreDns.eks().upstream(internet).start(state);

    assertThat(dns.resolve(POD, "api.example.com", chooser).firstAddress())
        .hasValue(IpAddress.parse("203.0.113.10"));
    assertThat(dns.costs(POD, "api.example.com").cells().get(ResolverLibrary.MUSL))
        .hasToString("[2, 2, 8]");
  }

  @Test
  void aLostNetworkIsFelt() {
    ClusterDns dns = CoreDns.eks().start(state);
    NameServers unreachable =
        dns.servers(POD, chooser).behind(query -> new NameServers.Network.Lost());
    NameServers slow = dns.servers(POD, chooser)
        .behind(query -> new NameServers.Network.Carried(Duration.ofMillis(40), "10.0.1.5"));

    assertThat(dns.lookups().lookup(POD, "ui", chooser, unreachable).took())
        .isEqualTo(Duration.ofSeconds(20));
    assertThat(dns.lookups().lookup(POD, "ui", chooser, slow).took())
        .isBetween(Duration.ofMillis(40), Duration.ofMillis(41));
  }

  @Test
  void aRejectedQuestionIsAnError() {
    ClusterDns dns = CoreDns.eks().start(state);
    NameServers rejecting = dns.servers(POD, chooser)
        .behind(query -> new NameServers.Network.Refused(Duration.ofNanos(1)));

    assertThat(dns.lookups().lookup(POD, "ui", chooser, rejecting).result())
        .hasToString("EAI_AGAIN: Temporary failure in name resolution");
  }

  @Test
  void theServerOnLoopbackAnswersAsCoreDnsDoesAndFollowsTheCluster() throws Exception {
    ClusterDns dns = CoreDns.eks().start(state);
    try (DnsServer server = dns.serve(DnsServerOptions.DEFAULT);
        DatagramSocket socket = new DatagramSocket()) {
      assertThat(ask(socket, server, "new.shop.svc.cluster.local.").rcode())
          .hasToString("NXDOMAIN");

      server.call(() -> state.store(Clusters.service("shop", "new", "10.96.20.77")));
      server.call(() -> {
        state.clock().advance(Duration.ofSeconds(31));
        return state;
      });

      assertThat(ask(socket, server, "new.shop.svc.cluster.local.")
              .answers()
              .get(0)
              .data())
          .hasToString("10.96.20.77");
    }
  }

  private static Message ask(DatagramSocket socket, DnsServer server, String name)
      throws Exception {
    byte[] query = Message.query(1, Question.of(name, RecordType.A)).encode();
    socket.send(new DatagramPacket(query, query.length, server.address()));
    DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
    socket.receive(answer);
    return Message.decode(Arrays.copyOf(answer.getData(), answer.getLength()));
  }
}
