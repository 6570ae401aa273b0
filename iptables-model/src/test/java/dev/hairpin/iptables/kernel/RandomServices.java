package dev.hairpin.iptables.kernel;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.SessionAffinity;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kernel.Experiment.Target;
import dev.hairpin.iptables.kubeproxy.HostFacts;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import dev.hairpin.iptables.kubeproxy.NodeProxy;
import dev.hairpin.iptables.kubeproxy.SyncResult;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Clusters of Services, and the rules that kube-proxy writes for them on each node. */
final class RandomServices {

  /** Who may use a load balancer. */
  enum Ranges {
    EVERYBODY,
    THE_CLIENT,
    THE_NODES,
    PODS_OF_THE_FIRST_NODE,
    A_BLOCK_OF_LENGTH_0
  }

  /** In which state an endpoint is. */
  enum Condition {
    READY,
    READY_BUT_CLOSED,
    NOT_READY,
    SERVING_WHILE_TERMINATING,
    TERMINATED
  }

  /**
   * A Service.
   *
   * @param type its type
   * @param udp whether it is UDP
   * @param externalLocal whether traffic from outside stays on the node
   * @param internalLocal whether traffic to the ClusterIP does
   * @param externalIp whether it has an external IP
   * @param ranges who may use its load balancer
   * @param affinity whether clients keep their endpoints
   * @param endpoints its endpoints, by place
   */
  record ServicePlan(
      ServiceType type,
      boolean udp,
      boolean externalLocal,
      boolean internalLocal,
      boolean externalIp,
      Ranges ranges,
      boolean affinity,
      Map<String, Condition> endpoints) {}

  /** How kube-proxy tells pods from others. */
  enum Detection {
    CLUSTER_CIDR("ClusterCIDR"),
    NODE_CIDR("NodeCIDR"),
    DEVICES("InterfaceNamePrefix"),
    NOTHING("ClusterCIDR");

    private final String mode;

    Detection(String mode) {
      this.mode = mode;
    }
  }

  /** Where node ports are open. */
  enum NodePorts {
    EVERYWHERE,
    EVERYWHERE_BUT_ON_LOOPBACK,
    ON_THE_NODES_NETWORK,
    ON_LOOPBACK_ONLY
  }

  /**
   * A cluster.
   *
   * @param services its Services
   * @param version the version of kube-proxy
   * @param detection how it tells pods from others
   * @param nodePorts where it opens node ports
   * @param masqueradeAll whether it masquerades everything
   * @param zones whether each node is a zone of its own, and endpoints are hinted for theirs
   */
  record Plan(
      List<ServicePlan> services,
      KubeProxyVersion version,
      Detection detection,
      NodePorts nodePorts,
      boolean masqueradeAll,
      boolean zones) {

    /** The plans with one Service less. */
    List<Plan> smaller() {
      List<Plan> smaller = new ArrayList<>();
      for (int i = 0; i < services.size() && services.size() > 1; i++) {
        List<ServicePlan> fewer = new ArrayList<>(services);
        fewer.remove(i);
        smaller.add(new Plan(fewer, version, detection, nodePorts, masqueradeAll, zones));
      }
      return smaller;
    }
  }

  /** Clusters of all kinds. */
  static Arbitrary<Plan> plans() {
    Arbitrary<Condition> conditions = Arbitraries.frequencyOf(
        Tuple.of(4, Arbitraries.just(Condition.READY)),
        Tuple.of(1, Arbitraries.of(Condition.class)));
    Arbitrary<Map<String, Condition>> endpoints = Arbitraries.maps(
            Arbitraries.of("p1", "p1", "p2", "p2", "p3", "p3", "n2", "near"), conditions)
        .ofMaxSize(4);
    Arbitrary<Boolean> sometimes = Arbitraries.of(false, false, true);
    Arbitrary<Boolean> seldom = Arbitraries.of(false, false, false, false, false, true);
    Arbitrary<ServicePlan> services = Combinators.combine(
            Arbitraries.of(
                ServiceType.CLUSTER_IP, ServiceType.NODE_PORT, ServiceType.LOAD_BALANCER),
            sometimes,
            sometimes,
            seldom,
            sometimes,
            Arbitraries.of(Ranges.class),
            seldom,
            endpoints)
        .as(ServicePlan::new);
    return Combinators.combine(
            services.list().ofMinSize(1).ofMaxSize(3),
            Arbitraries.of(KubeProxyVersion.class),
            Arbitraries.of(Detection.class),
            Arbitraries.of(NodePorts.class),
            seldom,
            seldom)
        .as(Plan::new);
  }

  private final Plan plan;
  private final Addressing net;
  private final List<Target> targets = new ArrayList<>();

  RandomServices(Plan plan, Addressing net) {
    this.plan = plan;
    this.net = net;
  }

  /**
   * The rules of each node, and the addresses of every Service.
   *
   * @param kernel reads each sync's text first
   */
  Experiment experiment(KernelLab kernel) {
    List<KubeObject> objects = new ArrayList<>();
    for (int i = 0; i < plan.services.size(); i++) {
      add(objects, i + 1, plan.services.get(i));
    }
    Map<String, RuleSet> rules = new TreeMap<>();
    for (String node : TwinCluster.NODES) {
      Node self = node(node);
      NodeProxy proxy =
          NodeProxy.start(plan.version, configuration(node), host(node), self, Map.of(), true);
      proxy.changed(new Change(null, self));
      objects.forEach(object -> proxy.changed(new Change(null, object)));
      SyncResult result = proxy.sync(VirtualClock.EPOCH).get(0);
      kernel.check(node, result.restoreText().orElseThrow());
      rules.put(node, result.ruleSet());
    }
    return new Experiment(rules, targets);
  }

  private void add(List<KubeObject> objects, int number, ServicePlan service) {
    String name = "s" + number;
    Protocol protocol = service.udp ? Protocol.UDP : Protocol.TCP;
    boolean outside = service.type != ServiceType.CLUSTER_IP;
    boolean balanced = service.type == ServiceType.LOAD_BALANCER;
    int nodePort = outside ? 30_000 + number : 0;
    List<String> externalIps =
        service.externalIp ? List.of(net.externalIp(number)) : List.<String>of();
    targets.add(new Target(protocol, net.service(number), 80, service.affinity));
    if (!service.affinity) {
      externalIps.forEach(ip -> targets.add(Target.once(protocol, ip, 80)));
      if (balanced) {
        targets.add(Target.once(protocol, net.loadBalancer(number), 80));
      }
      if (outside) {
        targets.add(Target.once(protocol, net.node("n" + number), nodePort));
      }
      if (outside && net.isV4()) {
        targets.add(Target.once(protocol, "127.0.0.1", nodePort));
      }
    }
    objects.add(new dev.hairpin.api.Service(
        ObjectMeta.of("shop", name),
        ServiceSpec.builder()
            .type(service.type)
            .clusterIps(List.of(net.service(number)))
            .ipFamilies(List.of(net.family()))
            .externalIps(externalIps)
            .externalTrafficPolicy(
                outside || service.externalIp ? policy(service.externalLocal) : null)
            .internalTrafficPolicy(policy(service.internalLocal))
            .loadBalancerSourceRanges(balanced ? ranges(service.ranges) : List.of())
            .healthCheckNodePort(balanced && service.externalLocal ? 32_000 + number : 0)
            .sessionAffinity(service.affinity ? SessionAffinity.CLIENT_IP : SessionAffinity.NONE)
            .sessionAffinityTimeoutSeconds(service.affinity ? 10_800 : 0)
            .ports(List.of(new ServicePort(
                "p", protocol, 80, IntOrString.of(TwinCluster.SERVED), nodePort, null)))
            .build(),
        balanced ? List.of(new LoadBalancerIngress(net.loadBalancer(number), "", null)) : List.of(),
        List.of()));
    objects.add(slice(name, protocol, service.endpoints, TwinCluster.SERVED));
    objects.add(slice(name, protocol, service.endpoints, TwinCluster.CLOSED));
  }

  private static TrafficPolicy policy(boolean local) {
    return local ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER;
  }

  private List<String> ranges(Ranges ranges) {
    return switch (ranges) {
      case EVERYBODY -> List.of();
      case THE_CLIENT -> List.of(net.client() + "/" + net.hostPrefix());
      case THE_NODES -> List.of(net.node("n1") + "/" + net.hostPrefix(), net.nodeBlock());
      case PODS_OF_THE_FIRST_NODE -> List.of(net.podBlock("n1"));
      case A_BLOCK_OF_LENGTH_0 -> List.of(net.isV4() ? "0.0.0.0/0" : "::/0");
    };
  }

  private EndpointSlice slice(
      String service, Protocol protocol, Map<String, Condition> endpoints, int port) {
    List<Endpoint> listed = new ArrayList<>();
    new TreeMap<>(endpoints).forEach((place, condition) -> {
      if ((condition == Condition.READY_BUT_CLOSED) == (port == TwinCluster.CLOSED)) {
        listed.add(endpoint(place, condition));
      }
    });
    return new EndpointSlice(
        ObjectMeta.of("shop", service + "-" + port)
            .withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, service)),
        net.family().toString(),
        listed,
        List.of(new EndpointPort("p", protocol, port, null)));
  }

  private Endpoint endpoint(String place, Condition condition) {
    String node = net.nodeOf(place);
    boolean ready = condition == Condition.READY || condition == Condition.READY_BUT_CLOSED;
    boolean serving = ready || condition == Condition.SERVING_WHILE_TERMINATING;
    boolean ends =
        condition == Condition.SERVING_WHILE_TERMINATING || condition == Condition.TERMINATED;
    return new Endpoint(
        List.of(net.server(place)),
        ready,
        serving,
        ends,
        null,
        node.equals("near") ? null : node,
        null,
        plan.zones ? List.of("zone-of-" + node) : List.of(),
        List.of(),
        null);
  }

  private Node node(String name) {
    Map<String, String> labels = plan.zones ? Map.of(Node.ZONE_LABEL, "zone-of-" + name) : Map.of();
    return new Node(
        ObjectMeta.of("", name).withLabels(labels),
        List.of(net.podBlock(name)),
        "",
        false,
        List.of(),
        List.of(new NodeAddress("InternalIP", net.node(name))),
        List.of(),
        Map.of());
  }

  private HostFacts host(String node) {
    return new HostFacts(
        Set.of(net.family()),
        Map.of(net.family(), IpAddress.parse(net.node(node))),
        List.of(IpAddress.parse(net.isV4() ? "127.0.0.1" : "::1"), IpAddress.parse(net.node(node))),
        // Not every kernel has the counters that v1.36 would name.
        false,
        Map.of());
  }

  private KubeProxyConfiguration configuration(String node) {
    List<String> addresses = switch (plan.nodePorts) {
      case EVERYWHERE, EVERYWHERE_BUT_ON_LOOPBACK -> List.of();
      case ON_THE_NODES_NETWORK -> List.of(net.nodeBlock());
      case ON_LOOPBACK_ONLY -> List.of(net.isV4() ? "127.0.0.0/8" : "::1/128");
    };
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("hostnameOverride", node);
    tree.put("detectLocalMode", plan.detection.mode);
    tree.put("clusterCIDR", plan.detection == Detection.CLUSTER_CIDR ? net.allPods() : "");
    tree.put("detectLocal", Map.of("interfaceNamePrefix", "v"));
    tree.put("nodePortAddresses", addresses);
    tree.put(
        "iptables",
        Map.of(
            "masqueradeAll",
            plan.masqueradeAll,
            "localhostNodePorts",
            plan.nodePorts != NodePorts.EVERYWHERE_BUT_ON_LOOPBACK));
    return KubeProxyConfiguration.fromTree(tree);
  }
}
