package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.time.VirtualClock;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A question has the answer that the cluster's objects give now, whatever was asked before they
 * changed: a fork, which has made no hosts yet, is what the cluster is compared with.
 */
class ChangedHostsTest {
  private final Cluster cluster = Cluster.kubeadm();

  ChangedHostsTest() {
    cluster.apply(pod("client", "nodeName: node-1", ""));
  }

  private static String pod(String name, String spec, String ports) {
    return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, labels: {app: %s}}
        spec: {%s, containers: [{name: c, image: i, ports: [%s]}]}
        """.formatted(name, name, spec, ports);
  }

  private String ask(String target) {
    String answer = cluster.from("client").to(target).outcome().toString();
    assertThat(cluster.fork().from("client").to(target).outcome()).asString().isEqualTo(answer);
    return answer;
  }

  @Test
  void aPodThatNamesNoPortsListensOnThoseThatAServiceComesToLeadTo() {
    cluster.apply(pod("web", "nodeName: node-2", ""));
    String target = cluster.pod("web").podIps().get(0) + ":8080";
    assertThat(ask(target)).contains("CONNECTION_REFUSED_BY_POD");

    cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        """);
    assertThat(ask(target)).isEqualTo("DELIVERED default/web");

    cluster.delete("Service", "web");
    assertThat(ask(target)).contains("CONNECTION_REFUSED_BY_POD");
  }

  @Test
  void aPodInItsNodesNetworkListensFromItsBeginningToItsEnd() {
    String target = "192.168.10.2:9100";
    assertThat(ask(target)).contains("CONNECTION_REFUSED_BY_HOST");

    cluster.apply(pod("exporter", "hostNetwork: true, nodeName: node-2", "{containerPort: 9100}"));
    assertThat(ask(target)).isEqualTo("DELIVERED default/exporter");

    cluster.delete("Pod", "exporter");
    assertThat(ask(target)).contains("CONNECTION_REFUSED_BY_HOST");
  }

  @Test
  void withANodeGoesThePodsWayAndWithAnotherOfItsNameItComesBack() {
    cluster.apply(pod("web", "nodeName: node-3", "{containerPort: 8080}"));
    String target = cluster.pod("web").podIps().get(0) + ":8080";
    assertThat(ask(target)).isEqualTo("DELIVERED default/web");

    cluster.delete("Node", "node-3");
    assertThat(ask("192.168.10.3:80")).contains("NO_NEIGHBOUR");
    assertThat(ask(target)).startsWith("NOT DELIVERED");

    cluster.apply("""
        apiVersion: v1
        kind: Node
        metadata: {name: node-3}
        status: {addresses: [{type: InternalIP, address: 192.168.10.3}]}
        """);
    assertThat(ask("192.168.10.3:80")).contains("CONNECTION_REFUSED_BY_HOST");
  }

  @Test
  void whatQuestionsLeaveInTheirCopyIsNoRouteOfTheCluster() {
    Cluster custom = Cluster.builder()
        .eks(3)
        .customNetworking(Map.of(
            "us-west-2a",
            "100.64.0.0/19",
            "us-west-2b",
            "100.64.32.0/19",
            "us-west-2c",
            "100.64.64.0/19"))
        .build();
    custom.apply(pod("client", "restartPolicy: Always", "")
        + "---\n"
        + pod("web", "restartPolicy: Always", "{containerPort: 8080}"));
    String target = custom.pod("web").podIps().get(0) + ":8080";
    assertThat(custom.from("client").sharesTo(target).arriving()).hasToString("1");

    custom.delete("Pod", "web");

    assertThat(custom.from("client").to(target).outcome().reason()).isEqualTo(Reason.SILENT_WORLD);
  }

  @Test
  void aPodOnANodeThatIsNotThereIsNotReachedAndReachesNobody() {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    Manifests.parse("""
            apiVersion: v1
            kind: Node
            metadata: {name: a}
            status: {addresses: [{type: InternalIP, address: 10.0.1.1}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client}
            spec: {nodeName: a, containers: [{name: c, image: i}]}
            status: {phase: Running, podIP: 10.0.1.9, podIPs: [{ip: 10.0.1.9}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec: {nodeName: gone, containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
            status: {phase: Running, podIP: 10.0.1.10, podIPs: [{ip: 10.0.1.10}]}
            """, "snapshot").objects().forEach(state::store);
    Cluster snapshot = Cluster.of(state);

    assertThat(snapshot.from("client").to("10.0.1.10:80").outcome().delivered()).isFalse();
    assertThatThrownBy(() -> snapshot.from("web").to("10.0.1.9:80"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Pod default/web is on node gone, which is not there or has no internal address");
  }
}
