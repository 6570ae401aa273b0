package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Lists that are merged item by item are sorted as apimachinery's strategic patch sorts them. */
class PatchOrderTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final ApiServer server =
      new ApiServer(state, ApiServerConfig.of(Cidr.parse("10.96.0.0/24")));

  private static Map<String, Object> service(String spec) {
    return Manifests.parse(
            "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: " + spec + "}", "test")
        .manifests()
        .get(0)
        .tree();
  }

  private List<Integer> ports() {
    return state.get(Service.class, "default", "a").orElseThrow().spec().ports().stream()
        .map(ServicePort::port)
        .toList();
  }

  private void patch(String spec) {
    server.patch(
        new ObjectKey("Service", "default", "a"),
        PatchType.STRATEGIC,
        Map.of("spec", service(spec).get("spec")));
  }

  @Test
  void whatIsNewComesFirst() {
    server.create(
        service("{ports: [{name: a, port: 80}, {name: b, port: 81}, {name: c, port: 82}]}"));

    patch("{ports: [{port: 83, name: d}]}");

    assertThat(ports()).containsExactly(83, 80, 81, 82);
  }

  @Test
  void whatThePatchNamesIsSortedAsThereAndTheRestKeepsItsPlace() {
    server.create(service("{ports: [{name: a, port: 80}, {name: b, port: 81}, {name: c, port: 82},"
        + " {name: d, port: 83}]}"));

    patch("{ports: [{port: 82}, {port: 84, name: e}, {port: 80}]}");
    assertThat(ports()).containsExactly(81, 82, 84, 80, 83);

    patch("{$setElementOrder/ports: [{port: 80}, {port: 84}, {port: 83}]}");
    assertThat(ports()).containsExactly(81, 82, 80, 84, 83);
  }

  @Test
  void applyKeepsWhatOthersAddedInItsPlace() {
    server.apply(service("{ports: [{name: a, port: 80}, {name: b, port: 81}]}"));
    patch("{ports: [{port: 79, name: x}]}");

    server.apply(service("{ports: [{name: b, port: 81}, {name: a, port: 80}]}"));

    assertThat(ports()).containsExactly(79, 81, 80);
  }

  @Test
  void aPatchMustSayWhichItemItMeans() {
    server.create(service("{type: NodePort, ports: [{port: 80}]}"));

    ApiError error =
        catchThrowableOfType(ApiError.class, () -> patch("{ports: [{nodePort: 30080, name: x}]}"));

    assertThat(error.code()).isEqualTo(500);
    assertThat(error)
        .hasMessage("map: map[name:x nodePort:30080] does not contain declared merge key: port");
  }

  @Test
  void taintsAreReplacedAsAWhole() {
    ObjectKey node = new ObjectKey("Node", "", "node-1");
    Map<String, Object> tree = Manifests.parse(
            "{apiVersion: v1, kind: Node, metadata: {name: node-1},"
                + " spec: {taints: [{key: a, effect: NoSchedule}]}}",
            "test")
        .manifests()
        .get(0)
        .tree();
    server.create(tree);

    server.patch(
        node,
        PatchType.STRATEGIC,
        Map.of("spec", Map.of("taints", List.of(Map.of("key", "b", "effect", "NoSchedule")))));

    assertThat(Manifests.toJson(server.get(node)))
        .contains("\"taints\":[{\"effect\":\"NoSchedule\",\"key\":\"b\"}]");
  }
}
