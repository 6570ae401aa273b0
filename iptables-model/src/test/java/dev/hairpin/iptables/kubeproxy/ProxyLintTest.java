package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxyLintTest {
  private static String web(String address) {
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {ports: [{port: 80, targetPort: 8080}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: web-1, namespace: default, labels: {kubernetes.io/service-name: web}}
        addressType: IPv4
        endpoints: [{addresses: [%s]}]
        ports: [{name: "", port: 8080}]
        """.formatted(address);
  }

  private static KubeProxyConfiguration configuration(String fields) {
    return KubeProxyConfiguration.parse(
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n" + fields,
        "config.conf");
  }

  private static List<Finding> lint(KubeProxy proxy, String yaml, String code) {
    Cluster cluster = Cluster.kubeadm().install(proxy);
    cluster.apply(yaml);
    return cluster.lint().of(code);
  }

  @Test
  void aConfigurationThatFitsIsNotComplainedOf() {
    KubeProxy fitting =
        KubeProxy.newest().withConfiguration(configuration("clusterCIDR: 10.244.0.0/16\n"));

    for (String code :
        List.of("PROXY_SYNC_FAILS", "NODE_PORTS_ON_NO_ADDRESS", "PODS_OUTSIDE_CLUSTER_CIDR")) {
      assertThat(lint(fitting, web("10.244.1.7") + POD, code)).isEmpty();
    }
  }

  private static final String POD = """
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: p, namespace: default}
      spec: {containers: [{name: p, image: p}]}
      """;

  @Test
  void nodePortsThatOnlyTheNodeItselfReachesAreToldForEveryNode() {
    KubeProxy closed =
        KubeProxy.newest().withConfiguration(configuration("nodePortAddresses: [127.0.0.0/8]\n"));

    assertThat(lint(closed, POD, "NODE_PORTS_ON_NO_ADDRESS"))
        .hasSize(3)
        .first()
        .extracting(Finding::text)
        .asString()
        .startsWith("nodePortAddresses [127.0.0.0/8] holds no IPv4 address of this node");
  }

  @Test
  void podsThatKubeProxyTakesForStrangersAreTold() {
    KubeProxy elsewhere =
        KubeProxy.newest().withConfiguration(configuration("clusterCIDR: 10.1.0.0/16\n"));

    assertThat(lint(elsewhere, POD, "PODS_OUTSIDE_CLUSTER_CIDR"))
        .singleElement()
        .extracting(Finding::text)
        .asString()
        .startsWith("this pod's address is outside of kube-proxy's clusterCIDR 10.1.0.0/16");
  }

  /** v1.30 copies the address as it stands, and iptables-restore reads no leading zeros. */
  @Test
  void rulesThatIptablesRefusesAreToldWithWhatItSays() {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    state.store(Fixtures.node("a", "192.0.2.1", "10.244.1.0/24"));
    state.store(Fixtures.service("web", "10.96.0.1"));
    state.store(Fixtures.slice("web", "10.244.1.007"));
    List<Finding> old = new ArrayList<>();
    List<Finding> now = new ArrayList<>();

    KubeProxy.ofVersion(KubeProxyVersion.V1_30).start(state).lint(old::add);
    KubeProxy.newest().start(state).lint(now::add);

    assertThat(now).isEmpty();
    assertThat(old).singleElement().satisfies(finding -> {
      assertThat(finding.code()).isEqualTo("PROXY_SYNC_FAILS");
      assertThat(finding.text())
          .startsWith("iptables-restore refuses the IPv4 rules")
          .contains("10.244.1.007");
    });
  }
}
