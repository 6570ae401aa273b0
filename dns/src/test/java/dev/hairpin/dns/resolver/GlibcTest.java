package dev.hairpin.dns.resolver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.dns.message.Rcode;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Facts seen on glibc 2.36, beside those of the recorded runs. */
class GlibcTest {
  private final FakeServers servers = new FakeServers();

  private static Resolver glibc(Host host) {
    return ResolverLibrary.GLIBC.process(host, Chooser.seeded(1), InstantSource.system());
  }

  private static Resolver inPod(String options) {
    return glibc(FakeServers.podHost(options));
  }

  private Set<Integer> ports() {
    return servers.queries().stream().map(Query::sourcePort).collect(Collectors.toSet());
  }

  @Test
  void aShortNameIsLookedForInTheSearchListFirst() {
    servers.knows("catalog.catalog.svc.cluster.local.", "10.96.1.1");

    Lookup lookup = inPod("").lookup("catalog.catalog", AddressFamily.AF_UNSPEC, servers);

    assertThat(lookup.result()).hasToString("10.96.1.1");
    assertThat(servers.asked())
        .containsExactly(
            "catalog.catalog.ui.svc.cluster.local. A",
            "catalog.catalog.ui.svc.cluster.local. AAAA",
            "catalog.catalog.svc.cluster.local. A",
            "catalog.catalog.svc.cluster.local. AAAA");
  }

  @ParameterizedTest
  @CsvSource({"10.1.2.3,10.1.2.3", "localhost,::1 127.0.0.1", "ui-0,10.244.1.7"})
  void addressesAndNamesOfTheHostsFileCostNothing(String name, String addresses) {
    Lookup lookup = inPod("").lookup(name, AddressFamily.AF_UNSPEC, servers);

    assertThat(lookup.result()).hasToString(addresses);
    assertThat(lookup.queries()).isZero();
  }

  @Test
  void aTruncatedAnswerIsAskedForAgainByTcpWithBothQuestionsInOneSegment() {
    servers.knows("big.example.com.", "203.0.113.20", "2001:db8::20");
    servers.truncatesUdp("big.example.com.");

    Lookup lookup = inPod("").lookup("big.example.com.", AddressFamily.AF_UNSPEC, servers);

    assertThat(lookup.result()).hasToString("203.0.113.20 2001:db8::20");
    assertThat(servers.queries())
        .extracting(Query::protocol)
        .containsExactly(Protocol.UDP, Protocol.UDP, Protocol.TCP, Protocol.TCP);
    assertThat(servers.queries())
        .extracting(Query::sameSegment)
        .containsExactly(false, false, false, true);
  }

  @Test
  void aLostSecondAnswerIsAskedForOneByOneAndThenFromAnotherSocket() {
    servers.knows("half.example.com.", "203.0.113.50").isSilent("half.example.com. AAAA");

    Lookup lookup =
        inPod("timeout:1").lookup("half.example.com.", AddressFamily.AF_UNSPEC, servers);

    assertThat(lookup.result()).hasToString("203.0.113.50");
    assertThat(servers.asked())
        .containsExactly(
            "half.example.com. A",
            "half.example.com. AAAA",
            "half.example.com. A",
            "half.example.com. AAAA",
            "half.example.com. A",
            "half.example.com. AAAA");
    assertThat(lookup.took()).isBetween(Duration.ofSeconds(3), Duration.ofMillis(3100));
    assertThat(ports()).hasSize(3);
  }

  @Test
  void whatWasLearntOfAServerIsKeptForTheNextLookup() {
    servers.knows("half.example.com.", "203.0.113.50").isSilent("half.example.com. AAAA");
    Resolver glibc = inPod("timeout:1");
    glibc.lookup("half.example.com.", AddressFamily.AF_UNSPEC, servers);

    Lookup again = glibc.lookup("half.example.com.", AddressFamily.AF_UNSPEC, servers);

    assertThat(again.took()).isLessThan(Duration.ofMillis(1100));
  }

  @Test
  void withOneQuestionAtATimeAFailureOfTheFirstSparesTheSecond() {
    servers.fails("broken.example.com.", Rcode.SERVFAIL);

    Lookup lookup =
        inPod("single-request").lookup("broken.example.com.", AddressFamily.AF_UNSPEC, servers);

    assertThat(servers.asked()).containsExactly("broken.example.com. A", "broken.example.com. A");
    assertThat(ports()).hasSize(2);
    assertThat(lookup.result()).hasToString("EAI_AGAIN: Temporary failure in name resolution");
  }

  @Test
  void aClosedPortEndsTheSearchAtOnce() {
    servers.isClosed("10.96.0.10");

    Lookup lookup = inPod("").lookup("ui", AddressFamily.AF_UNSPEC, servers);

    assertThat(servers.asked())
        .containsExactly(
            "ui.ui.svc.cluster.local. A",
            "ui.ui.svc.cluster.local. AAAA",
            "ui.ui.svc.cluster.local. A",
            "ui.ui.svc.cluster.local. AAAA");
    assertThat(lookup.result()).hasToString("EAI_AGAIN: Temporary failure in name resolution");
    assertThat(lookup.took()).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void threeServersShareTheTimeAndHaveASocketEach() {
    for (int i = 10; i <= 12; i++) {
      servers.isSilent("10.96.0." + i);
    }
    Resolver glibc = glibc(FakeServers.host(
        "nameserver 10.96.0.10", "nameserver 10.96.0.11", "nameserver 10.96.0.12"));

    Lookup lookup = glibc.lookup("ui", AddressFamily.AF_INET, servers);

    // 5 s, then 5 s doubled and shared by three, 3 s, then 6 s; twice.
    assertThat(lookup.took()).isEqualTo(Duration.ofSeconds(2 * (5 + 3 + 6)));
    assertThat(ports()).hasSize(3);
    assertThat(lookup.queries()).isEqualTo(6);
  }

  @Test
  void rotationBeginsWithTheNextServerForEachName() {
    servers.knows("ui.", "10.96.1.1");
    Resolver glibc =
        glibc(FakeServers.host("nameserver 10.96.0.10", "nameserver 10.96.0.11", "options rotate"));
    for (int i = 0; i < 4; i++) {
      glibc.lookup("ui", AddressFamily.AF_INET, servers);
    }

    List<String> to =
        servers.queries().stream().map(q -> q.server().address().toString()).toList();
    assertThat(to.get(0)).isNotEqualTo(to.get(1));
    assertThat(to.subList(2, 4)).isEqualTo(to.subList(0, 2));
  }

  @Test
  void ednsAndAuthenticDataAreOptions() {
    servers.knows("ui.ui.svc.cluster.local.", "10.96.1.1");
    inPod("edns0 trust-ad").lookup("ui", AddressFamily.AF_INET, servers);

    assertThat(servers.queries().get(0).ednsSize()).hasValue(1200);
    assertThat(servers.queries().get(0).authenticData()).isTrue();
    assertThat(servers.queries().get(0).message().edns().orElseThrow().udpSize())
        .isEqualTo(1200);
  }

  @Test
  void noAaaaHalvesTheQuestions() {
    servers.knows("ui.ui.svc.cluster.local.", "10.96.1.1");

    assertThat(inPod("no-aaaa").lookup("ui", AddressFamily.AF_UNSPEC, servers).queries())
        .isEqualTo(1);
  }

  @Test
  void anAnswerOfOneFamilyIsEnough() {
    servers.knows("ui.ui.svc.cluster.local.", "10.96.1.1");
    servers.fails("ui.ui.svc.cluster.local. AAAA", Rcode.NXDOMAIN);

    assertThat(inPod("").lookup("ui", AddressFamily.AF_UNSPEC, servers).result())
        .hasToString("10.96.1.1");
  }

  @Test
  void aNameThatFitsNoMessageIsNeverAskedFor() {
    Lookup lookup = inPod("").lookup("a..b", AddressFamily.AF_UNSPEC, servers);

    assertThat(lookup.queries()).isZero();
    assertThat(lookup.result()).hasToString("EAI_NONAME: Name or service not known");
  }
}
