package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.analysis.Shares;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterTest {
  private final Cluster cluster = twoNodes();

  private static Cluster twoNodes() {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    String text = node("a", "10.0.1.1", "zone-1")
        + node("b", "10.0.2.1", "zone-2")
        + pod("web-0", "a", "10.0.1.10")
        + pod("client-7d9f8c5b6d-x2x4x", "b", "10.0.2.10");
    Manifests.parse(text, "test").objects().forEach(state::store);
    return Cluster.of(state);
  }

  private static String node(String name, String address, String zone) {
    return """
        ---
        apiVersion: v1
        kind: Node
        metadata: {name: %s, labels: {topology.kubernetes.io/zone: %s}}
        status: {addresses: [{type: InternalIP, address: %s}]}
        """.formatted(name, zone, address);
  }

  private static String pod(String name, String node, String address) {
    return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: shop, name: %s}
        spec: {nodeName: %s, containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        status: {phase: Running, podIP: %s, podIPs: [{ip: %s}]}
        """.formatted(name, node, address, address);
  }

  @Test
  void podsReachEachOtherAcrossNodesWithTheirOwnAddresses() {
    Trace trace = cluster.from("shop/client").to("10.0.1.10:8080");

    assertThat(trace.outcome().verdict()).isEqualTo(Verdict.DELIVERED);
    assertThat(trace.outcome().server()).isEqualTo("shop/web-0");
    assertThat(trace.outcome().sourceSeen()).asString().startsWith("10.0.2.10:");
  }

  @Test
  void theNamespacesAreThoseOfEveryClusterAndThoseInUse() {
    Cluster kubeadm = Cluster.kubeadm();
    kubeadm.apply("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop},"
        + " spec: {ports: [{port: 80}]}}");

    assertThat(kubeadm.get("ns")).isEqualTo("""
        NAME              STATUS   AGE
        default           Active   0s
        kube-node-lease   Active   0s
        kube-public       Active   0s
        kube-system       Active   0s
        shop              Active   0s
        """);
    assertThat(kubeadm.get("ip")).contains("services/default/kubernetes", "services/shop/web");
  }

  @Test
  void withANamespaceGoesAllThatIsInIt() {
    Cluster kubeadm = Cluster.kubeadm();
    kubeadm.apply("""
        {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
        ---
        {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop},
         spec: {selector: {app: web}, ports: [{port: 80}]}}
        ---
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop},
         spec: {replicas: 3, selector: {matchLabels: {app: web}},
                template: {metadata: {labels: {app: web}},
                           spec: {containers: [{name: c, image: i}]}}}}
        """);

    kubeadm.delete("Namespace", "shop");

    assertThat(kubeadm.get("ns")).doesNotContain("shop");
    assertThat(kubeadm.get("pods -n shop")).startsWith("No resources");
    assertThat(kubeadm.get("svc -A")).doesNotContain("shop");
    assertThatThrownBy(() -> kubeadm.delete("Namespace", "shop"))
        .hasMessage("namespaces \"shop\" not found");
  }

  @Test
  void anUnnamedPortRefuses() {
    Trace trace = cluster.from("pod/shop/client-7d9f8c5b6d-x2x4x").to("10.0.1.10:9090");

    assertThat(trace.outcome().verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(trace.outcome().reason()).isEqualTo(Reason.CONNECTION_REFUSED_BY_POD);
  }

  @Test
  void theOutsideAndNodesAreSourcesToo() {
    assertThat(cluster.from("internet").to("http://10.0.1.10:8080/").outcome().delivered())
        .isTrue();
    assertThat(cluster.from("node/b").to("10.0.1.10:8080").outcome().delivered())
        .isTrue();
  }

  @Test
  void sharesOfACertainWayAreWhole() {
    Shares shares = cluster.from("shop/client").sharesTo("10.0.1.10:8080");

    assertThat(shares.arriving()).isEqualTo(Fraction.ONE);
    assertThat(shares).hasToString("""
            pod/shop/client-7d9f8c5b6d-x2x4x to 10.0.1.10:8080
              end              share  node  zone    hops  source seen
              shop/web-0:8080  1      a     zone-1  1     10.0.2.10
            """);
  }

  @Test
  void aPodThatCameBackElsewhereIsReachedThereAndNoLongerHere() {
    cluster.from("shop/client").to("10.0.1.10:8080");

    Manifests.parse(pod("web-0", "b", "10.0.2.99"), "test")
        .objects()
        .forEach(cluster.state()::store);

    assertThat(cluster.from("shop/client").to("10.0.2.99:8080").outcome().delivered())
        .isTrue();
    assertThat(cluster.from("shop/client").to("10.0.1.10:8080").outcome().delivered())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.168.10.2", "192.168.10.254", "192.168.77.5"})
  void aNodeThatIsAddedToANetworkInUseIsReachedWhateverItsAddress(String address) {
    Cluster kubeadm = Cluster.builder().kubeadm(1).build();
    kubeadm.apply(onNode("first", "node-1"));
    assertThat(kubeadm.from("default/first").to("192.168.10.1:80").outcome().reason())
        .isEqualTo(Reason.CONNECTION_REFUSED_BY_HOST);

    Manifests.parse(node("more", address, "z"), "test").objects().forEach(kubeadm.state()::store);
    kubeadm.apply(onNode("second", "more"));

    String first = kubeadm.pod("default/first").podIps().get(0) + ":80";
    String second = kubeadm.pod("default/second").podIps().get(0) + ":80";
    for (String from : List.of("default/first", "default/second", "node/node-1", "node/more")) {
      assertThat(kubeadm.from(from).to(first).outcome().server()).isEqualTo("default/first");
      assertThat(kubeadm.from(from).to(second).outcome().server()).isEqualTo("default/second");
    }
  }

  private static String onNode(String name, String node) {
    return "{apiVersion: v1, kind: Pod, metadata: {name: " + name + "}, spec: {nodeName: " + node
        + ", containers: [{name: c, ports: [{containerPort: 80}]}]}}";
  }

  @Test
  void aWorkloadsPodsAreThoseThatItOwnsWhateverOthersAreCalled() {
    Cluster kubeadm = Cluster.kubeadm();
    for (String name : List.of("web", "web-backend")) {
      kubeadm.apply("{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: " + name
          + "}, spec: {selector: {matchLabels: {app: " + name + "}}, template: {metadata: {labels:"
          + " {app: " + name + "}}, spec: {containers: [{name: c}]}}}}");
    }

    assertThat(kubeadm.pods("default/web"))
        .hasSize(3)
        .allMatch(pod -> "web".equals(pod.metadata().labels().get("app")));
    assertThat(kubeadm.pods("web-backend")).hasSize(3);
  }

  @Test
  void getFindsObjectsByTheirNames() {
    Cluster kubeadm = Cluster.kubeadm();

    assertThat(kubeadm.get("svc/kubernetes")).isEqualTo(kubeadm.get("services kubernetes"));
    assertThatThrownBy(() -> kubeadm.get("svc kubernets"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no Service \"kubernets\"; did you mean \"kubernetes\"?");
    assertThatThrownBy(() -> kubeadm.get("svc/kubernetes pod/a"))
        .hasMessage("get: \"pod/a\" is not of kind Service; ask for each kind by itself");
  }

  @Test
  void whatIsDeletedWithoutANamespaceIsInDefault() {
    Cluster kubeadm = Cluster.kubeadm();
    kubeadm.apply(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 1}]}}");

    kubeadm.delete("Service", "a");

    assertThat(kubeadm.state().get(Service.class, "default", "a")).isEmpty();
  }

  @Test
  void aHealthCheckNodePortOpensAndClosesWithItsServiceOnNodesThatWereAskedBefore() {
    Connection outside = cluster.from("internet");
    assertThat(outside.to("node/a:32100").outcome().verdict()).isEqualTo(Verdict.REFUSED);

    cluster.state().store(localService(32_100));
    assertThat(outside.to("node/a:32100").outcome().server()).isEqualTo("kube-proxy");

    cluster.state().remove(localService(0).key());
    assertThat(outside.to("node/a:32100").outcome().verdict()).isEqualTo(Verdict.REFUSED);
  }

  private static Service localService(int healthCheckNodePort) {
    ServiceSpec spec = ServiceSpec.builder()
        .type(ServiceType.LOAD_BALANCER)
        .healthCheckNodePort(healthCheckNodePort)
        .build();
    return new Service(ObjectMeta.of("shop", "web"), spec, List.of(), List.of());
  }

  @Test
  void aPodWithoutAnAddressIsNoSource() {
    Manifests.parse(
            "{apiVersion: v1, kind: Pod, metadata: {namespace: shop, name: late},"
                + " spec: {containers: [{name: c, image: i}]}}",
            "test")
        .objects()
        .forEach(cluster.state()::store);

    assertThatThrownBy(() -> cluster.from("shop/late").to("10.0.1.10:8080"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Pod shop/late has no address yet");
  }

  @Test
  void withoutANameServiceNamesAreNotAnswered() {
    Trace trace = cluster.from("shop/client").to("http://web.shop");

    assertThat(trace.outcome().reason()).isEqualTo(Reason.DNS_NO_ANSWER);
    assertThat(trace.outcome().clientSees()).isEqualTo("could not resolve host: web.shop");
  }

  @Test
  void aWrongNameIsAnsweredWithTheOneThatWasMeant() {
    assertThatThrownBy(() -> cluster.from("shop/clint"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no pod \"shop/clint\"; there are shop/client-7d9f8c5b6d-x2x4x, shop/web-0");
    assertThatThrownBy(() -> cluster.from("web-0"))
        .hasMessage("no pod \"web-0\"; did you mean \"shop/web-0\"?");
    assertThatThrownBy(() -> cluster.from("wbe-0"))
        .hasMessage("no pod \"wbe-0\"; did you mean \"shop/web-0\"?");
    assertThatThrownBy(() -> cluster.from("node/c"))
        .hasMessage("no node \"c\"; did you mean \"a\"?");
  }

  @Test
  void aTargetThatIsNoneIsRefusedWithWhatWasExpected() {
    Connection connection = cluster.from("node/a");

    assertThatThrownBy(() -> connection.to("ftp://web"))
        .hasMessage("target \"ftp://web\" has the unknown scheme \"ftp\"; expected a URL such as"
            + " http://ui.ui/, host:port or udp://host:port");
    assertThatThrownBy(() -> connection.to("web:70000"))
        .hasMessage("target \"web:70000\": port \"70000\" is not within 1-65535");
    assertThatThrownBy(() -> connection.to("web"))
        .hasMessage(
            "target \"web\" names no port; expected a URL such as http://ui.ui/, host:port or"
                + " udp://host:port");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://10.0.1.10:8080?page=1",
        "http://10.0.1.10:8080/#top",
        "tcp://10.0.1.10:8080/"
      })
  void theHostOfAUrlEndsWhereItsPathQueryOrFragmentBegins(String target) {
    assertThat(cluster.from("shop/client").to(target).outcome())
        .hasToString("DELIVERED shop/web-0");
  }

  @Test
  void aPingIsOfAHostOfEitherFamilyAndNotOfAPort() {
    Connection client = cluster.from("shop/client");

    assertThat(client.ping("10.0.1.10").outcome().delivered()).isTrue();
    assertThat(client.ping("node/a").outcome().delivered()).isTrue();
    assertThat(client.ping("fd00::1").outcome().reason()).isEqualTo(Reason.NO_ROUTE);
    for (String none : List.of("10.0.1.10:80", "http://web", "", "fd00::1/64")) {
      assertThatThrownBy(() -> client.ping(none))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("\"" + none + "\" is no host; expected a name, an address or node/NAME");
    }
  }

  @Test
  void getWithoutAKindAsksForOne() {
    assertThatThrownBy(() -> cluster.get("  "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("get: say a kind, such as pods or svc");
  }

  @Test
  void anAnnotationThatIsNoSysctlIsRefusedWithItsPlace() {
    cluster.apply("""
        apiVersion: v1
        kind: Node
        metadata:
          name: a
          annotations: {sysctl.hairpin.dev/net.netfilter.nf_conntrack_max: many}
        """);

    assertThatThrownBy(() -> cluster.from("node/a").to("10.0.1.10:8080"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("node a, annotation sysctl.hairpin.dev/net.netfilter.nf_conntrack_max:"
            + " \"many\" is no whole number of 32 bits");
  }

  @Test
  void whatIsDeletedMayBeNamedByTheShortFormOfItsKind() {
    Cluster kubeadm = Cluster.kubeadm();
    kubeadm.apply(
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {ports: [{port: 80}]}}");

    kubeadm.delete("svc", "web");

    assertThat(kubeadm.state().get(Service.class, "default", "web")).isEmpty();
  }

  @Test
  void applyingTellsOfFieldsAndKindsThatKubernetesDoesNotKnow() {
    Applied applied = cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: web}
        spec:
          selector: {app: web}
          prots: [{port: 80}]
          ports: [{port: 80}]
        ---
        apiVersion: example.com/v1
        kind: Servise
        metadata: {namespace: shop, name: web}
        """);

    assertThat(applied.changes().get(0).warnings())
        .containsExactly("text: document 1, line 6: spec.prots: unknown field");
    assertThat(applied.changes().get(1).warnings())
        .containsExactly("text: document 2, line 10: kind: unknown kind \"Servise\" of"
            + " example.com/v1; it is kept, and nothing acts on it");
    assertThat(applied.toString()).startsWith("""
            Warning: text: document 1, line 6: spec.prots: unknown field
            service/web created
            """);
  }
}
