package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class KubeProxyConfigurationTest {

  private static KubeProxyConfiguration read(String fields) {
    String head = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";
    return KubeProxyConfiguration.parse(head + fields, "config.yaml");
  }

  @Test
  void anEmptyFileMeansTheDefaults() {
    assertThat(KubeProxyConfiguration.fromTree(Map.of())).isEqualTo(KubeProxyConfiguration.DEFAULT);
    assertThat(read("")).isEqualTo(KubeProxyConfiguration.DEFAULT);
  }

  @Test
  void aRealFileIsReadAndItsOtherFieldsArePassedOver() {
    KubeProxyConfiguration read = read("""
        bindAddress: 0.0.0.0
        clientConnection:
          kubeconfig: /var/lib/kube-proxy/kubeconfig.conf
        clusterCIDR: 10.244.0.0/16
        conntrack:
          maxPerCore: null
          min: 65536
          tcpCloseWaitTimeout: 0s
          udpTimeout: 40s
        detectLocal:
          bridgeInterface: ""
          interfaceNamePrefix: eni
        detectLocalMode: InterfaceNamePrefix
        healthzBindAddress: 127.0.0.1
        iptables:
          localhostNodePorts: null
          masqueradeAll: true
          masqueradeBit: 15
          minSyncPeriod: 1s500ms
          syncPeriod: 1m0s
        nodePortAddresses: null
        """);

    assertThat(read.healthzBindAddress()).isEqualTo(SocketAddress.parse("127.0.0.1:10256"));
    assertThat(read.conntrack().sysctls(3))
        .containsExactly(
            Map.entry("net.netfilter.nf_conntrack_max", "98304"),
            Map.entry("net.netfilter.nf_conntrack_tcp_timeout_established", "86400"),
            Map.entry("net.netfilter.nf_conntrack_udp_timeout", "40"));
    assertThat(read.detectLocalMode()).isEqualTo(DetectLocalMode.INTERFACE_NAME_PREFIX);
    assertThat(read.interfaceNamePrefix()).isEqualTo("eni");
    assertThat(read.masqueradeAll()).isTrue();
    assertThat(read.mark()).isEqualTo(0x8000);
    assertThat(read.localhostNodePorts()).isTrue();
    assertThat(read.minSyncPeriod()).isEqualTo(Duration.ofMillis(1500));
    assertThat(read.syncPeriod()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void aWrongFieldIsNamedByItsPath() {
    assertThatThrownBy(() -> read("iptables:\n  syncPeriod: soon\n"))
        .isInstanceOf(ManifestException.class)
        .hasMessageEndingWith(
            "iptables.syncPeriod: expected a duration such as 30s, found \"soon\"");
    assertThatThrownBy(() -> read("iptables:\n  masqueradeBit: 32\n"))
        .hasMessageEndingWith("iptables.masqueradeBit: 32 is not within 0-31");
    assertThatThrownBy(() -> read("detectLocalMode: Guess\n"))
        .hasMessageEndingWith(
            "detectLocalMode: expected one of [ClusterCIDR, NodeCIDR, BridgeInterface,"
                + " InterfaceNamePrefix], found \"Guess\"");
  }

  @Test
  void anIpv6BindAddressMovesTheHealthServerToIpv6() {
    assertThat(read("bindAddress: \"::\"\n").healthzBindAddress())
        .isEqualTo(SocketAddress.parse("[::]:10256"));
    assertThat(read("healthzBindAddress: 0.0.0.0:20256\n").healthzBindAddress())
        .isEqualTo(SocketAddress.parse("0.0.0.0:20256"));
    assertThatThrownBy(() -> read("healthzBindAddress: localhost:1\n"))
        .hasMessageEndingWith(
            "healthzBindAddress: expected an address with a port such as 0.0.0.0:10256,"
                + " found \"localhost:1\"");
    assertThatThrownBy(() -> read("conntrack: {min: -1}\n"))
        .hasMessageEndingWith("conntrack.min: -1 is negative");
  }

  @Test
  void anErrorNamesTheFileAndTheLine() {
    assertThatThrownBy(() -> read("mode: iptables\niptables:\n  syncPeriod: soon\n"))
        .hasMessage(
            "config.yaml: document 1, line 5: iptables.syncPeriod: expected a duration such as 30s,"
                + " found \"soon\"");
    assertThatThrownBy(() -> KubeProxyConfiguration.parse("", "empty.yaml"))
        .hasMessage("empty.yaml: expected one document, found 0");
    assertThatThrownBy(() -> read("iptables:\n  syncPeriod: 2562047h2562047h\n"))
        .hasMessageEndingWith(
            "expected a duration of 292 years at most, found" + " \"2562047h2562047h\"");
  }

  @Provide
  Arbitrary<String> files() {
    Arbitrary<String> fields = Arbitraries.of(
        "kind",
        "bindAddress",
        "healthzBindAddress",
        "clusterCIDR",
        "detectLocalMode",
        "nodePortAddresses",
        "featureGates",
        "conntrack",
        "iptables",
        "  min",
        "  syncPeriod",
        "  masqueradeBit",
        "  masqueradeAll",
        "  tcpEstablishedTimeout",
        "    deeper",
        "? odd");
    Arbitrary<String> values = Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(12),
        Arbitraries.strings().withChars("0123456789hms.-+e").ofMaxLength(70),
        Arbitraries.of(
            "",
            "null",
            "true",
            "[a, 1]",
            "{a: {}}",
            "&a [*a]",
            "99999999999999999999",
            "0x7fffffffffffffff",
            "[[[[",
            "|",
            "- x",
            "*a",
            "!!int 1",
            "\u0000"));
    return Combinators.combine(fields, values)
        .as((field, value) -> field + ": " + value + "\n")
        .list()
        .ofMaxSize(8)
        .map(lines -> String.join("", lines));
  }

  @Property(tries = 1000)
  void whateverAFileSaysItIsReadOrRefusedWithItsName(@ForAll("files") String fields) {
    try {
      assertThat(read(fields).masqueradeBit()).isBetween(0, 31);
    } catch (ManifestException e) {
      assertThat(e).hasMessageStartingWith("config.yaml");
      assertThat(e.getMessage()).hasSizeLessThan(2000);
    }
  }

  @Test
  void aLineOfAMegabyteIsReadOrRefusedShortly() {
    String long1 = "x".repeat(1 << 20);

    assertThat(read("clusterCIDR: " + long1 + "\n").clusterCidr()).hasSize(1 << 20);
    assertThatThrownBy(() -> read("detectLocalMode: " + long1 + "\n"))
        .isInstanceOf(ManifestException.class);
    assertThatThrownBy(() -> read("a: " + "[".repeat(100_000) + "\n"))
        .isInstanceOf(ManifestException.class);
  }
}
