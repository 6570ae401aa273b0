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
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.Courier;
import dev.hairpin.path.addon.LoadBalancing;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The network that a cluster's objects describe, for connections that are really made and, in
 * copies, for questions that leave no trace.
 *
 * <p>A host is made when a packet first needs it ({@link ClusterHosts}), so the cost of a question
 * depends on its way and not on the cluster.
 */
final class ClusterNetwork {
  /** Far fewer than a caller has ports, or a table of connections has room. */
  private static final int MOST_WALKS = 4096;

  private static final Cidr LONELY_NETWORK = Cidr.parse("192.0.2.0/24");

  private final ClusterState state;
  private final List<AddOn.Component> components;
  private final Network network;
  private final ClusterHosts hosts;
  private final InstalledRules rules;
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

  private @Nullable Scratch scratch;
  private @Nullable Explorer explorer;
  private Instant exploredAt;
  private int walks;

  private boolean outgrown;

  /** Whether what was carried left more behind than connections, which what comes later meets. */
  private boolean waysMeet;

  /** A copy of the network for questions, and its hosts. */
  private record Scratch(Network network, ClusterHosts hosts, Instant since) {}

  ClusterNetwork(ClusterState state, List<AddOn.Component> components, VirtualClock clock) {
    this.state = state;
    this.components = components;
    this.exploredAt = state.clock().now();
    this.owners = new AddressOwners(state);
    this.servers = new NodeServers(state, components);
    this.network = new Network(clock);
    this.rules = new InstalledRules(state, components, network);
    Cidr nodeNetwork = covering(state.list(Node.class));
    this.routerAddress = routerAddress(nodeNetwork);
    this.hosts = new ClusterHosts(
        state, components, owners, servers, rules, nodeNetwork, routerAddress, network);
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
      changed.forEach((key, before) -> hosts.renew(key, before.orElse(null)));
      changed.clear();
      hosts.renewListeners(endpointsChanged);
      endpointsChanged.clear();
      hosts.lookAnew();
    }
    for (Host host : network.hosts()) {
      if (host.kind() == HostKind.NODE) {
        rules.install(host);
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
    return rules.version();
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
    return hosts.of(source);
  }

  /** The host of the load balancer node that has an address. */
  Optional<Host> balancerAt(IpAddress address) {
    return hosts.balancerAt(address);
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
    ClusterHosts callers = copy != null && copy.network == net ? copy.hosts : hosts;
    return new Courier() {
      @Override
      public Attempt carry(
          Source from, Protocol protocol, SocketAddress to, int sourcePort, Chooser chooser) {
        Host caller = callers.of(from);
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

  /**
   * The first address of the nodes' network, as AWS reserves it in a subnet for the VPC's router;
   * where somebody has that, the last one that nobody has, which nodes that are added take last.
   */
  private IpAddress routerAddress(Cidr nodeNetwork) {
    long last = (1L << Math.min(62, nodeNetwork.hostBits())) - 2;
    long index = 1;
    while (owners.of(nodeNetwork.at(index)).isPresent() && last > 1) {
      index = last--;
    }
    return nodeNetwork.at(index);
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
    T result = walk.apply(copy.network, copy.hosts.of(source));
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
      known = new Scratch(copy, hosts.in(copy), state.clock().now());
      scratch = known;
      walks = 0;
    }
    return known;
  }

  /** What adds up the walks; it is kept until something changes. */
  Explorer explorer() {
    Explorer known = explorer;
    if (known == null || !exploredAt.equals(state.clock().now())) {
      known = new Explorer(new PodKinship(owners, rules::of, hosts::listeners));
      explorer = known;
      exploredAt = state.clock().now();
    }
    return known;
  }

  // ---- what questions ask beside

  /** What the rules of all nodes tell a pod apart by, with its node. */
  Object likenessOf(Pod pod) {
    List<Object> likeness = new ArrayList<>(List.of(pod.spec().nodeName()));
    for (IpAddress address : AddressOwners.addressesOf(pod)) {
      likeness.add(address.family());
      for (Node node : state.list(Node.class)) {
        rules.of(node.metadata().name()).ifPresent(found -> likeness.add(found.likeness(address)));
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
