package dev.hairpin.cluster.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Taint;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.net.Protocol;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where pods may go, and why some go nowhere. */
class SchedulerTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 3);

  private void node(String name, String zone, List<Taint> taints) {
    state.store(new Node(
        ObjectMeta.of("", name).withLabels(Map.of(Node.ZONE_LABEL, zone, "disk", name)),
        List.of(),
        "",
        false,
        taints,
        List.of(),
        List.of(Condition.of("Ready", true)),
        Map.of("cpu", "1", "pods", "4")));
  }

  private static Container container(String cpu, int hostPort) {
    return new Container(
        "c",
        "",
        List.of(new ContainerPort("", 80, Protocol.TCP, hostPort, "")),
        List.of(),
        List.of(),
        null,
        null,
        null,
        cpu.isEmpty() ? Map.of() : Map.of("cpu", cpu));
  }

  private void pod(String name, PodSpec.Builder spec) {
    state.store(new Pod(
        ObjectMeta.of("shop", name).withLabels(Map.of("app", "web")),
        spec.build(),
        "Pending",
        List.of(),
        "",
        List.of()));
  }

  private String nodeOf(String name) {
    return state.get(Pod.class, "shop", name).orElseThrow().spec().nodeName();
  }

  private void schedule() {
    Scheduler.start(state, Duration.ZERO);
    state.clock().advance(Duration.ZERO);
  }

  @Test
  void podsThatBelongTogetherAreSpreadOverZonesFirst() {
    node("a1", "a", List.of());
    node("a2", "a", List.of());
    node("b1", "b", List.of());
    for (int i = 0; i < 4; i++) {
      pod("p" + i, PodSpec.builder());
    }
    schedule();
    assertThat(state.list(Pod.class))
        .filteredOn(p -> p.spec().nodeName().equals("b1"))
        .hasSize(2);
  }

  @Test
  void aNodeSelectorLeavesOneChoice() {
    node("a1", "a", List.of());
    node("a2", "a", List.of());
    pod("p", PodSpec.builder().nodeSelector(Map.of("disk", "a2")));
    schedule();
    assertThat(nodeOf("p")).isEqualTo("a2");
  }

  @Test
  void aTaintIsBorneOnlyByPodsThatSaySo() {
    node("gpu", "a", List.of(new Taint("gpu", "true", "NoSchedule")));
    pod("plain", PodSpec.builder());
    pod(
        "bears",
        PodSpec.builder()
            .tolerations(List.of(Map.of("key", "gpu", "operator", "Equal", "value", "true"))));
    schedule();
    assertThat(nodeOf("bears")).isEqualTo("gpu");
    assertThat(nodeOf("plain")).isEmpty();
    assertThat(state.events())
        .filteredOn(ObjectEvent::warning)
        .extracting(ObjectEvent::message)
        .containsExactly("0/1 nodes are available: 1 node(s) had untolerated taint {gpu: true}.");
  }

  @Test
  void aHostPortIsGivenOnceOnANode() {
    node("a1", "a", List.of());
    pod("one", PodSpec.builder().containers(List.of(container("", 8080))));
    pod("two", PodSpec.builder().containers(List.of(container("", 8080))));
    schedule();
    assertThat(nodeOf("one")).isEqualTo("a1");
    assertThat(nodeOf("two")).isEmpty();
    assertThat(state.events())
        .filteredOn(ObjectEvent::warning)
        .extracting(ObjectEvent::message)
        .containsExactly("0/1 nodes are available: 1 node(s) didn't have free ports for the"
            + " requested pod ports.");
  }

  private static Container sidecar(int hostPort) {
    return new Container(
        "sidecar",
        "",
        List.of(new ContainerPort("", 80, Protocol.TCP, hostPort, "")),
        List.of(),
        List.of(),
        null,
        null,
        "Always",
        Map.of());
  }

  @Test
  void aSidecarsHostPortCountsAndAnInitContainersDoesNot() {
    node("a1", "a", List.of());
    Container init = container("", 8080);
    pod("first", port("", Protocol.TCP, 9090).initContainers(List.of(init)));
    pod("second", port("", Protocol.TCP, 9091).initContainers(List.of(sidecar(8080))));
    pod("third", port("", Protocol.TCP, 8080));
    schedule();
    assertThat(nodeOf("first")).isEqualTo("a1");
    assertThat(nodeOf("second")).isEqualTo("a1");
    assertThat(nodeOf("third")).isEmpty();
  }

  private static PodSpec.Builder port(String ip, Protocol protocol, int port) {
    return PodSpec.builder()
        .containers(List.of(new Container(
            "c",
            "",
            List.of(new ContainerPort("", 80, protocol, port, ip)),
            List.of(),
            List.of(),
            null,
            null,
            null,
            Map.of())));
  }

  @Test
  void addressProtocolAndNumberTellHostPortsApart() {
    node("a1", "a", List.of());
    pod("first", port("127.0.0.1", Protocol.TCP, 8080));
    pod("other-address", port("192.0.2.1", Protocol.TCP, 8080));
    pod("other-protocol", port("127.0.0.1", Protocol.UDP, 8080));
    pod("same", port("127.0.0.1", Protocol.TCP, 8080));
    schedule();
    assertThat(nodeOf("first")).isEqualTo("a1");
    assertThat(nodeOf("other-address")).isEqualTo("a1");
    assertThat(nodeOf("other-protocol")).isEqualTo("a1");
    assertThat(nodeOf("same")).isEmpty();
  }

  @Test
  void aPortOfAllAddressesIsTakenOnEach() {
    node("a1", "a", List.of());
    pod("first", port("127.0.0.1", Protocol.TCP, 8080));
    pod("second", port("", Protocol.TCP, 8080));
    schedule();
    assertThat(nodeOf("first")).isEqualTo("a1");
    assertThat(nodeOf("second")).isEmpty();
  }

  @Test
  void aPodOnTheNodesNetworkTakesItsContainerPorts() {
    node("a1", "a", List.of());
    pod("first", port("", Protocol.TCP, 0).hostNetwork(true));
    pod("second", port("", Protocol.TCP, 80));
    schedule();
    assertThat(nodeOf("first")).isEqualTo("a1");
    assertThat(nodeOf("second")).isEmpty();
  }

  @Test
  void requiredNodeAffinityIsHeeded() {
    node("a1", "a", List.of());
    node("a2", "a", List.of());
    Map<String, Object> term = Map.of(
        "matchExpressions",
        List.of(Map.of("key", "disk", "operator", "In", "values", List.of("a2"))));
    Map<String, Object> affinity = Map.of(
        "nodeAffinity",
        Map.of(
            "requiredDuringSchedulingIgnoredDuringExecution",
            Map.of("nodeSelectorTerms", List.of(term))));
    pod("p", PodSpec.builder().others(Map.of("affinity", affinity)));
    schedule();
    assertThat(nodeOf("p")).isEqualTo("a2");
  }

  @Test
  void aPodThatNoNodeMatchesSaysSo() {
    node("a1", "a", List.of());
    pod("p", PodSpec.builder().nodeSelector(Map.of("disk", "a9")));
    schedule();
    assertThat(state.events())
        .extracting(ObjectEvent::message)
        .containsExactly(
            "0/1 nodes are available: 1 node(s) didn't match Pod's node" + " affinity/selector.");
  }

  @Test
  void aPodWithoutRoomWaitsUntilSomeLeavesOrANodeComes() {
    node("a1", "a", List.of());
    pod("one", PodSpec.builder().containers(List.of(container("800m", 0))));
    pod("two", PodSpec.builder().containers(List.of(container("800m", 0))));
    pod("three", PodSpec.builder().containers(List.of(container("800m", 0))));
    schedule();
    assertThat(nodeOf("two")).isEmpty();
    state.remove(state.get(Pod.class, "shop", "one").orElseThrow().key());
    state.clock().advance(Duration.ZERO);
    node("a2", "a", List.of());
    state.clock().advance(Duration.ZERO);
    assertThat(List.of(nodeOf("two"), nodeOf("three"))).containsExactlyInAnyOrder("a1", "a2");
  }

  @Test
  void aNodeTakesAsManyPodsAsItSays() {
    node("a1", "a", List.of());
    for (int i = 0; i < 6; i++) {
      pod("p" + i, PodSpec.builder());
    }
    schedule();
    assertThat(state.list(Pod.class))
        .filteredOn(p -> p.spec().nodeName().isEmpty())
        .hasSize(2);
    assertThat(state.events())
        .filteredOn(ObjectEvent::warning)
        .extracting(ObjectEvent::message)
        .containsOnly("0/1 nodes are available: 1 Too many pods.");
  }
}
