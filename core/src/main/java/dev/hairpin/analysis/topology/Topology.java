package dev.hairpin.analysis.topology;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressBackend;
import dev.hairpin.api.IngressPath;
import dev.hairpin.api.IngressRule;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.render.Escape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is connected with what, as the objects of a cluster say: entries from outside, Services, and
 * the endpoints behind them, by node and zone. Whether a packet really arrives is another question.
 *
 * @param entries load balancers and external names by which clients outside come in, by name
 * @param services the Services by namespace and name
 * @param pods the pods by zone, node and name; and addresses of endpoints that are no pods
 */
public record Topology(List<Entry> entries, List<Box> services, List<Place> pods) {

  /** Copies the lists. */
  public Topology {
    entries = List.copyOf(entries);
    services = List.copyOf(services);
    pods = List.copyOf(pods);
  }

  /**
   * An entry from outside.
   *
   * @param object {@code service ui/ui-nlb} or {@code ingress ui/ui}
   * @param address the name or address of its load balancer; empty while it has none
   * @param services the Services that it leads to, as {@code namespace/name}
   */
  public record Entry(String object, String address, List<String> services) {

    /** Copies the list. */
    public Entry {
      services = List.copyOf(services);
    }
  }

  /**
   * A Service.
   *
   * @param name {@code namespace/name}
   * @param address its ClusterIP; {@code headless}, or the external name
   * @param ports such as {@code 80/TCP}
   * @param endpoints the names of the places behind it, and whether each takes new connections
   */
  public record Box(
      String name, String address, List<String> ports, Map<String, Boolean> endpoints) {

    /** Copies the collections. */
    public Box {
      ports = List.copyOf(ports);
      endpoints = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(endpoints));
    }
  }

  /**
   * Where connections can end.
   *
   * @param name {@code namespace/pod}, or an address that is no pod's
   * @param node its node; empty if it has none
   * @param zone the node's zone; may be empty
   */
  public record Place(String name, String node, String zone) {}

  /**
   * The map of a cluster.
   *
   * @param state the cluster
   * @return its map
   */
  public static Topology of(ClusterState state) {
    Map<String, Place> places = new TreeMap<>();
    for (Pod pod : state.list(Pod.class)) {
      String node = pod.spec().nodeName();
      String zone = state.get(Node.class, "", node).map(Node::zone).orElse("");
      places.put(pod.key().namespacedName(), new Place(pod.key().namespacedName(), node, zone));
    }
    Map<String, Map<String, Boolean>> behind = new TreeMap<>();
    for (EndpointSlice slice : state.list(EndpointSlice.class)) {
      String service = slice.metadata().namespace() + "/" + slice.serviceName();
      for (Endpoint endpoint : slice.endpoints()) {
        String name = nameOf(slice, endpoint);
        places.computeIfAbsent(name, n -> new Place(n, "", ""));
        boolean ready = endpoint.ready() == null || endpoint.ready();
        behind
            .computeIfAbsent(service, s -> new TreeMap<>())
            .merge(name, ready, Boolean::logicalOr);
      }
    }
    List<Box> services = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    for (Service service : state.list(Service.class)) {
      String name = service.key().namespacedName();
      services.add(
          new Box(name, address(service), ports(service), behind.getOrDefault(name, Map.of())));
      if (service.spec().type() == ServiceType.LOAD_BALANCER) {
        entries.add(new Entry("service " + name, address(service.loadBalancer()), List.of(name)));
      }
    }
    for (Ingress ingress : state.list(Ingress.class)) {
      entries.add(new Entry(
          "ingress " + ingress.key().namespacedName(),
          address(ingress.loadBalancer()),
          backends(ingress)));
    }
    List<Place> sorted = new ArrayList<>(places.values());
    sorted.sort(
        Comparator.comparing(Place::zone).thenComparing(Place::node).thenComparing(Place::name));
    return new Topology(entries, services, sorted);
  }

  private static String nameOf(EndpointSlice slice, Endpoint endpoint) {
    return endpoint.targetRef() == null
        ? String.join(",", endpoint.addresses())
        : slice.metadata().namespace() + "/" + endpoint.targetRef().name();
  }

  private static String address(List<LoadBalancerIngress> status) {
    return status.isEmpty()
        ? ""
        : status.get(0).hostname().isEmpty()
            ? status.get(0).ip()
            : status.get(0).hostname();
  }

  private static String address(Service service) {
    return service.spec().isHeadless()
        ? "headless"
        : service.spec().externalName().isEmpty()
            ? service.spec().clusterIp()
            : service.spec().externalName();
  }

  private static List<String> ports(Service service) {
    List<String> ports = new ArrayList<>();
    for (ServicePort port : service.spec().ports()) {
      ports.add(port.port() + "/" + port.protocol());
    }
    return ports;
  }

  private static List<String> backends(Ingress ingress) {
    Set<String> names = new LinkedHashSet<>();
    List<IngressBackend> backends = new ArrayList<>();
    if (ingress.defaultBackend() != null) {
      backends.add(ingress.defaultBackend());
    }
    for (IngressRule rule : ingress.rules()) {
      rule.paths().stream().map(IngressPath::backend).forEach(backends::add);
    }
    for (IngressBackend backend : backends) {
      if (!backend.serviceName().isEmpty()) {
        names.add(ingress.metadata().namespace() + "/" + backend.serviceName());
      }
    }
    return List.copyOf(names);
  }

  /**
   * A flow chart for Mermaid; what does not take new connections hangs on dotted lines.
   *
   * @return the diagram, to be put between fences named {@code mermaid}
   */
  public String toMermaid() {
    return TopologyMermaid.print(this);
  }

  /**
   * A drawing in three columns: entries, Services, pods by node.
   *
   * @return an SVG file's text
   */
  public String toSvg() {
    return TopologySvg.print(this);
  }

  /** A line for each entry and each Service. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (Entry entry : entries) {
      out.append("internet -> ")
          .append(entry.object())
          .append(entry.address().isEmpty() ? " <pending>" : " " + entry.address())
          .append(" -> ")
          .append(entry.services().isEmpty() ? "nothing" : String.join(", ", entry.services()))
          .append('\n');
    }
    for (Box service : services) {
      out.append(service.name())
          .append(service.address().isEmpty() ? "" : " " + service.address())
          .append(service.ports().isEmpty() ? "" : " " + String.join(",", service.ports()))
          .append(" -> ")
          .append(
              service.endpoints().isEmpty()
                  ? "nothing"
                  : service.endpoints().entrySet().stream()
                      .map(e -> e.getKey() + (e.getValue() ? "" : " (not ready)"))
                      .collect(Collectors.joining(", ")))
          .append('\n');
    }
    return Escape.terminal(out.toString());
  }
}
