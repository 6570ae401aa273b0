package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.EdnsOption;
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
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Plugins that answer or change answers. The facts are those that the tests of these plugins in
 * CoreDNS 1.11 to 1.13 hold.
 */
class PluginTablesTest {
  private static final SocketAddress UPSTREAM = SocketAddress.parse("192.0.2.53:53");

  private static CoreDnsServer server(String blocks, UnaryOperator<Message> upstream) {
    Upstream answering =
        (query, transport) -> new Upstream.Answered(upstream.apply(query), Duration.ZERO);
    return CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse(blocks.replace(" / ", "\n")),
        CoreDnsVersion.DEFAULT,
        Surroundings.NONE.withUpstreams(Map.of(UPSTREAM, answering)));
  }

  private static Stream<DynamicTest> rows(String plugins, String rows) {
    return AnswerTable.of(
        server(".:53 {\n" + plugins + "\n}\n", query -> query.reply(Rcode.NOERROR)), rows);
  }

  private static Message ask(CoreDnsServer server, String name, RecordType type, String from) {
    Client client =
        new Client(SocketAddress.parse(from), SocketAddress.parse("127.0.0.1:53"), Transport.UDP);
    return server
        .answer(Message.query(1, Question.of(name, type)), client)
        .message()
        .orElseThrow();
  }

  private static ResourceRecord record(String text) {
    String[] words = text.split(" ", 4);
    return new ResourceRecord(
        DnsName.parse(words[0]),
        Long.parseLong(words[1]),
        RecordData.parse(RecordType.byName(words[2]).orElseThrow(), words[3]));
  }

  // ---- template

  @TestFactory
  Stream<DynamicTest> templates() {
    String ip = "match \"(^|[.])ip-10-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$\"";
    String address = "10.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}";
    return Stream.of(
            rows("template ANY ANY {\nmatch .*\nrcode SERVFAIL\n}", "test.invalid. A | SERVFAIL"),
            rows(
                "template ANY ANY {\n" + ip + "\nanswer \"{{ .Name }} 60 IN A " + address
                    + "\"\nadditional \"ns0.example. IN A 203.0.113.8\""
                    + "\nauthority \"example. IN NS ns0.example.com.\"\nfallthrough\n}",
                """
                ip-10-95-12-8.example. A | NOERROR +aa | @ 60 A 10.95.12.8 | example. 3600 NS ns0.example.com. | ns0.example. 3600 A 203.0.113.8
                test.invalid. A | SERVFAIL
                """),
            rows(
                "template ANY ANY {\n" + ip + "\nanswer \"{{ .Name }} 60 MX 10 {{ .Name }}\""
                    + "\nadditional \"{{ .Name }} 60 IN A " + address + "\"\n}",
                "ip-10-95-12-8.example. MX | NOERROR | @ 60 MX 10 ip-10-95-12-8.example. | | @ 60 A 10.95.12.8"),
            rows(
                "template ANY ANY {\nmatch [.]invalid[.]$\nrcode NXDOMAIN"
                    + "\nanswer \"invalid. 60 {{ .Class }} SOA a.invalid. b.invalid. (1 60 60 60 60)\"\n}",
                "test.invalid. MX | NXDOMAIN | invalid. 60 SOA a.invalid. b.invalid. # 60 60 60 60"),
            rows(
                "template ANY ANY {\nmatch [.]example[.]$\nanswer \"{{ .Name }} 60 IN TXT \\\"{{ index .Match 2 }}\\\"\"\n}",
                "test.example. ANY | SERVFAIL"),
            rows("template ANY ANY {\nanswer \"{{ .Name }}\"\n}", "test.example. ANY | SERVFAIL"),
            rows(
                "template ANY ANY {\nadditional \"{{ .Name }}\"\nrcode NXDOMAIN\n}",
                "test.example. ANY | SERVFAIL"),
            rows(
                "template ANY ANY {\nauthority \"{{ .Name }}\"\n}", "test.example. ANY | SERVFAIL"),
            rows(
                "template ANY ANY {\nmatch example[.]net[.]\nanswer \"example.net 60 IN CNAME target.example.com\"\n}\nacl target.example.com {\nblock\n}",
                "example.net. A | NOERROR | @ 60 CNAME target.example.com."),
            rows("template IN AAAA .\nwhoami", "web. AAAA | NOERROR +aa"),
            rows(
                "template IN A example {\nmatch \"^ip0a(?P<b>[a-f0-9]{2})(?P<c>[a-f0-9]{2})(?P<d>[a-f0-9]{2})[.]example[.]$\""
                    + "\nanswer \"{{ .Name }} 60 IN A 10.{{ parseInt .Group.b 16 8 }}.{{ parseInt .Group.c 16 8 }}.{{ parseInt .Group.d 16 8 }}\"\n}",
                """
                ip0a5f0c09.example. A | NOERROR | @ 60 A 10.95.12.9
                ip0affff00.example. A | NOERROR | @ 60 A 10.255.255.0
                """))
        .flatMap(s -> s);
  }

  @TestFactory
  Stream<DynamicTest> severalTemplates() {
    return AnswerTable.of(server("""
        test {
          chaos
          template IN A {
            rcode REFUSED
          }
          template IN TXT {
            match "$^"
            rcode SERVFAIL
            fallthrough
          }
        }
        .:53 {
          template CH TXT coredns.invalid {
            answer "{{ .Name }} 60 CH TXT \\"test\\""
          }
          template IN A example {
            match ^ip-10-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$
            answer "{{ .Name }} 60 IN A 10.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
            fallthrough
          }
          template IN MX example {
            match ^ip-10-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$
            answer "{{ .Name }} 60 IN MX 10 {{ .Name }}"
            additional "{{ .Name }} 60 IN A 10.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
          }
          hosts {
            192.0.2.9 something.example
            fallthrough
          }
        }
        """, query -> query.reply(Rcode.NOERROR)), """
        some.test. A | REFUSED
        some.test. TXT | SERVFAIL
        coredns.invalid. TXT CH | NOERROR | @ 60 TXT "test"
        ip-10-11-12-13.example. A | NOERROR | @ 60 A 10.11.12.13
        ip-10-11-12-13.example. MX | NOERROR | @ 60 MX 10 ip-10-11-12-13.example. | | @ 60 A 10.11.12.13
        something.example. A | NOERROR | @ 3600 A 192.0.2.9
        something.example. MX | SERVFAIL
        """);
  }

  @Test
  void anAnswerWithAnAliasIsCutIfThatAboutItsTargetIs() {
    CoreDnsServer server = server(
        ".:53 {\ntemplate IN A test {\nanswer \"cname.test. 600 IN CNAME test.up\"\n}\nforward up 192.0.2.53\n}\n",
        query -> query
            .reply(Rcode.NOERROR)
            .with(Flag.TC, true)
            .withRecords(List.of(record("test.up. 600 A 1.2.3.4")), List.of(), List.of()));

    Message answer = ask(server, "cname.test.", RecordType.A, "10.0.0.1:1");
    assertThat(answer.has(Flag.TC)).isTrue();
    assertThat(answer.answers())
        .containsExactly(
            record("cname.test. 600 CNAME test.up."), record("test.up. 600 A 1.2.3.4"));
  }

  @Test
  void aTemplateMayGiveAReason() {
    CoreDnsServer server = server(
        ".:53 {\ntemplate ANY ANY invalid {\nrcode NXDOMAIN\nederror 21 Blocked\n}\n}\n",
        query -> query);

    assertThat(ask(server, "a.invalid.", RecordType.A, "10.0.0.1:1").rcode())
        .isEqualTo(Rcode.NXDOMAIN);
    Message asked = Message.query(1, Question.of("a.invalid.", RecordType.A))
        .withEdns(dev.hairpin.dns.message.Edns.ofSize(1232));
    Client client = new Client(
        SocketAddress.parse("10.0.0.1:1"), SocketAddress.parse("127.0.0.1:53"), Transport.UDP);
    assertThat(server
            .answer(asked, client)
            .message()
            .orElseThrow()
            .edns()
            .orElseThrow()
            .options())
        .containsExactly(new EdnsOption(EdnsOption.EXTENDED_ERROR, "0015426c6f636b6564"));
  }

  // ---- hosts

  @TestFactory
  Stream<DynamicTest> hosts() {
    String file = """
        127.0.0.1 localhost localhost.domain
        ::1 localhost localhost.domain
        10.0.0.1 example.org
        ::FFFF:10.0.0.2 example.com
        reload 5s
        fallthrough
        """;
    return rows("hosts {\n" + file + "}", """
        example.org. A | NOERROR +aa | @ 3600 A 10.0.0.1
        example.com. A | NOERROR | @ 3600 A 10.0.0.2
        localhost. AAAA | NOERROR | @ 3600 AAAA ::1
        1.0.0.10.in-addr.arpa. PTR | NOERROR | @ 3600 PTR example.org.
        2.0.0.10.in-addr.arpa. PTR | NOERROR | @ 3600 PTR example.com.
        1.0.0.127.in-addr.arpa. PTR | NOERROR | @ 3600 PTR localhost.; @ 3600 PTR localhost.domain.
        example.org. AAAA | NOERROR
        example.org. MX | NOERROR
        """);
  }

  @TestFactory
  Stream<DynamicTest> hostsFiles() {
    String file = """
        255.255.255.255	broadcasthost
        	127.0.0.2	odin
        	127.0.0.3	odin  # inline comment
        	::2             odin
        	127.1.1.1	thor
        	# aliases
        	127.1.1.2	ullr ullrhost
        	fe80::1%lo0	localhost
        	# Bogus entries that must be ignored.
        	123.123.123	loki
        	321.321.321.321
        fe80:0000:0000:0000:0000:0000:0000:0002%lo0	localhost
        127.0.0.1	PreserveMe	PreserveMe.local
        """;
    CoreDnsServer server = CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse(".:53 {\nhosts /etc/hosts\n}\n"),
        CoreDnsVersion.DEFAULT,
        Surroundings.NONE.withFiles(Map.of("/etc/hosts", file)));
    return AnswerTable.of(server, """
        odin. A | NOERROR | @ 3600 A 127.0.0.2; @ 3600 A 127.0.0.3
        odin. AAAA | NOERROR | @ 3600 AAAA ::2
        thor. A | NOERROR | @ 3600 A 127.1.1.1
        ullr. A | NOERROR | @ 3600 A 127.1.1.2
        ullrhost. A | NOERROR | @ 3600 A 127.1.1.2
        localhost. AAAA | NOERROR | @ 3600 AAAA fe80::1; @ 3600 AAAA fe80::2
        loki. A | SERVFAIL
        PreserveMe. A | NOERROR | preserveme. 3600 A 127.0.0.1
        PRESERVEME.LOCAL. A | NOERROR | preserveme.local. 3600 A 127.0.0.1
        255.255.255.255.in-addr.arpa. PTR | NOERROR | @ 3600 PTR broadcasthost.
        2.1.1.127.in-addr.arpa. PTR | NOERROR | @ 3600 PTR ullr.; @ 3600 PTR ullrhost.
        1.0.0.127.in-addr.arpa. PTR | NOERROR | @ 3600 PTR preserveme.; @ 3600 PTR preserveme.local.
        """);
  }

  // ---- acl

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          acl example.org { / block type A net 192.168.0.0/16 / } | www.example.org. | A | 192.168.0.2 | blocked
          acl example.org { / block type A net 192.168.0.0/16 / } | www.example.org. | A | 192.167.0.2 | allowed
          acl example.org { / block type * net 192.168.0.0/16 / } | www.example.org. | AAAA | 192.168.0.2 | blocked
          acl example.org { / block type A / } | www.example.org. | A | 10.1.0.2 | blocked
          acl example.org { / block type A / } | www.example.org. | AAAA | 10.1.0.2 | allowed
          acl example.org { / block type A net 192.168.1.2 / } | www.example.org. | A | 192.168.1.2 | blocked
          acl example.org { / block type A net 192.168.1.2 / } | www.example.org. | A | 192.168.1.3 | allowed
          acl example.org { / filter type A net 192.168.0.0/16 / } | www.example.org. | A | 192.168.0.2 | filtered
          acl example.org { / filter type A net 192.168.0.0/16 / } | www.example.org. | A | 192.167.0.2 | allowed
          acl example.org { / allow net 192.168.0.0/16 / block / } | www.example.org. | A | 192.168.0.2 | allowed
          acl example.org { / allow type * net 192.168.0.0/16 / block / } | www.example.org. | A | 10.1.0.2 | blocked
          acl example.org { / drop net 192.168.0.0/16 / } | www.example.org. | A | 192.168.0.2 | dropped
          acl example.org { / block net 192.168.1.0/24 / drop net 192.168.0.0/16 / } | www.example.org. | A | 192.168.1.2 | blocked
          acl example.org { / drop net 192.168.0.0/16 / block net 192.168.1.0/24 / } | www.example.org. | A | 192.168.1.1 | dropped
          acl example.org { / drop type A / allow net 192.168.0.0/16 / } | www.example.org. | A | 192.168.1.1 | dropped
          acl example.org { / drop type A / allow net 192.168.0.0/16 / } | www.example.org. | AAAA | 192.168.1.1 | allowed
          acl a.example.org { / block type * net 192.168.1.0/24 / } | a.example.org. | A | 192.168.1.2 | blocked
          acl a.example.org { / block net 192.168.1.0/24 / } | www.example.org. | A | 192.168.1.2 | allowed
          acl example.org { / block net 192.168.1.0/24 / } | a.example.org. | A | 192.168.1.2 | blocked
          acl example.org { / block net 192.168.1.0/24 / } | a.example.com. | A | 192.168.1.2 | allowed
          acl a.example.org { / block net 192.168.1.0/24 / } / acl b.example.org { / block type * net 192.168.2.0/24 / } | b.example.org. | A | 192.168.2.2 | blocked
          acl a.example.org { / block net 192.168.1.0/24 / } / acl b.example.org { / block net 192.168.2.0/24 / } | b.example.org. | A | 192.168.1.2 | allowed
          acl example.org { / block type A net 2001:db8:abcd:0012::0/64 / } | www.example.org. | A | 2001:db8:abcd:12::1230 | blocked
          acl example.org { / block type A net 2001:db8:abcd:0012::0/64 / } | www.example.org. | A | 2001:db8:abcd:13::0 | allowed
          acl example.org { / block type A net 2001:0db8:85a3:0000:0000:8a2e:0370:7334 / } | www.example.org. | A | 2001:db8:85a3::8a2e:370:7334 | blocked
          acl example.org { / block type A net 2001:0db8:85a3:0000:0000:8a2e:0370:7334 / } | www.example.org. | A | 2001:db8:85a3::8a2e:370:7335 | allowed
          acl example.org { / drop net 2001:0db8:85a3:0000:0000:8a2e:0370:7334 / } | www.example.org. | AAAA | 2001:db8:85a3::8a2e:370:7334 | dropped
          acl example.org { / block net 2001:db8:abcd:0012:8000::/66 / drop net 2001:db8:abcd:0012::0/64 / } | www.example.org. | AAAA | 2001:db8:abcd:12:8000::1 | blocked
          acl example.org { / drop net 2001:db8:abcd:0012::0/64 / block net 2001:db8:abcd:0012:8000::/66 / } | www.example.org. | AAAA | 2001:db8:abcd:12:8000::1 | dropped
          """)
  void questionsAreLetThroughBySourceAndType(
      String acl, String name, String type, String source, String expected) {
    CoreDnsServer server = server(
        ".:53 {\n" + acl + "\nforward . 192.0.2.53\n}\n", query -> query.reply(Rcode.NOERROR));
    Client client = new Client(
        new SocketAddress(dev.hairpin.net.IpAddress.parse(source), 1),
        SocketAddress.parse("127.0.0.1:53"),
        Transport.UDP);
    Message query = Message.query(1, Question.of(name, RecordType.byName(type).orElseThrow()));

    Answer answer = server.answer(query, client);
    String outcome = answer
        .message()
        .map(m -> m.rcode().equals(Rcode.REFUSED)
            ? "blocked"
            : answer.explain().contains("acl: filter") ? "filtered" : "allowed")
        .orElse("dropped");
    assertThat(outcome).isEqualTo(expected);
  }

  // ---- dns64

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          64:ff9b::/96 | 64:ff9b::4040:4040
          64:ff9b::/64 | 64:ff9b::40:4040:4000:0
          64:ff9b::/56 | 64:ff9b:0:40:40:4040::
          64::/32      | 64:0:4040:4040::
          """)
  void ipv4AddressesHaveTheirPlaceWithinAPrefix(String prefix, String expected) {
    CoreDnsServer server = server(
        ".:53 {\ndns64 " + prefix + "\nforward . 192.0.2.53\n}\n",
        query -> query.question().type().equals(RecordType.A)
            ? query
                .reply(Rcode.NOERROR)
                .withRecords(List.of(record("example.com. 60 A 64.64.64.64")), List.of(), List.of())
            : query.reply(Rcode.NOERROR));

    assertThat(ask(server, "example.com.", RecordType.AAAA, "[::1]:1").answers())
        .containsExactly(record("example.com. 60 AAAA " + expected));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          NOERROR  |                              | example.com. 70 SOA foo bar 1 1 1 1 1 | 60 70
          REFUSED  |                              |                                        | 60 600
          NXDOMAIN |                              | example.com. 70 SOA foo bar 1 1 1 1 1 | -
          NOERROR  | example.com. 60 AAAA ::1     |                                        | -
          NOTIMP   |                              | example.com. 70 SOA foo bar 1 1 1 1 1 | 60 70
          """)
  void answersAreTranslatedWithTheLesserTime(
      String rcode, String answer, String authority, String times) {
    Message denial = Message.query(1, Question.of("example.com.", RecordType.AAAA))
        .reply(Rcode.byName(rcode).orElseThrow())
        .withRecords(
            answer == null ? List.of() : List.of(record(answer)),
            authority == null ? List.of() : List.of(record(authority)),
            List.of());
    CoreDnsServer server = server(
        ".:53 {\ndns64\nforward . 192.0.2.53\n}\n",
        query -> query.question().type().equals(RecordType.A)
            ? query
                .reply(Rcode.NOERROR)
                .with(Flag.TC, true)
                .withRecords(
                    List.of(
                        record("example.com. 60 A 192.0.2.42"),
                        record("example.com. 5000 A 192.0.2.43")),
                    List.of(),
                    List.of())
            : denial);

    Message reply = ask(server, "example.com.", RecordType.AAAA, "[::1]:1");
    if (times.equals("-")) {
      assertThat(reply.answers()).isEqualTo(denial.answers());
      assertThat(reply.rcode()).isEqualTo(denial.rcode());
      return;
    }
    String[] ttl = times.split(" ", -1);
    assertThat(reply.answers())
        .containsExactly(
            record("example.com. " + ttl[0] + " AAAA 64:ff9b::c000:22a"),
            record("example.com. " + ttl[1] + " AAAA 64:ff9b::c000:22b"));
    assertThat(reply.rcode()).isEqualTo(Rcode.NOERROR);
    assertThat(reply.has(Flag.TC)).isTrue();
  }

  // ---- local, minimal, whoami, chaos, header, erratic

  @TestFactory
  Stream<DynamicTest> localNames() {
    String soa = " 604800 SOA localhost. root.localhost. # 0 0 0 604800";
    return rows("local", """
        localhost. A | NOERROR | @ 604800 A 127.0.0.1
        localHOst. A | NOERROR | @ 604800 A 127.0.0.1
        localhost. AAAA | NOERROR | @ 604800 AAAA ::1
        localhost. NS | NOERROR | @ 604800 NS localhost.
        localhost. SOA | NOERROR | @$SOA
        127.in-addr.arpa. A | NOERROR | | @$SOA
        localhost. MX | NOERROR | | @$SOA
        a.localhost. A | NXDOMAIN | | localhost.$SOA
        1.0.0.127.in-addr.arpa. PTR | NOERROR | @ 604800 PTR localhost.
        1.0.0.127.in-addr.arpa. MX | NOERROR | | 127.in-addr.arpa.$SOA
        2.0.0.127.in-addr.arpa. PTR | NXDOMAIN | | 127.in-addr.arpa.$SOA
        localhost.example.net. A | NOERROR | @ 604800 A 127.0.0.1
        localhost.example.net. AAAA | NOERROR | @ 604800 AAAA ::1
        localhost.example.net. SOA | NOERROR | | @$SOA
        """.replace("$SOA", soa));
  }

  @ParameterizedTest
  @CsvSource(textBlock = """
          NOERROR, true, false, 1 0 0
          NOERROR, false, true, 0 2 2
          SERVFAIL, true, true, 1 2 2
          """)
  void minimalAnswersKeepWhatTheyNeed(String rcode, boolean answer, boolean servers, String kept) {
    CoreDnsServer server = server(
        ".:53 {\nminimal\nforward . 192.0.2.53\n}\n",
        query -> query
            .reply(Rcode.byName(rcode).orElseThrow())
            .withRecords(
                answer ? List.of(record("example.com. 293 A 142.250.76.46")) : List.of(),
                servers
                    ? List.of(
                        record("example.com. 157127 NS ns1.example.com."),
                        record("example.com. 157127 NS ns2.example.com."))
                    : List.of(),
                List.of(
                    record("ns2.example.com. 316273 A 216.239.34.10"),
                    record("ns1.example.com. 165555 A 216.239.32.10"))));

    Message reply = ask(server, "example.com.", RecordType.A, "10.0.0.1:1");
    assertThat(reply.answers().size()
            + " "
            + reply.authorities().size()
            + " "
            + reply.additionals().size())
        .isEqualTo(kept);
  }

  @TestFactory
  Stream<DynamicTest> whoAsks() {
    return rows("whoami", """
        example.org. A | NOERROR +aa | | | @ 0 A 10.240.0.1; _udp.example.org. 0 SRV 0 0 40212 .
        Example.ORG. A | NOERROR | | | @ 0 A 10.240.0.1; _udp.Example.ORG. 0 SRV 0 0 40212 .
        Example.ORG. A tcp from ::2 | NOERROR | | | @ 0 AAAA ::2; _tcp.Example.ORG. 0 SRV 0 0 40212 .
        """);
  }

  @TestFactory
  Stream<DynamicTest> versionAndAuthors() {
    return rows("chaos CoreDNS-001 \"Miek Gieben\"\nwhoami", """
        version.bind. TXT CH | NOERROR | @ 0 TXT "CoreDNS-001"
        version.server. TXT CH | NOERROR | @ 0 TXT "CoreDNS-001"
        authors.bind. TXT CH | NOERROR | @ 0 TXT "Miek Gieben"
        authors.bind. SRV CH | NOERROR | | | @ 0 A 10.240.0.1; _udp.authors.bind. 0 SRV 0 0 40212 .
        """);
  }

  @ParameterizedTest
  @CsvSource({
    "response set ra, RA, true",
    "response clear ra, RA, false",
    "response set rd, RD, true",
    "response clear rd, RD, false",
    "response set aa, AA, true",
    "query clear rd, RD, false",
  })
  void flagsAreSetAndCleared(String rule, Flag flag, boolean expected) {
    CoreDnsServer server = server(
        ".:53 {\nheader {\n" + rule + "\n}\nforward . 192.0.2.53\n}\n",
        query -> query.reply(Rcode.NOERROR).with(Flag.RA, true));

    assertThat(ask(server, "a.", RecordType.A, "10.0.0.1:1").has(flag)).isEqualTo(expected);
  }

  @Test
  void erraticAnswersComeInTurns() {
    CoreDnsServer server =
        server(".:53 {\nerratic {\ndrop 3\ntruncate 2\ndelay 4 7ms\n}\n}\n", query -> query);

    StringBuilder seen = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      Answer answer = server.lookup("example.org.", RecordType.A);
      seen.append(answer
              .message()
              .map(m ->
                  (m.has(Flag.TC) ? "cut" : "whole") + " " + m.answers().get(0).data())
              .orElse("nothing"))
          .append(answer.took().isZero() ? "" : " late")
          .append("; ");
    }
    assertThat(seen)
        .hasToString("nothing; whole 192.0.2.53; cut 192.0.2.53; nothing; cut 192.0.2.53 late;"
            + " whole 192.0.2.53; ");
    assertThat(server.lookup("a.", RecordType.MX).message()).isEmpty();
    assertThat(server.lookup("a.", RecordType.MX).message().orElseThrow().rcode())
        .isEqualTo(Rcode.SERVFAIL);
  }

  // ---- loadbalance, autopath

  @Test
  void aliasesComeFirstThenOthersThenAddressesThenMailExchangers() {
    List<ResourceRecord> mixed = Stream.of(
            "mx.skydns.test. 300 MX 1 mx1.skydns.test.",
            "endpoint.skydns.test. 300 A 10.240.0.1",
            "endpoint.skydns.test. 300 AAAA ::1",
            "mx.skydns.test. 300 MX 2 mx2.skydns.test.",
            "cname2.skydns.test. 300 CNAME cname3.skydns.test.",
            "endpoint.skydns.test. 300 A 10.240.0.3",
            "mx.skydns.test. 300 MX 3 mx3.skydns.test.")
        .map(PluginTablesTest::record)
        .toList();
    UnaryOperator<Message> upstream =
        query -> query.reply(Rcode.NOERROR).withRecords(mixed, List.of(), mixed);
    CoreDnsServer server =
        server(".:53 {\nloadbalance round_robin\nforward . 192.0.2.53\n}\n", upstream);

    Message reply = server
        .answer(
            Message.query(1, Question.of("region2.skydns.test.", RecordType.SRV)),
            new Client(
                SocketAddress.parse("10.0.0.1:1"),
                SocketAddress.parse("127.0.0.1:53"),
                Transport.TCP))
        .message()
        .orElseThrow();
    for (List<ResourceRecord> section : List.of(reply.answers(), reply.additionals())) {
      assertThat(section).hasSameElementsAs(mixed);
      assertThat(section)
          .extracting(r -> r.type().equals(RecordType.AAAA) ? "A" : r.type().toString())
          .containsExactly("CNAME", "A", "A", "A", "MX", "MX", "MX");
    }
  }

  @TestFactory
  Stream<DynamicTest> searchPaths() {
    CoreDnsServer server = CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse("""
            .:53 {
              autopath /etc/resolv.conf
              template IN A b.com a.example.com {
                match ^(b[.]com|a[.]example[.]com)[.]$
                answer "{{ .Name }} 3600 IN A 127.0.0.53"
              }
              template IN A example.org {
                match ^b[.]example[.]org[.]$
                rcode NXDOMAIN
                authority "example.org. 1800 IN SOA example.org. example.org. 1 14400 3600 604800 14400"
              }
              template IN A {
                rcode SERVFAIL
              }
            }
            """),
        CoreDnsVersion.DEFAULT,
        new Surroundings(
            List.of(),
            List.of(),
            List.of("example.org.", "example.com.", "com."),
            Map.of(),
            Map.of()));
    return AnswerTable.of(server, """
        b.example.org. A | NOERROR | @ 3600 CNAME b.com.; b.com. 3600 A 127.0.0.53
        a.example.com. A | NOERROR | @ 3600 A 127.0.0.53
        c.example.org. A | SERVFAIL
        example.org. A | SERVFAIL
        google.com. A | SERVFAIL
        """);
  }
}
