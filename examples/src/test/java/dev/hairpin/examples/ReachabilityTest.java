package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Reachability;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.time.VirtualClock;
import org.junit.jupiter.api.Test;

/** The matrix of who reaches what, as people, spreadsheets and browsers get it. */
class ReachabilityTest {

  private static String node(String name, int number, String zone) {
    return """
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: %s, labels: {topology.kubernetes.io/zone: %s}}
        status: {addresses: [{type: InternalIP, address: 10.0.%d.1}]}
        """.formatted(name, zone, number);
  }

  private static String pod(String name, String node, String ip) {
    return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: shop, name: %s}
        spec: {nodeName: %s, containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        status: {phase: Running, podIP: %s, podIPs: [{ip: %s}]}
        """.formatted(name, node, ip, ip);
  }

  private static String service(String name, String ip, int nodePort, String policy) {
    return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: %s}
        spec:
          type: NodePort
          clusterIP: %s
          clusterIPs: [%s]
          ipFamilies: [IPv4]
          externalTrafficPolicy: %s
          ports: [{name: http, port: 80, targetPort: 8080, nodePort: %d, protocol: TCP}]
        """.formatted(name, ip, ip, policy, nodePort);
  }

  private static final String WEB = """
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {namespace: shop, name: web-1, labels: {kubernetes.io/service-name: web}}
      addressType: IPv4
      ports: [{name: http, port: 8080, protocol: TCP}]
      endpoints:
      - {addresses: [10.0.1.10], nodeName: a, conditions: {ready: true}}
      - {addresses: [10.0.2.10], nodeName: b, conditions: {ready: true}}
      """;

  private static Cluster shop(String more) {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    String text = node("a", 1, "z1")
        + node("b", 2, "z2")
        + node("c", 3, "z3")
        + pod("web-0", "a", "10.0.1.10")
        + pod("web-1", "b", "10.0.2.10")
        + pod("client-0", "c", "10.0.3.10")
        + pod("client-1", "c", "10.0.3.11")
        + service("web", "10.96.0.50", 30080, "Local")
        + service("idle", "10.96.0.51", 30081, "Cluster")
        + WEB
        + more;
    Manifests.parse(text, "test").objects().forEach(state::store);
    return Cluster.of(state).install(KubeProxy.newest());
  }

  @Test
  void theTableShowsWhoIsCutOffByLocalPolicyAndByMissingEndpoints() {
    Golden.assertEqualsFile(shop("").reach().toString(), "reach-shop.txt");
  }

  @Test
  void theDrawingShowsTheSame() {
    Golden.assertEqualsFile(shop("").reach("shop/web").toSvg(), "reach-shop.svg");
  }

  @Test
  void theValuesNameEverySourceAndEveryWay() {
    Golden.assertEqualsFile(shop("").reach("shop/web").toCsv(), "reach-shop.csv");
  }

  @Test
  void theRetailStoreIsReachedThroughItsLoadBalancers() {
    Golden.assertEqualsFile(
        Clusters.store().reach("ui/ui", "ui/ui-nlb").toString(), "reach-store.txt");
  }

  @Test
  void aServiceThatDoesNotExistIsAnsweredWithTheOneThatWasMeant() {
    assertThatThrownBy(() -> shop("").reach("shop/webb"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no Service \"shop/webb\"; did you mean \"shop/web\"?");
  }

  @Test
  void aClusterWithoutServicesSaysSo() {
    Cluster empty = Cluster.of(new ClusterState(new VirtualClock(), 1));

    assertThat(empty.reach()).hasToString("no Service has an address\n");
    assertThat(empty.reach().isWhole()).isTrue();
  }

  @Test
  void hostileNamesStayText() {
    String name = "</title><script>alert(1)</script>,\"x\"";
    Reachability reach =
        shop(pod("'=" + name.replace("'", "''") + "'", "a", "10.0.1.77")).reach("shop/idle");

    assertThat(reach.toSvg()).doesNotContain("<script>");
    assertThat(reach.toCsv()).doesNotContain("\n=").contains("\"\"x\"\"");
    assertThat(
            reach.toCsv().lines().filter(l -> l.contains("script")).findFirst().orElseThrow())
        .startsWith("\"shop/=</title>");
  }

  @Test
  void aServiceThatIsAnotherNameIsNotReached() {
    Cluster cluster = Clusters.eks();
    cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata: {name: ext}
        spec: {type: ExternalName, externalName: example.com}
        """);
    assertThatThrownBy(() -> cluster.reach("ext"))
        .hasMessage("Service default/ext is another name for example.com, so no way of the cluster"
            + " leads to it");
  }
}
