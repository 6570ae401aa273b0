package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.trace.Fraction;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CoreDnsServerTest {
  private static final Client CLIENT = new Client(
      SocketAddress.parse("10.244.1.10:40000"),
      SocketAddress.parse("10.96.0.10:53"),
      Transport.UDP);

  private static CoreDnsServer install(ClusterState state, String corefile) {
    return CoreDnsServer.install(state, Corefile.parse(corefile), CoreDnsVersion.DEFAULT);
  }

  private static List<String> answers(Answer answer) {
    return answer.message().orElseThrow().answers().stream()
        .map(ResourceRecord::toString)
        .sorted()
        .toList();
  }

  private static Rcode rcode(Answer answer) {
    return answer.message().orElseThrow().rcode();
  }

  @Test
  void aServiceIsFoundUnderItsNameAndAnswersExplainThemselves() {
    CoreDnsServer dns =
        CoreDnsServer.install(Clusters.shop(), Corefile.kubeadm(), CoreDnsVersion.DEFAULT);

    Answer found = dns.lookup("web.shop.svc.cluster.local.", RecordType.A);
    assertThat(answers(found)).containsExactly("web.shop.svc.cluster.local. 30 IN A 10.96.20.1");
    assertThat(found.explain()).containsExactly("kubernetes: Service shop/web");

    Answer missing = dns.lookup("nope.shop.svc.cluster.local.", RecordType.A);
    assertThat(rcode(missing)).isEqualTo(Rcode.NXDOMAIN);
    assertThat(missing.explain())
        .containsExactly("kubernetes: NXDOMAIN: there is no Service shop/nope");

    Answer empty = dns.lookup("web.shop.svc.cluster.local.", RecordType.AAAA);
    assertThat(rcode(empty)).isEqualTo(Rcode.NOERROR);
    assertThat(empty.explain()).containsExactly("kubernetes: no AAAA record: Service shop/web");
  }

  @Test
  void aChangeShowsInTheNextAnswer() {
    ClusterState state = Clusters.shop();
    CoreDnsServer dns = CoreDnsServer.install(state, Corefile.kubeadm(), CoreDnsVersion.DEFAULT);
    String name = "web.shop.svc.cluster.local.";

    state.store(Clusters.service("shop", "web", "10.96.20.99"));
    assertThat(answers(dns.lookup(name, RecordType.A)))
        .containsExactly(name + " 30 IN A 10.96.20.99");

    state.remove(new ObjectKey("Service", "shop", "web"));
    assertThat(rcode(dns.lookup(name, RecordType.A))).isEqualTo(Rcode.NXDOMAIN);

    state.remove(new ObjectKey("EndpointSlice", "shop", "db-1"));
    assertThat(rcode(dns.lookup("db.shop.svc.cluster.local.", RecordType.A)))
        .isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void bothOrdersOfTwoAddressesAreEquallyLikely() {
    CoreDnsServer dns =
        CoreDnsServer.install(Clusters.shop(), Corefile.kubeadm(), CoreDnsVersion.DEFAULT);
    Message query = Message.query(1, Question.of("db.shop.svc.cluster.local.", RecordType.A));

    Map<List<String>, Fraction> orders = Outcomes.of(
        chooser -> dns.answer(query, CLIENT, chooser).message().orElseThrow().answers().stream()
            .map(r -> r.data().toString())
            .toList());

    assertThat(orders)
        .containsOnly(
            Map.entry(List.of("10.244.1.30", "10.244.1.31"), Fraction.of(1, 2)),
            Map.entry(List.of("10.244.1.31", "10.244.1.30"), Fraction.of(1, 2)));
  }

  @Test
  void pluginsThatAreRefusedAreNamedWithTheirLine() {
    assertThatThrownBy(() -> install(
            Clusters.empty(), ".:53 {\n  kubernetes cluster.local {\n    ttl 4000\n  }\n}\n"))
        .isInstanceOf(CorefileException.class)
        .hasMessage("plugin/kubernetes: Corefile:3 - Error during parsing:"
            + " ttl must be in range [0, 3600]: 4000");
    assertThatThrownBy(() -> install(Clusters.empty(), ".:53 {\n  kubernetes in.in-addr.arpa\n}\n"))
        .hasMessage("plugin/kubernetes: non-reverse zone name must be used");
    assertThatThrownBy(() -> install(Clusters.empty(), ".:53 {\n  route53 example.org:Z1\n}\n"))
        .isInstanceOf(CorefileException.class)
        .hasMessageStartingWith(
            "Corefile:2 - plugin route53 is a plugin of CoreDNS that is not modelled:"
                + " it answers from zones of Route 53; modelled are acl, any, auto,");
    assertThatThrownBy(() -> install(Clusters.empty(), ".:53 {\n  forward . quic://192.0.2.1\n}\n"))
        .hasMessage("plugin/forward: 'quic' is not supported as a destination protocol in forward:"
            + " quic://192.0.2.1");
  }

  @Test
  void anUpstreamByTlsIsTakenAndNotDialled() {
    CoreDnsServer dns = install(Clusters.empty(), ".:53 {\n  forward . tls://192.0.2.1\n}\n");

    assertThat(dns.lookup("example.com", RecordType.A).message().orElseThrow().rcode())
        .hasToString("SERVFAIL");
  }

  @Test
  void aPortOnWhichNobodyListensDoesNotAnswer() {
    CoreDnsServer dns =
        CoreDnsServer.install(Clusters.shop(), Corefile.kubeadm(), CoreDnsVersion.DEFAULT);
    Client elsewhere =
        new Client(CLIENT.address(), SocketAddress.parse("10.96.0.10:5353"), Transport.UDP);

    Answer answer = dns.answer(
        Message.query(1, Question.of("web.shop.svc.cluster.local.", RecordType.A)), elsewhere);
    assertThat(answer.message()).isEmpty();
    assertThat(dns.ports()).containsExactly(53);
  }

  @Property
  void whateverArrivesIsAnsweredOrDropped(@ForAll byte[] packet) {
    CoreDnsServer dns = install(Clusters.shop(), ".:53 {\n  whoami\n}\n");

    dns.answerPacket(packet, CLIENT)
        .ifPresent(reply -> assertThat(reply).startsWith(packet[0], packet[1]));
  }

  @Test
  void packetsThatAreNoQuestionsAreRefusedOrDropped() {
    CoreDnsServer dns = install(Clusters.shop(), ".:53 {\n  whoami\n}\n");
    byte[] query = Message.query(7, Question.of("a.", RecordType.A)).encode();

    assertThat(dns.answerPacket(new byte[11], CLIENT)).isEmpty();
    query[2] = (byte) 0x80;
    assertThat(dns.answerPacket(query, CLIENT)).as("a response").isEmpty();
    query[2] = (byte) 0x28;
    assertThat(refusal(dns, query)).as("an update").isEqualTo(Rcode.NOTIMP);
    query[2] = 1;
    query[5] = 2;
    assertThat(refusal(dns, query)).as("two questions").isEqualTo(Rcode.FORMERR);
    query[5] = 1;
    query[12] = (byte) 0xc0;
    assertThat(refusal(dns, query)).as("a pointer out of the message").isEqualTo(Rcode.FORMERR);
  }

  private static Rcode refusal(CoreDnsServer dns, byte[] packet) {
    return Message.decode(dns.answerPacket(packet, CLIENT).orElseThrow()).rcode();
  }

  @Test
  void aCacheOnTheNodeAsksTheClustersServerOverTcp() {
    CoreDnsServer dns =
        CoreDnsServer.install(Clusters.shop(), Corefile.parse("""
            cluster.local:53 {
              bind 169.254.20.10
              cache {
                success 9984 30
                denial 9984 5
              }
              forward . 10.96.0.10 {
                force_tcp
              }
            }
            .:53 {
              bind 10.96.0.10
              kubernetes cluster.local {
                ttl 30
              }
            }
            """), CoreDnsVersion.DEFAULT);
    Client onNode =
        new Client(CLIENT.address(), SocketAddress.parse("169.254.20.10:53"), Transport.UDP);

    Answer found = dns.answer(
        Message.query(1, Question.of("web.shop.svc.cluster.local.", RecordType.A)), onNode);
    assertThat(answers(found)).containsExactly("web.shop.svc.cluster.local. 30 IN A 10.96.20.1");
    Answer missing = dns.answer(
        Message.query(1, Question.of("nope.shop.svc.cluster.local.", RecordType.A)), onNode);
    assertThat(rcode(missing)).isEqualTo(Rcode.NXDOMAIN);
    assertThat(missing.message().orElseThrow().authorities().get(0).ttl()).isEqualTo(5);
  }

  @Test
  void aSliceWithoutServiceHasNoNameThatAnAnswerCouldHold() {
    ClusterState state = Clusters.shop();
    state.store(Clusters.slice("shop", "stray", "", "10.244.9.9"));
    CoreDnsServer dns = CoreDnsServer.install(state, Corefile.kubeadm(), CoreDnsVersion.DEFAULT);

    Answer answer = dns.lookup("9.9.244.10.in-addr.arpa.", RecordType.PTR);
    assertThat(answer.message()).isEmpty();
    assertThat(answer.explain()).last().asString().contains("has an empty label");
  }

  @Test
  void aDeadUpstreamFailsAfterSixSecondsAndAClosedOneAfterOne() {
    StubZones upstream = StubZones.withoutNames();
    SocketAddress address = SocketAddress.parse("192.0.2.1:53");
    CoreDnsServer dns = CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse(". {\n  forward . 192.0.2.1\n}\n"),
        CoreDnsVersion.DEFAULT,
        Surroundings.NONE.withUpstreams(Map.of(address, upstream)));

    upstream.setClosed(true);
    Answer refused = dns.lookup("a.test.", RecordType.A);
    assertThat(rcode(refused)).isEqualTo(Rcode.SERVFAIL);
    assertThat(refused.took()).hasMillis(1000);

    upstream.setClosed(false);
    upstream.setDown(true);
    CoreDnsServer fresh = CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse(". {\n  forward . 192.0.2.1\n}\n"),
        CoreDnsVersion.DEFAULT,
        Surroundings.NONE.withUpstreams(Map.of(address, upstream)));
    Answer lost = fresh.lookup("a.test.", RecordType.A);
    assertThat(rcode(lost)).isEqualTo(Rcode.SERVFAIL);
    assertThat(lost.took()).hasMillis(6000);
  }
}
