package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.corefile.CorefileException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which lines plugins take, and why they refuse others. The facts are those that the setup tests of
 * CoreDNS 1.11 to 1.13 hold; {@code /} stands for a line feed.
 */
class PluginSetupTest {
  private static final String TAKEN = "taken";

  private final ClusterState state = Clusters.empty();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rewrite edns0 nsid set revert",
        "rewrite edns0 local unset 0xffee",
        "kubernetes cluster.local { / startup_timeout 1s / }",
        "forward . 127.0.0.1 { / failover SERVFAIL / }",
        "file db.example.org { / fallthrough / }",
        "loadbalance round_robin { / prefer 10.0.0.0/8 / }",
      })
  void linesThatTheOlderVersionDoesNotKnow(String lines) {
    assertThat(refusal(lines, CoreDnsVersion.V1_13_1)).isEqualTo(TAKEN);
    assertThat(refusal(lines, CoreDnsVersion.V1_11_3)).isNotEqualTo(TAKEN);
  }

  private String refusal(String lines) {
    return refusal(lines, CoreDnsVersion.DEFAULT);
  }

  /** Why the lines are refused, or that they are taken. */
  private String refusal(String lines, CoreDnsVersion version) {
    String corefile = ".:53 {\n" + lines.replace(" / ", "\n") + "\n}\n";
    try {
      CoreDnsServer.install(state, Corefile.parse(corefile), version);
      return TAKEN;
    } catch (CorefileException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cache",
        "cache {}",
        "cache example.nl { / success 10 / }",
        "cache example.nl { / success 10 1800 30 / }",
        "cache example.nl { / success 10 / denial 10 15 2 / }",
        "cache 25 example.nl { / success 10 / denial 10 15 5 / }",
        "cache aaa example.nl",
        "cache { / prefetch 10 / }",
        "cache { / serve_stale / }",
        "cache { / serve_stale 20m / }",
        "cache { / serve_stale 1h20m / }",
        "cache { / serve_stale 0m / }",
        "cache { / serve_stale 0 / }",
        "cache { / serve_stale 0 verify / }",
        "cache { / serve_stale 0 immediate / }",
        "cache { / serve_stale 0 VERIFY / }",
        "cache { / servfail 1s / }",
        "cache { / servfail 5m / }",
        "cache { / servfail 0 / }",
        "cache { / disable denial example.com example.org / }",
        "cache { / disable success / }",
        "cache { / keepttl / }",
        "forward . 127.0.0.1",
        "forward . 127.0.0.1 { / health_check 0.5s domain example.org / }",
        "forward . 127.0.0.1 { / health_check 0.5s no_rec domain example.org. / }",
        "forward . 127.0.0.1 { / except miek.nl / }",
        "forward . 127.0.0.1 { / max_fails 3 / }",
        "forward . 127.0.0.1 { / force_tcp / prefer_udp / }",
        "forward . [2003::1]:53",
        "forward 10.9.3.0/18 127.0.0.1",
        "forward . ::1 / forward com ::2",
        "forward . tls://127.0.0.1 { / tls_servername dns / }",
        "forward . 127.0.0.1 { / tls / }",
        "forward . 127.0.0.1 { / max_concurrent 1000 / }",
        "kubernetes coredns.local test.local",
        "kubernetes coredns.local { / endpoint http://localhost:9090 http://localhost:9091 / }",
        "kubernetes coredns.local { / namespaces demo test / }",
        "kubernetes coredns.local { / labels environment=prod / }",
        "kubernetes coredns.local { / labels environment in (production, staging, qa),application=nginx / }",
        "kubernetes coredns.local { / fallthrough ip6.arpa inaddr.arpa foo.com / }",
        "kubernetes coredns.local { / endpoint_pod_names / }",
        "kubernetes coredns.local { / ignore empty_service / }",
        "loadbalance",
        "loadbalance round_robin",
        "dns64",
        "dns64 64:1337::/96",
        "dns64 { / prefix 64:1337::/64 / translate_all / allow_ipv4 / }",
        "local",
        "template ANY ANY { / rcode NXDOMAIN / }",
        "template ANY ANY { / }",
        "template IN AAAA .",
        "template ANY ANY invalid { / rcode NXDOMAIN / ederror 21 \"Blocked\" / }",
        "template IN A example { / answer \"{{ .Name }} A 10.{{ parseInt .Group.b 16 8 }}.1.1\" / }",
        "template ANY A example.com { / match \"ip-(?P<a>[0-9]*)[.]example[.]com\" / answer \"{{ .Name }} A {{ .Group.a }}.1.1.1\" / }",
        "rewrite name a.com b.com",
        "rewrite name exact a.com b.com",
        "rewrite name prefix a.com b.com",
        "rewrite name suffix a.com b.com",
        "rewrite name substring a.com b.com",
        "rewrite name regex ([a])\\.com new-{1}.com",
        "rewrite name regex (dns)\\.(core)\\.(rocks) {2}.{1}.{3} answer name (core)\\.(dns)\\.(rocks) {2}.{1}.{3}",
        "rewrite name substring fcore.dns.rocks dns.fcore.rocks answer name (fcore)\\.(dns)\\.(rocks) {2}.{1}.{3}",
        "rewrite name regex staging.mydomain.com coredns.rock answer auto",
        "rewrite name suffix staging.mydomain.com coredns.rock answer auto",
        "rewrite name regex staging.mydomain.com coredns.rock answer name (.*).coredns.rock {1}.staging.mydomain.com answer value (.*).coredns.rock {1}.staging.mydomain.com",
        "rewrite name suffix staging.mydomain.com. coredns.rock. answer value (.*).coredns.rock {1}.staging.mydomain.com name (.*).coredns.rock {1}.staging.mydomain.com",
        "rewrite type any a",
        "rewrite stop type any a",
        "rewrite class ch in",
        "rewrite continue class ch in",
        "rewrite edns0 local set 0xffee abcdefg",
        "rewrite edns0 local append 65518 abcdefg",
        "rewrite edns0 local replace 0xffee {qname}",
        "rewrite edns0 local set 0xffee {client_ip}",
        "rewrite edns0 nsid set",
        "rewrite edns0 nsid set revert",
        "rewrite edns0 nsid unset",
        "rewrite edns0 local set 0xffee abcdefg revert",
        "rewrite edns0 local replace 0xffee {server_port} revert",
        "rewrite edns0 local set 0xffee {test/label}",
        "rewrite edns0 local unset 0xffee",
        "rewrite edns0 subnet append 24 56 revert",
        "rewrite edns0 subnet unset",
        "erratic",
        "erratic { / drop 2 / delay 3 1ms / }",
        "erratic { / truncate 2 / delay 3 1ms / }",
        "erratic { / drop 3 / delay / }",
        "erratic { / drop 3 / truncate / }",
        "erratic { / drop / }",
        "transfer example.net example.org { / to 1.2.3.4 5.6.7.8:1053 [1::2]:34 / } / transfer example.com example.edu { / to * 1.2.3.4 / }",
        "transfer { / to 1.2.3.4 5.6.7.8:1053 [1::2]:34 / }",
        "view a { / expr name() == 'example.com.' / }",
        "view a { / expr incidr(client_ip(), '10.0.0.0/24') / }",
        "view a { / expr name() == 'a.' / expr name() == 'b.' / }",
        "view a { / expr type() in ['A', 'AAAA'] / }",
        "view a { / expr (type() == 'A' && name() == 'example.com') || client_ip() == '1.2.3.4' / }",
        "view a { / expr name() matches '^abc\\\\..*\\\\.example\\\\.com\\\\.$' / }",
        "view a { / expr not (len(name()) > 3 and bufsize() + 1 < 10 or do()) / }",
        "file db.example.org example.org",
        "file db.example.org example.org { / reload 10s / upstream / fallthrough / }",
        "auto",
        "auto example.org { / directory /tmp / reload 10s / }",
        "auto { / directory /tmp (.*) bliep / }",
        "kubernetes cluster.local clusterset.local { / multicluster clusterset.local / startup_timeout 1s / }",
        "rewrite edns0 nsid append",
        "rewrite edns0 subnet set 24 56",
        "rewrite continue edns0 subnet replace 24 56",
      })
  void takenLines(String lines) {
    assertThat(refusal(lines)).isEqualTo(TAKEN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cache example.nl { / success / } | Wrong argument count",
        "cache example.nl { / success 15 / denial aaa / } | invalid syntax",
        "cache example.nl { / positive 15 / negative aaa / } | Wrong argument count",
        "cache 0 example.nl | cache TTL can not be zero or negative: 0",
        "cache -1 example.nl | cache TTL can not be zero or negative: -1",
        "cache 1 example.nl { / prefetch 0 blurp / } | blurp",
        "cache / cache | plugin/cache",
        "cache { / serve_stale 20 / } | missing unit in duration",
        "cache { / serve_stale -20m / } | invalid negative duration for serve_stale",
        "cache { / serve_stale aa / } | invalid duration",
        "cache { / serve_stale 1m nono / } | invalid value for serve_stale refresh mode: nono",
        "cache { / serve_stale 0 after nono / } | Wrong argument count",
        "cache { / servfail / } | Wrong argument count",
        "cache { / servfail 6m / } | 5 minutes",
        "cache { / servfail 20 / } | missing unit in duration",
        "cache { / servfail -1s / } | negative",
        "cache { / servfail 1m invalid / } | Wrong argument count",
        "cache { / disable invalid example.com / } | disable",
        "forward . a27.0.0.1 | not an IP address or file: \"a27.0.0.1\"",
        "forward . 127.0.0.1 { / blaatl / } | unknown property",
        "forward . 127.0.0.1 { / health_check 0.5s domain / } | Wrong argument count or unexpected line ending after 'domain'",
        "forward . https://127.0.0.1 | 'https' is not supported as a destination protocol in forward: https://127.0.0.1",
        "forward xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx 127.0.0.1 | unable to normalize 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
        "forward . 127.0.0.1 { / max_concurrent many / } | invalid",
        "forward . 127.0.0.1 { / max_concurrent -4 / } | negative",
        "forward . 127.0.0.1 { / health_check no_rec / } | time: invalid duration",
        "forward . 127.0.0.1 { / health_check 0.5s rec / } | health_check: unknown option rec",
        "forward . 127.0.0.1 { / health_check 0.5s domain example..org / } | health_check: invalid domain name example..org",
        "kubernetes coredns.local { / endpoint / } | rong argument count or unexpected line ending",
        "kubernetes coredns.local { / namespaces / } | rong argument count or unexpected line ending",
        "kubernetes coredns.local { / labels / } | rong argument count or unexpected line ending",
        "kubernetes coredns.local { / labels environment in (production, qa / } | unable to parse label selector",
        "kubernetes coredns.local { / pods giant_seed / } | rong value for pods",
        "kubernetes coredns.local { / endpoint_pod_names giant_seed / } | rong argument count or unexpected",
        "loadbalance fleeb | unknown policy",
        "loadbalance round_robin a | unknown property",
        "loadbalance round_robin { / reload 10s / } | unknown property",
        "loadbalance weighted | missing weight file argument",
        "loadbalance weighted a b | unexpected argument",
        "dns64 1.2.3.4/8 | invalid netmask 32 IPv6 address",
        "dns64 64:1337::/95 | invalid prefix length",
        "dns64 { / prefix / } | Wrong argument count",
        "dns64 { / foobar / } | unknown property 'foobar'",
        "local a | Wrong argument count",
        "etcd | plugin etcd is a plugin of CoreDNS that is not modelled: it answers from an etcd",
        "template | Wrong argument count",
        "template X | Wrong argument count",
        "template ANY | Wrong argument count",
        "template ANY X | invalid RR type X",
        "template ANY ANY { / ederror invalid reason / } | error parsing extended DNS error code invalid",
        "template ANY ANY { / ederror too many arguments / } | Wrong argument count",
        "template ANY ANY { / answer \"{{ notAFunction }}\" / } | could not compile template",
        "template ANY ANY .* { / notavailable / } | ",
        "template ANY ANY { / answer / } | Wrong argument count",
        "template ANY ANY { / rcode / } | Wrong argument count",
        "template ANY ANY { / rcode UNDEFINED / } | unknown rcode UNDEFINED",
        "template ANY ANY { / answer \"{{\" / } | template",
        "rewrite | ",
        "rewrite foo | too short",
        "rewrite name | too short",
        "rewrite name a.com | few arguments",
        "rewrite name a.com b.com c.com | supports only exact, prefix, suffix, substring, and regex",
        "rewrite name regex ([a]\\.com new-{1}.com | invalid regex",
        "rewrite name regex (.*).coredns.rocks {1}.{2}.coredns.rocks | ",
        "rewrite name suffix staging.mydomain.com coredns.rock answer | ",
        "rewrite name suffix staging.mydomain.com coredns.rock answer name | ",
        "rewrite name suffix staging.mydomain.com coredns.rock answer other | ",
        "rewrite name regex staging.mydomain.com coredns.rock answer name | ",
        "rewrite name regex (adns)\\.(core) {2}.{1} answer name (core)\\.(adns) {2}.{1} too.long way.too.long | ",
        "rewrite name regex (bdns)\\.(core) {2}.{1} NoAnswer name (core)\\.(bdns) {2}.{1} | ",
        "rewrite name regex (cdns)\\.(core) {2}.{1} answer ttl (core)\\.(cdns) {2}.{1} | ",
        "rewrite type a | ",
        "rewrite type any a a | ",
        "rewrite type XY WV | invalid type",
        "rewrite type ANY WV | invalid type",
        "rewrite class IN | ",
        "rewrite class XY WV | invalid class",
        "rewrite class IN WV | invalid class",
        "rewrite edns0 | ",
        "rewrite edns0 local set 0xffee | ",
        "rewrite edns0 local foo 0xffee abcdefg | ",
        "rewrite edns0 local set 0xffee 0xabcdefg | ",
        "rewrite edns0 local set 0xffee {dummy} | ",
        "rewrite edns0 nsid set junk | ",
        "rewrite edns0 nsid foo | ",
        "rewrite name exact a.com *.b.com | invalid regex matching pattern: *.b.com.",
        "erratic { / drop -1 / } | illegal amount value given",
        "erratic { / delay -1 / } | illegal amount value given",
        "erratic { / delay 1 2 4 / } | Wrong argument count",
        "erratic { / delay 15.a / } | illegal amount value given",
        "erratic { / drop 3 / delay 3 bla / } | invalid duration",
        "erratic { / truncate 15.a / } | illegal amount value given",
        "erratic { / something-else / } | unknown property",
        "transfer | 'to' is required",
        "transfer example.net example.org { / } | 'to' is required",
        "transfer example.net example.org { / invalid option / } | unknown property",
        "transfer example.com example.edu { / to example.com 1.2.3.4 / } | not an IP address",
        "view | Wrong argument count",
        "view a { / expr invalid expression / } | unknown name invalid",
        "view a { / expr / } | missing expression",
        "view a { / expr name() == / } | unexpected token EOF",
        "view a { / expr name() == 1 / } | invalid operation",
        "view a { / expr undefined == 1 / } | unknown name undefined",
        "view a { / expr name() + 1 / } | invalid operation",
        "view a { / expr name('x') == 'y' / } | too many arguments",
        "view a { / expr 'a / } | literal not terminated",
        "file | Wrong argument count",
        "file db.example.org { / reload / } | reload duration value is expected",
        "file db.example.org { / reload 0 / } | no such file or directory",
        "file db.example.org { / transfer to * / } | unknown property",
        "auto { / directory / } | Wrong argument count",
        "auto { / directory /tmp [a-z} template / } | regexp",
        "auto { / directory /tmp x template / } | Need at least one sub expression",
        "auto { / directory /tmp .* / } | Wrong argument count",
        "auto { / reload -5s / } | invalid duration",
        "auto { / something / } | unknown property",
        "kubernetes cluster.local { / multicluster clusterset.local / } | is not authoritative for the multicluster zone clusterset.local.",
        "kubernetes cluster.local { / apiserver_qps 10 / } | unknown property",
        "forward . 127.0.0.1 { / max_connect_attempts 3 / } | unknown property",
        "rewrite edns0 subnet set -1 56 | ",
        "rewrite edns0 subnet set 33 56 | ",
        "rewrite edns0 subnet set 24 129 | ",
        "rewrite unknown-action name a.com b.com | ",
      })
  void refusedLines(String lines, String reason) {
    assertThat(refusal(lines)).isNotEqualTo(TAKEN).contains(reason == null ? "" : reason);
  }
}
