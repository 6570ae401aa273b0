package dev.hairpin.iptables.kernel;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.PodNetwork;
import dev.hairpin.path.Route;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One small cluster twice: as network namespaces of the machine's kernel, and as a model of the
 * same shape. Three nodes with a pod each that serves on port 8080, a pod without server on the
 * first node, a process of the second node that serves too, and a client beside the nodes.
 */
final class TwinCluster implements AutoCloseable {
  static final List<String> NODES = List.of("n1", "n2", "n3");
  static final List<String> CALLERS = List.of("p1", "p2", "q1", "n1", "near");

  /** The port on which servers listen. */
  static final int SERVED = 8080;

  /** A port on which nobody does. */
  static final int CLOSED = 8081;

  private final Addressing net;
  private final KernelLab lab;

  /**
   * Builds the namespaces.
   *
   * @param name tells the namespaces of several twins apart
   */
  TwinCluster(Addressing net, String name) {
    this.net = net;
    this.lab = new KernelLab(net.family(), name);
    try {
      build();
    } catch (IllegalStateException e) {
      lab.close();
      throw e;
    }
  }

  Addressing net() {
    return net;
  }

  KernelLab kernel() {
    return lab;
  }

  private void build() {
    lab.namespace("gw");
    lab.in(
        "gw",
        "link add br0 type bridge forward_delay 0",
        "link set br0 up",
        address(net.gateway(), net.nodePrefix()) + " dev br0",
        "route add blackhole " + (net.isV4() ? "default" : "::/0"));
    forward("gw");
    NODES.forEach(this::buildNode);
    for (String node : NODES) {
      for (String other : NODES) {
        if (!other.equals(node)) {
          lab.in(node, "route add " + net.podBlock(other) + " via " + net.node(other));
        }
      }
    }
    net.pods().keySet().forEach(this::buildPod);
    serve("n2", net.node("n2"));
    buildClient();
  }

  private void buildNode(String node) {
    lab.namespace(node);
    plug(node);
    forward(node);
    if (net.isV4()) {
      lab.sysctl(node, "net.ipv4.conf.all.route_localnet", "1");
      lab.sysctl(node, "net.ipv4.conf.all.send_redirects", "0");
      lab.sysctl(node, "net.ipv4.conf.eth0.send_redirects", "0");
    }
    answerFreely(node);
    lab.in(
        node,
        address(net.node(node), net.nodePrefix()) + " dev eth0",
        "route add default via " + net.gateway());
  }

  private void buildPod(String pod) {
    String node = net.nodeOf(pod);
    String gateway = net.podGateway(node);
    String address = net.pod(pod);
    int prefix = net.hostPrefix();
    lab.namespace(pod);
    lab.wire(node, "v-" + pod, pod, "eth0");
    lab.in(
        node,
        address(gateway, prefix) + " dev v-" + pod,
        "route add " + address + "/" + prefix + " dev v-" + pod);
    lab.in(
        pod,
        address(address, prefix) + " dev eth0",
        "route add " + gateway + " dev eth0" + (net.isV4() ? " scope link" : ""),
        "route add default via " + gateway + " dev eth0");
    answerFreely(pod);
    if (!pod.equals("q1")) {
      serve(pod, address);
    }
  }

  private void buildClient() {
    lab.namespace("near");
    plug("near");
    // A node that sends a packet back to where it came from says so; the client shall not learn.
    lab.sysctl("near", "net." + (net.isV4() ? "ipv4" : "ipv6") + ".conf.all.accept_redirects", "0");
    lab.sysctl(
        "near", "net." + (net.isV4() ? "ipv4" : "ipv6") + ".conf.eth0.accept_redirects", "0");
    answerFreely("near");
    lab.in(
        "near",
        address(net.client(), net.nodePrefix()) + " dev eth0",
        "route add default via " + net.gateway());
    net.routed()
        .forEach((block, node) -> lab.in("near", "route add " + block + " via " + net.node(node)));
    serve("near", net.client());
  }

  private void serve(String place, String address) {
    lab.probe(place, "serve tcp " + address + " " + SERVED + " " + place);
    lab.probe(place, "serve udp " + address + " " + SERVED + " " + place);
  }

  /** The words of ip(8); an IPv6 address counts at once, without a search for duplicates. */
  private String address(String address, int prefix) {
    return "addr add " + address + "/" + prefix + (net.isV4() ? "" : " nodad");
  }

  private void forward(String name) {
    lab.sysctl(name, net.isV4() ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding", "1");
  }

  private void answerFreely(String name) {
    lab.sysctl(name, net.isV4() ? "net.ipv4.icmp_ratelimit" : "net.ipv6.icmp.ratelimit", "0");
  }

  private void plug(String name) {
    lab.wire("gw", "g-" + name, name, "eth0");
    lab.in("gw", "link set g-" + name + " master br0");
  }

  /** The same cluster as a model, under rules. */
  Network model(Map<String, RuleSet> rules) {
    Network network = new Network(new VirtualClock());
    Fabric fabric = new Fabric(network);
    IpAddress gateway = IpAddress.parse(net.gateway());
    fabric.gateway(gateway, net.nodePrefix(), Route.Type.BLACKHOLE);
    for (String name : NODES) {
      Host node = fabric.node(new NodeShape(
          name,
          IpAddress.parse(net.node(name)),
          net.nodePrefix(),
          Cidr.parse(net.podBlock(name)),
          gateway,
          PodNetwork.PTP,
          "v",
          "cni0",
          true));
      node.sysctl("net.ipv4.conf.all.route_localnet", "1");
      node.sysctl("net.ipv4.icmp_ratelimit", "0");
      node.filter(new RuleWalker(Objects.requireNonNull(rules.get(name))));
    }
    listen(network.find("n2").orElseThrow());
    for (String name : net.pods().keySet()) {
      Host pod = fabric.pod(name, net.nodeOf(name), IpAddress.parse(net.pod(name)));
      pod.sysctl("net.ipv4.icmp_ratelimit", "0");
      if (!name.equals("q1")) {
        listen(pod);
      }
    }
    Host near = fabric.client("near", IpAddress.parse(net.client()), net.nodePrefix(), gateway);
    net.routed()
        .forEach((block, node) ->
            near.route(Route.via(Cidr.parse(block), IpAddress.parse(net.node(node)), "eth0")));
    listen(near);
    return network;
  }

  private static void listen(Host host) {
    host.listen(new Listener(host.name(), Protocol.TCP, null, SERVED));
    host.listen(new Listener(host.name(), Protocol.UDP, null, SERVED));
  }

  @Override
  public void close() {
    lab.close();
  }
}
