package dev.hairpin;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.Relay;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.addon.NodeFilters;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.NodePrograms;
import dev.hairpin.path.fast.Terrain;
import dev.hairpin.path.trace.Fraction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a cluster for the {@link TrafficEngine}: the same network as {@link ClusterNetwork}'s. */
final class TerrainOf {
  private static final Cidr INTERNET_CLIENTS = Cidr.parse("203.0.113.0/24");
  private static final int MOST_CLIENTS = 65_536;
  private static final int CLIENT_PORT = 40_000;

  private final Cluster cluster;
  private final ClusterState state;
  private final Terrain.Builder builder = new Terrain.Builder();
  private final Map<Node, IpAddress> nodes = new LinkedHashMap<>();

  TerrainOf(Cluster cluster) {
    this.cluster = cluster;
    this.state = cluster.state();
  }

  Terrain with(List<TrafficEngine.Wanted> streams) {
    state.list(Node.class).forEach(this::node);
    pods();
    List<Route> routes = new ArrayList<>();
    for (TrafficEngine.Wanted wanted : streams) {
      Route route = route(wanted);
      route.destinations.keySet().forEach(this::balancer);
      routes.add(route);
    }
    routes.forEach(this::stream);
    return builder.build();
  }

  // ---- nodes and pods

  private void node(Node node) {
    String name = node.metadata().name();
    IpAddress address = node.internalIp(IpFamily.IPV4).orElse(null);
    if (address == null) {
      return;
    }
    if (NodeSettings.isBridged(node)) {
      throw new IllegalArgumentException(
          "node " + name + " has bridged pods, whose packets the traffic engine does not carry");
    }
    Optional<Cidr> block = node.podCidrs().stream()
        .flatMap(text -> Cidr.tryParseMasked(text).stream())
        .filter(c -> c.family() == IpFamily.IPV4)
        .findFirst();
    IpAddress towardsPods = block.map(c -> c.at(1)).orElse(address);
    nodes.put(node, address);
    builder.node(
        name,
        node.zone(),
        address,
        towardsPods,
        program(name, block.isPresent() ? List.of(towardsPods) : List.of()),
        block.isPresent() ? "veth1" : "eni1",
        NodeShape.UPLINK);
  }

  /** What the last of the components that have rules for a node gives it, compiled. */
  private @Nullable DecisionProgram program(String node, List<IpAddress> further) {
    DecisionProgram last = null;
    for (NodeFilters filters : cluster.components(NodeFilters.class)) {
      if (filters instanceof NodePrograms programs) {
        last = programs.programOf(node, IpFamily.IPV4, further).orElse(last);
      } else {
        throw new IllegalStateException("the rules that " + filters.getClass().getSimpleName()
            + " gives nodes are not compiled");
      }
    }
    return last;
  }

  private void pods() {
    Map<String, List<EndpointSlice>> slicesOf = new HashMap<>();
    for (EndpointSlice slice : state.list(EndpointSlice.class)) {
      slice.endpoints().stream()
          .flatMap(e -> e.addresses().stream())
          .distinct()
          .forEach(a -> slicesOf.computeIfAbsent(a, key -> new ArrayList<>(1)).add(slice));
    }
    Map<String, IpAddress> addressOf = new HashMap<>();
    nodes.forEach((node, address) -> addressOf.put(node.metadata().name(), address));
    for (Pod pod : state.list(Pod.class)) {
      String node = pod.spec().nodeName();
      IpAddress nodeAddress = addressOf.get(node);
      if (pod.hasEnded() || nodeAddress == null) {
        continue;
      }
      IpAddress address =
          pod.spec().hostNetwork() ? nodeAddress : pod.ip(IpFamily.IPV4).orElse(null);
      if (address == null) {
        continue;
      }
      if (!pod.spec().hostNetwork()) {
        builder.pod(node, address);
      }
      List<EndpointSlice> slices = slicesOf.getOrDefault(address.toString(), List.of());
      for (PodListeners.Port port : PodListeners.of(pod, slices)) {
        builder.listener(pod.key().namespacedName(), node, address, port.protocol(), port.number());
      }
    }
  }

  // ---- streams

  /** Who goes where, before load balancers are asked. */
  private record Route(
      TrafficEngine.Wanted wanted,
      Target target,
      Map<IpAddress, Fraction> destinations,
      List<Source> sources) {}

  private Route route(TrafficEngine.Wanted wanted) {
    List<Source> sources = sources(wanted.from());
    Target target = Target.parse(wanted.to(), cluster);
    Map<IpAddress, Fraction> destinations = new LinkedHashMap<>();
    if (target.address().isPresent()) {
      destinations.put(target.address().get(), Fraction.ONE);
    } else {
      Outcomes.ofFirst(chooser -> first(sources.get(0), target, chooser))
          .forEach((address, share) -> destinations.put(address, share));
    }
    for (IpAddress address : destinations.keySet()) {
      if (!address.isV4()) {
        throw new IllegalArgumentException("\"" + wanted.to() + "\" leads to " + address
            + "; the traffic engine carries IPv4 only");
      }
    }
    return new Route(wanted, target, destinations, sources);
  }

  private IpAddress first(Source source, Target target, Chooser chooser) {
    List<IpAddress> addresses = cluster
        .wires()
        .walk(
            source,
            (network, caller) -> cluster
                .lookups()
                .lookup(source, target.host(), chooser, network)
                .addresses());
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException(
          cluster.sources().describe(source) + " could not resolve host: " + target.host());
    }
    return addresses.get(0);
  }

  private List<Source> sources(String from) {
    if (from.equals("internet") || from.startsWith("internet/")) {
      String text = from.equals("internet") ? "" : from.substring("internet/".length());
      Cidr block = text.isEmpty()
          ? INTERNET_CLIENTS
          : text.indexOf('/') < 0 ? Cidr.host(IpAddress.parse(text)) : Cidr.parse(text);
      if (block.hostBits() > 16) {
        throw new IllegalArgumentException(block + " are more than " + MOST_CLIENTS + " clients");
      }
      List<Source> clients = new ArrayList<>();
      for (int i = 0; i < 1 << block.hostBits(); i++) {
        clients.add(new Source.Internet(block.at(i)));
      }
      return clients;
    }
    if (from.startsWith("node/")) {
      throw new IllegalArgumentException("\"" + from
          + "\": the traffic engine carries connections of pods and of clients outside only");
    }
    String name = from.startsWith("pod/") ? from.substring("pod/".length()) : from;
    return cluster.pods(name).stream().map(TerrainOf::inPod).toList();
  }

  private static Source inPod(Pod pod) {
    if (pod.spec().hostNetwork()) {
      throw new IllegalArgumentException(pod.key().namespacedName()
          + " is in its node's network, whose connections the traffic engine does not carry");
    }
    return new Source.InPod(pod.metadata().namespace(), pod.metadata().name());
  }

  private void balancer(IpAddress address) {
    if (builder.knows(address)) {
      return;
    }
    for (LoadBalancing balancing : cluster.components(LoadBalancing.class)) {
      LoadBalancing.BalancerNode node = balancing.at(address).orElse(null);
      if (node instanceof LoadBalancing.Layer7) {
        throw new IllegalArgumentException(
            node.label() + " is of layer 7, which the traffic engine does not carry");
      }
      if (node != null) {
        builder.balancer(node.label(), balancing.zoneAt(address), node.addresses());
        return;
      }
    }
  }

  private void stream(Route route) {
    List<IpAddress> destinations = List.copyOf(route.destinations.keySet());
    List<Map<Relay.Decision, Fraction>> ofClientsOutside = List.of();
    List<Terrain.Caller> callers = new ArrayList<>();
    for (Source source : route.sources) {
      IpAddress address;
      String node = null;
      if (source instanceof Source.InPod in) {
        Pod pod = cluster.pod(in.namespace() + "/" + in.name());
        address = pod.ip(IpFamily.IPV4)
            .orElseThrow(() ->
                new IllegalArgumentException(pod.key().namespacedName() + " has no IPv4 address"));
        node = pod.spec().nodeName();
      } else {
        address = ((Source.Internet) source).address();
      }
      boolean alike = node == null
          && !ofClientsOutside.isEmpty()
          && treatsAlike(route, destinations, address, ofClientsOutside);
      List<Map<Relay.Decision, Fraction>> choices =
          alike ? ofClientsOutside : choices(route, destinations, address);
      if (node == null && ofClientsOutside.isEmpty()) {
        ofClientsOutside = choices;
      }
      callers.add(new Terrain.Caller(address, node, choices));
    }
    builder.stream(
        route.wanted.from() + " to " + route.wanted.to(),
        route.target.protocol(),
        route.destinations,
        route.target.port(),
        route.wanted.weight(),
        callers);
  }

  private Optional<Relay> relayAt(IpAddress address) {
    return cluster.components(LoadBalancing.class).stream()
        .flatMap(b -> b.at(address).stream())
        .filter(LoadBalancing.Layer4.class::isInstance)
        .map(n -> ((LoadBalancing.Layer4) n).relay())
        .findFirst();
  }

  private static FiveTuple tuple(Route route, IpAddress client, IpAddress destination) {
    return new FiveTuple(
        route.target.protocol(),
        new SocketAddress(client, CLIENT_PORT),
        new SocketAddress(destination, route.target.port()));
  }

  private List<Map<Relay.Decision, Fraction>> choices(
      Route route, List<IpAddress> destinations, IpAddress client) {
    List<Map<Relay.Decision, Fraction>> choices = new ArrayList<>();
    for (IpAddress destination : destinations) {
      choices.add(relayAt(destination)
          .map(relay ->
              Outcomes.of(chooser -> relay.decide(tuple(route, client, destination), chooser)))
          .orElse(Map.of()));
    }
    return choices;
  }

  /** Whether load balancers let another client outside in, or not, as they do with the first. */
  private boolean treatsAlike(
      Route route,
      List<IpAddress> destinations,
      IpAddress client,
      List<Map<Relay.Decision, Fraction>> first) {
    Chooser any = Chooser.seeded(0);
    for (int i = 0; i < destinations.size(); i++) {
      IpAddress destination = destinations.get(i);
      Optional<Relay> relay = relayAt(destination);
      if (relay.isPresent()) {
        Relay.Decision decision = relay.get().decide(tuple(route, client, destination), any);
        Relay.Decision before = first.get(i).keySet().iterator().next();
        if (decision.getClass() != before.getClass()) {
          return false;
        }
      }
    }
    return true;
  }
}
