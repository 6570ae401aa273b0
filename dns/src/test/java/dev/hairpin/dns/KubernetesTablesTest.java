package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The plugins kubernetes and k8s_external. The facts are those that the tests of these plugins in
 * CoreDNS 1.11 to 1.13 hold.
 */
class KubernetesTablesTest {
  private static final String SOA =
      "cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. # 7200 1800 86400 5";
  private static final Map<String, String> SHORT =
      Map.of("$SOA", SOA, "~", ".testns.svc.cluster.local.");

  private final ClusterState state = Clusters.empty();

  private void namespaces(String... names) {
    Stream.of(names).forEach(n -> state.store(new Namespace(ObjectMeta.of("", n))));
  }

  private void service(String namespace, String name, Protocol protocol, String... clusterIps) {
    boolean headless = clusterIps[0].equals("None");
    ServicePort http = new ServicePort(
        protocol == Protocol.UDP ? "dns" : "http",
        protocol,
        protocol == Protocol.UDP ? 53 : 80,
        dev.hairpin.api.IntOrString.of(80),
        0,
        null);
    state.store(new Service(
        ObjectMeta.of(namespace, name),
        ServiceSpec.builder()
            .clusterIps(List.of(clusterIps))
            .ports(headless ? List.of() : List.of(http))
            .build(),
        List.of(),
        List.of()));
  }

  private void external(String name, String target) {
    state.store(new Service(
        ObjectMeta.of("testns", name),
        ServiceSpec.builder()
            .type(ServiceType.EXTERNAL_NAME)
            .externalName(target)
            .ports(List.of(ServicePort.tcp("http", 80, 80)))
            .build(),
        List.of(),
        List.of()));
  }

  /** Endpoints are written as address, or as address and host name with a blank between. */
  private void slice(String name, String service, boolean ports, String... endpoints) {
    List<Endpoint> all = Stream.of(endpoints)
        .map(e -> e.split(" ", -1))
        .map(e -> new Endpoint(
            List.of(e[0]),
            true,
            true,
            false,
            e.length > 1 ? e[1] : null,
            null,
            null,
            List.of(),
            List.of(),
            null))
        .toList();
    state.store(new EndpointSlice(
        ObjectMeta.of("testns", name).withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, service)),
        "IPv4",
        all,
        ports ? List.of(new EndpointPort("http", Protocol.TCP, 80, null)) : List.of()));
  }

  private void handlersCluster() {
    namespaces("testns", "kube-system", "unexposedns", "podns", "svcns");
    service("testns", "svc1", Protocol.TCP, "10.0.0.1");
    service("testns", "svcempty", Protocol.TCP, "10.0.0.1");
    service("testns", "svc6", Protocol.TCP, "1234:abcd::1");
    service("testns", "hdls1", Protocol.TCP, "None");
    service("testns", "hdlsprtls", Protocol.TCP, "None");
    service("unexposedns", "svc1", Protocol.TCP, "10.0.0.2");
    service("testns", "svc-dual-stack", Protocol.TCP, "10.0.0.3", "10::3");
    service("kube-system", "kubedns", Protocol.UDP, "10.0.0.10");
    external("external", "ext.interwebs.test");
    external("external-to-service", "svc1.testns.svc.cluster.local.");
    slice("svc1-slice1", "svc1", true, "172.0.0.1 ep1a");
    slice("svcempty-slice1", "svcempty", true);
    slice(
        "hdls1-slice1",
        "hdls1",
        true,
        "172.0.0.2",
        "172.0.0.3",
        "172.0.0.4 dup-name",
        "172.0.0.5 dup-name",
        "5678:abcd::1",
        "5678:abcd::2");
    slice("hdlsprtls-slice1", "hdlsprtls", false, "172.0.0.20");
    state.store(new Pod(
        ObjectMeta.of("podns", "foo").withLabels(Map.of("app", "foo")),
        PodSpec.builder().build(),
        "Running",
        List.of("10.240.0.1"),
        "10.0.0.1",
        List.of()));
  }

  private CoreDnsServer server(String plugins, Surroundings surroundings) {
    return CoreDnsServer.install(
        state,
        Corefile.parse(".:53 {\n" + plugins.replace(" / ", "\n") + "\n}\n"),
        CoreDnsVersion.DEFAULT,
        surroundings);
  }

  private Stream<DynamicTest> rows(String plugins, String rows) {
    return new AnswerTable(server(plugins, Surroundings.NONE), SHORT).rows(rows);
  }

  @TestFactory
  Stream<DynamicTest> namesOfServicesAndEndpoints() {
    handlersCluster();
    SocketAddress upstream = SocketAddress.parse("192.0.2.53:53");
    StubZones internet =
        StubZones.withoutNames().add("ext.interwebs.test.", 5, IpAddress.parse("1.2.3.4"));
    CoreDnsServer server = server(
        "kubernetes cluster.local { / namespaces testns / } / forward . 192.0.2.53",
        Surroundings.NONE.withUpstreams(Map.of(upstream, internet)));
    return new AnswerTable(server, SHORT).rows("""
        svc1~ A | NOERROR | @ 5 A 10.0.0.1
        svcempty~ A | NOERROR | @ 5 A 10.0.0.1
        svc1~ SRV | NOERROR | @ 5 SRV 0 100 80 svc1~ | | @ 5 A 10.0.0.1
        svcempty~ SRV | NOERROR | @ 5 SRV 0 100 80 svcempty~ | | @ 5 A 10.0.0.1
        svc6~ SRV | NOERROR | @ 5 SRV 0 100 80 svc6~ | | @ 5 AAAA 1234:abcd::1
        _http._tcp.svc1~ SRV | NOERROR | @ 5 SRV 0 100 80 svc1~ | | svc1~ 5 A 10.0.0.1
        _http._tcp.svcempty~ SRV | NOERROR | @ 5 SRV 0 100 80 svcempty~ | | svcempty~ 5 A 10.0.0.1
        hdls1~ A | NOERROR | @ 5 A 172.0.0.2; @ 5 A 172.0.0.3; @ 5 A 172.0.0.4; @ 5 A 172.0.0.5
        hdlsprtls~ A | NOERROR | @ 5 A 172.0.0.20
        172-0-0-20.hdlsprtls~ A | NOERROR | @ 5 A 172.0.0.20
        172-0-0-2.hdls1~ A | NOERROR | @ 5 A 172.0.0.2
        172-0-0-3.hdls1~ A | NOERROR | @ 5 A 172.0.0.3
        dup-name.hdls1~ A | NOERROR | @ 5 A 172.0.0.4; @ 5 A 172.0.0.5
        _http._tcp.hdls1~ SRV tcp | NOERROR | @ 5 SRV 0 16 80 172-0-0-2.hdls1~; @ 5 SRV 0 16 80 172-0-0-3.hdls1~; @ 5 SRV 0 16 80 5678-abcd--1.hdls1~; @ 5 SRV 0 16 80 5678-abcd--2.hdls1~; @ 5 SRV 0 16 80 dup-name.hdls1~ | | 172-0-0-2.hdls1~ 5 A 172.0.0.2; 172-0-0-3.hdls1~ 5 A 172.0.0.3; 5678-abcd--1.hdls1~ 5 AAAA 5678:abcd::1; 5678-abcd--2.hdls1~ 5 AAAA 5678:abcd::2; dup-name.hdls1~ 5 A 172.0.0.4; dup-name.hdls1~ 5 A 172.0.0.5
        5678-abcd--2.hdls1~ AAAA | NOERROR | @ 5 AAAA 5678:abcd::2
        external~ CNAME | NOERROR | @ 5 CNAME ext.interwebs.test.
        external~ A | NOERROR | @ 5 CNAME ext.interwebs.test.; ext.interwebs.test. 5 A 1.2.3.4
        external-to-service~ A | NOERROR | @ 5 CNAME svc1~; svc1~ 5 A 10.0.0.1
        svc1~ AAAA | NOERROR | | $SOA
        svc0~ AAAA | NXDOMAIN | | $SOA
        svc0~ A | NXDOMAIN | | $SOA
        svc0.svc-nons.svc.cluster.local. A | NXDOMAIN | | $SOA
        dns-version.cluster.local. TXT | NOERROR | @ 28800 TXT "1.1.0"
        bogusendpoint.hdls1~ A | NXDOMAIN | | $SOA
        bogusendpoint.svc0~ A | NXDOMAIN | | $SOA
        svc6~ AAAA | NOERROR | @ 5 AAAA 1234:abcd::1
        _http._tcp.svc6~ SRV | NOERROR | @ 5 SRV 0 100 80 svc6~ | | svc6~ 5 AAAA 1234:abcd::1
        hdls1~ AAAA | NOERROR | @ 5 AAAA 5678:abcd::1; @ 5 AAAA 5678:abcd::2
        5678-abcd--1.hdls1~ AAAA | NOERROR | @ 5 AAAA 5678:abcd::1
        svc.cluster.local. A | NOERROR | | $SOA
        pod.cluster.local. A | NOERROR | | $SOA
        testns.svc.cluster.local. A | NOERROR | | $SOA
        svc.cluster.local. NS | NOERROR | | $SOA
        testns.svc.cluster.local. NS | NOERROR | | $SOA
        foo.cluster.local. NS | NXDOMAIN | | $SOA
        foo.svc.cluster.local. NS | NXDOMAIN | | $SOA
        svc-dual-stack~ A | NOERROR | @ 5 A 10.0.0.3
        svc-dual-stack~ AAAA | NOERROR | @ 5 AAAA 10::3
        svc-dual-stack~ SRV | NOERROR | @ 5 SRV 0 50 80 svc-dual-stack~ | | @ 5 A 10.0.0.3; @ 5 AAAA 10::3
        svc1~ SOA | NOERROR | | $SOA
        endpoint.external~ CNAME | NXDOMAIN | | $SOA
        svc1.unexposedns.svc.cluster.local. A | NXDOMAIN | | $SOA
        ep1a.svc1~ A | NOERROR | @ 5 A 172.0.0.1
        webs.testns.pood.cluster.local. A | NXDOMAIN | | $SOA
        too.long.for.what.I.am.trying.to.pod.cluster.local. A | NXDOMAIN | | $SOA
        """);
  }

  @Test
  void anAnswerAboutAnAliasIsCutIfThatAboutItsTargetIs() {
    handlersCluster();
    SocketAddress upstream = SocketAddress.parse("192.0.2.53:53");
    StubZones internet = new StubZones();
    for (int i = 0; i < 40; i++) {
      internet.add("ext.interwebs.test.", 5, IpAddress.parse("192.0.2." + (100 + i)));
    }
    CoreDnsServer server = server(
        "kubernetes cluster.local / forward . 192.0.2.53",
        Surroundings.NONE.withUpstreams(Map.of(upstream, internet)));

    Message answer = server
        .lookup("external.testns.svc.cluster.local.", RecordType.A)
        .message()
        .orElseThrow();
    assertThat(answer.flagList().toString()).contains("tc");
    assertThat(answer.answers().get(0).data()).hasToString("ext.interwebs.test.");
  }

  @TestFactory
  Stream<DynamicTest> namespacesThatAreNotThereHaveNoNames() {
    handlersCluster();
    return rows("kubernetes cluster.local", """
        svc1~ A | NOERROR | @ 5 A 10.0.0.1
        svc1.nsnoexist.svc.cluster.local. A | NXDOMAIN | | $SOA
        svc1.unexposedns.svc.cluster.local. A | NOERROR | @ 5 A 10.0.0.2
        """);
  }

  @TestFactory
  Stream<DynamicTest> beforeTheObjectsAreKnownNothingIsDenied() {
    CoreDnsServer server = CoreDnsServer.unsynced(
        state,
        Corefile.parse(".:53 {\nkubernetes cluster.local\n}\n"),
        CoreDnsVersion.DEFAULT,
        Surroundings.NONE);
    return new AnswerTable(server, SHORT).rows("svc0~ A | SERVFAIL | | $SOA");
  }

  @TestFactory
  Stream<DynamicTest> podsInsecure() {
    handlersCluster();
    return rows("kubernetes cluster.local { / pods insecure / }", """
        10-240-0-1.podns.pod.cluster.local. A | NOERROR | @ 5 A 10.240.0.1
        172-0-0-2.podns.pod.cluster.local. A | NOERROR | @ 5 A 172.0.0.2
        blah.podns.pod.cluster.local. A | NXDOMAIN | | $SOA
        blah.podns.pod.cluster.local. AAAA | NXDOMAIN | | $SOA
        blah.podns.pod.cluster.local. HINFO | NXDOMAIN | | $SOA
        blah.pod-nons.pod.cluster.local. A | NXDOMAIN | | $SOA
        """);
  }

  @TestFactory
  Stream<DynamicTest> podsVerified() {
    handlersCluster();
    return rows("kubernetes cluster.local { / pods verified / }", """
        10-240-0-1.podns.pod.cluster.local. A | NOERROR | @ 5 A 10.240.0.1
        podns.pod.cluster.local. A | NOERROR | | $SOA
        svcns.svc.cluster.local. A | NOERROR | | $SOA
        pod-nons.pod.cluster.local. A | NXDOMAIN | | $SOA
        172-0-0-2.podns.pod.cluster.local. A | NXDOMAIN | | $SOA
        """);
  }

  @TestFactory
  Stream<DynamicTest> podsDisabled() {
    handlersCluster();
    return rows("kubernetes cluster.local", """
        10-240-0-1.podns.pod.cluster.local. A | NXDOMAIN | | $SOA
        172-0-0-2.podns.pod.cluster.local. A | NXDOMAIN | | $SOA
        """);
  }

  @TestFactory
  Stream<DynamicTest> servicesWithoutEndpointsMayBeIgnored() {
    handlersCluster();
    return rows("kubernetes cluster.local { / ignore empty_service / }", """
        svcempty~ A | NXDOMAIN | | $SOA
        external~ CNAME | NOERROR | @ 5 CNAME ext.interwebs.test.
        """);
  }

  @TestFactory
  Stream<DynamicTest> reverseNames() {
    namespaces("testns");
    service("testns", "svc1", Protocol.TCP, "192.168.1.100");
    service("testns", "svc2", Protocol.TCP, "192.168.1.101");
    slice("svc1-slice1", "svc1", true, "10.0.0.100 ep1a", "10.0.0.99 double-ep");
    slice(
        "svc1-slice2",
        "svc1",
        true,
        "1234:abcd::1 ep1b",
        "fd00:77:30::a ip6svc1ex",
        "fd00:77:30::2:9ba6 ip6svc1in");
    slice("svc1-ccccc", "svc1", true, "10.0.0.100 ep1a");
    slice("svc2-slice1", "svc2", true, "10.0.0.99 double-ep");
    return rows(
        "kubernetes cluster.local 0.10.in-addr.arpa 168.192.in-addr.arpa"
            + " 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.c.b.a.4.3.2.1.ip6.arpa"
            + " 0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.0.0.7.7.0.0.0.0.d.f.ip6.arpa",
        """
        100.0.0.10.in-addr.arpa. PTR | NOERROR | @ 5 PTR ep1a.svc1~
        100.1.168.192.in-addr.arpa. PTR | NOERROR | @ 5 PTR svc1~
        1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.c.b.a.4.3.2.1.ip6.arpa. PTR | NOERROR | @ 5 PTR ep1b.svc1~
        a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.0.0.7.7.0.0.0.0.d.f.ip6.arpa. PTR | NOERROR | @ 5 PTR ip6svc1ex.svc1~
        6.a.b.9.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.0.0.7.7.0.0.0.0.d.f.ip6.arpa. PTR | NOERROR | @ 5 PTR ip6svc1in.svc1~
        101.0.0.10.in-addr.arpa. PTR | NXDOMAIN | | 0.10.in-addr.arpa. 5 SOA ns.dns.0.10.in-addr.arpa. hostmaster.0.10.in-addr.arpa. # 7200 1800 86400 5
        example.org.cluster.local. PTR | NXDOMAIN | | $SOA
        svc1~ PTR | NOERROR | | $SOA
        svc1.testns.svc.0.10.in-addr.arpa. A | NXDOMAIN | | 0.10.in-addr.arpa. 5 SOA ns.dns.0.10.in-addr.arpa. hostmaster.0.10.in-addr.arpa. # 7200 1800 86400 5
        100.0.0.10.cluster.local. PTR | NXDOMAIN | | $SOA
        99.0.0.10.in-addr.arpa. PTR | NOERROR | @ 5 PTR double-ep.svc1~; @ 5 PTR double-ep.svc2~
        """);
  }

  @TestFactory
  Stream<DynamicTest> theNameThatStandsForCoreDnsItself() {
    CoreDnsServer both = server(
        "kubernetes interwebs.test",
        Surroundings.NONE.withAddresses(
            List.of(IpAddress.parse("1.2.3.4"), IpAddress.parse("1:2::3:4"))));
    CoreDnsServer v4 = server(
        "kubernetes interwebs.test",
        Surroundings.NONE.withAddresses(List.of(IpAddress.parse("1.2.3.4"))));
    String soa =
        "interwebs.test. 5 SOA ns.dns.interwebs.test. hostmaster.interwebs.test. # 7200 1800 86400 5";
    return Stream.concat(
        AnswerTable.of(both, """
            ns.dns.interwebs.test. A | NOERROR | @ 5 A 1.2.3.4
            ns.dns.interwebs.test. AAAA | NOERROR | @ 5 AAAA 1:2::3:4
            interwebs.test. NS | NOERROR | @ 5 NS ns.dns.interwebs.test. | | ns.dns.interwebs.test. 5 A 1.2.3.4; ns.dns.interwebs.test. 5 AAAA 1:2::3:4
            """),
        AnswerTable.of(v4, "ns.dns.interwebs.test. AAAA | NOERROR | | " + soa));
  }

  @Test
  void endpointsAreNamedByHostNameThenByPodThenByAddress() {
    namespaces("testns");
    service("testns", "svc", Protocol.TCP, "None");
    slice(
        "svc-1",
        "svc",
        true,
        "10.11.12.13",
        "10.11.12.14 epname",
        "2001:db8:3333:4444:5555:6666:7777:8888",
        "2001:db8:3333:4444:5555:6666::");
    Message answer = server("kubernetes cluster.local", Surroundings.NONE)
        .answer(
            Message.query(1, Question.of("svc.testns.svc.cluster.local.", RecordType.SRV)),
            new Client(
                SocketAddress.parse("10.240.0.1:1"),
                SocketAddress.parse("127.0.0.1:53"),
                Transport.TCP))
        .message()
        .orElseThrow();

    assertThat(answer.answers())
        .extracting(r -> r.data().toString().replaceAll(".* |\\..*", ""))
        .containsExactlyInAnyOrder(
            "10-11-12-13",
            "epname",
            "2001-db8-3333-4444-5555-6666-7777-8888",
            "2001-db8-3333-4444-5555-6666--0");
  }

  @Test
  void theZoneIsTransferredWithServicesByName() {
    handlersCluster();
    CoreDnsServer server = server(
        "transfer cluster.local { / to * / } / kubernetes cluster.local { / namespaces testns kube-system / }",
        Surroundings.NONE.withAddresses(List.of(IpAddress.parse("10.0.0.10"))));
    Client client = new Client(
        SocketAddress.parse("10.240.0.1:1"), SocketAddress.parse("127.0.0.1:53"), Transport.TCP);
    List<ResourceRecord> zone = server
        .answer(Message.query(1, Question.of("cluster.local.", RecordType.AXFR)), client)
        .message()
        .orElseThrow()
        .answers();

    assertThat(zone.get(0).type()).isEqualTo(RecordType.SOA);
    assertThat(zone.get(zone.size() - 1)).isEqualTo(zone.get(0));
    assertThat(zone.subList(1, zone.size() - 1))
        .extracting(r -> (r.name() + " " + r.ttl() + " " + r.type() + " " + r.data())
            .replace(".testns.svc.cluster.local.", "~"))
        .containsExactly("""
            cluster.local. 5 NS ns.dns.cluster.local.
            ns.dns.cluster.local. 5 A 10.0.0.10
            external~ 5 CNAME ext.interwebs.test.
            external-to-service~ 5 CNAME svc1~
            hdls1~ 5 A 172.0.0.2
            172-0-0-2.hdls1~ 5 A 172.0.0.2
            _http._tcp.hdls1~ 5 SRV 0 16 80 172-0-0-2.hdls1~
            hdls1~ 5 A 172.0.0.3
            172-0-0-3.hdls1~ 5 A 172.0.0.3
            _http._tcp.hdls1~ 5 SRV 0 16 80 172-0-0-3.hdls1~
            hdls1~ 5 A 172.0.0.4
            dup-name.hdls1~ 5 A 172.0.0.4
            _http._tcp.hdls1~ 5 SRV 0 16 80 dup-name.hdls1~
            hdls1~ 5 A 172.0.0.5
            dup-name.hdls1~ 5 A 172.0.0.5
            _http._tcp.hdls1~ 5 SRV 0 16 80 dup-name.hdls1~
            hdls1~ 5 AAAA 5678:abcd::1
            5678-abcd--1.hdls1~ 5 AAAA 5678:abcd::1
            _http._tcp.hdls1~ 5 SRV 0 16 80 5678-abcd--1.hdls1~
            hdls1~ 5 AAAA 5678:abcd::2
            5678-abcd--2.hdls1~ 5 AAAA 5678:abcd::2
            _http._tcp.hdls1~ 5 SRV 0 16 80 5678-abcd--2.hdls1~
            hdlsprtls~ 5 A 172.0.0.20
            172-0-0-20.hdlsprtls~ 5 A 172.0.0.20
            kubedns.kube-system.svc.cluster.local. 5 A 10.0.0.10
            kubedns.kube-system.svc.cluster.local. 5 SRV 0 100 53 kubedns.kube-system.svc.cluster.local.
            _dns._udp.kubedns.kube-system.svc.cluster.local. 5 SRV 0 100 53 kubedns.kube-system.svc.cluster.local.
            svc-dual-stack~ 5 A 10.0.0.3
            svc-dual-stack~ 5 AAAA 10::3
            svc-dual-stack~ 5 SRV 0 100 80 svc-dual-stack~
            _http._tcp.svc-dual-stack~ 5 SRV 0 100 80 svc-dual-stack~
            svc1~ 5 A 10.0.0.1
            svc1~ 5 SRV 0 100 80 svc1~
            _http._tcp.svc1~ 5 SRV 0 100 80 svc1~
            svc6~ 5 AAAA 1234:abcd::1
            svc6~ 5 SRV 0 100 80 svc6~
            _http._tcp.svc6~ 5 SRV 0 100 80 svc6~
            svcempty~ 5 A 10.0.0.1
            svcempty~ 5 SRV 0 100 80 svcempty~
            _http._tcp.svcempty~ 5 SRV 0 100 80 svcempty~
            """.lines().toArray(String[]::new));

    Message current = Message.query(1, Question.of("cluster.local.", RecordType.IXFR))
        .withRecords(List.of(), List.of(zone.get(0)), List.of());
    assertThat(server.answer(current, client).message().orElseThrow().answers())
        .containsExactly(zone.get(0));
  }

  @TestFactory
  Stream<DynamicTest> whoMayTransferWhat() {
    handlersCluster();
    return rows("""
        transfer cluster.local {
          to 10.240.0.2
        }
        kubernetes cluster.local
        """, """
        cluster.local. AXFR | REFUSED
        cluster.local. AXFR tcp | REFUSED
        example.com. AXFR tcp from 10.240.0.2 | SERVFAIL
        cluster.local. IXFR tcp from 10.240.0.2 | SERVFAIL
        """);
  }

  @TestFactory
  Stream<DynamicTest> externalAddresses() {
    namespaces("testns");
    outside("svc1", "1.2.3.4");
    outside("svc6", "1:2::5");
    outside("svc11", "2.3.4.5");
    state.store(new Service(
        ObjectMeta.of("testns", "svc12"),
        ServiceSpec.builder()
            .type(ServiceType.LOAD_BALANCER)
            .clusterIps(List.of("10.0.0.4"))
            .ports(List.of(ServicePort.tcp("http", 80, 80)))
            .build(),
        List.of(new dev.hairpin.api.LoadBalancerIngress("", "dummy.hostname", null)),
        List.of()));
    service("testns", "svc-headless", Protocol.TCP, "None");
    slice("svc-headless", "svc-headless", true, "1.2.3.4 endpoint-svc-0", "1.2.3.5 endpoint-svc-1");
    CoreDnsServer server = server(
        "k8s_external example.com in-addr.arpa { / headless / } / kubernetes cluster.local { / namespaces testns / }",
        Surroundings.NONE);
    return new AnswerTable(
            server,
            Map.of(
                "~",
                ".testns.example.com.",
                "$SOA",
                "example.com. 5 SOA ns1.dns.example.com. hostmaster.dns.example.com. # 7200 1800 86400 5"))
        .rows("""
        4.3.2.1.in-addr.arpa. PTR | NOERROR | @ 5 PTR svc1~
        svc1~ PTR | NOERROR | | $SOA
        not-existing~ PTR | NXDOMAIN | | $SOA
        svc1~ A | NOERROR | @ 5 A 1.2.3.4
        svc1~ SRV | NOERROR | @ 5 SRV 0 100 80 svc1~ | | @ 5 A 1.2.3.4
        *._not-udp-or-tcp.svc1~ SRV | NXDOMAIN | | $SOA
        _http._tcp.svc1~ SRV | NOERROR | @ 5 SRV 0 100 80 svc1~ | | svc1~ 5 A 1.2.3.4
        svc1~ AAAA | NOERROR | | $SOA
        svc0~ AAAA | NXDOMAIN | | $SOA
        svc0~ A | NXDOMAIN | | $SOA
        svc0.svc-nons.example.com. A | NXDOMAIN | | $SOA
        svc6~ AAAA | NOERROR | @ 5 AAAA 1:2::5
        _http._tcp.svc6~ SRV | NOERROR | @ 5 SRV 0 100 80 svc6~ | | svc6~ 5 AAAA 1:2::5
        svc6~ SRV | NOERROR | @ 5 SRV 0 100 80 svc6~ | | @ 5 AAAA 1:2::5
        testns.example.com. A | NOERROR | | $SOA
        testns.example.com. SOA | NOERROR | | $SOA
        svc11~ A | NOERROR | @ 5 A 2.3.4.5
        _http._tcp.svc11~ SRV | NOERROR | @ 5 SRV 0 100 80 svc11~ | | svc11~ 5 A 2.3.4.5
        svc11~ SRV | NOERROR | @ 5 SRV 0 100 80 svc11~ | | @ 5 A 2.3.4.5
        svc12~ A | NOERROR | @ 5 CNAME dummy.hostname.
        _http._tcp.svc12~ SRV | NOERROR | @ 5 SRV 0 100 80 dummy.hostname.
        svc12~ SRV | NOERROR | @ 5 SRV 0 100 80 dummy.hostname.
        svc-headless~ A | NOERROR | @ 5 A 1.2.3.4; @ 5 A 1.2.3.5
        svc-headless~ SRV | NOERROR | @ 5 SRV 0 50 80 endpoint-svc-0.svc-headless~; @ 5 SRV 0 50 80 endpoint-svc-1.svc-headless~ | | endpoint-svc-0.svc-headless~ 5 A 1.2.3.4; endpoint-svc-1.svc-headless~ 5 A 1.2.3.5
        _http._tcp.svc-headless~ SRV | NOERROR | @ 5 SRV 0 50 80 endpoint-svc-0.svc-headless~; @ 5 SRV 0 50 80 endpoint-svc-1.svc-headless~ | | endpoint-svc-0.svc-headless~ 5 A 1.2.3.4; endpoint-svc-1.svc-headless~ 5 A 1.2.3.5
        endpoint-svc-0.svc-headless~ SRV | NOERROR | @ 5 SRV 0 100 80 @@0 | | @ 5 A 1.2.3.4
        endpoint-svc-0.svc-headless~ A | NOERROR | @ 5 A 1.2.3.4
        endpoint-svc-1.svc-headless~ A | NOERROR | @ 5 A 1.2.3.5
        """.replace("@@0", "endpoint-svc-0.svc-headless~"));
  }

  private void outside(String name, String address) {
    state.store(new Service(
        ObjectMeta.of("testns", name),
        ServiceSpec.builder()
            .clusterIps(List.of("10.0.0.1"))
            .externalIps(List.of(address))
            .ports(List.of(ServicePort.tcp("http", 80, 80)))
            .build(),
        List.of(),
        List.of()));
  }

  @TestFactory
  Stream<DynamicTest> zonesOfSeveralClustersHaveNoServicesOfThisOne() {
    handlersCluster();
    return rows(
        "kubernetes cluster.local clusterset.local { / multicluster clusterset.local / }", """
        svc1~ A | NOERROR | @ 5 A 10.0.0.1
        svc1.testns.svc.clusterset.local. A | NXDOMAIN | | clusterset.local. 5 SOA ns.dns.clusterset.local. hostmaster.clusterset.local. # 7200 1800 86400 5
        testns.svc.clusterset.local. A | NOERROR | | clusterset.local. 5 SOA ns.dns.clusterset.local. hostmaster.clusterset.local. # 7200 1800 86400 5
        """);
  }

  @TestFactory
  Stream<DynamicTest> viewsChooseByTheNamespaceOfThePodThatAsks() {
    handlersCluster();
    CoreDnsServer server =
        CoreDnsServer.install(state, Corefile.parse("""
        .:53 {
          metadata
          view pods {
            expr metadata('kubernetes/client-namespace') == 'podns' && metadata('kubernetes/service') == 'svc1'
          }
          template IN A {
            answer "{{ .Name }} 60 IN TXT {{ .Meta \\"kubernetes/client-pod-name\\" }}"
            rcode REFUSED
          }
          kubernetes cluster.local {
            pods verified
          }
        }
        .:53 {
          kubernetes cluster.local
        }
        """), CoreDnsVersion.DEFAULT);
    return new AnswerTable(server, SHORT).rows("""
        svc1~ A | REFUSED | @ 60 TXT "foo"
        svc6~ AAAA | NOERROR | @ 5 AAAA 1234:abcd::1
        svc1~ A from 10.240.0.2 | NOERROR | @ 5 A 10.0.0.1
        """);
  }
}
