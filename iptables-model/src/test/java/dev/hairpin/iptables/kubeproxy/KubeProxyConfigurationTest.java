package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KubeProxyConfigurationTest {

  private static KubeProxyConfiguration read(String fields) {
    String head = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";
    return KubeProxyConfiguration.fromTree(
        Manifests.parse(head + fields, "config.yaml").manifests().get(0).tree());
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
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("iptables.syncPeriod: expected a duration such as 30s, found \"soon\"");
    assertThatThrownBy(() -> read("iptables:\n  masqueradeBit: 32\n"))
        .hasMessage("iptables.masqueradeBit: 32 is not within 0-31");
    assertThatThrownBy(() -> read("detectLocalMode: Guess\n"))
        .hasMessage("detectLocalMode: expected one of [ClusterCIDR, NodeCIDR, BridgeInterface,"
            + " InterfaceNamePrefix], found \"Guess\"");
  }

  @Test
  void anIpv6BindAddressMovesTheHealthServerToIpv6() {
    assertThat(read("bindAddress: \"::\"\n").healthzBindAddress())
        .isEqualTo(SocketAddress.parse("[::]:10256"));
    assertThat(read("healthzBindAddress: 0.0.0.0:20256\n").healthzBindAddress())
        .isEqualTo(SocketAddress.parse("0.0.0.0:20256"));
    assertThatThrownBy(() -> read("healthzBindAddress: localhost:1\n"))
        .hasMessage("healthzBindAddress: expected an address with a port such as 0.0.0.0:10256,"
            + " found \"localhost:1\"");
    assertThatThrownBy(() -> read("conntrack: {min: -1}\n"))
        .hasMessage("conntrack.min: -1 is negative");
  }
}
