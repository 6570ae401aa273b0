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
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Device;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.PodNetwork;
import dev.hairpin.path.Route;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.Courier;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.addon.NodeFilters;
import dev.hairpin.path.conntrack.ConntrackEntry;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
  /** Far fewer than a caller has ports, or a table of connections has room. */
  private static final int MOST_WALKS = 4096;

  private static final Cidr LONELY_NETWORK = Cidr.parse("192.0.2.0/24");

  private final ClusterState state;
  private final List<AddOn.Component> components;
  private final Network network;
  private final Fabric fabric;
  private final Host router;
  private final Cidr nodeNetwork;
  private final IpAddress routerAddress;
  private final AddressOwners owners;
  private final NodeServers servers;

  /**
   * What changed since hosts were brought up to date, as it was then; empty if it was not there.
   */
  private final Map<ObjectKey, Optional<KubeObject>> changed = new LinkedHashMap<>();

  /**
   * Namespaces in which endpoints changed: pods that name no ports listen on those of endpoints.
   */
  private final Set<String> endpointsChanged = new HashSet<>();

  private final Set<AddOn.Component> cleaning = Collections.newSetFromMap(new IdentityHashMap<>());

  private long rulesVersion;
  private @Nullable Scratch scratch;
  private @Nullable Explorer explorer;
  private Instant exploredAt;
  private int walks;

  private boolean outgrown;

  /** Whether what was carried left more behind than connections, which what comes later meets. */
  private boolean waysMeet;

  /** A copy of the network for questions, and what builds in it. */
  private record Scratch(Network network, Fabric fabric, Instant since) {}

  ClusterNetwork(ClusterState state, List<AddOn.Component> components, VirtualClock clock) {
    this.state = state;
    this.components = components;
    this.exploredAt = state.clock().now();
    this.owners = new AddressOwners(state);
    this.servers = new NodeServers(state, components);
    this.network = new Network(clock);
    this.fabric = new Fabric(network);
    this.nodeNetwork = covering(state.list(Node.class));
    this.routerAddress = routerAddress();
    this.router = router();
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
    if (!changed.isEmpty() || !endpointsChanged.isEmpty()) {
      changed.forEach((key, before) -> renew(key, before.orElse(null)));
      changed.clear();
      renewListeners(endpointsChanged);
      endpointsChanged.clear();
      network.onDemand((net, address) -> make(fabric, net, address));
    }
    for (Host host : network.hosts()) {
      if (host.kind() == HostKind.NODE) {
        installRules(host);
        servers.renew(host);
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
          balancerHost(fabric, network, node.get());
          return network.find(node.get().label());
        }
      }
    }
    return Optional.empty();
  }

  /** What kube-proxy answers to an HTTP request, where a connection has reached it. */
  OptionalInt httpStatus(Outcome outcome, SocketAddress to, String path) {
    Optional<ObjectKey> node = owners.of(to.address());
    if (!outcome.delivered() || !NodeServers.PROCESS.equals(outcome.server()) || node.isEmpty()) {
      return OptionalInt.empty();
    }
    return servers.httpStatus(node.get().name(), to.port(), path);
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
  private void dropCopy() {
    scratch = null;
  }

  /** What was worked out for questions does not hold any more. */
  void forgetQuestions() {
    dropCopy();
    waysMeet = false;
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
      public Map<Outcome, Fraction> ends(
          Source from, Protocol protocol, SocketAddress to, Chooser chooser) {
        Optional<Map<Outcome, Fraction>> all = waysMeet || !isRehearsal()
            ? Optional.empty()
            : chooser.visit(choices -> {
              walks++;
              Outcome outcome = carry(from, protocol, to, 0, choices).outcome();
              waysMeet |= net.disturbed();
              return outcome;
            });
        return all.orElseGet(
            () -> Map.of(carry(from, protocol, to, 0, chooser).outcome(), Fraction.ONE));
      }

      @Override
      public boolean isRehearsal() {
        return net != network;
      }
    };
  }

  // ---- who has which address

  private void note(Change change) {
    forgetQuestions();
    if (change.object() instanceof Service) {
      servers.serviceChanged();
    }
    if (change.object() instanceof EndpointSlice) {
      endpointsChanged.add(change.key().namespace());
    }
    if (!(change.object() instanceof Pod || change.object() instanceof Node)) {
      return;
    }
    owners.changed(change.before(), change.after());
    changed.putIfAbsent(change.key(), Optional.ofNullable(change.before()));
    outgrown |= change.after() instanceof Node node && !fits(node);
  }

  /** Whether a node leaves the router its address, and keeps its own. */
  private boolean fits(Node node) {
    List<IpAddress> addresses = AddressOwners.addressesOf(node);
    return !addresses.contains(routerAddress)
        && network
            .find(node.metadata().name())
            .map(host -> addresses.stream().allMatch(host::isLocal))
            .orElse(true);
  }

  /**
   * Whether a node has come that this network has no room for, so that another one must take its
   * place; what nodes have tracked is forgotten then.
   */
  boolean isOutgrown() {
    return outgrown;
  }

  /** The smallest block that holds the primary address of every node. */
  private static Cidr covering(Iterable<Node> nodes) {
    Cidr block = null;
    for (Node node : nodes) {
      List<IpAddress> own = AddressOwners.addressesOf(node);
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
    host.address(device, routerAddress, nodeNetwork.prefixLength());
    host.route(Route.refusing(Route.Type.BLACKHOLE, Cidr.containing(nodeNetwork.address(), 0)));
    host.shareRoutes(fabric.podRoutes());
    return host;
  }

  /**
   * The first address of the nodes' network, as AWS reserves it in a subnet for the VPC's router;
   * where somebody has that, the last one that nobody has, which nodes that are added take last.
   */
  private IpAddress routerAddress() {
    long last = (1L << Math.min(62, nodeNetwork.hostBits())) - 2;
    long index = 1;
    while (owners.of(nodeNetwork.at(index)).isPresent() && last > 1) {
      index = last--;
    }
    return nodeNetwork.at(index);
  }

  private void make(Fabric builder, Network net, IpAddress address) {
    Optional<ObjectKey> owner = owners.of(address);
    if (owner.isPresent()) {
      KubeObject object = state.get(owner.get()).orElse(null);
      if (object instanceof Pod pod && isWired(pod.spec().nodeName())) {
        podHost(builder, net, pod);
      } else if (object instanceof Node node) {
        nodeHost(builder, net, node.metadata().name());
      }
      return;
    }
    for (AddOn.Component component : components) {
      if (component instanceof LoadBalancing balancing) {
        balancing.at(address).ifPresent(node -> balancerHost(builder, net, node));
      }
    }
  }

  // ---- questions, which leave no trace

  /**
   * Runs a walk in a copy of the network. The copy serves the next walk too, unless this one has
   * changed more than tables of connections, in which a walk from a port of its own meets nothing.
   */
  <T> T walk(Source source, BiFunction<Network, Host, T> walk) {
    return walk(source, 0, walk);
  }

  /**
   * Runs a walk from a port, or from one of its own if that is 0. What comes later from the same
   * port would meet its entries, and so gets another copy.
   */
  <T> T walk(Source source, int port, BiFunction<Network, Host, T> walk) {
    if (port != 0) {
      dropCopy();
    }
    Scratch copy = scratch();
    T result = walk.apply(copy.network, hostOf(copy.fabric, copy.network, source));
    boolean asBefore = port == 0
        && !copy.network.disturbed()
        && copy.network.clock().now().equals(copy.since)
        && ++walks < MOST_WALKS;
    if (!asBefore) {
      scratch = null;
    }
    return result;
  }

  /**
   * Runs something that walks for every way in which choices can fall. If one of these ways has
   * left something behind that another one could meet, it is run once more, where every way has a
   * copy of its own.
   */
  <T> T visiting(Supplier<T> question) {
    boolean known = waysMeet;
    T result = question.get();
    if (waysMeet && !known) {
      dropCopy();
      return question.get();
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
      known = new Explorer(new PodKinship(owners, this::filterOf, this::listeners));
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
        .orElseThrow(() -> new IllegalArgumentException("there is no node " + name));
    List<IpAddress> addresses = AddressOwners.addressesOf(node);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("node " + name + " has no internal address");
    }
    IpAddress primary = addresses.get(0);
    Host host = builder.node(shape(node, primary));
    if (!nodeNetwork.contains(primary)) {
      reachable(host, net.find(router.name()).orElse(router), List.of(primary));
    }
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
    if (net == network) {
      servers.start(host);
    } else {
      servers.of(name).forEach(host::listen);
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

  private void installRules(Host node) {
    for (AddOn.Component component : components) {
      if (component instanceof NodeFilters filters && cleaning.add(component)) {
        filters.cleansBy(this::clean);
      }
    }
    filterOf(node.name())
        .filter(rules -> node.filter().map(now -> now != rules).orElse(true))
        .ifPresent(rules -> {
          if (node.filter().isPresent()) {
            rulesVersion++;
          }
          node.filter(rules);
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

  /** Whether a node is there, with an address: else nothing reaches the pods that name it. */
  private boolean isWired(String node) {
    return state
        .get(Node.class, "", node)
        .filter(known -> !AddressOwners.addressesOf(known).isEmpty())
        .isPresent();
  }

  private Host podHost(Fabric builder, Network net, Pod pod) {
    Optional<Host> known = net.find(hostName(pod.key()));
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
      return nodeHost(builder, net, node);
    }
    nodeHost(builder, net, node);
    Host host = builder.pod(hostName(pod.key()), node, addresses.get(0));
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

  /** Brings the host of a pod or node up to date. */
  private void renew(ObjectKey key, @Nullable KubeObject before) {
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
              .ifPresent(address -> router.routes().remove(Cidr.host(address)));
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
  private void renewListeners(Set<String> namespaces) {
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

  private void balancerHost(Fabric builder, Network net, LoadBalancing.BalancerNode node) {
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
    host.shareRoutes(builder.podRoutes());
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
    for (IpAddress address : AddressOwners.addressesOf(pod)) {
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
        .map(AddressOwners::addressesOf)
        .orElse(List.of());
  }

  /** The node on which a server with an address runs; empty if the cluster has none. */
  String nodeAt(IpAddress address) {
    return owners.nodeAt(address);
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
          String zone = balancing.zoneAt(own);
          if (!zone.isEmpty()) {
            return zone;
          }
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
