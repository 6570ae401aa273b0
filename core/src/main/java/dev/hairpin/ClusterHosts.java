package dev.hairpin;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Device;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.PodNetwork;
import dev.hairpin.path.Route;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.addon.NodeFilters;
import dev.hairpin.path.trace.HostKind;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that a cluster's objects describe, in the cluster's network or in a copy of it: made
 * when a packet first needs them, and brought up to date when the objects have changed.
 *
 * <p>Nodes, clients and load balancers hang on one wire with a router; pods hang on their nodes as
 * the CNI plugin makes it: where the Node has a pod block, by veths with the block's first address,
 * else by routed veths, as with the AWS VPC CNI.
 */
final class ClusterHosts {
  private static final String ROUTER = "vpc";

  private final ClusterState state;
  private final List<AddOn.Component> components;
  private final AddressOwners owners;
  private final NodeServers servers;
  private final InstalledRules rules;
  private final Cidr nodeNetwork;
  private final Network network;
  private final Fabric fabric;
  private final boolean isCopy;

  /**
   * The hosts of a cluster's network, of which there is a router so far.
   *
   * @param routerAddress its address, in the nodes' network
   */
  ClusterHosts(
      ClusterState state,
      List<AddOn.Component> components,
      AddressOwners owners,
      NodeServers servers,
      InstalledRules rules,
      Cidr nodeNetwork,
      IpAddress routerAddress,
      Network network) {
    this.state = state;
    this.components = components;
    this.owners = owners;
    this.servers = servers;
    this.rules = rules;
    this.nodeNetwork = nodeNetwork;
    this.network = network;
    this.fabric = new Fabric(network);
    this.isCopy = false;
    makeRouter(routerAddress);
    lookAnew();
  }

  private ClusterHosts(ClusterHosts original, Network copy) {
    this.state = original.state;
    this.components = original.components;
    this.owners = original.owners;
    this.servers = original.servers;
    this.rules = original.rules;
    this.nodeNetwork = original.nodeNetwork;
    this.network = copy;
    this.fabric = original.fabric.in(copy);
    this.isCopy = true;
    lookAnew();
  }

  /** The hosts in a fork of the network; what is made there is made there only. */
  ClusterHosts in(Network copy) {
    return new ClusterHosts(this, copy);
  }

  /** Addresses that nobody had may have somebody now. */
  void lookAnew() {
    network.onDemand((same, address) -> make(address));
  }

  /** The router of the nodes' network, which knows the way to every pod and is silent else. */
  private void makeRouter(IpAddress address) {
    Host host = network.host(ROUTER, HostKind.ROUTER);
    host.sysctl("net.ipv4.ip_forward", "1");
    host.sysctl("net.ipv6.conf.all.forwarding", "1");
    Device device = host.device(NodeShape.UPLINK);
    network.attach(NodeShape.NODE_NETWORK, device);
    host.address(device, address, nodeNetwork.prefixLength());
    host.route(Route.refusing(Route.Type.BLACKHOLE, Cidr.containing(nodeNetwork.address(), 0)));
    host.shareRoutes(fabric.podRoutes());
  }

  private Host router() {
    return network.find(ROUTER).orElseThrow();
  }

  /** The host on which a source's process runs. */
  Host of(Source source) {
    if (source instanceof Source.InPod inPod) {
      return podHost(state
          .get(Pod.class, inPod.namespace(), inPod.name())
          .orElseThrow(() -> new IllegalStateException("no " + source)));
    }
    if (source instanceof Source.OnNode onNode) {
      return nodeHost(onNode.name());
    }
    return clientHost(((Source.Internet) source).address());
  }

  /** Makes the host that has an address, and what leads to it; nothing if nobody has it. */
  private void make(IpAddress address) {
    Optional<ObjectKey> owner = owners.of(address);
    if (owner.isPresent()) {
      KubeObject object = state.get(owner.get()).orElse(null);
      if (object instanceof Pod pod && isWired(pod.spec().nodeName())) {
        podHost(pod);
      } else if (object instanceof Node node) {
        nodeHost(node.metadata().name());
      }
      return;
    }
    for (AddOn.Component component : components) {
      if (component instanceof LoadBalancing balancing) {
        balancing.at(address).ifPresent(node -> balancerHost(node));
      }
    }
  }

  // ---- nodes

  private Host nodeHost(String name) {
    Optional<Host> known = network.find(name);
    if (known.isPresent()) {
      return known.get();
    }
    Node node = state
        .get(Node.class, "", name)
        .orElseThrow(() -> new IllegalArgumentException("there is no node " + name));
    List<IpAddress> addresses = AddressOwners.addressesOf(node);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("node " + name + " has no internal address");
    }
    IpAddress primary = addresses.get(0);
    Host host = fabric.node(shape(node, primary));
    if (!nodeNetwork.contains(primary)) {
      reachable(host, List.of(primary));
    }
    for (IpAddress other : addresses.subList(1, addresses.size())) {
      host.address(host.device(NodeShape.UPLINK), other, other.family().addressBits());
    }
    host.sysctl("net.ipv4.conf.all.route_localnet", "1");
    applySettings(host, node);
    if (isCopy) {
      rules.of(name).ifPresent(found -> host.filter(found.copy()));
      servers.of(name).forEach(host::listen);
    } else {
      rules.install(host);
      servers.start(host);
    }
    for (ObjectKey key : owners.hostNetworkPodsOn(name)) {
      state.get(Pod.class, key.namespace(), key.name()).ifPresent(pod -> listen(host, pod));
    }
    return host;
  }

  /** What kube-proxy writes, and then what annotations say; see {@link NodeSettings}. */
  private void applySettings(Host host, Node node) {
    for (AddOn.Component component : components) {
      if (component instanceof NodeFilters filters) {
        filters.sysctls(node.metadata().name()).forEach(host::sysctl);
      }
    }
    NodeSettings.sysctls(node).forEach(host::sysctl);
  }

  private NodeShape shape(Node node, IpAddress primary) {
    String name = node.metadata().name();
    IpAddress gateway = router().address(primary.family()).orElse(primary);
    Optional<Cidr> podCidr = node.podCidrs().stream()
        .flatMap(text -> Cidr.tryParseMasked(text).stream())
        .filter(c -> c.family() == primary.family())
        .findFirst();
    int length = nodeNetwork.prefixLength();
    if (podCidr.isPresent() && NodeSettings.isBridged(node)) {
      return new NodeShape(
          name,
          primary,
          length,
          podCidr.get(),
          gateway,
          PodNetwork.BRIDGE,
          "veth",
          "cni0",
          NodeSettings.hairpins(node));
    }
    return podCidr.isPresent()
        ? NodeShape.ptp(name, primary, length, podCidr.get(), gateway)
        : NodeShape.awsVpcCni(name, primary, length, gateway);
  }

  // ---- pods

  private static String hostName(ObjectKey pod) {
    return pod.namespacedName();
  }

  /** Whether a node is there, with an address: else nothing reaches the pods that name it. */
  private boolean isWired(String node) {
    return state
        .get(Node.class, "", node)
        .filter(known -> !AddressOwners.addressesOf(known).isEmpty())
        .isPresent();
  }

  private Host podHost(Pod pod) {
    Optional<Host> known = network.find(hostName(pod.key()));
    if (known.isPresent()) {
      return known.get();
    }
    String node = pod.spec().nodeName();
    boolean hostNetwork = pod.spec().hostNetwork();
    List<IpAddress> addresses = AddressOwners.addressesOf(pod);
    if (node.isEmpty() || (addresses.isEmpty() && !hostNetwork)) {
      throw new IllegalArgumentException(
          pod.key() + " has no " + (hostNetwork ? "node" : "address") + " yet");
    }
    if (!isWired(node)) {
      throw new IllegalArgumentException(
          pod.key() + " is on node " + node + ", which is not there or has no internal address");
    }
    if (hostNetwork) {
      return nodeHost(node);
    }
    nodeHost(node);
    Host host = fabric.pod(hostName(pod.key()), node, addresses.get(0));
    for (IpAddress other : addresses.subList(1, addresses.size())) {
      host.address(host.device("eth0"), other, other.family().addressBits());
    }
    listen(host, pod);
    return host;
  }

  /**
   * Starts what the pod's containers run. They listen on the ports that they name; if they name
   * none, on those that EndpointSlices give for the pod.
   */
  private void listen(Host host, Pod pod) {
    listeners(pod).forEach(host::listen);
  }

  /** What the pod's containers run. */
  List<Listener> listeners(Pod pod) {
    String process = hostName(pod.key());
    return PodListeners.of(pod, state.list(EndpointSlice.class)).stream()
        .map(port -> new Listener(process, port.protocol(), null, port.number()))
        .toList();
  }

  /** Brings the host of a pod or node up to date. */
  void renew(ObjectKey key, @Nullable KubeObject before) {
    if (key.kind().equals(Node.KIND)) {
      network.find(key.name()).ifPresent(this::renewNode);
      return;
    }
    Pod pod = state.get(Pod.class, key.namespace(), key.name()).orElse(null);
    if (before instanceof Pod was && was.spec().hostNetwork()) {
      network.find(was.spec().nodeName()).ifPresent(node -> {
        if (pod == null || pod.hasEnded()) {
          node.stop(hostName(key));
        } else {
          node.stopListening(hostName(key));
        }
      });
    }
    if (pod != null && pod.spec().hostNetwork()) {
      network.find(pod.spec().nodeName()).ifPresent(node -> listen(node, pod));
    } else {
      network.find(hostName(key)).ifPresent(host -> renewPod(host, key, pod));
    }
  }

  /** A node that is gone takes along the pods that hang on it. */
  private void renewNode(Host host) {
    state
        .get(Node.class, "", host.name())
        .ifPresentOrElse(node -> applySettings(host, node), () -> {
          host.address(nodeNetwork.family())
              .ifPresent(address -> router().routes().remove(Cidr.host(address)));
          fabric.removeNode(host);
          servers.forget(host.name());
        });
  }

  /** A pod that is gone, or came back elsewhere, loses its host. */
  private void renewPod(Host host, ObjectKey key, @Nullable Pod pod) {
    List<IpAddress> addresses = pod == null ? List.of() : AddressOwners.addressesOf(pod);
    if (pod != null && !addresses.isEmpty() && addresses.stream().allMatch(host::isLocal)) {
      host.stopListening(hostName(key));
      listen(host, pod);
    } else {
      host.stop(hostName(key));
      fabric.remove(host);
    }
  }

  /**
   * Pods that name no ports listen on those of the endpoints of their namespace as they are now.
   */
  void renewListeners(Set<String> namespaces) {
    for (Host host : network.hosts()) {
      if (host.kind() == HostKind.POD) {
        int slash = host.name().indexOf('/');
        state
            .get(Pod.class, host.name().substring(0, slash), host.name().substring(slash + 1))
            .ifPresent(pod -> renewListeners(host, pod, namespaces));
      } else if (host.kind() == HostKind.NODE) {
        for (ObjectKey key : owners.hostNetworkPodsOn(host.name())) {
          state
              .get(Pod.class, key.namespace(), key.name())
              .ifPresent(pod -> renewListeners(host, pod, namespaces));
        }
      }
    }
  }

  private void renewListeners(Host host, Pod pod, Set<String> namespaces) {
    if (namespaces.contains(pod.metadata().namespace()) && PodListeners.followEndpoints(pod)) {
      host.stopListening(hostName(pod.key()));
      listen(host, pod);
    }
  }

  // ---- the outside

  private Host clientHost(IpAddress address) {
    return network
        .find(address.toString())
        .orElseGet(() -> reachable(
            fabric.client(
                address.toString(),
                address,
                address.family().addressBits(),
                router().address(address.family()).orElse(null)),
            List.of(address)));
  }

  private void balancerHost(LoadBalancing.BalancerNode node) {
    if (network.find(node.label()).isPresent()) {
      return;
    }
    List<IpAddress> addresses = node.addresses();
    IpAddress inVpc = addresses.get(addresses.size() - 1);
    Host host = network.host(node.label(), HostKind.LOAD_BALANCER);
    network.attach(NodeShape.NODE_NETWORK, host.device(NodeShape.UPLINK));
    host.address(host.device(NodeShape.UPLINK), inVpc, nodeNetwork.prefixLength());
    for (IpAddress other : addresses) {
      if (!other.equals(inVpc)) {
        host.address(host.device(NodeShape.UPLINK), other, other.family().addressBits());
      }
    }
    router()
        .address(inVpc.family())
        .ifPresent(gateway ->
            host.route(Route.via(Cidr.containing(gateway, 0), gateway, NodeShape.UPLINK)));
    host.shareRoutes(fabric.podRoutes());
    reachable(host, addresses);
    if (node instanceof LoadBalancing.Layer4 layer4) {
      host.relay(layer4.relay());
    } else if (node instanceof LoadBalancing.Layer7 layer7) {
      layer7.ports().forEach(p -> host.listen(new Listener(node.label(), Protocol.TCP, null, p)));
    }
  }

  /** The host of the load balancer node that has an address. */
  Optional<Host> balancerAt(IpAddress address) {
    for (AddOn.Component component : components) {
      if (component instanceof LoadBalancing balancing) {
        Optional<LoadBalancing.BalancerNode> node = balancing.at(address);
        if (node.isPresent()) {
          network
              .find(node.get().label())
              .filter(host -> !host.isLocal(address))
              .ifPresent(network::remove);
          balancerHost(node.get());
          return network.find(node.get().label());
        }
      }
    }
    return Optional.empty();
  }

  /** Tells the router that addresses are on its wire. */
  private Host reachable(Host host, List<IpAddress> addresses) {
    Host router = router();
    addresses.forEach(a -> router.route(Route.onLink(Cidr.host(a), NodeShape.UPLINK)));
    return host;
  }
}
