package dev.hairpin.benchmarks;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Relay;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.Terrain;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * 100 nodes in three zones, 10,000 Services with 10 endpoints each, of which 50 are reached through
 * an NLB: three zonal addresses, all nodes as targets on a node port, client addresses kept,
 * cross-zone on, {@code externalTrafficPolicy: Cluster}.
 */
final class NlbCluster {
  static final int NODES = 100;
  static final int SERVICES = 10_000;
  static final int ENDPOINTS = 10;
  static final int BALANCED = 50;
  static final int CLIENTS = 1024;
  private static final int FIRST_NODE_PORT = 30_000;

  private NlbCluster() {}

  static IpAddress node(int i) {
    return IpAddress.v4(0xc0a8_0001 + i);
  }

  static int nodeOfPod(int pod) {
    return pod % NODES;
  }

  static IpAddress pod(int pod) {
    return IpAddress.v4(0x0a00_0000 + (nodeOfPod(pod) << 16) + 256 + pod / NODES);
  }

  static IpAddress client(int i) {
    return IpAddress.v4(0xcb00_0000 + i);
  }

  static int nodePort(int service) {
    return FIRST_NODE_PORT + service;
  }

  private static Node nodeObject(int i) {
    return new Node(
        ObjectMeta.of("", "node-" + i).withLabels(Map.of(Node.ZONE_LABEL, "zone-" + i % 3)),
        List.of("10." + i + ".0.0/16"),
        "",
        false,
        List.of(),
        List.of(new NodeAddress("InternalIP", node(i).toString())),
        List.of(),
        Map.of());
  }

  private static Service service(int i) {
    ServicePort port = ServicePort.tcp("http", 80, 8080);
    boolean balanced = i < BALANCED;
    return new Service(
        ObjectMeta.of("bench", "service-" + i),
        ServiceSpec.builder()
            .type(balanced ? ServiceType.NODE_PORT : ServiceType.CLUSTER_IP)
            .clusterIps(List.of("172.16." + (i >> 8 & 255) + "." + (i & 255)))
            .ipFamilies(List.of(IpFamily.IPV4))
            .ports(List.of(balanced ? port.withNodePort(nodePort(i)) : port))
            .build(),
        List.of(),
        List.of());
  }

  private static EndpointSlice slice(int i) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int e = 0; e < ENDPOINTS; e++) {
      int pod = i * ENDPOINTS + e;
      endpoints.add(new Endpoint(
          List.of(pod(pod).toString()),
          true,
          true,
          false,
          null,
          "node-" + nodeOfPod(pod),
          null,
          List.of(),
          List.of(),
          null));
    }
    return new EndpointSlice(
        ObjectMeta.of("bench", "service-" + i + "-abcde")
            .withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, "service-" + i)),
        "IPv4",
        endpoints,
        List.of(new EndpointPort("http", Protocol.TCP, 8080, null)));
  }

  /**
   * One program for all nodes: with the addresses of all as local ones, which makes no difference
   * to a node that is never handed a packet for another.
   */
  private static DecisionProgram program() {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    List<IpAddress> addresses = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      state.store(nodeObject(i));
      addresses.add(node(i));
    }
    for (int i = 0; i < SERVICES; i++) {
      state.store(service(i));
      state.store(slice(i));
    }
    KubeProxies proxies = KubeProxy.newest().start(state);
    return proxies.programOf("node-0", IpFamily.IPV4, addresses).orElseThrow();
  }

  static Terrain terrain() {
    DecisionProgram program = program();
    Terrain.Builder builder = new Terrain.Builder();
    for (int i = 0; i < NODES; i++) {
      builder.node(
          "node-" + i,
          "zone-" + i % 3,
          node(i),
          IpAddress.v4(0x0a00_0001 + (i << 16)),
          program,
          "veth1",
          "eth0");
    }
    for (int p = 0; p < SERVICES * ENDPOINTS; p++) {
      String node = "node-" + nodeOfPod(p);
      builder.pod(node, pod(p));
      builder.listener("bench/pod-" + p, node, pod(p), Protocol.TCP, 8080);
    }
    for (int s = 0; s < BALANCED; s++) {
      Map<IpAddress, Fraction> addresses = new LinkedHashMap<>();
      List<Map<Relay.Decision, Fraction>> choices = new ArrayList<>();
      Map<Relay.Decision, Fraction> targets = new LinkedHashMap<>();
      for (int i = 0; i < NODES; i++) {
        targets.put(
            new Relay.Decision.Forward(new SocketAddress(node(i), nodePort(s)), null, List.of()),
            Fraction.of(1, NODES));
      }
      for (int zone = 0; zone < 3; zone++) {
        IpAddress address = IpAddress.v4(0x3600_0000 + s * 4 + zone);
        builder.balancer("nlb-" + s + " (zone-" + zone + ")", "zone-" + zone, List.of(address));
        addresses.put(address, Fraction.of(1, 3));
        choices.add(targets);
      }
      List<Terrain.Caller> callers = new ArrayList<>();
      for (int c = 0; c < CLIENTS; c++) {
        callers.add(new Terrain.Caller(client(c), null, choices));
      }
      builder.stream("service-" + s, Protocol.TCP, addresses, 80, 1, callers);
    }
    return builder.build();
  }
}
