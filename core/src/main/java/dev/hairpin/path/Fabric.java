package dev.hairpin.path;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.trace.HostKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the hosts of a cluster in a {@link Network}: nodes, pods, the gateway of the nodes'
 * network, and clients.
 *
 * <p>Nodes, gateway and clients hang on one switch, {@link NodeShape#NODE_NETWORK}. Routes carry
 * pod traffic between nodes without translation; they are in one table that all nodes share. Every
 * method can be called at any time, so hosts can be made when a packet first needs them. Not
 * thread-safe.
 */
public final class Fabric {
  private static final IpAddress CALICO_GATEWAY = IpAddress.parse("169.254.1.1");
  private static final IpAddress CALICO_GATEWAY_V6 = IpAddress.parse("fe80::ecee:eeff:feee:eeee");

  private final Network network;
  private final RouteTable podRoutes;
  private final Map<String, NodeShape> shapes = new HashMap<>();
  private final Map<String, Integer> podsOf = new HashMap<>();

  /**
   * A builder.
   *
   * @param network the network to build in
   */
  public Fabric(Network network) {
    this(network, new RouteTable());
  }

  private Fabric(Network network, RouteTable podRoutes) {
    this.network = network;
    this.podRoutes = podRoutes;
  }

  /**
   * The same builder for a copy of the network: it knows the nodes that were made so far, and what
   * it makes is in the copy only.
   *
   * @param copy a {@linkplain Network#fork() fork} of the network
   * @return the builder
   */
  public Fabric in(Network copy) {
    Fabric other = new Fabric(copy, podRoutes.copy());
    for (Host host : copy.hosts()) {
      if (host.sharedRoutes == podRoutes) {
        host.shareRoutes(other.podRoutes);
      }
    }
    other.shapes.putAll(shapes);
    other.podsOf.putAll(podsOf);
    return other;
  }

  /**
   * Takes a pod away, with the routes to it.
   *
   * @param pod the host of a pod
   */
  public void remove(Host pod) {
    for (IpFamily family : IpFamily.values()) {
      pod.address(family).ifPresent(a -> podRoutes.remove(Cidr.host(a)));
    }
    network.remove(pod);
  }

  /**
   * Takes a node away, with the pods that hang on it and the routes to them.
   *
   * @param node the host of a node that this builder made
   */
  public void removeNode(Host node) {
    for (Device device : List.copyOf(node.devices())) {
      Device peer = device.peer;
      if (peer != null) {
        remove(peer.host());
      }
    }
    NodeShape shape = shapes.remove(node.name());
    if (shape != null && shape.podCidr() != null) {
      podRoutes.remove(shape.podCidr());
    }
    podsOf.remove(node.name());
    network.remove(node);
  }

  /**
   * The routes to pods that all nodes share. Routes of nodes that are not made yet may be put here.
   *
   * @return the table
   */
  public RouteTable podRoutes() {
    return podRoutes;
  }

  /**
   * Makes the router of the nodes' network.
   *
   * @param address its address there
   * @param prefixLength the length of the network's prefix
   * @param world what becomes of packets to the world beyond: {@code BLACKHOLE} for silence,
   *     {@code UNREACHABLE} or {@code PROHIBIT}
   * @return the host, called {@code gw}
   */
  public Host gateway(IpAddress address, int prefixLength, Route.Type world) {
    Host host = network.host("gw", HostKind.ROUTER);
    host.sysctl("net.ipv4.ip_forward", "1");
    host.sysctl("net.ipv6.conf.all.forwarding", "1");
    Device device = host.device("br0");
    network.attach(NodeShape.NODE_NETWORK, device);
    host.address(device, address, prefixLength);
    host.route(Route.refusing(world, everything(address.family())));
    return host;
  }

  /**
   * Makes a node, and the route to its pods for all others.
   *
   * @param shape what its network looks like
   * @return the host
   */
  public Host node(NodeShape shape) {
    Host host = network.host(shape.name(), HostKind.NODE);
    shapes.put(shape.name(), shape);
    host.sysctl("net.ipv4.ip_forward", "1");
    host.sysctl("net.ipv6.conf.all.forwarding", "1");
    Device uplink = host.device(NodeShape.UPLINK);
    network.attach(NodeShape.NODE_NETWORK, uplink);
    host.address(uplink, shape.address(), shape.prefixLength());
    IpAddress gateway = shape.gateway();
    if (gateway != null) {
      host.route(Route.via(everything(gateway.family()), gateway, NodeShape.UPLINK));
    }
    host.shareRoutes(podRoutes);
    Cidr pods = shape.podCidr();
    if (pods != null) {
      podRoutes.put(Route.via(pods, shape.address(), NodeShape.UPLINK));
      if (shape.podNetwork() == PodNetwork.BRIDGE) {
        Device bridge = host.device(shape.bridge());
        bridge.isBridge = true;
        host.address(bridge, first(pods), pods.prefixLength());
      }
    }
    return host;
  }

  /**
   * Makes a pod with a network of its own.
   *
   * @param name the pod's name, unique in the network
   * @param node the name of its node, which was made before
   * @param address its address
   * @return the host
   */
  public Host pod(String name, String node, IpAddress address) {
    NodeShape shape = shapes.get(node);
    Host home = network
        .find(node)
        .orElseThrow(() -> new IllegalArgumentException("there is no node " + node));
    if (shape == null) {
      throw new IllegalArgumentException(node + " is no node of this fabric");
    }
    Host pod = network.host(name, HostKind.POD);
    int number = podsOf.merge(node, 1, Integer::sum);
    Device near = home.device(shape.podDevicePrefix() + number);
    Device eth0 = pod.device("eth0");
    network.wire(near, eth0);
    Cidr block = shape.podCidr() == null ? Cidr.host(address) : shape.podCidr();
    Cidr all = everything(address.family());
    switch (shape.podNetwork()) {
      case BRIDGE -> {
        network.enslave(near, home.device(shape.bridge()), shape.hairpin());
        pod.address(eth0, address, block.prefixLength());
        pod.route(Route.via(all, first(block), "eth0"));
      }
      case ROUTED -> {
        network.proxyArp(near);
        home.route(Route.onLink(Cidr.host(address), near.name()));
        pod.address(eth0, address, address.family().addressBits());
        pod.route(Route.via(all, linkLocalGateway(address.family()), "eth0"));
      }
      case PTP -> {
        IpAddress gateway =
            block.hostBits() > 1 ? first(block) : linkLocalGateway(address.family());
        home.address(near, gateway, address.family().addressBits());
        home.route(Route.onLink(Cidr.host(address), near.name()));
        pod.address(eth0, address, address.family().addressBits());
        pod.route(Route.via(all, gateway, "eth0"));
      }
    }
    if (shape.podCidr() == null || !shape.podCidr().contains(address)) {
      podRoutes.put(Route.via(Cidr.host(address), shape.address(), NodeShape.UPLINK));
    }
    return pod;
  }

  /**
   * Makes a machine outside the cluster.
   *
   * @param name its name, unique in the network
   * @param address its address
   * @param prefixLength the length of its network's prefix
   * @param gateway the next hop of its default route, or null for none
   * @return the host, on the nodes' network
   */
  public Host client(
      String name, IpAddress address, int prefixLength, @Nullable IpAddress gateway) {
    Host host = network.host(name, HostKind.CLIENT);
    Device eth0 = host.device("eth0");
    network.attach(NodeShape.NODE_NETWORK, eth0);
    host.address(eth0, address, prefixLength);
    if (gateway != null) {
      host.route(Route.via(everything(gateway.family()), gateway, "eth0"));
    }
    return host;
  }

  /**
   * Makes a load balancer of layer 4.
   *
   * @param name its name, unique in the network
   * @param address its address on the nodes' network
   * @param prefixLength the length of that network's prefix
   * @param gateway the next hop of its default route
   * @param relay decides about new connections
   * @return the host
   */
  public Host loadBalancer(
      String name, IpAddress address, int prefixLength, IpAddress gateway, Relay relay) {
    Host host = network.host(name, HostKind.LOAD_BALANCER);
    Device eth0 = host.device("eth0");
    network.attach(NodeShape.NODE_NETWORK, eth0);
    host.address(eth0, address, prefixLength);
    host.route(Route.via(everything(gateway.family()), gateway, "eth0"));
    host.shareRoutes(podRoutes);
    host.relay(relay);
    return host;
  }

  private static IpAddress first(Cidr block) {
    return block.at(1);
  }

  private static IpAddress linkLocalGateway(IpFamily family) {
    return family == IpFamily.IPV4 ? CALICO_GATEWAY : CALICO_GATEWAY_V6;
  }

  private static Cidr everything(IpFamily family) {
    return Cidr.parse(family == IpFamily.IPV4 ? "0.0.0.0/0" : "::/0");
  }
}
