package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.manifest.Manifests;
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
        detectLocal:
          bridgeInterface: ""
          interfaceNamePrefix: eni
        detectLocalMode: InterfaceNamePrefix
        iptables:
          localhostNodePorts: null
          masqueradeAll: true
          masqueradeBit: 15
          minSyncPeriod: 1s500ms
          syncPeriod: 1m0s
        nodePortAddresses: null
        """);

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
}
