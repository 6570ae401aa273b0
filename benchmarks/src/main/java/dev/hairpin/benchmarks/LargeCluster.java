package dev.hairpin.benchmarks;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.ReplicaSet;
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

  /**
   * The same, but that each Service's pods are those of a Deployment of its own, through its
   * ReplicaSet; neither has a status yet.
   */
  static void fillOwned(ApiServer server) {
    ClusterState state = server.state();
    for (int i = 0; i < NODES; i++) {
      state.store(node(i));
    }
    int each = PODS / SERVICES;
    for (int i = 0; i < SERVICES; i++) {
      PodTemplate template = new PodTemplate(Map.of("app", "app-" + i), Map.of(), spec(""));
      KubeObject deployment = state.store(new Deployment(
          ObjectMeta.of("ns-" + (i % NAMESPACES), "app-" + i),
          each,
          LabelSelector.of(template.labels()),
          template,
          "RollingUpdate",
          IntOrString.of("25%"),
          IntOrString.of("25%"),
          0));
      KubeObject set = state.store(new ReplicaSet(
          owned(ObjectMeta.of("ns-" + (i % NAMESPACES), "app-" + i + "-5d"), deployment),
          each,
          LabelSelector.of(template.labels()),
          template));
      for (int j = i * each; j < (i + 1) * each; j++) {
        Pod pod = pod(j);
        state.store(pod.withMetadata(owned(pod.metadata(), set)));
      }
    }
    for (int i = 0; i < SERVICES; i++) {
      server.create(service(i));
    }
  }

  private static ObjectMeta owned(ObjectMeta meta, KubeObject owner) {
    return meta.withOwners(List.of(new OwnerReference(
        owner.apiVersion(),
        owner.kind(),
        owner.metadata().name(),
        owner.metadata().uid(),
        true)));
  }

  private static PodSpec spec(String node) {
    return PodSpec.builder()
        .nodeName(node)
        .containers(List.of(Container.of("main", 8080)))
        .build();
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
    return new Pod(
        meta,
        spec("node-" + (i % NODES)),
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
