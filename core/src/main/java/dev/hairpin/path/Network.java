package dev.hairpin.path;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Hosts and the wires between them, on which packets walk.
 *
 * <p>Build it from {@link #host hosts}, whose devices are joined by {@link #wire} (a pair, such as
 * a veth) or {@link #attach} (a switch), and ask it by {@link #call}. A packet takes no time; time
 * passes only while a caller waits. Hosts may be made {@linkplain #onDemand on demand}, so that a
 * network of thousands of nodes costs what its packets touch. Not thread-safe.
 */
public final class Network {
  private static final long NEIGHBOUR_PATIENCE_SECONDS = 3;

  private final Map<String, Host> hosts = new LinkedHashMap<>();
  private final Map<IpAddress, List<Host>> owners = new HashMap<>();
  private final Map<String, Device.Segment> segments = new LinkedHashMap<>();
  private final Map<FiveTuple, Device> steering = new HashMap<>();
  private final Set<IpAddress> demanded = new HashSet<>();
  private final Deque<Runnable> arrivals = new ArrayDeque<>();
  private final VirtualClock clock;
  private @Nullable BiConsumer<Network, IpAddress> maker;
  private @Nullable Tap tap;
  private boolean disturbed;
  private Chooser chooser = Chooser.seeded(0);
  private final Forwarding forwarding;
  private final Transport transport;

  /**
   * An empty network.
   *
   * @param clock tells the time, and moves while callers wait
   */
  public Network(VirtualClock clock) {
    this.clock = clock;
    this.forwarding = new Forwarding(this);
    this.transport = new Transport(this);
  }

  /**
   * An independent copy: connections, tracking and counters as they are now, with a clock of its
   * own that shows the same time. Questions to the copy leave no trace in the original.
   *
   * @return the copy
   */
  public Network fork() {
    Network copy = new Network(new VirtualClock(clock.now()));
    copy.maker = maker;
    copy.demanded.addAll(demanded);
    for (Host h : hosts.values()) {
      copy.hosts.put(h.name(), new Host(copy, h));
    }
    owners.forEach((address, list) -> {
      List<Host> mine = new ArrayList<>(list.size());
      list.forEach(h -> mine.add(copy.mine(h)));
      copy.owners.put(address, mine);
    });
    for (Host h : hosts.values()) {
      for (Device d : h.devices.values()) {
        Device mine = copy.mine(d);
        mine.peer = d.peer == null ? null : copy.mine(d.peer);
        mine.bridge = d.bridge == null ? null : copy.mine(d.bridge);
        d.ports.forEach(port -> mine.ports.add(copy.mine(port)));
      }
    }
    segments.forEach((name, s) -> s.devices.forEach(d -> copy.attach(name, copy.mine(d))));
    steering.forEach((ends, d) -> copy.steering.put(ends, copy.mine(d)));
    return copy;
  }

  private Host mine(Host other) {
    return Objects.requireNonNull(hosts.get(other.name()));
  }

  private Device mine(Device other) {
    return mine(other.host()).device(other.name());
  }

  // ---- building

  /**
   * Adds a host.
   *
   * @param name its name
   * @param kind what it stands for
   * @return the host, with a loopback device only
   * @throws IllegalArgumentException if there is a host of this name
   */
  public Host host(String name, HostKind kind) {
    if (hosts.containsKey(name)) {
      throw new IllegalArgumentException("there is a host " + name + " already");
    }
    Host host = new Host(this, name, kind);
    hosts.put(name, host);
    return host;
  }

  /**
   * Finds a host.
   *
   * @param name its name
   * @return the host, or nothing
   */
  public Optional<Host> find(String name) {
    return Optional.ofNullable(hosts.get(name));
  }

  /**
   * The hosts, in the order in which they were made.
   *
   * @return an unmodifiable view
   */
  public Collection<Host> hosts() {
    return Collections.unmodifiableCollection(hosts.values());
  }

  /**
   * Takes a host away, with its wires, its addresses and the routes that other hosts had to it
   * through a wire of their own.
   *
   * @param host a host of this network
   */
  public void remove(Host host) {
    hosts.remove(host.name(), host);
    owners.values().forEach(list -> list.remove(host));
    for (Device device : host.devices.values()) {
      Device peer = device.peer;
      if (peer != null) {
        peer.host().removeDevice(peer);
      }
      Device.Segment segment = device.segment;
      if (segment != null) {
        segment.devices.remove(device);
      }
    }
    steering.values().removeIf(d -> d.host() == host);
    demanded.clear();
  }

  /**
   * Joins two devices, as a veth pair does.
   *
   * @param one a device
   * @param other another
   */
  public void wire(Device one, Device other) {
    one.peer = other;
    other.peer = one;
  }

  /**
   * Joins a device to a switch, on which every device reaches every other.
   *
   * @param segment the name of the switch; it is made if there is none
   * @param device the device
   */
  public void attach(String segment, Device device) {
    Device.Segment s = segments.computeIfAbsent(segment, n -> new Device.Segment());
    s.devices.add(device);
    device.segment = s;
  }

  /**
   * Makes a device a port of a bridge of its host.
   *
   * @param port the device
   * @param bridge the bridge
   * @param hairpin whether frames may leave through the port that they came in from
   */
  public void enslave(Device port, Device bridge, boolean hairpin) {
    port.bridge = bridge;
    port.hairpin = hairpin;
    bridge.isBridge = true;
    bridge.ports.add(port);
  }

  /**
   * Lets a device answer for every address that its host has a route to elsewhere.
   *
   * @param device the device
   */
  public void proxyArp(Device device) {
    device.proxyArp = true;
  }

  /**
   * Switches a device on or off; routes through it are not used while it is off.
   *
   * @param device the device
   * @param up whether it is on
   */
  public void up(Device device, boolean up) {
    device.up = up;
  }

  /**
   * Makes hosts when they are first needed.
   *
   * @param make called once for every address that a packet is sent or translated to, before it is
   *     routed; it may add the host that has the address, and what leads to it, to the network that
   *     it is given. Setting it again lets every address be asked for again
   */
  public void onDemand(BiConsumer<Network, IpAddress> make) {
    maker = make;
    demanded.clear();
  }

  /**
   * The hosts that have an address.
   *
   * @param address the address
   * @return the hosts, in the order in which they got it
   */
  public List<Host> ownersOf(IpAddress address) {
    return Collections.unmodifiableList(owners.getOrDefault(address, List.of()));
  }

  void announce(IpAddress address, Host host) {
    if (!address.isLoopback()) {
      List<Host> list = owners.computeIfAbsent(address, a -> new ArrayList<>(1));
      if (!list.contains(host)) {
        list.add(host);
      }
    }
  }

  void withdraw(IpAddress address, Host host) {
    List<Host> list = owners.get(address);
    if (list != null) {
      list.remove(host);
    }
  }

  // ---- time and chance

  /**
   * The clock.
   *
   * @return the clock that was given, or a fork's own
   */
  public VirtualClock clock() {
    return clock;
  }

  long now() {
    return clock.now().toEpochMilli();
  }

  void disturb() {
    disturbed = true;
  }

  /**
   * Whether calls have changed more than the tables of connections: a filter's lists, the limits of
   * ICMP errors. If they have not, and no time has passed, the next call from a fresh port meets
   * what the first one met.
   *
   * @return true from the first such change on
   */
  public boolean disturbed() {
    return disturbed;
  }

  Chooser chooser() {
    return chooser;
  }

  /** Looks at packets as a capture does: every one that a device sends or receives. */
  @FunctionalInterface
  public interface Tap {
    /**
     * Called for each packet.
     *
     * @param host the host
     * @param device the device's name
     * @param sent true for a packet that goes out, false for one that comes in
     * @param packet the packet as it is now; it changes later
     */
    void packet(Host host, String device, boolean sent, Packet packet);
  }

  /**
   * Calls back for every packet from now on; a fork begins without.
   *
   * @param listener what to call, or null for nothing
   */
  public void tap(@Nullable Tap listener) {
    tap = listener;
  }

  void captured(Device device, boolean sent, Packet packet) {
    if (tap != null) {
      tap.packet(device.host(), device.name(), sent, packet);
    }
  }

  // ---- asking

  /**
   * Opens a connection, or sends a datagram, and waits for what comes back.
   *
   * @param call who calls whom, and how long it waits
   * @return the attempt, with its outcome and its trace
   */
  public Attempt call(Call call) {
    chooser = call.chooser();
    return transport.call(call);
  }

  /**
   * Sends a request on an open connection and waits for its answer.
   *
   * @param connection an attempt of this network, or of the one that this is a fork of
   * @param patience how long to wait
   * @param choices makes what is left to chance
   * @return what came of it
   */
  public Exchange exchange(Attempt connection, Duration patience, Chooser choices) {
    chooser = choices;
    return connection.in(this).exchange(patience);
  }

  /**
   * Sends an ICMP echo request.
   *
   * @param call who asks whom; the port of the destination is ignored
   * @return the attempt; delivered if an echo reply came
   */
  public Attempt ping(Call call) {
    chooser = call.chooser();
    return transport.ping(call);
  }

  // ---- for the engine

  Forwarding forwarding() {
    return forwarding;
  }

  Transport transport() {
    return transport;
  }

  /** Lets a packet arrive after the ones that are under way. */
  void arrive(Runnable arrival) {
    arrivals.add(arrival);
  }

  /** Lets everything arrive that is under way. */
  void settle() {
    for (Runnable next = arrivals.poll(); next != null; next = arrivals.poll()) {
      next.run();
    }
  }

  void demand(IpAddress address) {
    BiConsumer<Network, IpAddress> make = maker;
    if (make != null && demanded.add(address)) {
      make.accept(this, address);
    }
  }

  void steer(FiveTuple answers, Device to) {
    steering.put(answers, to);
  }

  @Nullable
  Device steered(Packet packet) {
    return steering.isEmpty() ? null : steering.get(packet.tuple());
  }

  /** Calls back when a neighbour that nobody has found is given up. */
  void neighbourFails(Runnable then) {
    clock.after(Duration.ofSeconds(NEIGHBOUR_PATIENCE_SECONDS), then);
  }

  /**
   * Who answers on a device's link for an address.
   *
   * @return the device, or null
   */
  @Nullable
  Device neighbour(Device out, IpAddress address) {
    Device peer = out.peer;
    if (peer != null) {
      if (!peer.up) {
        return null;
      }
      return peer.bridge != null
          ? neighbourInBridge(peer.bridge, address)
          : answers(peer, address) ? peer : null;
    }
    Device.Segment segment = out.segment;
    if (segment == null) {
      return null;
    }
    for (Host owner : owners.getOrDefault(address, List.of())) {
      for (Device d : owner.devices.values()) {
        if (d.segment == segment && d.up && d != out) {
          return d;
        }
      }
    }
    for (Device d : segment.devices) {
      if (d.proxyArp && d != out && d.up && answers(d, address)) {
        return d;
      }
    }
    return null;
  }

  /** Who answers in a bridge: the bridge's host, or what hangs on one of its ports. */
  @Nullable
  Device neighbourInBridge(Device bridge, IpAddress address) {
    if (bridge.host().isLocal(address)) {
      return bridge;
    }
    for (Device port : bridge.ports) {
      Device far = port.peer;
      if (far != null && far.up && port.up && answers(far, address)) {
        return far;
      }
    }
    return null;
  }

  private static boolean answers(Device device, IpAddress address) {
    Host host = device.host();
    if (host.isLocal(address)) {
      return true;
    }
    if (!device.proxyArp) {
      return false;
    }
    Route route = host.lookup(address);
    return route != null
        && route.type() == Route.Type.UNICAST
        && !device.name().equals(route.device());
  }
}
