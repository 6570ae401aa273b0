package dev.hairpin.dns.resolver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.dns.message.Rcode;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** Facts about musl, Go, the JVM and Node, beside those of the recorded runs. */
class OtherLibrariesTest {
  private final FakeServers servers = new FakeServers();
  private Instant now = Instant.EPOCH;

  private Resolver process(ResolverLibrary library, Host host) {
    InstantSource clock = () -> now;
    return library.process(host, Chooser.seeded(1), clock);
  }

  private Lookup lookup(ResolverLibrary library, String options, String name) {
    return process(library, FakeServers.podHost(options))
        .lookup(name, AddressFamily.AF_UNSPEC, servers);
  }

  @Test
  void muslNeverSearchesForANameWithEnoughDots() {
    Lookup lookup = lookup(ResolverLibrary.MUSL, "ndots:1", "catalog.catalog");

    assertThat(servers.asked()).containsExactly("catalog.catalog. A", "catalog.catalog. AAAA");
    assertThat(lookup.result()).hasToString("EAI_NONAME: Name does not resolve");
  }

  @Test
  void muslStopsAtANameWithoutData() {
    servers.knows("catalog.svc.cluster.local.");

    assertThat(lookup(ResolverLibrary.MUSL, "", "catalog").queries()).isEqualTo(4);
  }

  @Test
  void muslWantsBothAnswersToSayThatTheNameExists() {
    servers.knows("ui.ui.svc.cluster.local.", "10.96.1.1");
    servers.fails("ui.ui.svc.cluster.local. AAAA", Rcode.NXDOMAIN);

    assertThat(lookup(ResolverLibrary.MUSL, "", "ui").result())
        .hasToString("EAI_NONAME: Name does not resolve");
  }

  @Test
  void muslRepeatsAFailedQuestionFourTimesInEachOfTwoRounds() {
    servers.fails("broken.", Rcode.SERVFAIL);

    Lookup lookup = lookup(ResolverLibrary.MUSL, "", "broken.");

    assertThat(lookup.queries()).isEqualTo(12);
    assertThat(lookup.took()).isEqualTo(Duration.ofSeconds(5));
    assertThat(lookup.result()).hasToString("EAI_AGAIN: Try again");
  }

  @Test
  void muslAsksAllServersAtOnce() {
    servers.isSilent("10.96.0.99").knows("ui.", "10.96.1.1");
    Resolver musl = process(
        ResolverLibrary.MUSL, FakeServers.host("nameserver 10.96.0.99", "nameserver 10.96.0.10"));

    Lookup lookup = musl.lookup("ui", AddressFamily.AF_UNSPEC, servers);

    assertThat(lookup.took()).isLessThan(Duration.ofSeconds(1));
    assertThat(lookup.queries()).isEqualTo(4);
  }

  @Test
  void muslSkipsASearchLineThatIsTooLong() {
    String search =
        "search ui.svc.cluster.local " + "x".repeat(60).concat(".y ").repeat(4);
    Resolver musl = process(
        ResolverLibrary.MUSL, FakeServers.host(search, "nameserver 10.96.0.10", "options ndots:5"));

    assertThat(musl.lookup("ui", AddressFamily.AF_INET, servers).exchanges())
        .singleElement()
        .hasToString("ui. A to 10.96.0.10:53 by udp from port 32768 -> NXDOMAIN");
  }

  @Test
  void goOffersEdnsAndUsesASocketForEachQuestion() {
    servers.knows("ui.ui.svc.cluster.local.", "10.96.1.1");

    Lookup lookup = lookup(ResolverLibrary.GO, "", "ui");

    assertThat(lookup.queries()).isEqualTo(2);
    assertThat(servers.queries()).allSatisfy(q -> assertThat(q.ednsSize()).hasValue(1232));
    assertThat(servers.queries().get(0).sourcePort())
        .isNotEqualTo(servers.queries().get(1).sourcePort());
  }

  @Test
  void goPrefersTheErrorOfTheNameAsItWasGiven() {
    servers.fails("broken.example.com.", Rcode.SERVFAIL);

    assertThat(((Result.Failed)
                lookup(ResolverLibrary.GO, "", "broken.example.com").result())
            .text())
        .isEqualTo("lookup broken.example.com on 10.96.0.10:53: server misbehaving");
  }

  @Test
  void goRotatesByQuestion() {
    servers.knows("ui.", "10.96.1.1");
    Resolver go = process(
        ResolverLibrary.GO,
        FakeServers.host("nameserver 10.96.0.10", "nameserver 10.96.0.11", "options rotate"));
    go.lookup("ui", AddressFamily.AF_UNSPEC, servers);

    assertThat(servers.queries())
        .extracting(q -> q.server().address().toString())
        .containsExactly("10.96.0.10", "10.96.0.11");
  }

  @Test
  void goGivesUpTheSearchForNothing() {
    servers.isSilent("10.96.0.10");

    Lookup lookup = lookup(ResolverLibrary.GO, "timeout:1 attempts:2", "ui");

    assertThat(lookup.queries()).isEqualTo(20);
    assertThat(lookup.took()).isEqualTo(Duration.ofSeconds(10));
    assertThat(((Result.Failed) lookup.result()).text())
        .matches("lookup ui on 10.96.0.10:53: read udp 10.244.1.7:\\d+->10.96.0.10:53:"
            + " i/o timeout");
  }

  @Test
  void theJvmKeepsAddressesForHalfAMinuteAndFailuresForTenSeconds() {
    servers.knows("ui.ui.svc.cluster.local.", "10.96.1.1");
    Resolver jvm = process(ResolverLibrary.JAVA, FakeServers.podHost(""));
    jvm.lookup("ui", AddressFamily.AF_UNSPEC, servers);
    jvm.lookup("nosuch", AddressFamily.AF_UNSPEC, servers);

    now = now.plusMillis(9_900);
    assertThat(jvm.lookup("nosuch", AddressFamily.AF_UNSPEC, servers).result())
        .hasToString("UnknownHostException: nosuch");
    now = now.plusMillis(200);
    assertThat(jvm.lookup("nosuch", AddressFamily.AF_UNSPEC, servers).queries()).isEqualTo(10);
    assertThat(jvm.lookup("ui", AddressFamily.AF_UNSPEC, servers).queries()).isZero();
    now = now.plusSeconds(20);
    assertThat(jvm.lookup("ui", AddressFamily.AF_UNSPEC, servers).queries()).isEqualTo(2);
  }

  @Test
  void cAresKnowsNoSearchListAndTakesTheFirstWord() {
    servers.fails("broken.", Rcode.SERVFAIL);

    Lookup lookup = lookup(ResolverLibrary.NODE_RESOLVE, "", "broken");

    assertThat(servers.asked()).containsExactly("broken. A");
    assertThat(lookup.result()).hasToString("ESERVFAIL: queryA ESERVFAIL broken");
  }

  @Test
  void nodeTellsMissingNamesAndMissingDataAlike() {
    servers.knows("catalog.svc.cluster.local.");

    assertThat(lookup(ResolverLibrary.NODE_LOOKUP, "", "catalog").result())
        .hasToString("ENOTFOUND: getaddrinfo ENOTFOUND catalog");
  }
}
