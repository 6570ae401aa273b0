package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.OpenConnection;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the front door can do beside single connections. */
class ConnectionKindsTest {
  private final Cluster cluster =
      Cluster.kubeadm().install(KubeProxy.newest()).install(CoreDns.kubeadm());

  ConnectionKindsTest() {
    cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          clusterIP: 10.96.7.7
          selector: {app: web}
          ports: [{name: http, port: 80, targetPort: 8080}, {name: log, port: 514, protocol: UDP}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web}}
        spec:
          nodeName: node-2
          containers:
          - {name: c, image: i, ports: [{containerPort: 8080}, {containerPort: 514, protocol: UDP}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: client}
        spec: {nodeName: node-1, containers: [{name: c, image: i, ports: [{containerPort: 9090}]}]}
        """);
  }

  @Test
  void aConnectionThatIsOpenAnswersUntilItIsClosed() {
    OpenConnection open = cluster.from("client").open("http://web");

    assertThat(open.isOpen()).isTrue();
    assertThat(open.ask().served()).isNotNull();
    open.close();
    assertThat(open.isOpen()).isFalse();
  }

  @Test
  void aConnectionThatWasNeverMadeCannotBeAsked() {
    OpenConnection open = cluster.from("client").open("http://wbe");

    assertThat(open.trace().explain().didYouMean()).contains("web");
    assertThatThrownBy(open::ask)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the connection was never made: NOT DELIVERED");
  }

  @Test
  void theSourcePortIsTheOneThatIsAskedFor() {
    Trace trace = cluster.from("client").fromPort(40_000).to("udp://web:514");

    assertThat(trace.outcome().sourceSeen()).asString().endsWith(":40000");
    assertThatThrownBy(() -> cluster.from("client").fromPort(0))
        .hasMessage("source port 0 is not within 1-65535");
  }

  @Test
  void fromOnePortTheWaysOfADistributionAreThoseOfNewConnections() {
    cluster.apply("""
        apiVersion: v1
        kind: Pod
        metadata: {name: web-2, labels: {app: web}}
        spec: {nodeName: node-3, containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        """);

    assertThat(cluster
            .from("client")
            .fromPort(4000)
            .distributionTo(
                "http://web", trace -> String.valueOf(trace.outcome().server())))
        .isEqualTo(Map.of("default/web", Fraction.of(1, 2), "default/web-2", Fraction.of(1, 2)));
  }

  @Test
  void aNodePortIsReachedOnTheNodesOwnLoopbackAddress() {
    cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata: {name: outward}
        spec:
          type: NodePort
          selector: {app: web}
          ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
        """);

    assertThat(cluster.from("node/node-1").to("127.0.0.1:30080").outcome())
        .hasToString("DELIVERED default/web");
  }

  @Test
  void aPodCanBePingedAndAClusterIpCannot() {
    String address = cluster.pod("web").podIps().get(0);

    assertThat(cluster.from("client").ping(address).outcome().delivered()).isTrue();
    assertThat(cluster.from("client").ping("10.96.7.7").outcome().delivered()).isFalse();
    assertThatThrownBy(() -> cluster.from("client").ping("nobody"))
        .hasMessage("ping: the name \"nobody\" does not resolve");
  }

  @Test
  void aSysctlOfANodeIsKeptByAFork() {
    cluster.sysctl("node-1", "net.netfilter.nf_conntrack_max", "1");
    Cluster fork = cluster.fork();

    OpenConnection first = fork.from("client").open("10.96.7.7:80");
    Trace second = fork.from("client").to("10.96.7.7:80");

    assertThat(first.isOpen()).isTrue();
    assertThat(second.outcome().reason()).isEqualTo(Reason.CONNTRACK_FULL);
    assertThat(fork.conntrack("node-1")).hasSize(1);
    assertThat(cluster.conntrack("node-1")).isEmpty();
    assertThatThrownBy(() -> cluster.sysctl("node-9", "net.ipv4.ip_forward", "1"))
        .hasMessageStartingWith("no node \"node-9\"");
    assertThatThrownBy(() -> cluster.sysctl("node-1", "net.ipv4.ip_forward", "yes"))
        .hasMessage("sysctl net.ipv4.ip_forward: \"yes\" is no whole number of 32 bits");
    assertThatThrownBy(
            () -> cluster.sysctl("node-1", "net.netfilter.nf_conntrack_max", "3000000000"))
        .hasMessage(
            "sysctl net.netfilter.nf_conntrack_max: \"3000000000\" is no whole number of 32 bits");
  }

  @Test
  void aRestartedKubeProxyWritesTheSameRules() {
    KubeProxies proxies = cluster.component(KubeProxies.class).orElseThrow();
    String before =
        proxies.rulesOf("node-1", dev.hairpin.net.IpFamily.IPV4).orElseThrow().toString();

    proxies.restart("node-1");

    assertThat(proxies.rulesOf("node-1", dev.hairpin.net.IpFamily.IPV4).orElseThrow())
        .hasToString(before);
    assertThatThrownBy(() -> proxies.restart("node-9")).hasMessage("there is no node node-9");
  }

  @Test
  void theNameOfALoadBalancerResolvesInsideAndOutside() {
    Cluster store = Clusters.store();
    String name = store
        .state()
        .get(dev.hairpin.api.Service.class, "ui", "ui-nlb")
        .orElseThrow()
        .loadBalancer()
        .get(0)
        .hostname();

    assertThat(store.lookup("internet", name).addresses())
        .hasSameElementsAs(store.lookup("ui/ui", name).addresses())
        .hasSize(3);
  }
}
