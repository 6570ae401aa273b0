package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The plugin cache in front of an upstream whose answers are counted. The facts are those that the
 * tests of the plugin in CoreDNS 1.11 to 1.13 hold.
 */
class CacheTablesTest {
  private static final SocketAddress UPSTREAM = SocketAddress.parse("192.0.2.53:53");
  private static final ResourceRecord SOA = record(
      "example.org.", 3600, "SOA sns.dns.icann.org. noc.dns.icann.org. 1 7200 3600 1209600 3600");

  private final ClusterState state = Clusters.empty();
  private UnaryOperator<Message> upstream = query -> query.reply(Rcode.NOERROR);
  private int fetched;

  private static ResourceRecord record(String name, long ttl, String data) {
    String[] words = data.split(" ", 2);
    return new ResourceRecord(
        DnsName.parse(name),
        ttl,
        RecordData.parse(RecordType.byName(words[0]).orElseThrow(), words[1]));
  }

  private CoreDnsServer server(String cache) {
    Upstream counted = (query, transport) -> {
      fetched++;
      return new Upstream.Answered(upstream.apply(query).with(Flag.RA, true), Duration.ZERO);
    };
    return CoreDnsServer.install(
        state,
        Corefile.parse(".:53 {\n" + cache.replace(" / ", "\n")
            + "\nforward . 192.0.2.53 {\nmax_fails 0\n}\n}\n"),
        CoreDnsVersion.DEFAULT,
        Surroundings.NONE.withUpstreams(Map.of(UPSTREAM, counted)));
  }

  private static Message ask(CoreDnsServer server, Message query) {
    Client client = new Client(
        SocketAddress.parse("10.240.0.1:40212"),
        SocketAddress.parse("127.0.0.1:53"),
        Transport.UDP);
    return server.answer(query, client).message().orElseThrow();
  }

  private static Message question(String name, String type) {
    return Message.query(1, Question.of(name, RecordType.byName(type).orElseThrow()));
  }

  /** What a second question gets, if it comes out of the cache. */
  private Optional<Message> second(String cache, Message query, UnaryOperator<Message> answer) {
    upstream = answer;
    fetched = 0;
    CoreDnsServer server = server(cache);
    ask(server, query);
    Message again = ask(server, query);
    return fetched == 1 ? Optional.of(again) : Optional.empty();
  }

  private static UnaryOperator<Message> answers(ResourceRecord... records) {
    return query -> query.reply(Rcode.NOERROR).withRecords(List.of(records), List.of(), List.of());
  }

  private static UnaryOperator<Message> denies(Rcode rcode, ResourceRecord... authorities) {
    return query -> query.reply(rcode).withRecords(List.of(), List.of(authorities), List.of());
  }

  @Test
  void answersAndDenialsAreKeptWithTheirFlagsAndTheLeastTime() {
    Message mx = second(
            "cache",
            question("miek.nl.", "MX"),
            answers(
                record("miek.nl.", 3601, "MX 1 aspmx.l.google.com."),
                record("miek.nl.", 3601, "MX 10 aspmx2.googlemail.com.")))
        .orElseThrow();
    assertThat(mx.answers()).hasSize(2).allMatch(r -> r.ttl() == 3600);
    assertThat(mx.has(Flag.AA)).isTrue();
    assertThat(mx.has(Flag.RA)).isTrue();

    Message spelled = second(
            "cache",
            question("mIEK.nL.", "MX"),
            answers(record("mIEK.nL.", 3601, "MX 1 aspmx.l.google.com.")))
        .orElseThrow();
    assertThat(spelled.answers().get(0).name()).hasToString("mIEK.nL.");

    Message denial = second("cache", question("example.org.", "A"), denies(Rcode.NXDOMAIN, SOA))
        .orElseThrow();
    assertThat(denial.rcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(denial.authorities()).containsExactly(SOA.withTtl(1800));

    assertThat(second("cache", question("example.org.", "A"), denies(Rcode.SERVFAIL))
            .orElseThrow()
            .rcode())
        .isEqualTo(Rcode.SERVFAIL);
    assertThat(second("cache", question("example.org.", "A"), denies(Rcode.NOTIMP))
            .orElseThrow()
            .rcode())
        .isEqualTo(Rcode.NOTIMP);
  }

  @Test
  void whatIsCutOrRefusedOrDeniedWithoutSoaRecordIsNotKept() {
    ResourceRecord mx = record("miek.nl.", 1800, "MX 1 aspmx.l.google.com.");

    assertThat(second(
            "cache",
            question("miek.nl.", "MX"),
            query -> answers(mx).apply(query).with(Flag.TC, true)))
        .isEmpty();
    assertThat(second("cache", question("miek.nl.", "MX"), denies(Rcode.REFUSED)))
        .isEmpty();
    assertThat(second("cache", question("miek.nl.", "MX"), denies(Rcode.FORMERR)))
        .isEmpty();
    assertThat(second("cache", question("miek.nl.", "MX"), denies(Rcode.NXDOMAIN)))
        .isEmpty();
  }

  @Test
  void theTimeOfEveryRecordIsThatOfTheLeast() {
    Message signed = second(
            "cache",
            question("example.org.", "MX").withEdns(Edns.ofSize(4096).withDnssecOk(true)),
            answers(
                record("example.org.", 3600, "MX 1 aspmx.l.google.com."),
                record("example.org.", 1800, "TYPE65280 \\# 2 abcd")))
        .orElseThrow();
    assertThat(signed.answers()).hasSize(2).allMatch(r -> r.ttl() == 1800);
  }

  @Test
  void questionsThatWantNoCheckingAreKeptApart() {
    UnaryOperator<Message> answer = answers(record("dnssec-failed.org.", 3600, "A 127.0.0.1"));
    Message query = question("dnssec-failed.org.", "A");

    Message unchecked = second("cache", query.with(Flag.CD, true), answer).orElseThrow();
    assertThat(unchecked.has(Flag.CD)).isTrue();
    CoreDnsServer server = server("cache");
    fetched = 0;
    ask(server, query);
    ask(server, query.with(Flag.CD, true));
    assertThat(fetched).isEqualTo(2);
  }

  @Test
  void zonesMayBeLeftOutByKind() {
    String cache =
        "cache { / disable denial neg-disabled.example.org / disable success pos-disabled.example.org / }";
    UnaryOperator<Message> denial = denies(Rcode.NXDOMAIN, SOA);

    assertThat(second(cache, question("neg-disabled.example.org.", "A"), denial))
        .isEmpty();
    assertThat(second(cache, question("pos-disabled.example.org.", "A"), denial))
        .isPresent();
    assertThat(second(
            cache,
            question("pos-disabled.example.org.", "A"),
            answers(record("pos-disabled.example.org.", 3600, "A 127.0.0.1"))))
        .isEmpty();
    assertThat(second(
            cache,
            question("neg-disabled.example.org.", "A"),
            answers(record("neg-disabled.example.org.", 3600, "A 127.0.0.1"))))
        .isPresent();
  }

  @Test
  void answersThatLiveNoTimeAreNotKept() {
    assertThat(second(
            "cache { / success 10000 3600 0 / }",
            question("example.org.", "A"),
            answers(record("example.org.", 0, "A 127.0.0.53"))))
        .isEmpty();
    assertThat(second(
            "cache { / servfail 0 / }", question("example.org.", "A"), denies(Rcode.SERVFAIL, SOA)))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(textBlock = """
          1800, 300, 3600, 1800
          299, 300, 3600, 300
          299, 0, 3600, 299
          3601, 300, 3600, 3600
          """)
  void timesAreKeptWithinLimits(long ttl, int min, int max, long expected) {
    Message hit = second(
            "cache { / success 10000 " + max + " " + min + " / }",
            question("example.org.", "A"),
            answers(record("example.org.", ttl, "A 127.0.0.53")))
        .orElseThrow();
    assertThat(hit.answers().get(0).ttl()).isEqualTo(expected);
  }

  private Message askAfter(CoreDnsServer server, Duration later, Message query) {
    state.clock().advance(later);
    return ask(server, query);
  }

  @Test
  void staleAnswersAreGivenForAsLongAsIsSaid() {
    upstream = answers(record("cached.org.", 60, "A 127.0.0.53"));
    CoreDnsServer server = server("cache { / serve_stale 1h / }");
    Message query = question("cached.org.", "A");
    ask(server, query);
    upstream = denies(Rcode.REFUSED);

    assertThat(askAfter(server, Duration.ofMinutes(30), query).answers().get(0).ttl())
        .isZero();
    assertThat(askAfter(server, Duration.ofMinutes(30), query).answers().get(0).ttl())
        .isZero();
    assertThat(askAfter(server, Duration.ofMinutes(10), query).rcode()).isEqualTo(Rcode.REFUSED);
    assertThat(ask(server, question("notcached.org.", "A")).rcode()).isEqualTo(Rcode.REFUSED);
  }

  @Test
  void staleAnswersAreVerifiedFirstIfThatIsSaid() {
    upstream = answers(record("cached.org.", 120, "A 127.0.0.53"));
    CoreDnsServer server = server("cache { / serve_stale 1h verify / }");
    Message query = question("cached.org.", "A");
    ask(server, query);

    upstream = answers(record("cached.org.", 200, "A 127.0.0.53"));
    assertThat(askAfter(server, Duration.ofMinutes(1), query).answers().get(0).ttl())
        .isEqualTo(60);
    assertThat(askAfter(server, Duration.ofMinutes(2), query).answers().get(0).ttl())
        .isEqualTo(200);
    upstream = denies(Rcode.SERVFAIL, SOA);
    assertThat(askAfter(server, Duration.ofMinutes(4), query).answers().get(0).ttl())
        .isZero();
    upstream = denies(Rcode.NXDOMAIN, SOA.withTtl(150));
    Message denied = askAfter(server, Duration.ofMinutes(1), query);
    assertThat(denied.rcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(denied.authorities().get(0).ttl()).isEqualTo(150);
  }

  @Test
  void aStaleDenialGivesWayToAnAnswerThatItsRefreshBrings() {
    upstream = denies(Rcode.NXDOMAIN, SOA.withTtl(60));
    CoreDnsServer server = server("cache { / serve_stale 10m / }");
    Message query = question("cached.org.", "A");
    assertThat(ask(server, query).rcode()).isEqualTo(Rcode.NXDOMAIN);
    upstream = denies(Rcode.REFUSED);
    assertThat(ask(server, query).rcode()).isEqualTo(Rcode.NXDOMAIN);

    upstream = answers(record("cached.org.", 303, "A 127.0.0.53"));
    assertThat(askAfter(server, Duration.ofMinutes(5), query).rcode()).isEqualTo(Rcode.NXDOMAIN);
    upstream = denies(Rcode.REFUSED);
    Message renewed = ask(server, query);
    assertThat(renewed.rcode()).isEqualTo(Rcode.NOERROR);
    assertThat(renewed.answers()).hasSize(1);
  }

  /** Seconds since the beginning, the time and last octet answered, and whether somebody asked. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          80 | 1 | '' | 0 80 1 +, 73 7 1 +, 80 73 2 -
          5  | 1 | '' | 0 5 1 +, 1 4 1 -, 4 1 1 +, 5 4 2 -
          30 | 0 | '' | 0 30 1 +, 15 15 1 -, 29 1 1 -, 30 30 2 +
          80 | 1 | do | 0 80 1 +, 73 7 1 +, 80 73 2 -
          80 | 1 | cd | 0 80 1 +, 73 7 1 +, 80 73 2 -
          """)
  void answersThatAreWantedAreFetchedBeforeTheyEnd(
      long ttl, int prefetch, String bit, String verifications) {
    String name = "prefetch.example.org.";
    fetched = 0;
    upstream = query -> answers(record(name, ttl, "A 127.0.0." + fetched)).apply(query);
    CoreDnsServer server = server("cache { / prefetch " + prefetch + " / }");
    Message plain = question(name, "A");
    Message query = plain
        .withEdns(Edns.ofSize(512).withDnssecOk(bit.equals("do")))
        .with(Flag.CD, bit.equals("cd"));
    long now = 0;
    for (String verification : verifications.split(", ", -1)) {
      String[] words = verification.split(" ", -1);
      long at = Long.parseLong(words[0]);
      int before = fetched;
      Message answer = askAfter(server, Duration.ofSeconds(at - now), query);
      now = at;
      assertThat(answer.answers())
          .as(verification)
          .containsExactly(record(name, Long.parseLong(words[1]), "A 127.0.0." + words[2]));
      assertThat(fetched - before).as(verification).isEqualTo(words[3].equals("+") ? 1 : 0);
    }
    if (!bit.isEmpty()) {
      assertThat(ask(server, plain).answers()).containsExactly(record(name, ttl, "A 127.0.0.3"));
    }
  }

  @Test
  void timesThatAreKeptDoNotRunDown() {
    upstream = answers(record("example.org.", 300, "A 127.0.0.53"));
    CoreDnsServer server = server("cache { / keepttl / }");
    Message query = question("example.org.", "A");
    ask(server, query);

    assertThat(askAfter(server, Duration.ofSeconds(100), query).answers().get(0).ttl())
        .isEqualTo(300);
  }
}
