package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import org.junit.jupiter.api.Test;

/** The plugins dns64 and local. */
class AddressPluginsTest {
  private static final SocketAddress OVER_V4 = SocketAddress.parse("10.244.1.9:40000");
  private static final SocketAddress OVER_V6 = SocketAddress.parse("[fd00::9]:40000");

  private static Message ask(String plugins, SocketAddress from, String name, RecordType type) {
    StubZones internet = StubZones.withoutNames()
        .add("v4.example.com.", 60, IpAddress.parse("192.0.2.42"))
        .add("both.example.com.", 60, IpAddress.parse("192.0.2.43"))
        .add("both.example.com.", 60, IpAddress.parse("2001:db8::43"));
    SocketAddress upstream = SocketAddress.parse("192.0.2.53:53");
    CoreDnsServer dns = CoreDnsServer.install(
        Clusters.empty(),
        Corefile.parse(".:53 {\n" + plugins + "\nforward . 192.0.2.53\n}\n"),
        CoreDnsVersion.DEFAULT,
        Surroundings.NONE.withNameserver(upstream, internet));
    Client client = new Client(from, SocketAddress.parse("10.96.0.10:53"), Transport.UDP);
    return dns.answer(Message.query(1, Question.of(name, type)), client)
        .message()
        .orElseThrow();
  }

  @Test
  void clientsOverIpv6GetIpv4AddressesWithinThePrefix() {
    assertThat(ask("dns64", OVER_V6, "v4.example.com.", RecordType.AAAA).answers())
        .hasToString("[v4.example.com. 60 IN AAAA 64:ff9b::c000:22a]");
    assertThat(ask("dns64 2001:db8::/64", OVER_V6, "v4.example.com.", RecordType.AAAA)
            .answers())
        .hasToString("[v4.example.com. 60 IN AAAA 2001:db8::c0:2:2a00:0]");
  }

  @Test
  void whatHasIpv6AddressesOrNoNameOrComesOverIpv4StaysAsItIs() {
    assertThat(ask("dns64", OVER_V6, "both.example.com.", RecordType.AAAA).answers())
        .hasToString("[both.example.com. 60 IN AAAA 2001:db8::43]");
    assertThat(ask("dns64", OVER_V6, "nope.example.com.", RecordType.AAAA).rcode())
        .hasToString("NXDOMAIN");
    assertThat(ask("dns64", OVER_V4, "v4.example.com.", RecordType.AAAA).answers())
        .isEmpty();
    assertThat(ask("dns64", OVER_V6, "v4.example.com.", RecordType.A).answers())
        .hasToString("[v4.example.com. 60 IN A 192.0.2.42]");
  }

  @Test
  void optionsTranslateForEverybodyAndEverything() {
    String options = "dns64 {\n allow_ipv4\n translate_all\n}";

    assertThat(ask(options, OVER_V4, "both.example.com.", RecordType.AAAA).answers())
        .hasToString("[both.example.com. 60 IN AAAA 64:ff9b::c000:22b]");
  }

  @Test
  void localhostIsTheLoopbackAddressAlsoWithADomainOfTheSearchList() {
    assertThat(ask("local", OVER_V4, "localhost.", RecordType.A).answers())
        .hasToString("[localhost. 604800 IN A 127.0.0.1]");
    assertThat(ask("local", OVER_V4, "localhost.svc.cluster.local.", RecordType.AAAA)
            .answers())
        .hasToString("[localhost.svc.cluster.local. 604800 IN AAAA ::1]");
    assertThat(ask("local", OVER_V4, "1.0.0.127.in-addr.arpa.", RecordType.PTR).answers())
        .hasToString("[1.0.0.127.in-addr.arpa. 604800 IN PTR localhost.]");
    assertThat(ask("local", OVER_V4, "2.0.0.127.in-addr.arpa.", RecordType.PTR).rcode())
        .hasToString("NXDOMAIN");
    assertThat(ask("local", OVER_V4, "localhost.", RecordType.MX).authorities())
        .hasToString("[localhost. 604800 IN SOA localhost. root.localhost. 1 0 0 0 604800]");
    assertThat(ask("local", OVER_V4, "v4.example.com.", RecordType.A).answers()).hasSize(1);
  }
}
