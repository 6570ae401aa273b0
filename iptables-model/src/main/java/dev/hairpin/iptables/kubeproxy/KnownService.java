package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.iptables.kubeproxy.EndpointReader.Endpoints;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A Service as kube-proxies know it: its ports, and its slices with the endpoints in them.
 *
 * <p>Immutable, so that all nodes and forks share it: what is worked out when it is first asked for
 * is the same whoever asks.
 */
final class KnownService {
  private final Map<ServicePortName, ServicePortInfo> ports;
  private final SortedMap<String, EndpointSlice> slices;

  /** The endpoints; until they are read, those that were last. */
  private volatile Read read;

  /** What became of ports that are the same on every node. */
  private volatile Map<ServicePortName, PortState> states = Map.of();

  private record Read(Endpoints endpoints, boolean isCurrent) {
    static final Read NOTHING = new Read(Endpoints.NONE, true);
  }

  private static final KnownService NOTHING =
      new KnownService(Map.of(), new TreeMap<>(), Read.NOTHING);

  private KnownService(
      Map<ServicePortName, ServicePortInfo> ports,
      SortedMap<String, EndpointSlice> slices,
      Read read) {
    this.ports = ports;
    this.slices = slices;
    this.read = read;
  }

  /** A Service with other ports; null for one of which nothing is known any more. */
  static @Nullable KnownService withPorts(
      @Nullable KnownService before, Map<ServicePortName, ServicePortInfo> ports) {
    KnownService old = before == null ? NOTHING : before;
    return ports.isEmpty() && old.slices.isEmpty()
        ? null
        : new KnownService(ports, old.slices, old.read);
  }

  /** The same with a slice. */
  static KnownService withSlice(@Nullable KnownService before, EndpointSlice slice) {
    KnownService old = before == null ? NOTHING : before;
    SortedMap<String, EndpointSlice> slices = new TreeMap<>(old.slices);
    slices.put(slice.metadata().name(), slice);
    return new KnownService(old.ports, slices, new Read(old.read.endpoints, false));
  }

  /** The same without a slice; null if nothing is known any more. */
  @Nullable
  KnownService withoutSlice(String name) {
    SortedMap<String, EndpointSlice> others = new TreeMap<>(slices);
    others.remove(name);
    return ports.isEmpty() && others.isEmpty()
        ? null
        : new KnownService(ports, others, new Read(read.endpoints, others.isEmpty()));
  }

  Map<ServicePortName, ServicePortInfo> ports() {
    return ports;
  }

  @Nullable
  EndpointSlice slice(String name) {
    return slices.get(name);
  }

  /** The endpoints, as a node reads them. */
  Endpoints endpoints(Watched watched, String node) {
    if (slices.isEmpty()) {
      return Endpoints.NONE;
    }
    Read known = read;
    if (!known.isCurrent) {
      known = new Read(EndpointReader.read(watched, slices.values(), "", known.endpoints), true);
      read = known;
    }
    return known.endpoints.contested()
        ? EndpointReader.read(watched, slices.values(), node, known.endpoints)
        : known.endpoints;
  }

  /** How many addresses are ready on a node, over all ports. */
  int readyOn(Watched watched, String node) {
    Set<String> addresses = new HashSet<>();
    for (List<EndpointInfo> endpoints : endpoints(watched, node).byPort().values()) {
      for (EndpointInfo endpoint : endpoints) {
        if (endpoint.isOn(node) && endpoint.ready()) {
          addresses.add(endpoint.ipText());
        }
      }
    }
    return addresses.size();
  }

  /** What became of a port that is the same on every node; null if nobody has said so yet. */
  @Nullable
  PortState stateOf(ServicePortName port) {
    return states.get(port);
  }

  void setState(PortState state) {
    if (ports.size() == 1) {
      states = Map.of(state.service().name(), state);
    } else {
      Map<ServicePortName, PortState> more = new HashMap<>(states);
      more.put(state.service().name(), state);
      states = more;
    }
  }
}
