package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.upstream.Surroundings;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * Texts that somebody wrote wrongly, or meant ill with: each is a configuration that answers, or an
 * error that says in which file and line.
 */
class HostileTextTest {
  private static final String WORDS_OF_ANY = "\" ' \\ ; ( ) { } [ ] $ @ * . .. - / // 0 1 -1 255"
      + " 65535 65536 4294967296 99999999999999999999 a www example.org. example.org \\000 \\999"
      + " \u00e9 \u0000 \t 1h 5s 10.0.0.1 10.0.0.0/8 ::1 fe80::1%eth0 1.2.3.4.5";

  private static final String BAD_FILE =
      "plugin/file: failed to parse file \"db\" for origin example.org. with error ";

  @Provide
  Arbitrary<String> zoneText() {
    return text(
        "$TTL $ORIGIN $INCLUDE $GENERATE 0-9 1-65000/2 ${0,3,d} ${-9} IN CH ANY A AAAA CNAME"
            + " DNAME MX NS PTR SOA SRV TXT CAA DS TLSA SSHFP TYPE65280 \\# db");
  }

  @Provide
  Arbitrary<String> hostsText() {
    return text("# localhost host.example.org 0.0.0.0 255.255.255.255 1.2.3.256");
  }

  @Provide
  Arbitrary<String> pluginText() {
    return text("rewrite stop continue name exact prefix suffix substring regex answer auto value"
        + " type class ttl edns0 local set append replace unset revert cname nsid subnet rcode"
        + " template IN ANY A match answer additional authority rcode ederror fallthrough upstream"
        + " {{ }} .Name {{.Name}} {{if}} {{range}} {{end}} {{index} .Group (.*) ([a-z]+)* [a- (?i)"
        + " ^$ \\1 NXDOMAIN hosts file auto transfer to view expr name() == '==' incidr(client_ip(),"
        + " && || ! in acl allow block filter net header response set forward policy cache success"
        + " denial prefetch serve_stale kubernetes pods verified ttl autopath @kubernetes dns64 loop"
        + " erratic drop delay truncate minimal any whoami chaos nsid local loadbalance debug");
  }

  @Provide
  Arbitrary<String> expression() {
    return text("name() type() client_ip() metadata( incidr( lower( len( 'a' \"b\" == != < <= > >= in"
            + " contains startsWith endsWith matches and or not && || ! + - * % ? : , true false 1/0")
        .map(text -> text.replace('\n', ' '));
  }

  private static Arbitrary<String> text(String words) {
    return Combinators.combine(
            Arbitraries.of(List.of((words + " " + WORDS_OF_ANY).split(" ", -1))),
            Arbitraries.of(" ", " ", " ", "\n", "\n ", ""))
        .as((word, space) -> word + space)
        .list()
        .ofMaxSize(24)
        .map(words2 -> String.join("", words2));
  }

  @Property(seed = "9")
  void zoneFilesAreReadOrRefused(@ForAll("zoneText") String text) {
    check(
        "example.org {\n file db\n}\n",
        text,
        BAD_FILE + "db:",
        BAD_FILE + "file \"db\" has no SOA");
  }

  @Property(seed = "9")
  void recordsOfZoneFilesAreReadOrRefused(@ForAll("zoneText") String text) {
    check(
        "example.org {\n file db\n}\n",
        "@ 60 IN SOA ns host 1 2 3 4 5\nwww 60 IN " + text,
        BAD_FILE + "db:");
  }

  @Property(seed = "9")
  void hostsFilesAreRead(@ForAll("hostsText") String text) {
    check("example.org {\n hosts db\n}\n", text, "none is refused");
  }

  @Property(seed = "9")
  void pluginsAreSetUpOrRefused(@ForAll("pluginText") String text) {
    check("example.org {\n " + text + "\n}\n", "", "plugin/", "Corefile:");
  }

  @Property(seed = "9")
  void rulesAreReadOrRefused(@ForAll("pluginText") String text) {
    check("example.org {\n rewrite " + text + "\n}\n", "", "plugin/", "Corefile:");
    check("example.org {\n template IN A {\n" + text + "\n}\n}\n", "", "plugin/", "Corefile:");
  }

  @Property(seed = "9")
  void expressionsAreReadOrRefused(@ForAll("expression") String text) {
    check("example.org {\n view a {\n expr " + text + "\n }\n}\n", "", "plugin/view", "Corefile:");
  }

  @Property(seed = "9", tries = 100, edgeCases = EdgeCasesMode.NONE)
  void whatIsNestedTooDeeplyIsRefused(
      @ForAll("opening") String opening, @ForAll @IntRange(max = 3_000) int times) {
    String deep = opening.repeat(times);
    check("example.org {\n view a {\n expr " + deep + "\n }\n}\n", "", "plugin/view", "Corefile:");
    check(
        "example.org {\n rewrite name regex \"" + deep.replace("\"", "") + "\" b\n}\n",
        "",
        "plugin/rewrite",
        "Corefile:");
    check(
        "example.org {\n template IN A {\n answer \"" + deep.replace("\"", "") + "\"\n}\n}\n",
        "",
        "plugin/template",
        "Corefile:");
    check("example.org {\n " + deep + "\n}\n", "", "plugin/", "Corefile:");
    check("example.org {\n file db\n}\n", deep, BAD_FILE);
  }

  @Provide
  Arbitrary<String> opening() {
    return Arbitraries.of(
        "(",
        "[",
        "{",
        "{{",
        "{{if true}}",
        "{{range .Group}}",
        "{{(",
        "!",
        "not ",
        "-",
        "a(",
        "(?:",
        "(a|",
        "((a*)*",
        "a{1000}",
        "(|",
        "\\",
        "\"",
        "rewrite ",
        "{\n",
        "a {\n",
        "true ? ",
        "1 + ",
        "$INCLUDE db\n",
        "$GENERATE 0-9 a 60 A 1.2.3.4\n",
        "lower(",
        "[1,",
        "a.",
        "*.",
        "\\000");
  }

  private static void check(String corefile, String file, String... errors) {
    CoreDnsServer server;
    try {
      server = CoreDnsServer.install(
          Clusters.empty(),
          Corefile.parse(corefile),
          CoreDnsVersion.DEFAULT,
          Surroundings.NONE.withFiles(Map.of("db", file)));
    } catch (CorefileException e) {
      String said = String.valueOf(e.getMessage());
      // As in CoreDNS, that an address is served twice is said of the whole file.
      assertThat(Stream.concat(Stream.of(errors), Stream.of("cannot serve dns://")))
          .as(said)
          .anyMatch(said::startsWith);
      return;
    }
    assertThat(server.lookup("www.example.org.", RecordType.A).explain()).isNotEmpty();
  }
}
