package dev.hairpin.benchmarks;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressBackend;
import dev.hairpin.api.IngressPath;
import dev.hairpin.api.IngressRule;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.ObjectReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A cluster of 100 nodes in three zones with Ingresses in groups of 20, each of which sends to a
 * Service of its own with two ready pods.
 */
final class IngressCluster {
  private static final int NODES = 100;
  private static final int PER_GROUP = 20;
  private static final int PODS = 2;

  final ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final String targetType;

  IngressCluster(int ingresses, String targetType) {
    this.targetType = targetType;
    for (int i = 0; i < NODES; i++) {
      String zone = zone(i);
      state.store(new Node(
          ObjectMeta.of("", "node-" + i).withLabels(Map.of(Node.ZONE_LABEL, zone)),
          List.of(),
          "aws:///" + zone + "/i-%017x".formatted(i),
          false,
          List.of(),
          List.of(new NodeAddress("InternalIP", address(i, i / 3).toString())),
          List.of(Condition.of("Ready", true)),
          Map.of("cpu", "4")));
    }
    for (int i = 0; i < ingresses; i++) {
      service(i);
      state.store(ingress(i, "/app-" + i));
    }
  }

  private static String zone(int node) {
    return "us-west-2" + (char) ('a' + node % 3);
  }

  /** An address in the private subnet of a node's zone. */
  private static IpAddress address(int node, int offset) {
    return IpAddress.parse("10.42.96.0").plus(node % 3 * 8192 + 100 + offset);
  }

  private void service(int i) {
    String name = "app-" + i;
    List<Endpoint> endpoints = new ArrayList<>();
    for (int p = 0; p < PODS; p++) {
      int node = (i * PODS + p) % NODES;
      String ip = address(node, 100 + (i * PODS + p) / 3).toString();
      String pod = name + "-" + p;
      state.store(new Pod(
          ObjectMeta.of("shop", pod).withLabels(Map.of("app", name)),
          PodSpec.builder()
              .nodeName("node-" + node)
              .containers(List.of(Container.of("c", 8080)))
              .build(),
          "Running",
          List.of(ip),
          "",
          List.of(Condition.of("Ready", true), Condition.of("ContainersReady", true))));
      endpoints.add(new Endpoint(
          List.of(ip),
          true,
          true,
          false,
          null,
          "node-" + node,
          zone(node),
          List.of(),
          List.of(),
          new ObjectReference("Pod", "shop", pod, "")));
    }
    state.store(new Service(
        ObjectMeta.of("shop", name),
        ServiceSpec.builder()
            .type(ServiceType.NODE_PORT)
            .selector(Map.of("app", name))
            .clusterIps(List.of(IpAddress.parse("10.100.0.1").plus(i).toString()))
            .ipFamilies(List.of(IpFamily.IPV4))
            .ports(List.of(
                new ServicePort("http", Protocol.TCP, 80, IntOrString.of(8080), 30_000 + i, null)))
            .build(),
        List.of(),
        List.of()));
    state.store(new EndpointSlice(
        ObjectMeta.of("shop", name + "-slice")
            .withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, name)),
        "IPv4",
        endpoints,
        List.of(new EndpointPort("http", Protocol.TCP, 8080, null))));
  }

  /** The Ingress with a number, for one path. */
  Ingress ingress(int i, String path) {
    return new Ingress(
        ObjectMeta.of("shop", "app-" + i)
            .withAnnotations(Map.of(
                "alb.ingress.kubernetes.io/group.name",
                "group-" + i / PER_GROUP,
                "alb.ingress.kubernetes.io/target-type",
                targetType)),
        "alb",
        null,
        List.of(new IngressRule(
            "shop.example.com",
            List.of(new IngressPath(
                path, "Prefix", new IngressBackend("app-" + i, IntOrString.of(80), null))))),
        List.of(),
        List.of());
  }

  /** Starts the controller; nothing is done before the clock moves. */
  AwsLoadBalancers install() {
    AwsLoadBalancers running = AwsLoadBalancerController.eks("bench").start(state);
    // 20 groups on 100 nodes are 2,000 targets, for which an account has to ask.
    running.elb().setQuotas(running.elb().quotas().with("targets-per-alb", 10_000));
    return running;
  }

  void settle() {
    state.clock().advance(Duration.ZERO);
  }
}
