package dev.hairpin.benchmarks;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.SessionAffinity;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kubeproxy.HostFacts;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import dev.hairpin.iptables.kubeproxy.NodeProxy;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A node's kube-proxy among many Services of 10 endpoints, and the addresses to call. */
final class ServiceRules {
  static final int ENDPOINTS = 10;
  static final int PORT = 80;

  /** For what addresses in sequence do to a hash that knows them. */
  private static final boolean IN_SEQUENCE =
      Boolean.getBoolean("hairpin.benchmarks.addressesInSequence");

  /** A prime, so that a Service whose turn comes again gets another address. */
  private static final int ROUNDS = 97;

  /** The node's pods: the callers. */
  static final int POD_BLOCK = 0x6440_0000;

  private static final Cidr PODS = Cidr.parse("100.64.0.0/16");
  private static final String NODE = "192.0.2.1";

  private ServiceRules() {}

  static NodeProxy proxy(int services, ServiceKind kind) {
    NodeProxy proxy = NodeProxy.start(
        KubeProxyVersion.V1_36,
        KubeProxyConfiguration.DEFAULT.withDetection(DetectLocalMode.NODE_CIDR, ""),
        new HostFacts(
            Set.of(IpFamily.IPV4),
            Map.of(IpFamily.IPV4, IpAddress.parse(NODE)),
            List.of(IpAddress.parse(NODE)),
            true,
            Map.of()),
        new Node(
            ObjectMeta.of("", "a"),
            List.of(PODS.toString()),
            "",
            false,
            List.of(),
            List.of(new NodeAddress("InternalIP", NODE)),
            List.of(),
            Map.of()),
        Map.of(),
        false);
    for (int i = 0; i < services; i++) {
      proxy.changed(new Change(null, service(i, kind)));
      proxy.changed(new Change(null, slice(i, 0, kind)));
    }
    proxy.sync(VirtualClock.EPOCH);
    return proxy;
  }

  static RuleSet rules(NodeProxy proxy) {
    return proxy.proxier(IpFamily.IPV4).orElseThrow().ruleSet();
  }

  static List<Cidr> nodeBlocks() {
    return List.of(PODS);
  }

  static List<IpAddress> nodeAddresses() {
    return List.of(IpAddress.parse(NODE));
  }

  /** Where a Service is called: its ClusterIP, or its load balancer's address. */
  static int address(int i, ServiceKind kind) {
    return kind.of(i).isCalledFromOutside() ? loadBalancer(i) : clusterIp(i);
  }

  private static int clusterIp(int i) {
    return 0xac10_0000 + drawn(i, 20);
  }

  private static int loadBalancer(int i) {
    return 0xc612_0000 + drawn(i, 17);
  }

  /**
   * Addresses are drawn from their block, as API servers and clouds draw them, but the same in each
   * run: a permutation of the numbers of so many bits that looks like chance.
   */
  private static int drawn(int i, int bits) {
    if (IN_SEQUENCE) {
      return i;
    }
    int mask = (1 << bits) - 1;
    int x = i;
    for (int round = 0; round < 3; round++) {
      x = (x * 0x9e37_79b1 + 0x7f4a_7c15) & mask;
      x ^= x >>> (bits / 2);
    }
    return x;
  }

  /** A pod of the node, or for a Service with source ranges somebody in one of them. */
  static int caller(int i, int service, ServiceKind kind) {
    return kind.of(service) == ServiceKind.SOURCE_RANGES
        ? 0xcb00_7100 + (i & 255)
        : POD_BLOCK + (i & 255);
  }

  static Service service(int i, ServiceKind kind) {
    ServiceSpec.Builder spec = ServiceSpec.builder()
        .clusterIps(List.of(IpAddress.v4(clusterIp(i)).toString()))
        .ipFamilies(List.of(IpFamily.IPV4));
    int nodePort = 0;
    List<LoadBalancerIngress> ingress = List.of();
    switch (kind.of(i)) {
      case SOURCE_RANGES ->
        spec.type(ServiceType.LOAD_BALANCER)
            .externalTrafficPolicy(TrafficPolicy.CLUSTER)
            .loadBalancerSourceRanges(List.of("198.51.100.0/24", "203.0.113.0/24"));
      case EXTERNAL_LOCAL ->
        spec.type(ServiceType.LOAD_BALANCER).externalTrafficPolicy(TrafficPolicy.LOCAL);
      case AFFINITY ->
        spec.sessionAffinity(SessionAffinity.CLIENT_IP).sessionAffinityTimeoutSeconds(10_800);
      case INTERNAL_LOCAL -> spec.internalTrafficPolicy(TrafficPolicy.LOCAL);
      case PLAIN, MIXED -> {}
    }
    if (kind.of(i).isCalledFromOutside()) {
      ingress =
          List.of(new LoadBalancerIngress(IpAddress.v4(loadBalancer(i)).toString(), "", null));
    }
    spec.ports(
        List.of(new ServicePort("http", Protocol.TCP, PORT, IntOrString.of(8080), nodePort, null)));
    return new Service(ObjectMeta.of("bench", "service-" + i), spec.build(), ingress, List.of());
  }

  /** The slice of a Service; its first endpoint has another address in each round. */
  static EndpointSlice slice(int i, int round, ServiceKind kind) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int e = 0; e < ENDPOINTS; e++) {
      String address =
          IpAddress.v4(endpoint(i, e) + (e == 0 ? round % ROUNDS << 24 : 0)).toString();
      String node = kind != ServiceKind.PLAIN && e % 2 == 0 ? "a" : "b";
      endpoints.add(new Endpoint(
          List.of(address), true, true, false, null, node, null, List.of(), List.of(), null));
    }
    return new EndpointSlice(
        ObjectMeta.of("bench", "service-" + i + "-abcde")
            .withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, "service-" + i)),
        "IPv4",
        endpoints,
        List.of(new EndpointPort("http", Protocol.TCP, 8080, null)));
  }

  static int endpoint(int service, int number) {
    return 0x0a00_0000 + service * ENDPOINTS + number;
  }
}
