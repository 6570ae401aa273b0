package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the endpoints of a Service out of its slices, in one family.
 *
 * <p>Source: {@code pkg/proxy/endpointslicecache.go}. Slices are walked by name, where the original
 * walks them in random order.
 */
final class EndpointReader {

  /**
   * The endpoints of a Service.
   *
   * @param byPort the endpoints of each port that has some, by their text
   * @param complaints of addresses that were passed over
   * @param contested whether slices disagree on an endpoint, so that it depends on the node which
   *     of them it believes
   */
  record Endpoints(
      Map<ServicePortName, List<EndpointInfo>> byPort,
      List<ProxyEvent> complaints,
      boolean contested) {
    static final Endpoints NONE = new Endpoints(Map.of(), List.of(), false);

    List<EndpointInfo> of(ServicePortName port) {
      return byPort.getOrDefault(port, List.of());
    }
  }

  private final IpFamily family;
  private final KubeProxyVersion version;
  private final String node;
  private final List<ProxyEvent> complaints = new ArrayList<>();
  private boolean contested;

  private EndpointReader(Watched watched, String node) {
    this.family = watched.family();
    this.version = watched.version();
    this.node = node;
  }

  /**
   * Reads slices.
   *
   * @param slices the slices of one Service, by name
   * @param node who reads; empty for any node
   * @param before the endpoints before, whose chains need not be named again
   */
  static Endpoints read(
      Watched watched, Collection<EndpointSlice> slices, String node, Endpoints before) {
    return slices.isEmpty()
        ? Endpoints.NONE
        : new EndpointReader(watched, node).read(slices, before);
  }

  private Endpoints read(Collection<EndpointSlice> slices, Endpoints before) {
    Map<ServicePortName, Map<String, EndpointInfo>> found = new HashMap<>();
    for (EndpointSlice slice : slices) {
      for (EndpointPort port : slice.ports()) {
        Integer number = port.port();
        String portName = port.name();
        if (portName == null || number == null || number == 0) {
          continue;
        }
        ServicePortName name = new ServicePortName(
            slice.metadata().namespace(), slice.serviceName(), portName, port.protocol());
        Map<String, String> chains = chainsOf(before.of(name));
        Map<String, EndpointInfo> endpoints = found.computeIfAbsent(name, n -> new TreeMap<>());
        for (Endpoint endpoint : slice.endpoints()) {
          add(endpoints, endpoint, name, number, chains);
        }
      }
    }
    Map<ServicePortName, List<EndpointInfo>> result = new HashMap<>();
    found.forEach((name, endpoints) -> {
      if (!endpoints.isEmpty()) {
        result.put(name, List.copyOf(endpoints.values()));
      }
    });
    return new Endpoints(result, List.copyOf(complaints), contested);
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
      Map<String, String> chains) {
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
    boolean anyNodeAgrees = version.prefersEndpointsThatStay();
    boolean wins = anyNodeAgrees ? !terminating : local;
    if (endpoints.containsKey(text)) {
      contested |= !anyNodeAgrees;
      if (!wins) {
        return;
      }
    }
    @Nullable String known = chains.get(text);
    endpoints.put(
        text,
        new EndpointInfo(
            text,
            ip,
            readable(ip),
            port,
            endpoint.nodeName(),
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
