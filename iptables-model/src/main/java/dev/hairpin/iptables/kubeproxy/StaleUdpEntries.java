package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which entries of the connection tracking table lead to endpoints that no longer serve.
 *
 * <p>Source: {@code pkg/proxy/conntrack/cleanup.go} of v1.32 and later. Immutable.
 */
public final class StaleUdpEntries {

  /** Finds nothing stale. */
  static final StaleUdpEntries NONE = new StaleUdpEntries(Map.of(), Map.of());

  private final Map<SocketAddress, Set<String>> endpointsOfAddress;
  private final Map<Integer, Set<String>> endpointsOfNodePort;

  private StaleUdpEntries(
      Map<SocketAddress, Set<String>> endpointsOfAddress,
      Map<Integer, Set<String>> endpointsOfNodePort) {
    this.endpointsOfAddress = endpointsOfAddress;
    this.endpointsOfNodePort = endpointsOfNodePort;
  }

  static StaleUdpEntries of(Iterable<PortState> ports) {
    Map<SocketAddress, Set<String>> addresses = new HashMap<>();
    Map<Integer, Set<String>> nodePorts = new HashMap<>();
    for (PortState port : ports) {
      ServicePortInfo service = port.service();
      if (service.name().protocol() != Protocol.UDP) {
        continue;
      }
      Set<String> serving = new HashSet<>();
      for (EndpointInfo endpoint : port.endpoints()) {
        if (endpoint.serving()) {
          serving.add(endpoint.text());
        }
      }
      if (serving.isEmpty()) {
        continue;
      }
      addresses.put(new SocketAddress(service.clusterIp(), service.port()), serving);
      service
          .externalIps()
          .forEach(a -> addresses.put(new SocketAddress(a, service.port()), serving));
      service
          .loadBalancerVips()
          .forEach(a -> addresses.put(new SocketAddress(a, service.port()), serving));
      if (service.nodePort() != 0) {
        nodePorts.put(service.nodePort(), serving);
      }
    }
    return new StaleUdpEntries(addresses, nodePorts);
  }

  /**
   * Whether an entry is to be deleted.
   *
   * @param protocol the entry's protocol
   * @param originalDestination the destination of its original tuple
   * @param replySource the source of its reply tuple
   * @return true if it belongs to a Service that has serving endpoints, of which this is none
   */
  public boolean contains(
      Protocol protocol, SocketAddress originalDestination, SocketAddress replySource) {
    if (protocol != Protocol.UDP) {
      return false;
    }
    Set<String> serving = endpointsOfAddress.get(originalDestination);
    if (serving == null) {
      serving = endpointsOfNodePort.get(originalDestination.port());
    }
    return serving != null && !serving.contains(replySource.toString());
  }
}
