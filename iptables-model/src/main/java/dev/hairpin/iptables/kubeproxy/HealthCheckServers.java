package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP servers that tell load balancers whether this node has endpoints of a Service.
 *
 * <p>Source: {@code pkg/proxy/healthcheck/service_health.go}.
 */
public final class HealthCheckServers {

  /**
   * A server that was started or stopped on an address.
   *
   * @param started true if it listens from now on, false if no longer
   * @param network {@code tcp4} or {@code tcp6}; empty where the version does not tell families
   *     apart
   * @param address the address with port
   */
  public record ServerEvent(boolean started, String network, String address) {
    /** {@code listen address}, {@code listen network address} or {@code close address}. */
    @Override
    public String toString() {
      if (!started) {
        return "close " + address;
      }
      return network.isEmpty() ? "listen " + address : "listen " + network + " " + address;
    }
  }

  /**
   * An answer to an HTTP request.
   *
   * @param status such as 200 or 503
   * @param headers the headers that the server sets
   * @param body the body, mostly JSON
   */
  public record Answer(int status, Map<String, String> headers, String body) {}

  private record Server(int port, int localEndpoints) {}

  private final Map<String, Server> servers = new TreeMap<>();
  private final List<String> hosts = new ArrayList<>();
  private final String network;
  private final String node;
  private final List<ProxyEvent> failures = new ArrayList<>();

  /** The addresses that are taken on the node; nothing is, if nobody says so. */
  private @Nullable Set<String> taken;

  HealthCheckServers(ProxierSettings settings, HostFacts host, String node) {
    this.node = node;
    boolean v4 = settings.family() == IpFamily.IPV4;
    boolean byFamily = settings.version().servesHealthByFamily();
    this.network = !byFamily ? "" : v4 ? "tcp4" : "tcp6";
    if (settings.nodePortAddresses().matchAll()) {
      hosts.add(byFamily && !v4 ? "[::]" : "0.0.0.0");
    } else {
      for (IpAddress address : settings.nodePortAddresses().localAddresses(host)) {
        hosts.add(address.isV4() ? address.toString() : "[" + address + "]");
      }
    }
  }

  private HealthCheckServers(HealthCheckServers original, @Nullable Set<String> taken) {
    this.node = original.node;
    this.network = original.network;
    this.hosts.addAll(original.hosts);
    this.servers.putAll(original.servers);
    this.failures.addAll(original.failures);
    this.taken = taken;
  }

  /** A copy for a host on which the same addresses are taken; null if nobody knows of them. */
  HealthCheckServers copy(@Nullable Set<String> takenThere) {
    return new HealthCheckServers(this, takenThere);
  }

  /** From now on addresses are bound among those of the whole node, and may be taken. */
  void bindAmong(Set<String> takenAddresses) {
    taken = takenAddresses;
  }

  /** What could not be started since the last call. */
  List<ProxyEvent> takeFailures() {
    List<ProxyEvent> taking = List.copyOf(failures);
    failures.clear();
    return taking;
  }

  /** Starts and stops servers, so that there is one for each Service with such a port. */
  List<ServerEvent> sync(Map<String, Integer> ports, Map<String, Integer> localEndpoints) {
    List<ServerEvent> events = new ArrayList<>();
    servers.entrySet().removeIf(entry -> {
      @Nullable Integer port = ports.get(entry.getKey());
      boolean gone = port == null || port != entry.getValue().port;
      if (gone) {
        close(addresses(entry.getValue().port), events);
      }
      return gone;
    });
    new TreeMap<>(ports).forEach((service, port) -> {
      if (servers.containsKey(service) || listen(service, port, events)) {
        servers.put(service, new Server(port, localEndpoints.getOrDefault(service, 0)));
      }
    });
    return events;
  }

  /** Listens on every address or, if one is taken, on none; then the next sync tries again. */
  private boolean listen(String service, int port, List<ServerEvent> events) {
    List<String> addresses = addresses(port);
    for (int i = 0; i < addresses.size(); i++) {
      String address = addresses.get(i);
      if (taken != null && !taken.add(address)) {
        close(addresses.subList(0, i), events);
        failures.add(new ProxyEvent(
            true,
            service,
            "FailedToStartServiceHealthcheck",
            "Listen",
            "node " + node + " failed to start healthcheck \"" + service + "\" on port " + port
                + ": listen tcp " + address + ": bind: address already in use"));
        return false;
      }
      events.add(new ServerEvent(true, network, address));
    }
    return true;
  }

  private void close(List<String> addresses, List<ServerEvent> events) {
    for (String address : addresses) {
      events.add(new ServerEvent(false, "", address));
      if (taken != null) {
        taken.remove(address);
      }
    }
  }

  private List<String> addresses(int port) {
    return hosts.stream().map(host -> host + ":" + port).toList();
  }

  /**
   * The Services that are told of.
   *
   * @return {@code namespace/name}, sorted
   */
  public List<String> services() {
    return List.copyOf(servers.keySet());
  }

  /**
   * Where a Service's server listens.
   *
   * @param service {@code namespace/name}
   * @return the addresses with port; none if it has no server
   */
  public List<String> addressesOf(String service) {
    @Nullable Server server = servers.get(service);
    return server == null ? List.of() : addresses(server.port);
  }

  /**
   * The Service whose server listens on a port.
   *
   * @param port the port
   * @return {@code namespace/name}, or nothing if no server listens there
   */
  public Optional<String> serviceOn(int port) {
    return servers.entrySet().stream()
        .filter(server -> server.getValue().port == port)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /**
   * Asks a Service's server.
   *
   * @param service {@code namespace/name}
   * @param proxyHealthy whether kube-proxy itself is healthy
   * @return the answer, or nothing if the Service has no server
   */
  public Optional<Answer> ask(String service, boolean proxyHealthy) {
    @Nullable Server server = servers.get(service);
    if (server == null) {
      return Optional.empty();
    }
    int slash = service.indexOf('/');
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("X-Load-Balancing-Endpoint-Weight", Integer.toString(server.localEndpoints));
    String body = "{\n\t\"service\": {\n\t\t\"namespace\": \""
        + service.substring(0, slash)
        + "\",\n\t\t\"name\": \""
        + service.substring(slash + 1)
        + "\"\n\t},\n\t\"localEndpoints\": "
        + server.localEndpoints
        + ",\n\t\"serviceProxyHealthy\": "
        + proxyHealthy
        + "\n}";
    int status = server.localEndpoints > 0 && proxyHealthy ? 200 : 503;
    return Optional.of(new Answer(status, headers, body));
  }
}
