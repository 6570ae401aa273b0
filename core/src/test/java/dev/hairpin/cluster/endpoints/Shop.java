package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A namespace with three nodes in three zones, a Service and pods, under the controllers. */
final class Shop {
  final ClusterState state = new ClusterState(new VirtualClock(), 5);

  Shop(int mostPerSlice) {
    this(mostPerSlice, 3);
  }

  Shop(int mostPerSlice, int nodes) {
    GeneratedNames names = new GeneratedNames(5);
    EndpointsController.start(state, names, Duration.ZERO, mostPerSlice);
    MirroringController.start(state, names, Duration.ZERO);
    for (int i = 0; i < nodes; i++) {
      node(i, "zone-" + i, "4");
    }
  }

  void node(int number, String zone, String cpu) {
    state.store(new Node(
        ObjectMeta.of("", "n" + number).withLabels(Map.of(Node.ZONE_LABEL, zone)),
        List.of(),
        "",
        false,
        List.of(),
        List.of(),
        List.of(Condition.of("Ready", true)),
        Map.of("cpu", cpu)));
  }

  static ServiceSpec.Builder spec() {
    return ServiceSpec.builder()
        .selector(Map.of("app", "web"))
        .clusterIps(List.of("10.96.0.9"))
        .ipFamilies(List.of(IpFamily.IPV4))
        .ports(List.of(ServicePort.tcp("", 80, 8080)));
  }

  void service(ServiceSpec spec, Map<String, String> annotations) {
    state.store(new Service(
        ObjectMeta.of("shop", "web").withAnnotations(annotations), spec, List.of(), List.of()));
  }

  static Pod pod(int number, boolean ready) {
    return new Pod(
        ObjectMeta.of("shop", "web-" + number).withLabels(Map.of("app", "web")),
        PodSpec.builder()
            .nodeName("n" + number % 3)
            .containers(List.of(Container.of("c", 8080)))
            .build(),
        "Running",
        List.of("10.244.0." + (number + 2)),
        "",
        List.of(Condition.of("Ready", ready)));
  }

  void settle() {
    state.clock().advance(Duration.ZERO);
  }

  List<EndpointSlice> slices() {
    return List.copyOf(state.list(EndpointSlice.class));
  }

  List<Endpoint> endpoints() {
    return slices().stream().flatMap(slice -> slice.endpoints().stream()).toList();
  }

  Endpoints legacy() {
    return state.get(Endpoints.class, "shop", "web").orElseThrow();
  }
}
