package dev.hairpin;

import dev.hairpin.api.Deployment;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.cluster.control.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A cluster with a workload of every kind, to which things happen by chance. */
final class BusyShop {
  private static final String SHOP = """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: zoned
        namespace: shop
        annotations: {service.kubernetes.io/topology-mode: Auto}
      spec: {selector: {app: web}, ports: [{port: 81, targetPort: http}]}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop}
      spec:
        replicas: 7
        minReadySeconds: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, ports: [{name: http, containerPort: 8080}]}]
      ---
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db, namespace: shop}
      spec:
        replicas: 3
        serviceName: db
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec: {containers: [{name: db}]}
      ---
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: agent, namespace: shop}
      spec:
        selector: {matchLabels: {app: agent}}
        template:
          metadata: {labels: {app: agent}}
          spec: {containers: [{name: agent}]}
      """;

  private BusyShop() {}

  /** A new cluster in which the shop has just begun to start. */
  static Cluster of(SplittableRandom random) {
    Cluster cluster = withoutShop(random);
    open(cluster);
    return cluster;
  }

  /** A new cluster of one shape or the other. */
  static Cluster withoutShop(SplittableRandom random) {
    return random.nextBoolean()
        ? Cluster.builder().eks(4).timing(Timing.REALISTIC).build()
        : Cluster.builder().kubeadm(4).timing(Timing.REALISTIC).build();
  }

  /** Applies the shop's manifests. */
  static void open(Cluster cluster) {
    cluster.apply(SHOP);
    cluster.advance(Duration.ofSeconds(1));
  }

  /** Lets some of the things happen that happen to a cluster, and some time pass after each. */
  static void happenings(int count, Cluster cluster, SplittableRandom random) {
    for (int i = 0; i < count; i++) {
      something(cluster, random);
    }
  }

  private static void something(Cluster cluster, SplittableRandom random) {
    List<Pod> pods = List.copyOf(cluster.state().list(Pod.class));
    List<Node> nodes = List.copyOf(cluster.state().list(Node.class));
    Pod pod = pods.get(random.nextInt(pods.size()));
    String node = nodes.get(random.nextInt(nodes.size())).metadata().name();
    switch (random.nextInt(10)) {
      case 0 ->
        cluster
            .controllers()
            .workloads()
            .scale(Deployment.KIND, "shop", "web", 1 + random.nextInt(12));
      case 1 -> cluster.controllers().workloads().restart(Deployment.KIND, "shop", "web");
      case 2 ->
        cluster
            .controllers()
            .kubelets()
            .setReady(pod.metadata().namespace(), pod.metadata().name(), random.nextBoolean());
      case 3 -> cluster.controllers().nodes().drain(node);
      case 4 -> cluster.controllers().nodes().uncordon(node);
      case 5 -> cluster.controllers().nodes().lose(node);
      case 6 -> cluster.controllers().nodes().recover(node);
      case 7 -> cluster.api().delete(pod.key());
      case 8 -> {
        if (nodes.size() > 2) {
          cluster.delete(Node.KIND, node);
        }
      }
      default -> {}
    }
    cluster.advance(Duration.ofMillis(random.nextInt(4_000)));
  }

  /** All objects, by kind, namespace and name. */
  static List<KubeObject> objects(ClusterView view) {
    List<KubeObject> objects = new ArrayList<>();
    view.kinds().forEach(kind -> objects.addAll(view.list(kind)));
    return objects;
  }
}
