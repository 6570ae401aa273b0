package dev.hairpin.path;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.Timeout;
import dev.hairpin.path.trace.HostKind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A machine with a network stack of its own: a network namespace.
 *
 * <p>Made by {@link Network#host}. It has devices with addresses, routes, settings (sysctls),
 * processes that listen, and, where it filters, rules with connection tracking. Not thread-safe.
 */
public final class Host {
  private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
  private static final IpAddress NOWHERE = IpAddress.v4(0);
  private static final IpAddress NOWHERE_V6 = IpAddress.v6(0, 0);
  private static final int FIRST_EPHEMERAL = 32_768;
  private static final int EPHEMERAL_PORTS = 28_232;

  final Network network;
  private final String name;
  private final HostKind kind;
  private final String label;
  final Map<String, Device> devices = new LinkedHashMap<>();
  final RouteTable routes;

  @Nullable
  RouteTable sharedRoutes;

  private final Map<String, String> sysctls;
  final List<Listener> listeners = new ArrayList<>();
  final Map<FiveTuple, Socket> sockets = new HashMap<>();
  private final Map<IpAddress, Device> localAddresses = new LinkedHashMap<>();
  final IcmpLimiter icmpLimiter;

  @Nullable
  PacketFilter filter;

  @Nullable
  Conntrack conntrack;

  @Nullable
  Relay relay;

  private int nextPort;
  private int settingsVersion;

  Host(Network network, String name, HostKind kind) {
    this.network = network;
    this.name = name;
    this.kind = kind;
    this.label = kind == HostKind.POD || kind == HostKind.CLIENT ? name : kind + " " + name;
    this.routes = new RouteTable();
    this.sysctls = new HashMap<>();
    this.icmpLimiter = new IcmpLimiter();
    Device lo = device("lo");
    lo.addresses.add(new Device.Assigned(LOOPBACK, 8));
    lo.addresses.add(new Device.Assigned(IpAddress.parse("::1"), 128));
  }

  /** A copy in another network; devices are joined by the network. */
  Host(Network network, Host from) {
    this.network = network;
    this.name = from.name;
    this.kind = from.kind;
    this.label = from.label;
    this.routes = from.routes.copy();
    this.sharedRoutes = from.sharedRoutes;
    this.sysctls = new HashMap<>(from.sysctls);
    this.listeners.addAll(from.listeners);
    this.icmpLimiter = from.icmpLimiter.copy();
    this.filter = from.filter == null ? null : from.filter.copy();
    this.conntrack = from.conntrack == null ? null : from.conntrack.copy();
    this.relay = from.relay;
    this.nextPort = from.nextPort;
    for (Device d : from.devices.values()) {
      Device copy = device(d.name());
      copy.addresses.addAll(d.addresses);
      copy.hairpin = d.hairpin;
      copy.proxyArp = d.proxyArp;
      copy.isBridge = d.isBridge;
      copy.up = d.up;
    }
    from.localAddresses.forEach(
        (a, d) -> localAddresses.put(a, Objects.requireNonNull(devices.get(d.name()))));
    from.sockets.forEach((k, s) -> sockets.put(k, s.copy(this)));
  }

  /**
   * The name.
   *
   * @return the name, unique in its network
   */
  public String name() {
    return name;
  }

  /**
   * What the host stands for.
   *
   * @return the kind
   */
  public HostKind kind() {
    return kind;
  }

  /** How traces name the host: {@code node n1}, and a pod by its name alone. */
  String label() {
    return label;
  }

  // ---- devices and addresses

  /**
   * Finds a device, or makes it.
   *
   * @param deviceName the name, such as {@code eth0}
   * @return the device
   */
  public Device device(String deviceName) {
    return devices.computeIfAbsent(deviceName, n -> new Device(this, n));
  }

  /**
   * The devices, in the order in which they were made.
   *
   * @return an unmodifiable view
   */
  public Collection<Device> devices() {
    return Collections.unmodifiableCollection(devices.values());
  }

  /**
   * Gives a device an address, and the host the route to the address's network.
   *
   * @param device a device of this host
   * @param address the address
   * @param prefixLength the length of its network's prefix
   */
  public void address(Device device, IpAddress address, int prefixLength) {
    device.addresses.add(new Device.Assigned(address, prefixLength));
    localAddresses.putIfAbsent(address, device);
    network.announce(address, this);
    Cidr net = Cidr.containing(address, prefixLength);
    if (net.hostBits() > 0 && !device.isLoopback()) {
      routes.putIfAbsent(new Route(Route.Type.UNICAST, net, null, device.name(), address));
    }
  }

  /**
   * Takes an address away.
   *
   * @param device a device of this host
   * @param address the address
   */
  public void removeAddress(Device device, IpAddress address) {
    device.addresses.removeIf(a -> a.address().equals(address));
    localAddresses.remove(address, device);
    for (Device other : devices.values()) {
      if (other.addresses.stream().anyMatch(a -> a.address().equals(address))) {
        localAddresses.putIfAbsent(address, other);
      }
    }
    if (!localAddresses.containsKey(address)) {
      network.withdraw(address, this);
    }
  }

  /**
   * Takes a device away, with its addresses and the routes through it. An address that another
   * device has too stays, as the gateway of a node's pods does until the last of them goes.
   */
  void removeDevice(Device device) {
    for (Device.Assigned assigned : List.copyOf(device.addresses)) {
      removeAddress(device, assigned.address());
    }
    routes.removeDevice(device.name());
    devices.remove(device.name());
    if (device.bridge != null) {
      device.bridge.ports.remove(device);
    }
  }

  /**
   * Whether an address is one of the host's own.
   *
   * @param address the address
   * @return true also for every loopback address
   */
  public boolean isLocal(IpAddress address) {
    return address.isLoopback() || localAddresses.containsKey(address);
  }

  /**
   * The first address of the host that is no loopback address.
   *
   * @param family the family
   * @return the address, or nothing
   */
  public Optional<IpAddress> address(IpFamily family) {
    return localAddresses.keySet().stream().filter(a -> a.family() == family).findFirst();
  }

  // ---- routes

  /**
   * Adds a route, or replaces the one to the same destination.
   *
   * @param route the route
   */
  public void route(Route route) {
    routes.put(route);
  }

  /**
   * The host's own routes, without those to its own addresses.
   *
   * @return the table
   */
  public RouteTable routes() {
    return routes;
  }

  /**
   * Lets the host use routes that it shares with others, where its own are not more special.
   *
   * @param shared the shared routes
   */
  public void shareRoutes(RouteTable shared) {
    sharedRoutes = shared;
  }

  /** The route to an address, or null if there is none. */
  @Nullable
  Route lookup(IpAddress to) {
    if (to.isLoopback()) {
      IpAddress source = to.isV4() ? LOOPBACK : to;
      return new Route(Route.Type.LOCAL, Cidr.host(to), null, "lo", source);
    }
    Device local = localAddresses.get(to);
    if (local != null) {
      return new Route(Route.Type.LOCAL, Cidr.host(to), null, "lo", to);
    }
    if (isBroadcast(to)) {
      return new Route(Route.Type.BROADCAST, Cidr.host(to), null, null, null);
    }
    Route own = routes.find(to, this::isUsable);
    if (sharedRoutes == null) {
      return own;
    }
    Route shared = sharedRoutes.find(to, this::isUsable);
    if (shared == null || (shared.via() != null && isLocal(shared.via()))) {
      return own;
    }
    boolean ownIsBetter =
        own != null && own.destination().prefixLength() >= shared.destination().prefixLength();
    return ownIsBetter ? own : shared;
  }

  /** Whether a route needs no device, or one that is there and on. */
  private boolean isUsable(Route route) {
    if (route.device() == null) {
      return true;
    }
    Device device = devices.get(route.device());
    return device != null && device.up;
  }

  private boolean isBroadcast(IpAddress a) {
    if (!a.isV4()) {
      return false;
    }
    if (a.low() == 0xffff_ffffL) {
      return true;
    }
    for (Device d : devices.values()) {
      for (Device.Assigned assigned : d.addresses) {
        if (assigned.isBroadcast(a)) {
          return true;
        }
      }
    }
    return false;
  }

  /** How the host's routing sees an address. */
  AddressClass classify(IpAddress a) {
    if (a.isUnspecified()) {
      return AddressClass.UNSPEC;
    }
    if (a.isV4() ? a.low() >>> 28 == 14 : a.high() >>> 56 == 0xff) {
      return AddressClass.MULTICAST;
    }
    Route route = lookup(a);
    if (route == null) {
      return AddressClass.UNREACHABLE;
    }
    return switch (route.type()) {
      case LOCAL -> AddressClass.LOCAL;
      case UNICAST -> AddressClass.UNICAST;
      case BROADCAST -> AddressClass.BROADCAST;
      case BLACKHOLE -> AddressClass.BLACKHOLE;
      case UNREACHABLE -> AddressClass.UNREACHABLE;
      case PROHIBIT -> AddressClass.PROHIBIT;
    };
  }

  /**
   * The address that stands for the host towards a neighbour: of the device the one whose network
   * holds the neighbour, else its first; without any, the first of another device.
   *
   * <p>This is what MASQUERADE takes, what a process gets that binds to none, and where ICMP errors
   * come from.
   */
  @Nullable
  IpAddress sourceTowards(@Nullable Device device, IpAddress neighbour) {
    @Nullable IpAddress first = null;
    if (device != null) {
      for (Device.Assigned a : device.addresses) {
        if (isGlobal(a.address(), neighbour.family())) {
          if (a.network().contains(neighbour)) {
            return a.address();
          }
          if (first == null) {
            first = a.address();
          }
        }
      }
    }
    if (first != null) {
      return first;
    }
    for (Device d : devices.values()) {
      for (Device.Assigned a : d.addresses) {
        if (isGlobal(a.address(), neighbour.family())) {
          return a.address();
        }
      }
    }
    return null;
  }

  /**
   * The address that a packet of the host itself gets on a route to a link: the device's first. A
   * loopback address counts where {@code route_localnet} is set, as for a route to lo.
   */
  @Nullable
  IpAddress sourceOnLink(Device device, IpFamily family) {
    boolean localnet = routesLocalnet(device);
    for (Device.Assigned a : device.addresses) {
      if (isGlobal(a.address(), family) || (localnet && a.address().family() == family)) {
        return a.address();
      }
    }
    return sourceTowards(device, family == IpFamily.IPV4 ? NOWHERE : NOWHERE_V6);
  }

  private static boolean isGlobal(IpAddress a, IpFamily family) {
    return a.family() == family && !a.isLoopback();
  }

  // ---- settings

  /**
   * Sets a sysctl.
   *
   * @param key the key, such as {@code net.ipv4.conf.all.rp_filter}
   * @param value the value
   */
  public void sysctl(String key, String value) {
    sysctls.put(key, value);
    settingsVersion++;
    Conntrack table = conntrack;
    if (table == null) {
      return;
    }
    applyConntrackSetting(table, key, value);
  }

  private static void applyConntrackSetting(Conntrack table, String key, String value) {
    String prefix = "net.netfilter.nf_conntrack_";
    if (!key.startsWith(prefix)) {
      return;
    }
    String rest = key.substring(prefix.length());
    Timeout.bySysctl(rest).ifPresent(t -> table.timeout(t, Long.parseLong(value)));
    switch (rest) {
      case "max" -> table.max(Integer.parseInt(value));
      case "tcp_loose" -> table.tcpLoose(!value.equals("0"));
      case "tcp_be_liberal" -> table.tcpLiberal(!value.equals("0"));
      default -> {
        // A setting without effect in the model.
      }
    }
  }

  int setting(String key, int defaultValue) {
    String value = sysctls.get(key);
    return value == null ? defaultValue : Integer.parseInt(value.trim());
  }

  /** What the sysctls say about a device, and which version of them was read. */
  record DeviceSettings(int version, int routeLocalnet, int rpFilter, int acceptLocal) {}

  /** Every packet asks, and hardly ever was a sysctl set between two. */
  private DeviceSettings settings(Device device) {
    DeviceSettings known = device.settings;
    if (known == null || known.version != settingsVersion) {
      known = new DeviceSettings(
          settingsVersion,
          deviceSetting("route_localnet", device),
          deviceSetting("rp_filter", device),
          deviceSetting("accept_local", device));
      device.settings = known;
    }
    return known;
  }

  /** A setting that is in force if it is set for all devices or for this one. */
  private int deviceSetting(String setting, Device device) {
    String prefix = "net.ipv4.conf.";
    int all = setting(prefix + "all." + setting, 0);
    int own =
        setting(prefix + device.name() + "." + setting, setting(prefix + "default." + setting, 0));
    return Math.max(all, own);
  }

  boolean routesLocalnet(Device device) {
    return settings(device).routeLocalnet != 0;
  }

  int rpFilter(Device device) {
    return settings(device).rpFilter;
  }

  boolean acceptsLocal(Device device) {
    return settings(device).acceptLocal != 0;
  }

  boolean forwards(IpFamily family) {
    return family == IpFamily.IPV4
        ? setting("net.ipv4.ip_forward", setting("net.ipv4.conf.all.forwarding", 0)) != 0
        : setting("net.ipv6.conf.all.forwarding", 0) != 0;
  }

  boolean filtersBridge() {
    return setting("net.bridge.bridge-nf-call-iptables", 1) != 0;
  }

  long icmpRateLimitMs() {
    return setting("net.ipv4.icmp_ratelimit", 1000);
  }

  // ---- rules and processes

  /**
   * Gives the host rules, and connection tracking if it has none.
   *
   * @param rules the rules
   */
  public void filter(PacketFilter rules) {
    filter = rules;
    trackConnections();
  }

  /**
   * The host's rules.
   *
   * @return the rules, or nothing
   */
  public Optional<PacketFilter> filter() {
    return Optional.ofNullable(filter);
  }

  private Conntrack trackConnections() {
    Conntrack table = conntrack;
    if (table == null) {
      Conntrack made = new Conntrack();
      sysctls.forEach((k, v) -> applyConntrackSetting(made, k, v));
      conntrack = made;
      return made;
    }
    return table;
  }

  /**
   * The host's connection tracking.
   *
   * @return the table; nothing if the host has neither rules nor a relay
   */
  public Optional<Conntrack> conntrack() {
    return Optional.ofNullable(conntrack);
  }

  /**
   * Makes the host a load balancer of layer 4 for its own addresses.
   *
   * @param balancer decides about new connections
   */
  public void relay(Relay balancer) {
    relay = balancer;
    sysctl("net.ipv4.ip_forward", "1");
    sysctl("net.ipv6.conf.all.forwarding", "1");
    trackConnections();
  }

  /**
   * Starts a process that waits for callers.
   *
   * @param listener the process
   */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /**
   * Stops a process: nobody listens any more, and its open connections are closed in order.
   *
   * @param process the name
   */
  public void stop(String process) {
    stopListening(process);
    for (Socket s : List.copyOf(sockets.values())) {
      if (s.listener != null && s.listener.process().equals(process)) {
        network.transport().close(s, false);
      }
    }
  }

  /**
   * Closes the listeners of a process; the connections that it has accepted go on.
   *
   * @param process the name
   */
  public void stopListening(String process) {
    listeners.removeIf(l -> l.process().equals(process));
  }

  @Nullable
  Listener listener(Protocol protocol, SocketAddress to) {
    for (Listener l : listeners) {
      if (l.takes(protocol, to)) {
        return l;
      }
    }
    return null;
  }

  /** A source port of the ephemeral range that no socket to this place uses. */
  int ephemeralPort(Protocol protocol, IpAddress source, SocketAddress to) {
    for (int i = 0; i < EPHEMERAL_PORTS; i++) {
      int port = FIRST_EPHEMERAL + nextPort;
      nextPort = (nextPort + 1) % EPHEMERAL_PORTS;
      FiveTuple ends = new FiveTuple(protocol, new SocketAddress(source, port), to);
      if (!sockets.containsKey(ends)) {
        return port;
      }
    }
    return -1;
  }

  /** {@code node n1}. */
  @Override
  public String toString() {
    return label();
  }
}
