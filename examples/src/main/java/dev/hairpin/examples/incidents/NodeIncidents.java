package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.cluster.ipam.InstanceLimits;
import dev.hairpin.cluster.ipam.IpamException;
import dev.hairpin.cluster.ipam.VpcCni;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.walk.NodeRules;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.time.VirtualClock;
import dev.hairpin.whatif.law.RolloutLaw;
import dev.hairpin.whatif.law.SubnetLaw;
import dev.hairpin.whatif.law.SyncLaw;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What nodes do before kube-proxy has written its rules, beside them, and with their addresses. */
final class NodeIncidents {
  private NodeIncidents() {}

  private static final String WEB = "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]";

  static List<Incident> services() {
    return List.of(
        new Incident(
            "svc-25-hostport-steals",
            "hostPort pod receives traffic for other Services",
            "a pod has hostPort 443, and the node has the Service's address: who gets a call to"
                + " the API server's ClusterIP on port 443?",
            NodeIncidents::hostPort),
        new Incident(
            "svc-27-nftables-cold-start",
            "A full sync takes many minutes",
            "a node joins a cluster of 44,125 Services, in nftables mode: for how long does no"
                + " Service work on it?",
            NodeIncidents::coldStart));
  }

  static List<Incident> balancers() {
    return List.of(new Incident(
        "lb-13-new-node-window",
        "New node gets traffic before kube-proxy is ready",
        "three nodes, one joined 30 s before its rules: which share of 100 connections a second is"
            + " lost, and what holds the node back?",
        NodeIncidents::newNode));
  }

  static List<Incident> addresses() {
    return List.of(new Incident(
        "ip-02-subnet-empty",
        "Subnet runs out of addresses",
        "20 nodes of type m5.large with 12 pods each in three /24: how many addresses do they hold"
            + " with a warm interface, how many with two warm addresses?",
        NodeIncidents::emptySubnet));
  }

  // ---- hostPort

  private static final String SERVICE = "172.30.0.1";

  /** Who gets a call to the ClusterIP from a pod of the node. */
  private static Trace toService(boolean local, boolean hostPortsFirst) {
    String service = "-A PREROUTING -j KUBE-SERVICES\n";
    String hostPorts = "-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT\n";
    Network network = new Network(new VirtualClock());
    Fabric fabric = new Fabric(network);
    Host node = fabric.node(NodeShape.ptp(
        "node-1",
        IpAddress.parse("192.168.10.1"),
        24,
        Cidr.parse("10.244.0.0/24"),
        IpAddress.parse("192.168.10.254")));
    if (local) {
      node.address(node.device("lo"), IpAddress.parse(SERVICE), 32);
    }
    node.filter(new RuleWalker(RuleSet.parse(
        """
        *nat
        :PREROUTING ACCEPT [0:0]
        :INPUT ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        :CNI-HOSTPORT-DNAT - [0:0]
        :KUBE-SERVICES - [0:0]
        """ + (hostPortsFirst ? hostPorts + service : service + hostPorts) + """
        -A POSTROUTING -s 10.244.0.0/24 ! -d 10.244.0.0/24 -j MASQUERADE
        -A CNI-HOSTPORT-DNAT -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.244.0.9:8443
        -A KUBE-SERVICES -d 172.30.0.1/32 -p tcp -m tcp --dport 443 -j DNAT --to-destination 192.168.10.80:6443
        COMMIT
        """, IpFamily.IPV4)));
    Host client = fabric.pod("client", "node-1", IpAddress.parse("10.244.0.5"));
    Host ingress = fabric.pod("ingress", "node-1", IpAddress.parse("10.244.0.9"));
    ingress.listen(new Listener("ingress", Protocol.TCP, null, 8443));
    Host api =
        fabric.client("api", IpAddress.parse("192.168.10.80"), 24, IpAddress.parse("192.168.10.1"));
    api.listen(new Listener("api", Protocol.TCP, null, 6443));
    return network
        .call(
            Call.of(client, Protocol.TCP, SocketAddress.parse(SERVICE + ":443"), Chooser.seeded(1)))
        .trace();
  }

  private static String server(Trace trace) {
    return String.valueOf(trace.outcome().server());
  }

  private static void hostPort(Play play) {
    Trace usual = toService(false, true);
    Trace stolen = toService(true, true);
    Trace appended = toService(true, false);
    play.say("The portmap plugin sends what goes to port 443 of an address of the node to the pod"
        + " with that hostPort. In iptables mode a ClusterIP is no address of the node:");
    play.show(usual);
    play.say("With the ClusterIP on the node, as in IPVS mode or by a route that somebody added,"
        + " and with the plugin's rule before kube-proxy's:");
    play.show(stolen);
    play.expect("address not on the node: served by", "api", server(usual));
    play.expect("address on the node, plugin's rule first: served by", "ingress", server(stolen));
    play.expect("plugin 0.7.5 and later, its rule last: served by", "api", server(appended));
  }

  // ---- a node without rules

  /** Three nodes, on the last of which kube-proxy has not written anything yet. */
  private static Cluster withBareNode(Cluster cluster) {
    return cluster.install(NodeRules.of(Labs.node(cluster, 2), RuleSet.parse("""
        *nat
        :PREROUTING ACCEPT [0:0]
        :INPUT ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        COMMIT
        """, IpFamily.IPV4)));
  }

  private static Cluster threeNodes(String annotations, String type) {
    Cluster cluster = Labs.eks(3);
    cluster.apply(Yaml.namespace("shop")
        + Yaml.service("shop", "web", annotations, type + WEB)
        + Yaml.pod("shop", "web", "app: web", Labs.node(cluster, 0), Yaml.ports(8080))
        + Yaml.pod("shop", "client", "app: client", Labs.node(cluster, 2), Yaml.ports(9090)));
    cluster.advance(Duration.ofMinutes(5));
    return cluster;
  }

  private static void newNode(Play play) {
    Cluster ready = threeNodes(Nlb.internet("instance"), "type: LoadBalancer, ");
    Cluster bare = withBareNode(ready.fork());
    int port = Labs.nodePort(ready, "shop", "web");
    double lost = 0;
    for (Node node : bare.state().list(Node.class)) {
      String address = node.internalIp(IpFamily.IPV4).orElseThrow() + ":" + port;
      lost += (1 - bare.from("internet").sharesTo(address).arriving().toDouble()) / 3;
    }
    play.say("The new node is in the cluster, and kube-proxy has not written its rules yet. Clients"
        + " that dial the node port of every node alike lose " + percent(lost) + ".");
    play.expectNear("share that is lost", 1 / 3.0, lost, 1e-9);
    play.expectNear("lost of 100 a second in 30 s", 1_000, RolloutLaw.lost(100, lost, 30, 0), 1e-6);
    bare.advance(Duration.ofMinutes(2));
    String name = Labs.lbName(bare, "shop", "web");
    List<String> states =
        Nlb.targets(bare, name).stream().map(TargetState::toString).toList();
    states.forEach(play::show);
    Shares throughNlb = bare.from("internet").sharesTo("http://" + name);
    play.expectNear(
        "behind an NLB that checks the node port, once it has noticed",
        0,
        1 - throughNlb.arriving().toDouble(),
        1e-9);
    play.expectNear(
        "once the rules are there",
        1,
        ready.from("internet").sharesTo("http://" + name).arriving().toDouble(),
        1e-9);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private static void coldStart(Play play) {
    Cluster ready = threeNodes("", "");
    Cluster bare = withBareNode(ready.fork());
    String target = Labs.clusterIp(ready, "shop", "web") + ":80";
    play.say("A pod on the node that has no rules yet calls a ClusterIP:");
    Trace lost = bare.from("shop/client").to(target);
    play.show(lost);
    play.expect("without rules it arrives", false, lost.outcome().delivered());
    play.expect(
        "with rules",
        Reason.DELIVERED,
        ready.from("shop/client").to(target).outcome().reason());
    double seconds = SyncLaw.PUBLISHED.stream()
        .filter(m -> m.mode().equals("nftables") && m.what().equals("full sync"))
        .filter(m -> m.unit().equals("Services"))
        .mapToDouble(SyncLaw.Measured::seconds)
        .findFirst()
        .orElseThrow();
    play.expectNear("seconds that a full sync took in nftables mode", 1_003.9, seconds, 1e-9);
    play.expectNear(
        "connections that a client of 10 a second loses on the node until then",
        10_039,
        RolloutLaw.lost(10, 1, seconds, 0),
        1e-6);
    // Six lines for a Service with one endpoint: two of its own, and its endpoint's chain.
    double restore = SyncLaw.restoreSeconds(6 * 44_125.0);
    play.say(String.format(
        Locale.ROOT,
        "The same Services in iptables mode, some six lines each, take %.1f s at the speed of a"
            + " published restore.",
        restore));
    play.expect("iptables mode is the faster one at this size", true, restore < seconds / 100);
  }

  // ---- subnets

  private static Pod pod(int number) {
    return new Pod(
        ObjectMeta.of("shop", "p-" + number),
        PodSpec.builder().build(),
        "Pending",
        List.of(),
        "",
        List.of());
  }

  private static void emptySubnet(Play play) {
    InstanceLimits large = InstanceLimits.of("m5.large").orElseThrow();
    int free = 3 * SubnetLaw.addresses(24);
    int interfaces = SubnetLaw.heldWithWarmInterfaces(12, large, 1);
    int addresses = SubnetLaw.heldWithWarmAddresses(12, large, 2);
    play.say("Three subnets /24 have " + free + " addresses. A node with 12 pods holds "
        + interfaces + " with WARM_ENI_TARGET=1, " + addresses + " with WARM_IP_TARGET=2.");
    play.expect("addresses of a /24", 251, SubnetLaw.addresses(24));
    play.expect("20 nodes hold, a warm interface each", 600, 20 * interfaces);
    play.expect("20 nodes hold, two warm addresses each", 320, 20 * addresses);
    play.expect("the subnets are full at this many nodes", 25, free / interfaces);
    play.expect("and with two warm addresses", 47, free / addresses);

    VpcCni plugin =
        new VpcCni(new VpcCni.Setup(Map.of("a", Cidr.parse("10.0.0.0/28")), false, false), 1);
    Node node = new Node(
        ObjectMeta.of("", "n1")
            .withLabels(Map.of(Node.ZONE_LABEL, "a", Node.INSTANCE_TYPE_LABEL, "m5.large")),
        List.of(),
        "",
        false,
        List.of(),
        List.of(),
        List.of(),
        Map.of());
    int given = 0;
    String refusal = "";
    while (refusal.isEmpty() && given < 100) {
      try {
        plugin.assign(node, pod(given), VirtualClock.EPOCH);
        given++;
      } catch (IpamException e) {
        refusal = String.valueOf(e.getMessage());
      }
    }
    play.say(
        "The CNI plugin in a subnet /28, which can give 11 addresses, with nothing kept warm:");
    play.show(refusal);
    play.expect("pods that got an address", true, given < SubnetLaw.addresses(28));
    play.expectText("then", "failed to assign an IP address to container", refusal);
  }
}
