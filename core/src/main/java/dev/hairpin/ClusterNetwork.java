package dev.hairpin;

import dev.hairpin.analysis.Explorer;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.AddOn;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Courier;
import dev.hairpin.path.Device;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.HostKind;
import dev.hairpin.path.Listener;
import dev.hairpin.path.LoadBalancing;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeFilters;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.Outcome;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.PodNetwork;
import dev.hairpin.path.Route;
import dev.hairpin.path.Source;
import dev.hairpin.path.conntrack.ConntrackEntry;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The network that a cluster's objects describe.
 *
 * <p>Nodes, clients and load balancers hang on one wire with a router; pods hang on their nodes as
 * the CNI plugin makes it: where the Node has a pod block, by veths with the block's first address,
 * else by routed veths, as with the AWS VPC CNI. A host is made when a packet first needs it, so
 * the cost of a question depends on its way and not on the cluster.
 */
final class ClusterNetwork {
  private static final String KUBE_PROXY = "kube-proxy";

  /** Far fewer than a caller has ports, or a table of connections has room. */
  private static final int MOST_WALKS = 4096;

  private static final Cidr LONELY_NETWORK = Cidr.parse("192.0.2.0/24");

  private final ClusterState state;
  private final List<AddOn.Component> components;
  private final Network network;
  private final Fabric fabric;
  private final Host router;
  private final Cidr nodeNetwork;
  private final Map<IpAddress, ObjectKey> ownerOf = new HashMap<>();
  private final Map<String, Map<String, ObjectKey>> hostNetworkPods = new HashMap<>();
  private final Set<ObjectKey> changed = new HashSet<>();
  private final Set<AddOn.Component> cleaning = Collections.newSetFromMap(new IdentityHashMap<>());

  /** What kube-proxy listens on, on the nodes that were made. */
  private final Map<String, List<Listener>> listening = new HashMap<>();

  /** The same where no component says what it listens on; null after a Service has changed. */
  private @Nullable List<Listener> healthCheckPorts;

  private long rulesVersion;
  private @Nullable Scratch scratch;
  private @Nullable Explorer explorer;
  private Instant exploredAt;
  private int walks;

  /** A copy of the network for questions, and what builds in it. */
  private record Scratch(Network network, Fabric fabric, Instant since) {}

  ClusterNetwork(ClusterState state, List<AddOn.Component> components, VirtualClock clock) {
    this.state = state;
    this.components = components;
    this.exploredAt = state.clock().now();
    this.network = new Network(clock);
    this.fabric = new Fabric(network);
    this.nodeNetwork = covering(state.list(Node.class));
    this.router = router();
    state.list(Node.class).forEach(this::index);
    state.list(Pod.class).forEach(this::index);
    network.onDemand((net, address) -> make(fabric, net, address));
    state.watch(this::note);
  }

  /** The network for a connection that is really made. */
  Network network() {
    scratch = null;
    return current();
  }

  /** The network, with every change of the cluster applied to what is made of it. */
  private Network current() {
    if (!changed.isEmpty()) {
      changed.forEach(this::renew);
      changed.clear();
      network.onDemand((net, address) -> make(fabric, net, address));
    }
    for (Host host : network.hosts()) {
      if (host.kind() == HostKind.NODE) {
        installRules(host);
        renewServers(host);
      }
    }
    return network;
  }

  /** The network as {@link #network} left it. */
  Network prepared() {
    return network;
  }

  /** A number that is another one after the rules of a node that was made have changed. */
  long rulesVersion() {
    return rulesVersion;
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
          balancerHost(network, node.get());
          return network.find(node.get().label());
        }
      }
    }
    return Optional.empty();
  }

  /** What kube-proxy answers to an HTTP request, where a connection has reached it. */
  OptionalInt httpStatus(Outcome outcome, SocketAddress to, String path) {
    ObjectKey node = ownerOf.get(to.address());
    if (!outcome.delivered() || !KUBE_PROXY.equals(outcome.server()) || node == null) {
      return OptionalInt.empty();
    }
    return components.stream()
        .filter(NodeFilters.class::isInstance)
        .map(c -> ((NodeFilters) c).httpStatus(node.name(), to.port(), path))
        .filter(OptionalInt::isPresent)
        .findFirst()
        .orElse(OptionalInt.empty());
  }

  /** The host on which a source's process runs. */
  Host hostOf(Source source) {
    return hostOf(fabric, network, source);
  }

  private Host hostOf(Fabric builder, Network net, Source source) {
    if (source instanceof Source.InPod inPod) {
      return podHost(
          builder,
          net,
          state
              .get(Pod.class, inPod.namespace(), inPod.name())
              .orElseThrow(() -> new IllegalStateException("no " + source)));
    }
    if (source instanceof Source.OnNode onNode) {
      return nodeHost(builder, net, onNode.name());
    }
    return clientHost(builder, net, ((Source.Internet) source).address());
  }

  /** The next question is walked in a new copy of the network. */
  void dropCopy() {
    scratch = null;
  }

  /** What was worked out for questions does not hold any more. */
  void forgetQuestions() {
    dropCopy();
    explorer = null;
  }

  /** Carries packets in the network, or in the copy of it in which a question is walked. */
  Courier courier(Network net) {
    Scratch copy = scratch;
    Fabric builder = copy != null && copy.network == net ? copy.fabric : fabric;
    return new Courier() {
      @Override
      public Attempt carry(
          Source from, Protocol protocol, SocketAddress to, int sourcePort, Chooser chooser) {
        Host caller = hostOf(builder, net, from);
        Attempt attempt = net.call(Call.of(caller, protocol, to, chooser)
            .boundTo(sourcePort, null)
            .waiting(Duration.ZERO)
            .untraced());
        attempt.close();
        return attempt;
      }

      @Override
      public boolean isRehearsal() {
        return net != network;
      }
    };
  }

  // ---- who has which address

  private void note(Change change) {
    KubeObject before = change.before();
    KubeObject after = change.after();
    forgetQuestions();
    if (change.object() instanceof Service) {
      healthCheckPorts = null;
    }
    if (!(change.object() instanceof Pod || change.object() instanceof Node)) {
      return;
    }
    if (before != null) {
      addressesOf(before).forEach(a -> ownerOf.remove(a, before.key()));
      if (before instanceof Pod pod) {
        Map<String, ObjectKey> pods = hostNetworkPods.get(pod.spec().nodeName());
        if (pods != null) {
          pods.remove(hostName(pod.key()));
        }
      }
    }
    if (after != null) {
      index(after);
    }
    changed.add(change.key());
  }

  private void index(KubeObject object) {
    addressesOf(object).forEach(a -> ownerOf.put(a, object.key()));
    if (object instanceof Pod pod && pod.spec().hostNetwork()) {
      hostNetworkPods
          .computeIfAbsent(pod.spec().nodeName(), n -> new TreeMap<>())
          .put(hostName(pod.key()), pod.key());
    }
  }

  /** The addresses that an object has for itself: none for a pod that ended or uses its node's. */
  private static List<IpAddress> addressesOf(KubeObject object) {
    List<IpAddress> addresses = new ArrayList<>(2);
    for (IpFamily family : IpFamily.values()) {
      if (object instanceof Pod pod) {
        boolean ended = pod.phase().equals("Succeeded") || pod.phase().equals("Failed");
        if (!ended && !pod.spec().hostNetwork()) {
          pod.ip(family).ifPresent(addresses::add);
        }
      } else if (object instanceof Node node) {
        node.internalIp(family).ifPresent(addresses::add);
      }
    }
    return addresses;
  }

  /** The smallest block that holds the primary address of every node. */
  private static Cidr covering(Iterable<Node> nodes) {
    Cidr block = null;
    for (Node node : nodes) {
      List<IpAddress> own = addressesOf(node);
      if (own.isEmpty() || (block != null && own.get(0).family() != block.family())) {
        continue;
      }
      IpAddress address = own.get(0);
      int length = block == null ? address.family().addressBits() - 8 : block.prefixLength();
      while (block != null && !Cidr.containing(address, length).contains(block.address())) {
        length--;
      }
      block = Cidr.containing(address, length);
    }
    return block == null ? LONELY_NETWORK : block;
  }

  /** The router of the nodes' network, which knows the way to every pod and is silent else. */
  private Host router() {
    Host host = network.host("vpc", HostKind.ROUTER);
    host.sysctl("net.ipv4.ip_forward", "1");
    host.sysctl("net.ipv6.conf.all.forwarding", "1");
    Device device = host.device(NodeShape.UPLINK);
    network.attach(NodeShape.NODE_NETWORK, device);
    host.address(device, routerAddress(), nodeNetwork.prefixLength());
    host.route(Route.refusing(Route.Type.BLACKHOLE, Cidr.containing(nodeNetwork.address(), 0)));
    host.shareRoutes(fabric.podRoutes());
    return host;
  }

  /** The first address of the nodes' network that no node has. */
  private IpAddress routerAddress() {
    Set<IpAddress> taken = new HashSet<>();
    state.list(Node.class).forEach(n -> taken.addAll(addressesOf(n)));
    state.list(Pod.class).forEach(p -> taken.addAll(addressesOf(p)));
    long index = 1;
    while (taken.contains(nodeNetwork.at(index))) {
      index++;
    }
    return nodeNetwork.at(index);
  }

  private void make(Fabric builder, Network net, IpAddress address) {
    ObjectKey key = ownerOf.get(address);
    if (key != null) {
      KubeObject object = state.get(key).orElse(null);
      if (object instanceof Pod pod) {
        podHost(builder, net, pod);
      } else if (object instanceof Node node) {
        nodeHost(builder, net, node.metadata().name());
      }
      return;
    }
    for (AddOn.Component component : components) {
      if (component instanceof LoadBalancing balancing) {
        balancing.at(address).ifPresent(node -> balancerHost(net, node));
      }
    }
  }

  // ---- questions, which leave no trace

  /**
   * Runs a walk in a copy of the network. The copy serves the next walk too, unless this one has
   * changed more than tables of connections, in which a walk from a port of its own meets nothing.
   */
  <T> T walk(Source source, BiFunction<Network, Host, T> walk) {
    Scratch copy = scratch();
    T result = walk.apply(copy.network, hostOf(copy.fabric, copy.network, source));
    boolean asBefore = !copy.network.disturbed()
        && copy.network.clock().now().equals(copy.since)
        && ++walks < MOST_WALKS;
    if (!asBefore) {
      scratch = null;
    }
    return result;
  }

  private Scratch scratch() {
    Scratch known = scratch;
    if (known == null || !known.since.equals(state.clock().now())) {
      Network copy = current().fork();
      Fabric builder = fabric.in(copy);
      copy.onDemand((net, address) -> make(builder, net, address));
      known = new Scratch(copy, builder, state.clock().now());
      scratch = known;
      walks = 0;
    }
    return known;
  }

  /** What adds up the walks; it is kept until something changes. */
  Explorer explorer() {
    Explorer known = explorer;
    if (known == null || !exploredAt.equals(state.clock().now())) {
      known = new Explorer(new PodKinship(state, ownerOf, this::filterOf, this::listeners));
      explorer = known;
      exploredAt = state.clock().now();
    }
    return known;
  }

  // ---- nodes

  private Host nodeHost(Fabric builder, Network net, String name) {
    Optional<Host> known = net.find(name);
    if (known.isPresent()) {
      return known.get();
    }
    Node node = state
        .get(Node.class, "", name)
        .orElseThrow(() -> new IllegalStateException("no node " + name));
    List<IpAddress> addresses = addressesOf(node);
    if (addresses.isEmpty()) {
      throw new IllegalStateException("node " + name + " has no internal address");
    }
    IpAddress primary = addresses.get(0);
    Host host = builder.node(shape(node, primary));
    for (IpAddress other : addresses.subList(1, addresses.size())) {
      host.address(host.device(NodeShape.UPLINK), other, other.family().addressBits());
    }
    host.sysctl("net.ipv4.conf.all.route_localnet", "1");
    applySettings(host, node);
    if (net == network) {
      installRules(host);
    } else {
      filterOf(name).ifPresent(rules -> host.filter(rules.copy()));
    }
    List<Listener> servers = serversOf(name);
    servers.forEach(host::listen);
    if (net == network) {
      listening.put(name, servers);
    }
    for (ObjectKey key : hostNetworkPods.getOrDefault(name, Map.of()).values()) {
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
    IpAddress gateway = router.address(primary.family()).orElse(primary);
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

  /** Starts and stops what kube-proxy listens on, if it has changed. */
  @SuppressWarnings("ReferenceEquality") // servers that did not change are the same object
  private void renewServers(Host node) {
    List<Listener> now = serversOf(node.name());
    if (now != listening.put(node.name(), now)) {
      node.stopListening(KUBE_PROXY);
      now.forEach(node::listen);
    }
  }

  private List<Listener> serversOf(String node) {
    boolean proxied = false;
    for (AddOn.Component component : components) {
      if (component instanceof NodeFilters filters) {
        List<Listener> servers = filters.servers(node);
        if (!servers.isEmpty()) {
          return servers;
        }
        proxied = true;
      }
    }
    return proxied ? List.of() : healthCheckPorts();
  }

  private List<Listener> healthCheckPorts() {
    List<Listener> known = healthCheckPorts;
    if (known == null) {
      known = state.list(Service.class).stream()
          .map(service -> service.spec().healthCheckNodePort())
          .filter(port -> port != 0)
          .map(port -> new Listener(KUBE_PROXY, Protocol.TCP, null, port))
          .toList();
      healthCheckPorts = known;
    }
    return known;
  }

  private void installRules(Host node) {
    for (AddOn.Component component : components) {
      if (component instanceof NodeFilters filters && cleaning.add(component)) {
        filters.cleansBy(this::clean);
      }
    }
    filterOf(node.name())
        .filter(rules -> node.filter().map(now -> now != rules).orElse(true))
        .ifPresent(rules -> {
          node.filter(rules);
          rulesVersion++;
        });
  }

  /** What the last of the components that have rules for a node gives it. */
  private Optional<PacketFilter> filterOf(String node) {
    Optional<PacketFilter> last = Optional.empty();
    for (AddOn.Component component : components) {
      if (component instanceof NodeFilters filters) {
        Optional<PacketFilter> found = filters.filterOf(node);
        last = found.isPresent() ? found : last;
      }
    }
    return last;
  }

  private void clean(String node, Predicate<ConntrackEntry> stale) {
    long now = state.clock().now().toEpochMilli();
    network.find(node).flatMap(Host::conntrack).ifPresent(table -> table.delete(stale, now));
  }

  // ---- pods

  private static String hostName(ObjectKey pod) {
    return pod.namespacedName();
  }

  private Host podHost(Fabric builder, Network net, Pod pod) {
    if (pod.spec().hostNetwork()) {
      return nodeHost(builder, net, pod.spec().nodeName());
    }
    Optional<Host> known = net.find(hostName(pod.key()));
    if (known.isPresent()) {
      return known.get();
    }
    List<IpAddress> addresses = addressesOf(pod);
    if (pod.spec().nodeName().isEmpty() || addresses.isEmpty()) {
      throw new IllegalArgumentException(
          pod.key() + " has no " + (addresses.isEmpty() ? "address" : "node") + " yet");
    }
    nodeHost(builder, net, pod.spec().nodeName());
    Host host = builder.pod(hostName(pod.key()), pod.spec().nodeName(), addresses.get(0));
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

  private List<Listener> listeners(Pod pod) {
    String process = hostName(pod.key());
    return PodListeners.of(pod, state.list(EndpointSlice.class)).stream()
        .map(port -> new Listener(process, port.protocol(), null, port.number()))
        .toList();
  }

  /** Brings a pod's host up to date; a pod that is gone, or came back elsewhere, loses its own. */
  private void renew(ObjectKey key) {
    if (key.kind().equals(Node.KIND)) {
      network
          .find(key.name())
          .ifPresent(host ->
              state.get(Node.class, "", key.name()).ifPresent(node -> applySettings(host, node)));
      return;
    }
    Host host = network.find(hostName(key)).orElse(null);
    if (host == null) {
      return;
    }
    Pod pod = state.get(Pod.class, key.namespace(), key.name()).orElse(null);
    List<IpAddress> addresses = pod == null ? List.of() : addressesOf(pod);
    if (pod != null && !addresses.isEmpty() && addresses.stream().allMatch(host::isLocal)) {
      host.stopListening(hostName(key));
      listen(host, pod);
    } else {
      host.stop(hostName(key));
      fabric.remove(host);
    }
  }

  // ---- the outside

  private Host clientHost(Fabric builder, Network net, IpAddress address) {
    return net.find(address.toString())
        .orElseGet(() -> reachable(
            builder.client(
                address.toString(),
                address,
                address.family().addressBits(),
                router.address(address.family()).orElse(null)),
            net.find(router.name()).orElse(router),
            List.of(address)));
  }

  private void balancerHost(Network net, LoadBalancing.BalancerNode node) {
    if (net.find(node.label()).isPresent()) {
      return;
    }
    List<IpAddress> addresses = node.addresses();
    IpAddress inVpc = addresses.get(addresses.size() - 1);
    Host host = net.host(node.label(), HostKind.LOAD_BALANCER);
    net.attach(NodeShape.NODE_NETWORK, host.device(NodeShape.UPLINK));
    host.address(host.device(NodeShape.UPLINK), inVpc, nodeNetwork.prefixLength());
    for (IpAddress other : addresses) {
      if (!other.equals(inVpc)) {
        host.address(host.device(NodeShape.UPLINK), other, other.family().addressBits());
      }
    }
    router
        .address(inVpc.family())
        .ifPresent(gateway ->
            host.route(Route.via(Cidr.containing(gateway, 0), gateway, NodeShape.UPLINK)));
    host.shareRoutes(fabric.podRoutes());
    reachable(host, net.find(router.name()).orElse(router), addresses);
    if (node instanceof LoadBalancing.Layer4 layer4) {
      host.relay(layer4.relay());
    } else if (node instanceof LoadBalancing.Layer7 layer7) {
      layer7.ports().forEach(p -> host.listen(new Listener(node.label(), Protocol.TCP, null, p)));
    }
  }

  /** Tells the router that addresses are on its wire. */
  private static Host reachable(Host host, Host router, List<IpAddress> addresses) {
    addresses.forEach(a -> router.route(Route.onLink(Cidr.host(a), NodeShape.UPLINK)));
    return host;
  }

  /** What the rules of all nodes tell a pod apart by, with its node. */
  Object likenessOf(Pod pod) {
    List<Object> likeness = new ArrayList<>(List.of(pod.spec().nodeName()));
    for (IpAddress address : addressesOf(pod)) {
      likeness.add(address.family());
      for (Node node : state.list(Node.class)) {
        filterOf(node.metadata().name()).ifPresent(rules -> likeness.add(rules.likeness(address)));
      }
    }
    return likeness;
  }

  /** The addresses of a pod's own. */
  List<IpAddress> addressesOfPod(Source.InPod pod) {
    return state
        .get(Pod.class, pod.namespace(), pod.name())
        .map(ClusterNetwork::addressesOf)
        .orElse(List.of());
  }

  /** The node on which a server with an address runs; empty if the cluster has none. */
  String nodeAt(IpAddress address) {
    ObjectKey owner = ownerOf.get(address);
    if (owner == null) {
      return "";
    }
    return owner.kind().equals(Node.KIND)
        ? owner.name()
        : state
            .get(Pod.class, owner.namespace(), owner.name())
            .map(pod -> pod.spec().nodeName())
            .orElse("");
  }

  /** The zone that a host is in; empty if it is not known, or the host is in none. */
  String zoneOf(Host host) {
    if (host.kind() == HostKind.NODE) {
      return zoneOf(host.name());
    }
    if (host.kind() == HostKind.LOAD_BALANCER) {
      IpAddress own =
          host.address(IpFamily.IPV4).or(() -> host.address(IpFamily.IPV6)).orElse(null);
      for (AddOn.Component component : components) {
        if (own != null && component instanceof LoadBalancing balancing) {
          return balancing.zoneAt(own);
        }
      }
    }
    return "";
  }

  /** The zone of a node; empty if it is not known. */
  String zoneOf(String node) {
    return state.get(Node.class, "", node).map(Node::zone).orElse("");
  }

  /** The load balancer node that has an address, if it is one of layer 7. */
  Optional<LoadBalancing.Layer7> layer7At(IpAddress address) {
    return components.stream()
        .filter(LoadBalancing.class::isInstance)
        .flatMap(c -> ((LoadBalancing) c).at(address).stream())
        .filter(LoadBalancing.Layer7.class::isInstance)
        .map(LoadBalancing.Layer7.class::cast)
        .findFirst();
  }
}
