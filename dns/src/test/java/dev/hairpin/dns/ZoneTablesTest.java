package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The plugins file, auto and transfer. The facts of the tables are those that the tests of these
 * plugins in CoreDNS 1.13 hold.
 */
class ZoneTablesTest {
  private static final String MIEK = """
      $TTL    30M
      $ORIGIN miek.nl.
      @   IN SOA linode.atoom.net. miek.miek.nl. (
              1282630057 ; serial
              4H         ; refresh
              1H         ; retry
              7D         ; expire
              4H )       ; negative
          IN NS  linode.atoom.net.
          IN NS  ns-ext.nlnetlabs.nl.
          IN MX  1  aspmx.l.google.com.
          IN MX  5  alt1.aspmx.l.google.com.
          IN A    139.162.196.78
          IN AAAA 2a01:7e00::f03c:91ff:fef1:6735
      a   IN A    139.162.196.78
          IN AAAA 2a01:7e00::f03c:91ff:fef1:6735
      www      IN CNAME a
      archive  IN CNAME a
      *.x      IN CNAME www
      b.x      IN CNAME a
      *.y      IN A     139.162.196.78
      dname    IN DNAME x
      srv      IN SRV   10 10 8080 a.miek.nl.
      mx       IN MX    10 a.miek.nl.
      txt      IN TXT   "v=spf1 a mx ~all"
      caa      IN CAA   0 issue letsencrypt.org
      *.nodata IN A     139.162.196.79
      ext-cname IN CNAME example.com.
      delegated IN NS   a.delegated
                IN NS   ns-ext.nlnetlabs.nl.
      a.delegated IN TXT "obscured"
                IN A    139.162.196.78
                IN AAAA 2a01:7e00::f03c:91ff:fef1:6735
      """;

  private static final String WILD = """
      $TTL 3600
      example.org.          IN SOA sns.dns.icann.org. noc.dns.icann.org. 2015082541 7200 3600 1209600 3600
      example.org.          IN NS  b.iana-servers.net.
      example.org.          IN NS  a.iana-servers.net.
      example.org.          IN A   127.0.0.1
      example.org.          IN A   127.0.0.2
      *.w.example.org.      IN TXT "Wildcard"
      a.b.c.w.example.org.  IN TXT "Not a wildcard"
      *.c.example.org.      IN TXT "c Wildcard"
      *.d.example.org.      IN CNAME alias.example.org.
      alias.example.org.    IN TXT "Wildcard CNAME expansion"
      """;

  private static final String WILD_AT_THE_TOP = """
      $TTL 3600
      example.org.          IN SOA sns.dns.icann.org. noc.dns.icann.org. 2015082541 7200 3600 1209600 3600
      example.org.          IN NS  b.iana-servers.net.
      *.example.org.        IN A   127.0.0.53
      *.intern.example.org. IN A   127.0.1.52
      foo.example.org.      IN A   127.0.0.54
      """;

  private static final Map<String, String> SHORT = Map.of(
      "$NS", "miek.nl. 1800 NS linode.atoom.net.; miek.nl. 1800 NS ns-ext.nlnetlabs.nl.",
      "$SOA", "miek.nl. 1800 SOA linode.atoom.net. miek.miek.nl. # 14400 3600 604800 14400",
      "$ORG", "example.org. 3600 NS a.iana-servers.net.; example.org. 3600 NS b.iana-servers.net.",
      "$DELEGATED",
          "delegated.miek.nl. 1800 NS a.delegated.miek.nl.; delegated.miek.nl. 1800 NS ns-ext.nlnetlabs.nl.",
      "$GLUE",
          "a.delegated.miek.nl. 1800 A 139.162.196.78; a.delegated.miek.nl. 1800 AAAA 2a01:7e00::f03c:91ff:fef1:6735");

  private static CoreDnsServer server(String corefile, Map<String, String> files) {
    return CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse(corefile),
        CoreDnsVersion.DEFAULT,
        Surroundings.NONE.withFiles(files));
  }

  private static Stream<DynamicTest> rows(String plugins, String zone, String rows) {
    CoreDnsServer server =
        server(".:53 {\n" + plugins.replace(" / ", "\n") + "\n}\n", Map.of("/zones/db", zone));
    return new AnswerTable(server, SHORT).rows(rows);
  }

  @TestFactory
  Stream<DynamicTest> namesOfAZone() {
    return rows("file /zones/db miek.nl", MIEK, """
        www.miek.nl. A | NOERROR +aa | @ 1800 CNAME a.miek.nl.; a.miek.nl. 1800 A 139.162.196.78 | $NS
        www.miek.nl. AAAA | NOERROR | @ 1800 CNAME a.miek.nl.; a.miek.nl. 1800 AAAA 2a01:7e00::f03c:91ff:fef1:6735 | $NS
        miek.nl. SOA | NOERROR | @ 1800 SOA linode.atoom.net. miek.miek.nl. # 14400 3600 604800 14400 | @ 1800 NS linode.atoom.net.; @ 1800 NS ns-ext.nlnetlabs.nl.
        miek.nl. NS | NOERROR | @ 1800 NS linode.atoom.net.; @ 1800 NS ns-ext.nlnetlabs.nl.
        miek.nl. AAAA | NOERROR | @ 1800 AAAA 2a01:7e00::f03c:91ff:fef1:6735 | @ 1800 NS linode.atoom.net.; @ 1800 NS ns-ext.nlnetlabs.nl.
        mIeK.NL. AAAA | NOERROR | miek.nl. 1800 AAAA 2a01:7e00::f03c:91ff:fef1:6735 | $NS
        miek.nl. MX | NOERROR | @ 1800 MX 1 aspmx.l.google.com.; @ 1800 MX 5 alt1.aspmx.l.google.com. | @ 1800 NS linode.atoom.net.; @ 1800 NS ns-ext.nlnetlabs.nl.
        a.miek.nl. SRV | NOERROR | | $SOA
        b.miek.nl. A | NXDOMAIN +aa | | $SOA
        srv.miek.nl. SRV | NOERROR | @ 1800 SRV 10 10 8080 a.miek.nl. | $NS | a.miek.nl. 1800 A 139.162.196.78; a.miek.nl. 1800 AAAA 2a01:7e00::f03c:91ff:fef1:6735
        mx.miek.nl. MX | NOERROR | @ 1800 MX 10 a.miek.nl. | $NS | a.miek.nl. 1800 A 139.162.196.78; a.miek.nl. 1800 AAAA 2a01:7e00::f03c:91ff:fef1:6735
        asterisk.x.miek.nl. CNAME | NOERROR | @ 1800 CNAME www.miek.nl. | $NS
        a.b.x.miek.nl. CNAME | NXDOMAIN | | $SOA
        asterisk.y.miek.nl. A | NOERROR | @ 1800 A 139.162.196.78 | $NS
        foo.dname.miek.nl. CNAME | NOERROR | @ 1800 CNAME foo.x.miek.nl.; dname.miek.nl. 1800 DNAME x.miek.nl. | $NS
        ext-cname.miek.nl. A | SERVFAIL | @ 1800 CNAME example.com. | $NS
        txt.miek.nl. TXT | NOERROR | @ 1800 TXT "v=spf1 a mx ~all" | $NS
        caa.miek.nl. CAA | NOERROR | @ 1800 CAA \\# 22 000569737375656c657473656e63727970742e6f7267 | $NS
        a.miek.nl. MX | NOERROR | | $SOA
        wildcard.nodata.miek.nl. MX | NOERROR | | $SOA
        x.miek.nl. A | NOERROR | | $SOA
        miek.nl. AXFR | REFUSED
        a.delegated.miek.nl. TXT | NOERROR -aa | | $DELEGATED | @ 1800 A 139.162.196.78; @ 1800 AAAA 2a01:7e00::f03c:91ff:fef1:6735
        delegated.miek.nl. NS | NOERROR -aa | | @ 1800 NS a.delegated.miek.nl.; @ 1800 NS ns-ext.nlnetlabs.nl. | $GLUE
        foo.delegated.miek.nl. A | NOERROR -aa | | $DELEGATED | $GLUE
        foo.delegated.miek.nl. SOA | NOERROR -aa | | $DELEGATED | $GLUE
        delegated.miek.nl. DS | NOERROR +aa | | $SOA
        """);
  }

  @TestFactory
  Stream<DynamicTest> namesBelowAnAliasOfATreeAreFollowed() {
    return rows("file /zones/db miek.nl", MIEK, """
        b.dname.miek.nl. A | NOERROR | @ 1800 CNAME b.x.miek.nl.; dname.miek.nl. 1800 DNAME x.miek.nl.; b.x.miek.nl. 1800 CNAME a.miek.nl.; a.miek.nl. 1800 A 139.162.196.78 | $NS
        foo.dname.miek.nl. A | NOERROR | @ 1800 CNAME foo.x.miek.nl.; dname.miek.nl. 1800 DNAME x.miek.nl.; foo.x.miek.nl. 1800 CNAME www.miek.nl.; www.miek.nl. 1800 CNAME a.miek.nl.; a.miek.nl. 1800 A 139.162.196.78 | $NS
        dname.miek.nl. DNAME | NOERROR | @ 1800 DNAME x.miek.nl. | $NS
        dname.miek.nl. A | NOERROR | | $SOA
        """);
  }

  @TestFactory
  Stream<DynamicTest> whatFallsThroughFailsWhereNobodyIsBehind() {
    return Stream.of(
            rows("file /zones/db miek.nl { / fallthrough / }", MIEK, """
                doesnotexist.miek.nl. A | SERVFAIL
                x.miek.nl. A | SERVFAIL
                """),
            rows("file /zones/db miek.nl { / fallthrough a.miek.nl / }", MIEK, """
                a.miek.nl. A | NOERROR | @ 1800 A 139.162.196.78 | $NS
                doesnotexist.miek.nl. A | NXDOMAIN | | $SOA
                passthrough.a.miek.nl. A | SERVFAIL
                """),
            rows("file /zones/db miek.nl { / fallthrough x.miek.nl / }", MIEK, """
                x.miek.nl. A | SERVFAIL
                wildcard.y.miek.nl. A | NOERROR | @ 1800 A 139.162.196.78 | $NS
                """))
        .flatMap(s -> s);
  }

  @TestFactory
  Stream<DynamicTest> wildcards() {
    return Stream.concat(
        rows("file /zones/db example.org", WILD, """
            wild.w.example.org. TXT | NOERROR | @ 3600 TXT "Wildcard" | $ORG
            wild.c.example.org. TXT | NOERROR | @ 3600 TXT "c Wildcard" | $ORG
            wild.d.example.org. TXT | NOERROR | @ 3600 CNAME alias.example.org.; alias.example.org. 3600 TXT "Wildcard CNAME expansion" | $ORG
            alias.example.org. TXT | NOERROR | @ 3600 TXT "Wildcard CNAME expansion" | $ORG
            """),
        rows("file /zones/db example.org", WILD_AT_THE_TOP, """
            foo.example.org. A | NOERROR | @ 3600 A 127.0.0.54 | example.org. 3600 NS b.iana-servers.net.
            bar.example.org. A | NOERROR | @ 3600 A 127.0.0.53 | example.org. 3600 NS b.iana-servers.net.
            bar.intern.example.org. A | NOERROR | @ 3600 A 127.0.1.52 | example.org. 3600 NS b.iana-servers.net.
            """));
  }

  @TestFactory
  Stream<DynamicTest> aZoneWithoutFileAnswersNothingAndIsWarnedOf() {
    CoreDnsServer server = server(".:53 {\nroot /zones\nfile db.gone example.org\n}\n", Map.of());
    assertThat(server.warnings())
        .containsExactly("file: open /zones/db.gone: no such file or directory");
    return AnswerTable.of(server, "www.example.org. A | SERVFAIL");
  }

  @TestFactory
  Stream<DynamicTest> filesOfAFolderSayWhichZonesTheyHold() {
    Map<String, String> files = Map.of(
        "/zones/db.example.org",
        WILD_AT_THE_TOP,
        "/zones/more/db.example.com",
        WILD_AT_THE_TOP.replace("example.org", "example.com"),
        "/zones/db.broken.org",
        "no zone\n",
        "/zones/notes.txt",
        "nothing",
        "/other/db.example.net",
        WILD_AT_THE_TOP.replace("example.org", "example.net"));
    CoreDnsServer server = server(".:53 {\nauto {\ndirectory /zones\n}\n}\n", files);
    assertThat(server.warnings())
        .containsExactly("auto: failed to parse file \"/zones/db.broken.org\" for origin"
            + " broken.org. with error /zones/db.broken.org:1 - expecting RR type or TTL, not"
            + " this...: \"zone\"");
    CoreDnsServer renamed = server(
        ".:53 {\nauto example.org {\ndirectory /zones db\\.(\\w+)\\.(\\w+) {2}.{1}\n}\n}\n",
        Map.of("/zones/db.org.example", WILD_AT_THE_TOP));
    return Stream.concat(
        AnswerTable.of(server, """
            foo.example.org. A | NOERROR | @ 3600 A 127.0.0.54 | example.org. 3600 NS b.iana-servers.net.
            foo.example.com. A | NOERROR | @ 3600 A 127.0.0.54 | example.com. 3600 NS b.iana-servers.net.
            foo.example.net. A | SERVFAIL
            foo.broken.org. A | SERVFAIL
            example.org. AXFR tcp | REFUSED
            """),
        AnswerTable.of(
            renamed,
            "foo.example.org. A | NOERROR | @ 3600 A 127.0.0.54"
                + " | example.org. 3600 NS b.iana-servers.net."));
  }

  @Test
  void filesOfARealFolderCanBeGiven(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("db.example.org"), WILD_AT_THE_TOP);
    Surroundings surroundings = Surroundings.NONE.withFilesOf(folder, "/etc/coredns/");
    CoreDnsServer server = CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse("example.org {\nfile /etc/coredns/db.example.org\n}\n"),
        CoreDnsVersion.DEFAULT,
        surroundings);

    assertThat(server.lookup("foo.example.org.", RecordType.A).explain())
        .containsExactly("file: zone example.org.");
    assertThat(server
            .lookup("foo.example.org.", RecordType.A)
            .message()
            .orElseThrow()
            .answers())
        .hasToString("[foo.example.org. 3600 IN A 127.0.0.54]");
  }

  @Test
  void aZoneIsTransferredWithItsSoaRecordFirstAndLast() {
    CoreDnsServer server = server(
        ".:53 {\nloadbalance\ntransfer example.org {\nto *\n}\nfile /zones/db example.org\n}\n",
        Map.of("/zones/db", WILD_AT_THE_TOP));
    Client client = new Client(
        SocketAddress.parse("10.0.0.1:1"), SocketAddress.parse("127.0.0.1:53"), Transport.TCP);

    assertThat(server
            .answer(Message.query(1, Question.of("example.org.", RecordType.AXFR)), client)
            .message()
            .orElseThrow()
            .answers())
        .extracting(r -> r.name() + " " + r.type())
        .containsExactly(
            "example.org. SOA",
            "example.org. NS",
            "*.example.org. A",
            "*.intern.example.org. A",
            "foo.example.org. A",
            "example.org. SOA");
  }

  private static String error(String zone) {
    try {
      server(".:53 {\nfile db example.org\n}\n", Map.of("db", zone, "inc", "inc IN A 1.2.3.4\n"));
      return "";
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage())
          .replace(
              "plugin/file: failed to parse file \"db\" for origin example.org. with error ", "");
    }
  }

  @Test
  void aBadZoneFileIsRefusedWithFileAndLine() {
    assertThat(error("www 1M IN A 192.168.0.14\n"))
        .isEqualTo("file \"db\" has no SOA record for origin example.org.");
    assertThat(error("www IN A 192.168.0.14\n"))
        .isEqualTo("db:1 - missing TTL with no previous value: \"A\"");
    assertThat(error("; comment\n\nwww 60 IN A 300.1.1.1\n")).startsWith("db:3 - ");
    assertThat(error("www 60 IN A (\n 1.2.3.4\n")).isEqualTo("db:1 - unbalanced brace");
    assertThat(error("www 60 IN A ) 1.2.3.4\n")).isEqualTo("db:1 - extra closing brace");
    assertThat(error("www 60 IN TXT \"a\nb\n")).isEqualTo("db:3 - unbalanced quote");
    assertThat(error("$TTL soon\n"))
        .isEqualTo("db:1 - expecting $TTL value, not this...: \"soon\"");
    assertThat(error("$ORIGIN a..b.\n")).startsWith("db:1 - bad owner name: ");
    assertThat(error("  60 IN A 1.2.3.4\n")).isEqualTo("db:1 - bad owner name: \"60\"");
    assertThat(error("www\n")).isEqualTo("db:1 - the line ends after www: \"www\"");
    assertThat(error("$INCLUDE gone\n")).isEqualTo("db:1 - failed to open `gone`: \"gone\"");
    assertThat(error("$INCLUDE db\n")).isEqualTo("db:1 - too deeply nested $INCLUDE: \"$INCLUDE\"");
    assertThat(error("$GENERATE 1-99999999 a$ A 1.2.3.4\n"))
        .isEqualTo("db:1 - bad range in $GENERATE: \"1-99999999\"");
    assertThat(error("@ 60 NSEC3 \\# 0\n")).startsWith("NSEC3 zone is not supported");
  }

  @TestFactory
  Stream<DynamicTest> directivesOfZoneFiles() {
    String zone = """
        @ 1h IN SOA ns admin 1 2 3 4 5
        $INCLUDE inc
        $GENERATE 1-3/2 host-${10,3,d} 60 A 10.0.0.$
        $ORIGIN sub
        relative 60 IN CNAME other
        dot\\.ted 60 IN A 192.0.2.1
        type 60 TYPE65280 \\# 2 abcd
        """;
    CoreDnsServer server =
        server(".:53 {\nfile db example.org\n}\n", Map.of("db", zone, "inc", "inc IN A 1.2.3.4\n"));
    return AnswerTable.of(server, """
        inc.example.org. A | NOERROR | @ 3600 A 1.2.3.4
        host-011.example.org. A | NOERROR | @ 60 A 10.0.0.1
        host-013.example.org. A | NOERROR | @ 60 A 10.0.0.3
        host-012.example.org. A | NXDOMAIN | | example.org. 3600 SOA ns.example.org. admin.example.org. # 2 3 4 5
        relative.sub.example.org. CNAME | NOERROR | @ 60 CNAME other.sub.example.org.
        dot\\.ted.sub.example.org. A | NOERROR | @ 60 A 192.0.2.1
        type.sub.example.org. TYPE65280 | NOERROR | @ 60 TYPE65280 \\# 2 abcd
        """);
  }

  @Test
  void aliasesThatLeadInACircleEnd() {
    String zone = """
        @ 60 IN SOA ns admin 1 2 3 4 5
        a 60 IN CNAME b
        b 60 IN CNAME a
        *.w 60 IN CNAME x.w
        """;
    CoreDnsServer server = server(".:53 {\nfile db example.org\n}\n", Map.of("db", zone));

    assertThat(server
            .lookup("a.example.org.", RecordType.A)
            .message()
            .orElseThrow()
            .answers())
        .hasSize(10);
    assertThat(server
            .lookup("y.w.example.org.", RecordType.A)
            .message()
            .orElseThrow()
            .rcode())
        .hasToString("SERVFAIL");
  }

  @Test
  void theSameZoneTwiceIsRefusedUnlessAViewChooses() {
    String hosts = "{\nhosts {\n1.1.1.1 test\n}\n}\n";
    String view = "{\nview v {\nexpr type() == 'A'\n}\nhosts {\n2.2.2.2 test\n}\n}\n";

    assertThatThrownBy(() -> Corefile.parse(".:53 " + hosts + ".:53 " + hosts))
        .hasMessage("cannot serve dns://.:53 - it is already defined");
    assertThatThrownBy(() -> Corefile.parse(".:53 " + hosts + ".:53 " + view))
        .hasMessage("cannot serve dns://.:53 - it is already defined");
    assertThat(Corefile.parse(".:53 " + view + ".:53 " + view + ".:53 " + hosts).blocks())
        .hasSize(3);
  }

  @TestFactory
  Stream<DynamicTest> viewsChooseAmongBlocksOfOneZone() {
    return AnswerTable.of(server("""
        split-type {
          view test-view-a {
            expr type() == 'A'
          }
          hosts {
            1.2.3.4 test.split-type
          }
        }
        split-type {
          view test-view-aaaa {
            expr type() == 'AAAA'
          }
          hosts {
            1:2:3::4 test.split-type
          }
        }
        split-name {
          view test-view-1 {
            expr name() matches '^one\\\\..*\\\\.split-name\\\\.$'
          }
          hosts {
            1.1.1.1 one.test.split-name one.test.test.test.split-name
          }
        }
        split-name {
          view test-view-2 {
            expr name() matches '^two\\\\..*\\\\.split-name\\\\.$'
          }
          hosts {
            2.2.2.2 two.test.split-name two.test.test.test.split-name
          }
        }
        split-name {
          hosts {
            3.3.3.3 default.test.split-name
          }
        }
        metadata {
          metadata
          view test-view-meta1 {
            expr metadata('view/name') == 'not-the-view-name'
          }
          hosts {
            1.1.1.1 test.metadata
          }
        }
        metadata {
          view test-view-meta2 {
            expr metadata('view/name') == 'test-view-meta2'
          }
          hosts {
            2.2.2.2 test.metadata
          }
        }
        metadata {
          metadata
          view test-view-meta3 {
            expr metadata('view/name') == 'test-view-meta3'
          }
          hosts {
            2.2.2.2 test.metadata
          }
        }
        metadata {
          hosts {
            3.3.3.3 test.metadata
          }
        }
        address {
          view near {
            expr incidr(client_ip(), '127.0.0.0/24')
          }
          hosts {
            1.1.1.1 test.address
          }
        }
        address {
          view far {
            expr incidr(client_ip(), '2001:db8::/32') or incidr('nonsense', '::/0')
          }
          hosts {
            2.2.2.2 test.address
          }
        }
        """, Map.of()), """
        test.split-type. A | NOERROR | @ 3600 A 1.2.3.4
        test.split-type. AAAA | NOERROR | @ 3600 AAAA 1:2:3::4
        test.split-type. MX | REFUSED
        one.test.test.test.split-name. A | NOERROR | @ 3600 A 1.1.1.1
        one.test.split-name. A | NOERROR | @ 3600 A 1.1.1.1
        two.test.test.test.split-name. A | NOERROR | @ 3600 A 2.2.2.2
        two.test.split-name. A | NOERROR | @ 3600 A 2.2.2.2
        default.test.split-name. A | NOERROR | @ 3600 A 3.3.3.3
        test.metadata. A | NOERROR | @ 3600 A 2.2.2.2
        test.address. A from 127.0.0.9 | NOERROR | @ 3600 A 1.1.1.1
        test.address. A from 2001:db8::1 | NOERROR | @ 3600 A 2.2.2.2
        test.address. A from 10.0.0.1 | REFUSED
        """);
  }
}
