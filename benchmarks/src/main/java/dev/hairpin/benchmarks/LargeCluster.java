package dev.hairpin.benchmarks;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;

/** A cluster of 5,000 nodes, 150,000 ready pods and 10,000 Services in 100 namespaces. */
final class LargeCluster {
  private static final int NODES = 5_000;
  private static final int PODS = 150_000;
  private static final int SERVICES = 10_000;
  private static final int NAMESPACES = 100;

  private LargeCluster() {}

  /** A state with all of it, and no controllers. */
  static ApiServer build() {
    ApiServer server =
        new ApiServer(new ClusterState(new VirtualClock(), 1), ApiServerConfig.DEFAULT);
    fill(server);
    return server;
  }

  /** Nodes and pods are stored as a snapshot has them; Services come through the API server. */
  static void fill(ApiServer server) {
    ClusterState state = server.state();
    for (int i = 0; i < NODES; i++) {
      state.store(node(i));
    }
    for (int i = 0; i < PODS; i++) {
      state.store(pod(i));
    }
    for (int i = 0; i < SERVICES; i++) {
      server.create(service(i));
    }
  }

  private static Node node(int i) {
    ObjectMeta meta =
        ObjectMeta.of("", "node-" + i).withLabels(Map.of(Node.ZONE_LABEL, "zone-" + (i % 3)));
    String address = IpAddress.v4(0x0a00_0000 + i).toString();
    return new Node(
        meta,
        List.of(),
        "",
        false,
        List.of(),
        List.of(new NodeAddress("InternalIP", address)),
        List.of(Condition.of("Ready", true)),
        Map.of());
  }

  private static Pod pod(int i) {
    int app = i / (PODS / SERVICES);
    ObjectMeta meta = ObjectMeta.of("ns-" + (app % NAMESPACES), "pod-" + i)
        .withLabels(Map.of("app", "app-" + app));
    PodSpec spec = PodSpec.builder()
        .nodeName("node-" + (i % NODES))
        .containers(List.of(Container.of("main", 8080)))
        .build();
    return new Pod(
        meta,
        spec,
        "Running",
        List.of(IpAddress.v4(0x6400_0000 + i).toString()),
        "",
        List.of(Condition.of("Ready", true)));
  }

  private static Service service(int i) {
    ServiceSpec spec = ServiceSpec.builder()
        .selector(Map.of("app", "app-" + i))
        .ports(List.of(ServicePort.tcp("http", 80, 8080)))
        .build();
    return new Service(
        ObjectMeta.of("ns-" + (i % NAMESPACES), "svc-" + i), spec, List.of(), List.of());
  }
}
