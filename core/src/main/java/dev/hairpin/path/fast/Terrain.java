package dev.hairpin.path.fast;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Relay;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.trace.Fraction;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.Long2IntOpenHashMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What simulated connections run through: the nodes with their compiled rules, the pods with their
 * listeners, the load balancers with their choices, and the flows of clients.
 *
 * <p>Everything is looked up when it is built; later changes of the cluster do not show. Immutable
 * and thread-safe once built. IPv4 only.
 */
public final class Terrain {

  /*
   * Places are numbered: nodes first, then the zonal nodes of load balancers. An address leads to
   * place << 1 | (1 if it is the place's own, 0 if it is a pod's there).
   */
  static final int NOWHERE = -1;

  /** A node. */
  record NodePlace(
      String name,
      String zone,
      int address,
      NatRange masquerade,
      NatRange masqueradeToPods,
      @Nullable DecisionProgram program,
      String podDevice,
      String uplink) {}

  /** One way that a load balancer's choice can fall; a negative number is none. */
  record BalancerChoice(
      Relay.Decision decision,
      int target,
      int port,
      @Nullable NatRange source,
      int number) {}

  /** What a load balancer does with connections of some clients: the choices and their shares. */
  record BalancerChoices(List<BalancerChoice> choices, Alternatives shares) {}

  /** A zonal node of a load balancer. */
  record BalancerPlace(String name, String zone) {}

  /** A stream of connections; its clients are numbered from {@code firstClient} on. */
  record Stream(
      String name,
      Protocol protocol,
      int firstClient,
      int clients,
      List<IpAddress> destinations,
      Alternatives destinationShares,
      int port,
      double weight) {}

  /*
   * What is asked for every connection lies flat: clients of all streams one after the other, and
   * for each client where in choicesOf the choices begin that the load balancer at each of the
   * stream's destinations makes, by number; clients that are treated alike share them. Choices of
   * all load balancers lie one after the other as well, target << 32 | port each.
   */
  final int[] clientAddress;
  final int[] clientHome;
  final int[] clientFirstChoices;
  final int[] choicesOf;
  final int[] firstChoice;
  final Alternatives[] choiceShares;
  final long[] choiceTarget;
  final int[] choiceNumber;
  final @Nullable NatRange[] choiceSource;
  final boolean[] choiceRefuses;
  final int[] streamFirstClient;
  final int[] streamClients;
  final int[] streamPort;
  final int[] streamProtocol;
  final int[][] streamDestinations;
  final Alternatives[] streamDestinationShares;
  final List<NodePlace> nodes;
  final List<BalancerPlace> balancers;
  final NamedCounts.Names nodeNames;
  final NamedCounts.Names endpoints;
  final int[] endpointNode;
  final NamedCounts.Names targets;
  final List<Stream> streams;
  final Alternatives streamShares;
  private final Int2IntOpenHashMap owners;
  private final Long2IntOpenHashMap listeners;

  private Terrain(Builder b) {
    nodes = List.copyOf(b.nodes);
    balancers = List.copyOf(b.balancers);
    nodeNames = new NamedCounts.Names(nodes.stream().map(NodePlace::name).toList());
    endpoints = new NamedCounts.Names(b.endpoints);
    endpointNode = b.endpointNode.stream().mapToInt(Integer::intValue).toArray();
    targets =
        new NamedCounts.Names(b.targets.keySet().stream().map(Object::toString).toList());
    streams = List.copyOf(b.streams);
    clientAddress = b.clientAddress.toIntArray();
    clientHome = b.clientHome.toIntArray();
    clientFirstChoices = b.clientFirstChoices.toIntArray();
    choicesOf = b.choicesOf.toIntArray();
    firstChoice = new int[b.choices.size()];
    choiceShares = b.choices.stream().map(BalancerChoices::shares).toArray(Alternatives[]::new);
    List<BalancerChoice> flat = new ArrayList<>();
    for (int set = 0; set < firstChoice.length; set++) {
      firstChoice[set] = flat.size();
      flat.addAll(b.choices.get(set).choices());
    }
    choiceTarget =
        flat.stream().mapToLong(c -> ((long) c.target() << 32) | c.port()).toArray();
    choiceNumber = flat.stream().mapToInt(BalancerChoice::number).toArray();
    choiceSource = flat.stream().map(BalancerChoice::source).toArray(NatRange[]::new);
    choiceRefuses = new boolean[flat.size()];
    for (int i = 0; i < choiceRefuses.length; i++) {
      choiceRefuses[i] = flat.get(i).decision() instanceof Relay.Decision.Refuse;
    }
    streamFirstClient = streams.stream().mapToInt(Stream::firstClient).toArray();
    streamClients = streams.stream().mapToInt(Stream::clients).toArray();
    streamPort = streams.stream().mapToInt(Stream::port).toArray();
    streamProtocol = streams.stream().mapToInt(s -> s.protocol().number()).toArray();
    streamDestinations = streams.stream()
        .map(s -> s.destinations().stream().mapToInt(IpAddress::v4Bits).toArray())
        .toArray(int[][]::new);
    streamDestinationShares =
        streams.stream().map(Stream::destinationShares).toArray(Alternatives[]::new);
    streamShares = Alternatives.of(streams.stream().mapToDouble(Stream::weight).toArray());
    owners = b.owners.clone();
    listeners = b.listeners.clone();
  }

  /** Twice the place, plus 1 if the address is its own; or {@link #NOWHERE}. */
  int ownerOf(int address) {
    return owners.get(address);
  }

  /** The endpoint that listens, or -1. */
  int listenerAt(int address, int port, int protocol) {
    return listeners.get(key(address, port, protocol));
  }

  private static long key(int address, int port, int protocol) {
    return (long) address << 32 | (long) protocol << 16 | port;
  }

  int places() {
    return nodes.size() + balancers.size();
  }

  String zoneOf(int place) {
    return place < nodes.size()
        ? nodes.get(place).zone()
        : balancers.get(place - nodes.size()).zone();
  }

  /** Collects the parts. Not thread-safe. */
  public static final class Builder {
    private final List<NodePlace> nodes = new ArrayList<>();
    private final Map<String, Integer> nodeNumbers = new HashMap<>();
    private final List<BalancerPlace> balancers = new ArrayList<>();
    private final List<String> endpoints = new ArrayList<>();
    private final Map<String, Integer> endpointNumbers = new HashMap<>();
    private final List<Integer> endpointNode = new ArrayList<>();
    private final Map<SocketAddress, Integer> targets = new LinkedHashMap<>();
    private final List<Stream> streams = new ArrayList<>();
    private final Int2IntOpenHashMap owners = new Int2IntOpenHashMap();
    private final Long2IntOpenHashMap listeners = new Long2IntOpenHashMap();
    private final IntArrayList clientAddress = new IntArrayList();
    private final IntArrayList clientHome = new IntArrayList();
    private final IntArrayList clientFirstChoices = new IntArrayList();
    private final IntArrayList choicesOf = new IntArrayList();
    private final Map<List<Integer>, Integer> firstOfChoices = new HashMap<>();
    private final List<BalancerChoices> choices = new ArrayList<>();
    private final IdentityHashMap<Map<Relay.Decision, Fraction>, Integer> known =
        new IdentityHashMap<>();

    /** Nothing yet. */
    public Builder() {
      owners.defaultReturnValue(NOWHERE);
      listeners.defaultReturnValue(-1);
    }

    /**
     * Adds a node.
     *
     * @param name its name
     * @param zone its zone; may be empty
     * @param address its address, which is that of its masquerading towards others
     * @param masqueradeToPods the address that its own pods see of what it masquerades
     * @param program its compiled rules, or null if it has none
     * @param podDevice the name of a device of a pod
     * @param uplink the name of the device towards others
     * @return this
     */
    public Builder node(
        String name,
        String zone,
        IpAddress address,
        IpAddress masqueradeToPods,
        @Nullable DecisionProgram program,
        String podDevice,
        String uplink) {
      int place = nodes.size();
      if (!balancers.isEmpty()) {
        throw new IllegalStateException("nodes come before load balancers");
      }
      nodes.add(new NodePlace(
          name,
          zone,
          bits(address),
          NatRange.to(address, true),
          NatRange.to(masqueradeToPods, true),
          program,
          podDevice,
          uplink));
      nodeNumbers.put(name, place);
      owners.put(bits(address), place << 1 | 1);
      owners.putIfAbsent(bits(masqueradeToPods), place << 1 | 1);
      return this;
    }

    private static int bits(IpAddress address) {
      if (address.family() != IpFamily.IPV4) {
        throw new IllegalArgumentException(address + " is no IPv4 address");
      }
      return address.v4Bits();
    }

    private int nodeNumber(String node) {
      Integer number = nodeNumbers.get(node);
      if (number == null) {
        throw new IllegalArgumentException("there is no node \"" + node + "\"");
      }
      return number;
    }

    /**
     * Adds a pod with an address of its own.
     *
     * @param node its node
     * @param address its address
     * @return this
     */
    public Builder pod(String node, IpAddress address) {
      owners.put(bits(address), nodeNumber(node) << 1);
      return this;
    }

    /**
     * Says that somebody listens.
     *
     * @param process who, such as a pod; all that it listens on is counted together
     * @param node its node
     * @param address the address, its own or its node's
     * @param protocol the protocol
     * @param port the port
     * @return this
     */
    public Builder listener(
        String process, String node, IpAddress address, Protocol protocol, int port) {
      int place = nodeNumber(node);
      int number = endpointNumbers.computeIfAbsent(process, p -> {
        endpoints.add(p);
        endpointNode.add(place);
        return endpoints.size() - 1;
      });
      listeners.putIfAbsent(key(bits(address), port, protocol.number()), number);
      return this;
    }

    /**
     * Adds a zonal node of a load balancer of layer 4.
     *
     * @param name its name
     * @param zone its zone; may be empty
     * @param addresses its addresses
     * @return this
     */
    public Builder balancer(String name, String zone, List<IpAddress> addresses) {
      int place = nodes.size() + balancers.size();
      balancers.add(new BalancerPlace(name, zone));
      addresses.stream()
          .filter(IpAddress::isV4)
          .forEach(address -> owners.put(address.v4Bits(), place << 1 | 1));
      return this;
    }

    /**
     * Whether an address is already known as somebody's.
     *
     * @param address an address
     * @return true for those of nodes, pods and load balancers
     */
    public boolean knows(IpAddress address) {
      return address.isV4() && owners.containsKey(address.v4Bits());
    }

    /**
     * Adds a stream of connections.
     *
     * @param name its name
     * @param protocol TCP or UDP
     * @param destinations the addresses that clients dial, each with its share
     * @param port the port that they dial
     * @param weight its part of all connections, against those of the other streams
     * @param clients the clients, each with the same part
     * @return this
     */
    public Builder stream(
        String name,
        Protocol protocol,
        Map<IpAddress, Fraction> destinations,
        int port,
        double weight,
        List<Caller> clients) {
      if (destinations.isEmpty() || clients.isEmpty() || !(weight > 0)) {
        throw new IllegalArgumentException("stream \"" + name + "\" has " + destinations.size()
            + " destinations, " + clients.size() + " clients and the weight " + weight
            + "; none may be 0");
      }
      int firstClient = clientAddress.size();
      for (Caller caller : clients) {
        if (caller.choices().size() != destinations.size()) {
          throw new IllegalArgumentException("stream \"" + name + "\" has "
              + destinations.size() + " destinations, and " + caller.address()
              + " choices for " + caller.choices().size());
        }
        clientAddress.add(bits(caller.address()));
        clientHome.add(caller.node() == null ? NOWHERE : nodeNumber(caller.node()));
        clientFirstChoices.add(
            placeOf(caller.choices().stream().map(this::numberOf).toList()));
      }
      destinations.keySet().forEach(Builder::bits);
      streams.add(new Stream(
          name,
          protocol,
          firstClient,
          clients.size(),
          List.copyOf(destinations.keySet()),
          Alternatives.of(destinations.values()),
          port,
          weight));
      return this;
    }

    /** Where in the list of all choices some begin; the same ones are kept once. */
    private int placeOf(List<Integer> numbers) {
      return firstOfChoices.computeIfAbsent(numbers, n -> {
        int first = choicesOf.size();
        choicesOf.addAll(n);
        return first;
      });
    }

    private int numberOf(Map<Relay.Decision, Fraction> decisions) {
      Integer number = known.get(decisions);
      if (number == null) {
        number = choices.size();
        choices.add(compiled(decisions));
        known.put(decisions, number);
      }
      return number;
    }

    private BalancerChoices compiled(Map<Relay.Decision, Fraction> decisions) {
      List<BalancerChoice> list = new ArrayList<>();
      for (Relay.Decision decision : decisions.keySet()) {
        if (decision instanceof Relay.Decision.Forward forward) {
          SocketAddress target = forward.target();
          int number = targets.computeIfAbsent(target, t -> targets.size());
          IpAddress source = forward.source();
          list.add(new BalancerChoice(
              decision,
              bits(target.address()),
              target.port(),
              source == null ? null : NatRange.to(source, true),
              number));
        } else {
          list.add(new BalancerChoice(decision, 0, 0, null, -1));
        }
      }
      return new BalancerChoices(List.copyOf(list), Alternatives.of(decisions.values()));
    }

    /**
     * The finished terrain.
     *
     * @return what was said so far
     */
    public Terrain build() {
      if (streams.isEmpty()) {
        throw new IllegalStateException("there is no stream of connections");
      }
      return new Terrain(this);
    }
  }

  /**
   * Who connects.
   *
   * @param address his address
   * @param node the node that he is on, or null for one outside
   * @param choices for each destination of the stream, in order, what its load balancer does with
   *     him; empty maps for destinations that are no load balancer's. The same object for clients
   *     that are treated alike
   */
  public record Caller(
      IpAddress address, @Nullable String node, List<Map<Relay.Decision, Fraction>> choices) {

    /** Copies the list, not the maps. */
    public Caller {
      choices = List.copyOf(choices);
    }
  }
}
