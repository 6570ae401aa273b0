package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Edns;
import dev.hairpin.dns.message.EdnsOption;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordClass;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The plugin rewrite in front of an upstream that repeats what it is asked. The facts are those
 * that the tests of the plugin in CoreDNS 1.11 to 1.13 hold.
 */
class RewriteTablesTest {
  private static final SocketAddress UPSTREAM = SocketAddress.parse("192.0.2.53:53");
  private static final Client CLIENT = new Client(
      SocketAddress.parse("10.240.0.1:40212"), SocketAddress.parse("127.0.0.1:53"), Transport.UDP);

  private final List<Message> forwarded = new ArrayList<>();

  /** Asks through rules, which stand between slashes; the upstream says what comes back. */
  private Message ask(
      CoreDnsVersion version, String rules, Message query, UnaryOperator<Message> upstream) {
    Upstream echo = (message, transport) -> {
      forwarded.add(message);
      return new Upstream.Answered(upstream.apply(message), Duration.ZERO);
    };
    String corefile =
        ".:53 {\nrewrite " + rules.replace(" / ", "\nrewrite ") + "\nforward . 192.0.2.53\n}\n";
    return CoreDnsServer.install(
            Clusters.empty(),
            Corefile.parse(corefile),
            version,
            Surroundings.NONE.withUpstreams(Map.of(UPSTREAM, echo)))
        .answer(query, CLIENT)
        .message()
        .orElseThrow();
  }

  private Message ask(String rules, Message query, UnaryOperator<Message> upstream) {
    return ask(CoreDnsVersion.DEFAULT, rules, query, upstream);
  }

  /** An answer of one address under the name that arrives. */
  private static Message address(Message query) {
    return records(query, query.question().name() + " 5 A 10.0.0.1");
  }

  /** An answer of the records, of which those behind a bar are additional. */
  private static Message records(Message query, String records) {
    String[] sections = records.split(" \\| ", -1);
    return query
        .reply(Rcode.NOERROR)
        .withRecords(
            parse(sections[0]), List.of(), sections.length > 1 ? parse(sections[1]) : List.of());
  }

  private static List<ResourceRecord> parse(String records) {
    return Stream.of(records.split("; ", -1))
        .filter(text -> !text.isBlank())
        .map(text -> {
          String[] words = text.trim().split(" ", 4);
          RecordType type = RecordType.byName(words[2]).orElseThrow();
          return new ResourceRecord(
              DnsName.parse(words[0]), Long.parseLong(words[1]), RecordData.parse(type, words[3]));
        })
        .toList();
  }

  private static String print(List<ResourceRecord> records) {
    return String.join(
        "; ",
        records.stream()
            .map(r -> r.name() + " " + r.ttl() + " " + r.type() + " " + r.data())
            .toList());
  }

  private static final String RULES = """
      stop name from.nl. to.nl.
      stop name regex (core)\\.(dns)\\.(rocks)\\.(nl) {2}.{1}.{3}.{4} answer name (dns)\\.(core)\\.(rocks)\\.(nl) {2}.{1}.{3}.{4}
      stop name exact from.exact.nl. to.nl.
      stop name prefix prefix to
      stop name suffix .suffix. .nl.
      stop name substring from.substring to
      stop name regex (f.*m)\\.regex\\.(nl) to.{2}
      continue name regex consul\\.(rocks) core.dns.{1}
      stop name core.dns.rocks to.nl.
      continue class HS CH
      stop class CH IN
      stop type ANY HINFO""".replace("\n", " / ");

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          from.nl. A IN | to.nl. A IN
          a.nl. A IN | a.nl. A IN
          a.nl. A CH | a.nl. A IN
          a.nl. ANY IN | a.nl. HINFO IN
          from.nl. ANY IN | to.nl. ANY IN
          from.exact.nl. A IN | to.nl. A IN
          prefix.nl. A IN | to.nl. A IN
          to.suffix. A IN | to.nl. A IN
          from.substring.nl. A IN | to.nl. A IN
          from.regex.nl. A IN | to.nl. A IN
          consul.rocks. A IN | to.nl. A IN
          a.nl. ANY CH | a.nl. ANY IN
          a.nl. ANY HS | a.nl. ANY IN
          core.dns.rocks.nl. A IN | dns.core.rocks.nl. A IN
          """)
  void questionsAreChangedByTheFirstRulesThatMatch(String asked, String expected) {
    String[] words = asked.split(" ", -1);
    Question question = new Question(
        DnsName.parse(words[0]),
        RecordType.byName(words[1]).orElseThrow(),
        RecordClass.byName(words[2]).orElseThrow());

    Message answer = ask(RULES, Message.query(1, question), RewriteTablesTest::address);

    Question seen = forwarded.get(0).question();
    assertThat(seen.name() + " " + seen.type() + " " + seen.recordClass()).isEqualTo(expected);
    assertThat(answer.question()).isEqualTo(question);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          prefix foo bar | foo.example.com. | bar.example.com. | bar.example.com.
          prefix foo. bar. | foo.example.com. | bar.example.com. | bar.example.com.
          suffix com org | foo.example.com. | foo.example.org. | foo.example.org.
          suffix .com .org | foo.example.com. | foo.example.org. | foo.example.org.
          suffix .ingress.coredns.rocks nginx.coredns.rocks | coredns.ingress.coredns.rocks. | corednsnginx.coredns.rocks. | corednsnginx.coredns.rocks.
          prefix foo bar | coredns.foo. | coredns.foo. | coredns.foo.
          prefix foo bar. | coredns.foo. | coredns.foo. | coredns.foo.
          suffix com org | com.coredns. | com.coredns. | com.coredns.
          suffix com org. | com.coredns. | com.coredns. | com.coredns.
          substring service svc | com.coredns. | com.coredns. | com.coredns.
          prefix foo bar answer auto | foo.example.com. | bar.example.com. | foo.example.com.
          prefix foo. bar. answer auto | foo.example.com. | bar.example.com. | foo.example.com.
          suffix com org answer auto | foo.example.com. | foo.example.org. | foo.example.com.
          suffix .com .org answer auto | foo.example.com. | foo.example.org. | foo.example.com.
          suffix .ingress.coredns.rocks nginx.coredns.rocks answer auto | coredns.ingress.coredns.rocks. | corednsnginx.coredns.rocks. | coredns.ingress.coredns.rocks.
          exact coredns.rocks service.consul answer auto | coredns.rocks. | service.consul. | coredns.rocks.
          exact coredns.rocks. service.consul. answer auto | coredns.rocks. | service.consul. | coredns.rocks.
          exact coredns.rocks service.consul | coredns.rocks. | service.consul. | coredns.rocks.
          exact coredns.rocks. service.consul. | coredns.rocks. | service.consul. | coredns.rocks.
          exact coredns.org. service.consul. | coredns.rocks. | coredns.rocks. | coredns.rocks.
          regex (.*).coredns.rocks {1}.coredns.maps answer auto | foo.coredns.rocks. | foo.coredns.maps. | foo.coredns.rocks.
          regex (.*).coredns.rocks {1}.coredns.maps answer name (.*).coredns.maps {1}.coredns.works | foo.coredns.rocks. | foo.coredns.maps. | foo.coredns.works.
          regex (.*).coredns.rocks {1}.coredns.maps | foo.coredns.rocks. | foo.coredns.maps. | foo.coredns.maps.
          """)
  void namesOfAnswersAreChangedBackWhereTheRuleSaysSo(
      String rule, String asked, String seen, String answered) {
    Message answer = ask(
        "stop name " + rule,
        Message.query(1, Question.of(asked, RecordType.A)),
        RewriteTablesTest::address);

    assertThat(forwarded.get(0).question().name()).hasToString(seen);
    assertThat(answer.answers().get(0).name()).hasToString(answered);
    assertThat(answer.question().name()).hasToString(asked);
  }

  @Test
  void aNameThatWouldBeNoneFails() {
    Message answer = ask(
        "stop name example.org. example..org.",
        Message.query(1, Question.of("example.org.", RecordType.A)),
        RewriteTablesTest::address);

    assertThat(answer.rcode()).isEqualTo(Rcode.SERVFAIL);
    assertThat(answer.question().name()).hasToString("example.org.");
    assertThat(forwarded).isEmpty();
  }

  @Test
  void whereNobodyIsBehindTheFailureRepeatsWhatWasAsked() {
    CoreDnsServer server = CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse(".:53 {\nrewrite name regex (.*)\\.test\\.$ {1}. answer auto\n}\n"),
        CoreDnsVersion.DEFAULT);

    Message answer = server.lookup("example.test.", RecordType.MX).message().orElseThrow();
    assertThat(answer.question().name()).hasToString("example.test.");
    assertThat(answer.rcode()).isEqualTo(Rcode.SERVFAIL);
  }

  private static final List<String> VALUE_RULES = List.of(
      "stop name regex (.*)\\.domain\\.uk {1}.cluster.local answer name (.*)\\.cluster\\.local {1}.domain.uk answer value (.*)\\.cluster\\.local {1}.domain.uk",
      "continue name regex (.*)\\.domain\\.uk {1}.cluster.local answer name (.*)\\.cluster\\.local {1}.domain.uk answer value (.*)\\.cluster\\.local {1}.domain.uk",
      "stop name suffix .domain.uk .cluster.local answer auto answer value (.*)\\.cluster\\.local {1}.domain.uk",
      "continue name suffix .domain.uk .domain.us answer auto / stop name suffix .domain.us .cluster.local answer auto");

  @ParameterizedTest
  @CsvSource(delimiter = '#', quoteCharacter = '`', textBlock = """
          SRV # my.cluster.local. 5 SRV 0 100 100 srv1.my.cluster.local. | srv1.my.cluster.local. 5 A 10.0.0.1
          ANY # my.cluster.local. 3600 CNAME cname.cluster.local. | cname.cluster.local. 5 A 10.0.0.1
          ANY # my.cluster.local. 3600 DNAME dname.cluster.local. | dname.cluster.local. 5 A 10.0.0.1
          MX # my.cluster.local. 3600 MX 1 mx1.cluster.local. | mx1.cluster.local. 5 A 10.0.0.1
          ANY # my.cluster.local. 3600 NS ns1.cluster.local. | ns1.cluster.local. 5 A 10.0.0.1
          SOA # my.cluster.local. 1800 SOA ns1.cluster.local. admin.example. 1502165581 14400 3600 604800 14400 | ns1.cluster.local. 5 A 10.0.0.1
          NAPTR # my.cluster.local. 100 NAPTR 100 10 "S" "SIP+D2U" "!^.*$!sip:customer-service@example.com!" _sip._udp.cluster.local. | ns1.cluster.local. 5 A 10.0.0.1
          """)
  void namesThatRecordsPointToAreChangedBack(String type, String upstream) {
    for (String rules : VALUE_RULES) {
      Message answer = ask(
          rules,
          Message.query(1, Question.of("my.domain.uk.", RecordType.byName(type).orElseThrow())),
          query -> records(query, upstream));

      assertThat(print(answer.answers()) + " | " + print(answer.additionals()))
          .as(rules)
          .isEqualTo(upstream.replace("cluster.local", "domain.uk"));
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          srv1.coredns.rocks. 5 A 10.0.0.1 | 1
          srv15.coredns.rocks. 5 A 10.0.0.15 | 15
          srv30.coredns.rocks. 5 A 10.0.0.30 | 30
          srv50.coredns.rocks. 5 A 10.0.0.50 | 50
          srv45.coredns.rocks. 5 A 10.0.0.45 | 45
          srv10.coredns.rocks. 5 A 10.0.0.10 | 10
          xmpp.coredns.rocks. 5 SRV 0 100 100 srvxmpp.coredns.rocks. | 5
          srv15.coredns.rocks. 5 HINFO INTEL-64 RHEL | 15
          srv20.coredns.rocks. 5 A 10.0.0.22; srv20.coredns.rocks. 5 A 10.0.0.23 | 20
          range.example.com. 5 A 10.0.0.1 | 30
          range.example.com. 55 A 10.0.0.1 | 55
          range.example.com. 500 A 10.0.0.1 | 300
          ceil.example.com. 5 A 10.0.0.1 | 5
          ceil.example.com. 15 A 10.0.0.1 | 11
          floor.example.com. 0 A 10.0.0.1 | 5
          floor.example.com. 30 A 10.0.0.1 | 30
          """)
  void timesAreSetOrKeptWithinARange(String records, long ttl) {
    String rules = """
        stop ttl srv1.coredns.rocks 1
        stop ttl exact srv15.coredns.rocks 15
        stop ttl prefix srv30 30
        stop ttl suffix 45.coredns.rocks 45
        stop ttl substring rv50 50
        stop ttl regex (srv10)\\.(coredns)\\.(rocks) 10
        stop ttl regex (srv20)\\.(coredns)\\.(rocks) 20
        stop ttl range.example.com. 30-300
        stop ttl ceil.example.com. -11
        stop ttl floor.example.com. 5-""".replace("\n", " / ");
    List<ResourceRecord> upstream = parse(records);
    Question question =
        new Question(upstream.get(0).name(), upstream.get(0).type(), RecordClass.IN);

    Message answer = ask(rules, Message.query(1, question), query -> records(query, records));

    assertThat(answer.answers()).hasSameSizeAs(upstream).allMatch(r -> r.ttl() == ttl);
  }

  @Test
  void rcodesAreExchangedWhereAnAnswerHasRecords() {
    String rule = "stop rcode exact srv1.coredns.rocks SERVFAIL FORMERR";
    Message query = Message.query(1, Question.of("srv1.coredns.rocks.", RecordType.A));

    assertThat(ask(rule, query, q -> address(q).withRcode(Rcode.SERVFAIL)).rcode())
        .isEqualTo(Rcode.FORMERR);
    assertThat(ask(rule, query, RewriteTablesTest::address).rcode()).isEqualTo(Rcode.NOERROR);
    assertThat(ask(rule, query, q -> q.reply(Rcode.SERVFAIL)).rcode()).isEqualTo(Rcode.SERVFAIL);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '#', textBlock = """
          A # abc.example.com. 5 CNAME def.example.com.; def.example.com. 5 A 1.2.3.4 # abc.example.com. 5 CNAME xyz.example.com.; xyz.example.com. 3600 A 3.4.5.6
          AAAA # abc.example.com. 5 CNAME def.example.com.; def.example.com. 5 AAAA 2a01:7e00::1 # abc.example.com. 5 CNAME xyz.example.com.; xyz.example.com. 3600 AAAA 3a01:7e00::1
          A # chat.openai.com. 20 CNAME chat.openai.com.cdn.cloudflare.net.; chat.openai.com.cdn.cloudflare.net. 30 A 23.2.1.2 # chat.openai.com. 20 CNAME bard.google.com.cdn.cloudflare.net.; bard.google.com.cdn.cloudflare.net. 1800 A 9.7.2.1
          A # coredns.io. 100 CNAME www.hosting.uvw.; www.hosting.uvw. 200 A 7.2.3.4 # coredns.io. 100 CNAME www.hosting.xyz.; www.hosting.xyz. 500 A 20.30.40.50
          A # core.dns.rocks. 200 CNAME abcd.efgh.pqrst.; abcd.efgh.pqrst. 100 A 200.30.45.67 # core.dns.rocks. 200 CNAME abcd.zzzz.www.pqrst.; abcd.zzzz.www.pqrst. 120 A 101.20.5.1; abcd.zzzz.www.pqrst. 120 A 101.20.5.2
          A # order.service.eu. 200 CNAME orders.web.eu.site.; orders.web.eu.site. 50 A 10.10.15.1 # order.service.eu. 200 CNAME orders.webapp.eu.org.; orders.webapp.eu.org. 120 A 20.0.0.9
          """)
  void targetsOfAliasesAreExchangedAndResolvedAnew(String type, String upstream, String expected) {
    String rules = """
        continue cname exact def.example.com. xyz.example.com.
        continue cname prefix chat.openai.com bard.google.com
        continue cname suffix uvw. xyz.
        continue cname substring efgh zzzz.www
        continue cname regex (.*)\\.web\\.(.*)\\.site\\. {1}.webapp.{2}.org.""".replace("\n", " / ");
    Map<String, String> targets = Map.of(
        "xyz.example.com. A", "xyz.example.com. 3600 A 3.4.5.6",
        "xyz.example.com. AAAA", "xyz.example.com. 3600 AAAA 3a01:7e00::1",
        "bard.google.com.cdn.cloudflare.net. A",
            "bard.google.com.cdn.cloudflare.net. 1800 A 9.7.2.1",
        "www.hosting.xyz. A", "www.hosting.xyz. 500 A 20.30.40.50",
        "abcd.zzzz.www.pqrst. A",
            "abcd.zzzz.www.pqrst. 120 A 101.20.5.1; abcd.zzzz.www.pqrst. 120 A 101.20.5.2",
        "orders.webapp.eu.org. A", "orders.webapp.eu.org. 120 A 20.0.0.9");
    Question question = new Question(
        parse(upstream.trim()).get(0).name(),
        RecordType.byName(type).orElseThrow(),
        RecordClass.IN);

    Message answer = ask(
        rules,
        Message.query(1, question),
        query -> records(
            query,
            targets.getOrDefault(
                query.question().name() + " " + query.question().type(), upstream.trim())));

    assertThat(print(answer.answers())).isEqualTo(expected.trim());
  }

  @Test
  void thatTheAnswerAboutANewTargetWasCutIsPassedOnSince1122() {
    String rule = "continue cname exact music.spotify.com. music.cut.spotify.com.";
    UnaryOperator<Message> upstream =
        query -> query.question().name().toString().contains("cut")
            ? records(query, "music.cut.spotify.com. 120 A 10.1.0.9").with(Flag.TC, true)
            : records(query, "a.spotify.com. 200 CNAME music.spotify.com.");
    Message query = Message.query(1, Question.of("a.spotify.com.", RecordType.A));

    assertThat(ask(rule, query, upstream).has(Flag.TC)).isTrue();
    assertThat(ask(CoreDnsVersion.V1_11_3, rule, query, upstream).has(Flag.TC)).isFalse();
  }

  /** The options that the upstream sees, as code and octets in hexadecimal. */
  private String options(String rules, EdnsOption... asked) {
    Message query = Message.query(1, Question.of("example.com.", RecordType.A));
    Edns edns = Edns.ofSize(4096).withDnssecOk(true).withOptions(List.of(asked));
    ask(rules, asked.length == 0 ? query : query.withEdns(edns), RewriteTablesTest::address);
    return forwarded
        .get(forwarded.size() - 1)
        .edns()
        .map(e -> String.join(
            " ", e.options().stream().map(o -> o.code() + "=" + o.hex()).toList()))
        .orElse("none");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
          local set 0xffee 0xabcdef | - | 65518=abcdef
          local append 0xffee abc | - | 65518=616263
          local replace 0xffee abc | - | ''
          nsid set | - | 3=
          nsid append | - | 3=
          nsid replace | - | ''
          local replace 0xffee abcdef / edns0 local set 0xffee fedcba | - | 65518=666564636261
          local replace 0xffee abcdef / edns0 local set 0xffee fedcba | 65518=666f6f626172 | 65518=616263646566
          local replace 0xffee {qname} / edns0 local set 0xffee {qtype} | - | 65518=0001
          local replace 0xffee {qname} / edns0 local set 0xffee {qtype} | 65518=666f6f626172 | 65518=6578616d706c652e636f6d2e
          nsid replace / edns0 nsid set | 65518=666f6f626172 | 65518=666f6f626172 3=
          nsid replace / edns0 nsid set | 3= | 3=
          subnet replace 32 56 / edns0 subnet set 0 56 | - | 8=00010000
          subnet replace 32 56 / edns0 subnet set 0 56 | 8=00010000 | 8=000120000af00001
          subnet set 24 56 | - | 8=000118000af000
          subnet set 32 56 | - | 8=000120000af00001
          local set 0xffee {client_ip} | - | 65518=0af00001
          local set 0xffee {client_port} | - | 65518=9d14
          local set 0xffee {protocol} | - | 65518=756470
          local set 0xffee {server_port} | - | 65518=0035
          local set 0xffee {server_ip} | - | 65518=7f000001
          local set 0xffee {test/does-not-exist} | - | none
          local append 0xffee abc | 65518=666f6f | 65518=666f6f 65518=616263
          local append 0xffee {qtype} | 65518=666f6f | 65518=666f6f
          subnet append 24 56 | 8=00010000 | 8=00010000
          local unset 0xffee | 65518=666f6f | ''
          nsid unset | 65518=666f6f 3= | 65518=666f6f
          """)
  void optionsOfEdnsAreAddedChangedAndTakenAway(String rule, String asked, String seen) {
    EdnsOption[] options = asked == null
        ? new EdnsOption[0]
        : Stream.of(asked.split(" ", -1))
            .map(o -> o.split("=", -1))
            .map(o -> new EdnsOption(Integer.parseInt(o[0]), o[1]))
            .toArray(EdnsOption[]::new);

    assertThat(options("stop edns0 " + rule.replace("/ edns0", "/ stop edns0"), options))
        .isEqualTo(seen);
  }

  @Test
  void aRuleThatRevertsTakesTheOptionOutOfAnOptRecordOfTheAnswer() {
    String rule = "stop edns0 local set 0xffee abc revert";
    Message query =
        Message.query(1, Question.of("example.com.", RecordType.A)).withEdns(Edns.ofSize(1232));

    Message answer = ask(rule, query, q -> address(q).withEdns(q.edns().orElseThrow()));
    assertThat(answer.edns().orElseThrow().options()).isEmpty();

    Message leaked = ask(rule, query, RewriteTablesTest::address);
    assertThat(leaked.edns().orElseThrow().options())
        .as("issue 8234: without an OPT record of the upstream the option is still there")
        .hasSize(1);
  }
}
