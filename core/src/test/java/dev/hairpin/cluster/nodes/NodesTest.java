package dev.hairpin.cluster.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.Condition;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Taint;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.cluster.control.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of pods when something happens to their node. */
class NodesTest {
  private final Cluster cluster =
      Cluster.builder().kubeadm(3).timing(Timing.REALISTIC).build();

  private static String workload(String kind, String name, String more) {
    return """
        apiVersion: apps/v1
        kind: %1$s
        metadata: {name: %2$s}
        spec:
          selector: {matchLabels: {app: %2$s}}
          template:
            metadata: {labels: {app: %2$s}}
            spec: {%3$s containers: [{name: c}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %2$s}
        spec: {selector: {app: %2$s}, ports: [{port: 80}]}
        ---
        """.formatted(kind, name, more);
  }

  private Node node(String name) {
    return cluster.state().get(Node.class, "", name).orElseThrow();
  }

  private List<Pod> pods(String app) {
    return cluster.state().list(Pod.class).stream()
        .filter(pod -> app.equals(pod.metadata().labels().get("app")))
        .toList();
  }

  private List<Endpoint> endpoints() {
    return cluster.state().list(EndpointSlice.class).stream()
        .flatMap(slice -> slice.endpoints().stream())
        .toList();
  }

  @Test
  void aNodeThatIsBackInTimeKeepsItsPods() {
    cluster.apply(workload("Deployment", "web", "nodeName: node-2,"));
    cluster.advance(Duration.ofMinutes(1));
    Node node = node("node-2");
    List<Pod> before = pods("web");
    assertThat(before).isNotEmpty();

    cluster.delete(Node.KIND, "node-2");
    cluster.advance(Duration.ofSeconds(30));
    cluster.state().store(node);
    cluster.advance(Duration.ofMinutes(5));

    assertThat(pods("web")).isEqualTo(before);
  }

  @Test
  void aCordonedNodeTakesNoNewPodsAndItsEndpointsStay() {
    cluster.apply(workload("DaemonSet", "agent", ""));
    cluster.advance(Duration.ofMinutes(1));
    cluster.controllers().nodes().cordon("node-1");
    cluster.advance(Duration.ofMinutes(1));

    assertThat(node("node-1").unschedulable()).isTrue();
    assertThat(node("node-1").taints())
        .containsExactly(new Taint("node.kubernetes.io/unschedulable", "", "NoSchedule"));
    assertThat(cluster.get("nodes")).contains("Ready,SchedulingDisabled");
    assertThat(endpoints()).hasSize(3).allMatch(e -> Boolean.TRUE.equals(e.ready()));
    cluster.apply(
        workload("Deployment", "web", "").replace("spec:\n  sel", "spec:\n  replicas: 6\n  sel"));
    cluster.advance(Duration.ofMinutes(1));
    assertThat(pods("web")).hasSize(6).noneMatch(p -> p.spec().nodeName().equals("node-1"));

    cluster.controllers().nodes().uncordon("node-1");
    assertThat(node("node-1").taints()).isEmpty();
  }

  @Test
  void aSilentNodeIsUnreachableAfter50SecondsAndAllItsPodsAreNotReadyAtOnce() {
    cluster.apply(workload("DaemonSet", "agent", ""));
    cluster.advance(Duration.ofMinutes(1));
    cluster.controllers().nodes().lose("node-2");
    cluster.advance(Duration.ofSeconds(50).minusMillis(1));
    assertThat(node("node-2").isReady()).isTrue();

    cluster.advance(Duration.ofMillis(1));
    assertThat(node("node-2").conditions())
        .extracting(c -> c.type() + " " + c.status() + " " + c.reason())
        .contains("Ready Unknown NodeStatusUnknown");
    assertThat(node("node-2").taints())
        .containsExactly(
            new Taint("node.kubernetes.io/unreachable", "", "NoSchedule"),
            new Taint("node.kubernetes.io/unreachable", "", "NoExecute"));
    assertThat(pods("agent")).extracting(Pod::isReady).containsExactlyInAnyOrder(true, false, true);
    cluster.advance(Duration.ofSeconds(1));
    assertThat(endpoints()).filteredOn(e -> Boolean.FALSE.equals(e.ready())).hasSize(1);
    assertThat(cluster.get("nodes")).contains("node-2   NotReady");
  }

  @Test
  void podsOfALostNodeAreAskedToEndAfter300SecondsButForThoseThatBearIt() {
    cluster.apply(workload("DaemonSet", "agent", "")
        + workload("Deployment", "web", "nodeName: node-2,")
        + workload(
            "Deployment",
            "short",
            "nodeName: node-2, tolerations: [{key: node.kubernetes.io/unreachable, operator:"
                + " Exists, effect: NoExecute, tolerationSeconds: 10}],"));
    cluster.advance(Duration.ofMinutes(1));
    cluster.controllers().nodes().lose("node-2");
    cluster.advance(Duration.ofSeconds(50 + 10).minusMillis(1));
    assertThat(pods("short")).noneMatch(Pod::isTerminating);
    cluster.advance(Duration.ofSeconds(2));
    assertThat(pods("short")).anyMatch(Pod::isTerminating);

    cluster.advance(Duration.ofSeconds(287));
    assertThat(pods("web")).hasSize(1).noneMatch(Pod::isTerminating);
    cluster.advance(Duration.ofSeconds(2));
    assertThat(pods("web")).hasSize(2).anyMatch(Pod::isTerminating);
    cluster.advance(Duration.ofHours(1));
    assertThat(pods("web")).as("nobody is there to stop them").anyMatch(Pod::isTerminating);
    assertThat(pods("agent")).hasSize(3).noneMatch(Pod::isTerminating);
  }

  @Test
  void aNodeThatComesLaterGetsABlockAndPods() {
    cluster.apply(workload("DaemonSet", "agent", ""));
    cluster.advance(Duration.ofMinutes(1));
    cluster
        .state()
        .store(new Node(
            ObjectMeta.of("", "node-9"),
            List.of(),
            "",
            false,
            List.of(),
            List.of(new NodeAddress("InternalIP", "192.168.10.9")),
            List.of(Condition.of("Ready", true)),
            Map.of()));
    cluster.advance(Duration.ofMinutes(1));

    assertThat(node("node-9").podCidrs()).containsExactly("10.244.3.0/24");
    assertThat(pods("agent"))
        .filteredOn(p -> p.spec().nodeName().equals("node-9"))
        .singleElement()
        .satisfies(p -> assertThat(p.podIps()).containsExactly("10.244.3.2"));
  }

  @Test
  void aNodeForWhichNoBlockIsLeftSaysSoAndSoDoItsPods() {
    Cluster small = Cluster.builder().kubeadm(2).podBlocks("10.244.0.0/24").build();
    assertThat(small.state().events())
        .filteredOn(e -> e.reason().equals("CIDRNotAvailable"))
        .extracting(ObjectEvent::message)
        .containsExactly("Node node-2 status is now: CIDRNotAvailable");

    small.apply(workload("DaemonSet", "agent", ""));
    assertThat(small.state().list(Pod.class))
        .extracting(p -> p.spec().nodeName() + " " + p.podIps())
        .containsExactlyInAnyOrder("node-1 [10.244.0.2]", "node-2 []");
  }

  @Test
  void drainingLeavesDaemonsWhereTheyAre() {
    cluster.apply(
        workload("DaemonSet", "agent", "") + workload("Deployment", "web", "nodeName: node-3,"));
    cluster.advance(Duration.ofMinutes(1));
    cluster.controllers().nodes().drain("node-3");

    assertThat(pods("web")).allMatch(Pod::isTerminating);
    assertThat(pods("agent")).hasSize(3).noneMatch(Pod::isTerminating);
  }

  @Test
  void podsOfADeletedNodeAreGoneAfter40SecondsAndTheirOwnersMakeOthers() {
    cluster.apply(workload("Deployment", "web", "") + workload("DaemonSet", "agent", ""));
    cluster.advance(Duration.ofMinutes(1));
    String node = pods("web").get(0).spec().nodeName();
    cluster.delete("Node", node);
    cluster.advance(Duration.ofSeconds(39));
    assertThat(pods("web")).extracting(p -> p.spec().nodeName()).containsExactly(node);

    Cluster fork = cluster.fork();
    for (Cluster each : List.of(cluster, fork)) {
      each.advance(Duration.ofSeconds(1));
      assertThat(each.state().list(Pod.class))
          .noneMatch(p -> p.spec().nodeName().equals(node));
      each.advance(Duration.ofMinutes(1));
      assertThat(each.state().list(Pod.class)).hasSize(3).allMatch(Pod::isReady);
    }
  }

  @Test
  void whereEverythingSettlesAtOnceTheyAreGoneAtOnce() {
    Cluster instant = Cluster.kubeadm();
    instant.apply(workload("Deployment", "web", ""));
    String node = List.copyOf(instant.state().list(Pod.class)).get(0).spec().nodeName();
    instant.delete("Node", node);
    instant.advance(Duration.ZERO);

    assertThat(instant.state().list(Pod.class))
        .singleElement()
        .satisfies(pod -> assertThat(pod.spec().nodeName()).isNotEqualTo(node))
        .satisfies(pod -> assertThat(pod.isReady()).isTrue());
  }

  private Pod pod(String name) {
    return cluster.state().get(Pod.class, "default", name).orElseThrow();
  }

  private static String pod(String name, String spec) {
    return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s, labels: {app: %1$s}}
        spec: {nodeName: node-2, containers: [{name: c, ports: [{containerPort: 80}]}], %2$s}
        ---
        """.formatted(name, spec);
  }

  private static String service(String name) {
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec: {selector: {app: %1$s}, ports: [{port: 80}]}
        ---
        """.formatted(name);
  }

  @Test
  void aRebootKeepsThePodsAndGivesThemNewAddressesAndStartsTheirContainersAgain() {
    cluster.apply(service("web") + pod("web", ""));
    cluster.advance(Duration.ofMinutes(1));
    Pod before = pod("web");

    cluster.controllers().nodes().reboot("node-2");
    assertThat(pod("web").podIps()).isEqualTo(before.podIps());
    assertThat(pod("web").isReady()).isFalse();
    cluster.advance(Duration.ofSeconds(1));
    assertThat(endpoints())
        .filteredOn(endpoint -> endpoint.addresses().equals(before.podIps()))
        .extracting(Endpoint::ready)
        .containsExactly(false);

    cluster.advance(Duration.ofMinutes(1));
    Pod after = pod("web");
    assertThat(after.metadata().uid()).isEqualTo(before.metadata().uid());
    assertThat(after.isReady()).isTrue();
    assertThat(after.podIps()).isNotEqualTo(before.podIps());
    assertThat(after.containerStatuses().get(0).restartCount()).isEqualTo(1);
    assertThat(endpoints())
        .filteredOn(endpoint -> endpoint.addresses().equals(after.podIps()))
        .extracting(Endpoint::ready)
        .containsExactly(true);
  }

  @Test
  void afterARebootContainersSeeTheServicesOfNow() {
    cluster.apply(pod("web", ""));
    cluster.advance(Duration.ofMinutes(1));
    cluster.apply(service("late"));
    assertThat(cluster.env("default/web").value("LATE_SERVICE_HOST")).isEmpty();

    cluster.controllers().nodes().reboot("node-2");
    cluster.advance(Duration.ofMinutes(1));

    assertThat(cluster.env("default/web").value("LATE_SERVICE_HOST")).isPresent();
  }

  @Test
  void aRebootEndsWhatWasToEndFailsWhatMayNotStartAgainAndKeepsTheNodesOwnAddress() {
    cluster.apply(pod("going", "terminationGracePeriodSeconds: 600")
        + pod("once", "restartPolicy: Never")
        + pod("host", "hostNetwork: true"));
    cluster.advance(Duration.ofMinutes(1));
    List<String> address = pod("host").podIps();
    cluster.controllers().kubelets().stop("node-2");
    cluster.delete("Pod", "default/going");

    cluster.controllers().nodes().reboot("node-2");
    cluster.advance(Duration.ofMinutes(1));

    assertThat(cluster.state().get(Pod.class, "default", "going")).isEmpty();
    assertThat(pod("once").phase()).isEqualTo("Failed");
    assertThat(pod("host").podIps()).isEqualTo(address);
    assertThat(pod("host").isReady()).isTrue();
  }

  @Test
  void aLostNodeMayComeBackByAReboot() {
    cluster.apply(pod("web", ""));
    cluster.advance(Duration.ofMinutes(1));
    List<String> address = pod("web").podIps();
    cluster.controllers().nodes().lose("node-2");
    cluster.advance(Duration.ofMinutes(1));
    assertThat(node("node-2").isReady()).isFalse();

    cluster.controllers().nodes().reboot("node-2");
    cluster.advance(Duration.ofMinutes(1));

    assertThat(node("node-2").isReady()).isTrue();
    assertThat(node("node-2").taints()).isEmpty();
    assertThat(pod("web").isReady()).isTrue();
    assertThat(pod("web").podIps()).isNotEqualTo(address);
  }

  @Test
  void aForkInTheMidstOfARebootGoesOnAlike() {
    cluster.apply(pod("web", ""));
    cluster.advance(Duration.ofMinutes(1));
    cluster.controllers().nodes().reboot("node-2");
    Cluster fork = cluster.fork();
    fork.advance(Duration.ofMinutes(1));
    cluster.advance(Duration.ofMinutes(1));

    assertThat(fork.state().get(Pod.class, "default", "web")).contains(pod("web"));
  }
}
