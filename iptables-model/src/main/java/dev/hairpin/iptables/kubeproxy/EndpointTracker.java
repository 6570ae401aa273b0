package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The slices of every Service in one family, and the endpoints in them.
 *
 * <p>Source: {@code pkg/proxy/endpointslicecache.go}. Slices are walked by name, where the original
 * walks them in random order.
 */
final class EndpointTracker {

  /** What changed for a Service: its endpoints before and now. */
  record Change(
      String service,
      Map<ServicePortName, List<EndpointInfo>> before,
      Map<ServicePortName, List<EndpointInfo>> now) {}

  private static final class OfService {
    private final TreeMap<String, EndpointSlice> slices;
    /** Never changed, but replaced. */
    private Map<ServicePortName, List<EndpointInfo>> endpoints = Map.of();

    private List<ProxyEvent> events = List.of();

    OfService() {
      this.slices = new TreeMap<>();
    }

    private OfService(OfService original) {
      this.slices = new TreeMap<>(original.slices);
      this.endpoints = original.endpoints;
      this.events = original.events;
    }

    OfService copy() {
      return new OfService(this);
    }
  }

  private final IpFamily family;
  private final KubeProxyVersion version;
  private final boolean onlyFamily;
  private final String node;
  private final ForkableMap<String, OfService> services;
  private final Set<String> pending = new LinkedHashSet<>();
  private final List<ProxyEvent> events = new ArrayList<>();

  EndpointTracker(IpFamily family, KubeProxyVersion version, boolean onlyFamily, String node) {
    this.family = family;
    this.version = version;
    this.onlyFamily = onlyFamily;
    this.node = node;
    this.services = new ForkableMap<>();
  }

  private EndpointTracker(EndpointTracker original) {
    this.family = original.family;
    this.version = original.version;
    this.onlyFamily = original.onlyFamily;
    this.node = original.node;
    this.services = original.services.frozenCopy();
    this.pending.addAll(original.pending);
    this.events.addAll(original.events);
  }

  /** A copy of a tracker that is not changed any more. */
  EndpointTracker frozenCopy() {
    return new EndpointTracker(this);
  }

  private OfService writable(String key) {
    OfService known = services.writable(key, OfService::copy);
    if (known != null) {
      return known;
    }
    OfService added = new OfService();
    services.put(key, added);
    return added;
  }

  /** Takes a slice that was added or changed; false if nothing is to be done. */
  boolean update(EndpointSlice slice) {
    if (!isTaken(slice)) {
      return false;
    }
    String key = key(slice);
    @Nullable EndpointSlice before = writable(key).slices.put(slice.metadata().name(), slice);
    if (slice.equals(before)) {
      return false;
    }
    pending.add(key);
    return true;
  }

  boolean delete(EndpointSlice slice) {
    String key = key(slice);
    @Nullable OfService service = services.get(key);
    if (!isTaken(slice)
        || service == null
        || !service.slices.containsKey(slice.metadata().name())) {
      return false;
    }
    writable(key).slices.remove(slice.metadata().name());
    pending.add(key);
    return true;
  }

  private static String key(EndpointSlice slice) {
    return slice.metadata().namespace() + "/" + slice.serviceName();
  }

  private boolean isTaken(EndpointSlice slice) {
    if (slice.serviceName().isEmpty()
        || slice.metadata().namespace().isEmpty()
        || slice.metadata().name().isEmpty()
        || !ServicePortInfo.slicesAreSeen(slice.metadata().labels(), version)) {
      return false;
    }
    String type = slice.addressType();
    if (version.filtersSlicesByAddressType() || !onlyFamily) {
      return type.equals(family.toString());
    }
    // Alone, a v1.30 proxier takes the slices of both families and looks at each address.
    return type.equals("IPv4") || type.equals("IPv6");
  }

  List<EndpointInfo> endpointsOf(ServicePortName name) {
    @Nullable OfService service = services.get(name.service());
    return service == null ? List.of() : service.endpoints.getOrDefault(name, List.of());
  }

  /** How many addresses of a Service are ready on this node, over all its ports. */
  int localReadyAddresses(String key) {
    @Nullable OfService service = services.get(key);
    if (service == null) {
      return 0;
    }
    Set<String> addresses = new LinkedHashSet<>();
    for (List<EndpointInfo> endpoints : service.endpoints.values()) {
      for (EndpointInfo endpoint : endpoints) {
        if (endpoint.local() && endpoint.ready()) {
          addresses.add(endpoint.ipText());
        }
      }
    }
    return addresses.size();
  }

  /** What changed since the last call. */
  List<Change> takeChanges() {
    List<Change> changes = new ArrayList<>(pending.size());
    for (String key : pending) {
      OfService service = writable(key);
      // The original works the endpoints before out anew, and complains of them anew.
      events.addAll(service.events);
      Map<ServicePortName, List<EndpointInfo>> before = service.endpoints;
      List<ProxyEvent> complaints = new ArrayList<>();
      service.endpoints = endpoints(service, before, complaints);
      service.events = complaints;
      events.addAll(complaints);
      changes.add(new Change(key, before, service.endpoints));
      if (service.slices.isEmpty()) {
        services.remove(key);
      }
    }
    pending.clear();
    return changes;
  }

  List<ProxyEvent> takeEvents() {
    List<ProxyEvent> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  private Map<ServicePortName, List<EndpointInfo>> endpoints(
      OfService service,
      Map<ServicePortName, List<EndpointInfo>> before,
      List<ProxyEvent> complaints) {
    Map<ServicePortName, Map<String, EndpointInfo>> found = new HashMap<>();
    for (EndpointSlice slice : service.slices.values()) {
      for (EndpointPort port : slice.ports()) {
        Integer number = port.port();
        String portName = port.name();
        if (portName == null || number == null || number == 0) {
          continue;
        }
        ServicePortName name = new ServicePortName(
            slice.metadata().namespace(), slice.serviceName(), portName, port.protocol());
        Map<String, String> chains = chainsOf(before.getOrDefault(name, List.of()));
        Map<String, EndpointInfo> endpoints = found.computeIfAbsent(name, n -> new TreeMap<>());
        for (Endpoint endpoint : slice.endpoints()) {
          add(endpoints, endpoint, name, number, chains, complaints);
        }
      }
    }
    Map<ServicePortName, List<EndpointInfo>> result = new HashMap<>();
    found.forEach((name, endpoints) -> {
      if (!endpoints.isEmpty()) {
        result.put(name, List.copyOf(endpoints.values()));
      }
    });
    return result;
  }

  /** The names of chains that need not be hashed again. */
  private static Map<String, String> chainsOf(List<EndpointInfo> endpoints) {
    if (endpoints.isEmpty()) {
      return Map.of();
    }
    Map<String, String> chains = new HashMap<>(endpoints.size() * 2);
    endpoints.forEach(endpoint -> chains.put(endpoint.text(), endpoint.chain()));
    return chains;
  }

  private void add(
      Map<String, EndpointInfo> endpoints,
      Endpoint endpoint,
      ServicePortName name,
      int port,
      Map<String, String> chains,
      List<ProxyEvent> complaints) {
    if (endpoint.addresses().isEmpty()) {
      return;
    }
    String given = endpoint.addresses().get(0);
    Optional<IpAddress> address = LenientIp.parse(given);
    if (!version.filtersSlicesByAddressType() && !isOfFamily(address)) {
      complaints.add(new ProxyEvent(
          true,
          name.service(),
          "KubeProxyIncorrectIPVersion",
          "GatherEndpoints",
          given + " in endpointslice has incorrect IP version"));
      return;
    }
    String ip = version.normalizesEndpointAddresses() && address.isPresent()
        ? address.get().toString()
        : given;
    String text = ip.indexOf(':') >= 0 ? "[" + ip + "]:" + port : ip + ":" + port;
    boolean local = !node.isEmpty() && node.equals(endpoint.nodeName());
    boolean terminating = Boolean.TRUE.equals(endpoint.terminating());
    boolean wins = version.prefersEndpointsThatStay() ? !terminating : local;
    if (endpoints.containsKey(text) && !wins) {
      return;
    }
    @Nullable String known = chains.get(text);
    endpoints.put(
        text,
        new EndpointInfo(
            text,
            ip,
            readable(ip),
            port,
            local,
            !Boolean.FALSE.equals(endpoint.ready()),
            !Boolean.FALSE.equals(endpoint.serving()),
            terminating,
            endpoint.zoneHints(),
            endpoint.nodeHints(),
            known != null ? known : ChainNames.ENDPOINT + ChainNames.hash(name.hashed() + text)));
  }

  /** The address if iptables reads the text as it is, and the rules can name it. */
  private @Nullable IpAddress readable(String text) {
    Optional<IpAddress> address = IpAddress.tryParse(text);
    boolean readable = address.isPresent()
        && address.get().family() == family
        && (family == IpFamily.IPV6 || text.indexOf(':') < 0);
    return readable ? address.get() : null;
  }

  private boolean isOfFamily(Optional<IpAddress> address) {
    boolean v6 = address.isPresent() && !address.get().isV4();
    return v6 == (family == IpFamily.IPV6);
  }
}
