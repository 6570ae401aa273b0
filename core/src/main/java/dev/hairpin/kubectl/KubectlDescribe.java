package dev.hairpin.kubectl;

import com.google.common.base.Splitter;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ObjectEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The text of {@code kubectl describe}. */
public final class KubectlDescribe {
  private static final int LONGEST_ANNOTATION = 140;
  private static final int SHOWN = 3;

  private KubectlDescribe() {}

  /**
   * Describes a Service without its events.
   *
   * @param service the Service
   * @param slices its EndpointSlices
   * @return the text, with a line feed at the end of each line
   */
  public static String service(Service service, Collection<EndpointSlice> slices) {
    return lines(service, slices).toString();
  }

  /**
   * Describes a Service.
   *
   * @param service the Service
   * @param slices its EndpointSlices
   * @param events the events of the cluster
   * @param now the time that ages are counted to
   * @return the text, with a line feed at the end of each line
   */
  public static String service(
      Service service,
      Collection<EndpointSlice> slices,
      Collection<ObjectEvent> events,
      Instant now) {
    Columns columns = lines(service, slices);
    List<ObjectEvent> own =
        events.stream().filter(e -> e.object().equals(service.key())).toList();
    if (own.isEmpty()) {
      columns.line("Events:", Cells.NONE);
      return columns.toString();
    }
    columns.line("Events:");
    Columns table = new Columns(0, 2);
    table.line("  Type", "Reason", "Age", "From", "Message");
    table.line("  ----", "------", "----", "----", "-------");
    for (ObjectEvent event : own) {
      table.line(
          "  " + (event.warning() ? "Warning" : "Normal"),
          event.reason(),
          Age.since(event.time(), now),
          event.reporter(),
          event.message());
    }
    return columns.toString() + table;
  }

  private static Columns lines(Service service, Collection<EndpointSlice> slices) {
    ServiceSpec spec = service.spec();
    Columns lines = new Columns(0, 2);
    lines.line("Name:", service.metadata().name());
    lines.line("Namespace:", service.metadata().namespace());
    many(lines, "Labels:", labelLines(service.metadata().labels()));
    many(lines, "Annotations:", annotationLines(service.metadata().annotations()));
    Map<String, String> selector = spec.selector();
    lines.line("Selector:", Cells.labels(selector == null ? Map.of() : selector));
    lines.line("Type:", spec.type().toString());
    optional(lines, "IP Family Policy:", spec.ipFamilyPolicy());
    lines.line(
        "IP Families:",
        Cells.orNone(
            spec.ipFamilies().stream().map(Object::toString).collect(Collectors.joining(","))));
    lines.line("IP:", spec.clusterIp());
    lines.line("IPs:", Cells.orNone(String.join(",", spec.clusterIps())));
    optional(lines, "External IPs:", String.join(",", spec.externalIps()));
    optional(lines, "Desired LoadBalancer IP:", spec.loadBalancerIp());
    optional(lines, "External Name:", spec.externalName());
    optional(
        lines,
        "LoadBalancer Ingress:",
        service.loadBalancer().stream()
            .map(KubectlDescribe::ingress)
            .collect(Collectors.joining(", ")));
    for (ServicePort port : spec.ports()) {
      port(lines, port, slices);
    }
    lines.line("Session Affinity:", spec.sessionAffinity().toString());
    optional(lines, "External Traffic Policy:", spec.externalTrafficPolicy());
    optional(lines, "Internal Traffic Policy:", spec.internalTrafficPolicy());
    if (spec.healthCheckNodePort() != 0) {
      lines.line("HealthCheck NodePort:", Integer.toString(spec.healthCheckNodePort()));
    }
    optional(
        lines, "LoadBalancer Source Ranges:", String.join(",", spec.loadBalancerSourceRanges()));
    optional(lines, "Traffic Distribution:", spec.trafficDistribution());
    return lines;
  }

  private static void port(Columns lines, ServicePort port, Collection<EndpointSlice> slices) {
    String name = port.name().isEmpty() ? "<unset>" : port.name();
    String protocol = port.protocol().name();
    lines.line("Port:", name, port.port() + "/" + protocol);
    lines.line("TargetPort:", port.targetPort() + "/" + protocol);
    optional(lines, "AppProtocol:", port.appProtocol());
    if (port.nodePort() != 0) {
      lines.line("NodePort:", name, port.nodePort() + "/" + protocol);
    }
    lines.line("Endpoints:", endpoints(slices, port.name()));
  }

  private static void optional(Columns lines, String title, @Nullable Object value) {
    if (value != null && !value.toString().isEmpty()) {
      lines.line(title, value.toString());
    }
  }

  private static void many(Columns lines, String title, List<String> values) {
    String first = title;
    for (String value : values) {
      lines.line(first, value);
      first = "";
    }
  }

  private static List<String> labelLines(Map<String, String> labels) {
    return labels.isEmpty()
        ? List.of(Cells.NONE)
        : new TreeMap<>(labels)
            .entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }

  private static List<String> annotationLines(Map<String, String> annotations) {
    Map<String, String> sorted = new TreeMap<>(annotations);
    sorted.remove("kubectl.kubernetes.io/last-applied-configuration");
    if (sorted.isEmpty()) {
      return List.of(Cells.NONE);
    }
    List<String> lines = new ArrayList<>();
    sorted.forEach((key, text) -> {
      String value = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
      if (key.length() + value.length() + 2 <= LONGEST_ANNOTATION && value.indexOf('\n') < 0) {
        lines.add(key + ": " + value);
        return;
      }
      lines.add(key + ":");
      Splitter.on('\n').split(value).forEach(line -> lines.add("  " + shortened(line)));
    });
    return lines;
  }

  private static String shortened(String line) {
    int most = LONGEST_ANNOTATION - 2;
    return line.length() > most ? line.substring(0, most) + "..." : line;
  }

  private static String ingress(LoadBalancerIngress ingress) {
    if (ingress.ip().isEmpty()) {
      return ingress.hostname();
    }
    return ingress.ip() + (ingress.ipMode() == null ? "" : " (" + ingress.ipMode() + ")");
  }

  /**
   * The ready endpoints of one port. Once three are listed, any further endpoint, ready or not,
   * brings the "more" with the number of further ready ones, which may be 0: so the original.
   */
  private static String endpoints(Collection<EndpointSlice> slices, String portName) {
    if (slices.isEmpty()) {
      return Cells.NONE;
    }
    List<String> shown = new ArrayList<>();
    boolean more = false;
    int count = 0;
    for (EndpointSlice slice : slices) {
      List<@Nullable EndpointPort> ports = new ArrayList<>();
      slice.ports().stream()
          .filter(p -> portName.equals(p.name() == null ? "" : p.name()))
          .forEach(ports::add);
      if (slice.ports().isEmpty()) {
        ports.add(null);
      }
      for (@Nullable EndpointPort port : ports) {
        for (Endpoint endpoint : slice.endpoints()) {
          more |= shown.size() == SHOWN;
          if (Boolean.FALSE.equals(endpoint.ready())) {
            continue;
          }
          count++;
          if (!more) {
            String address = endpoint.addresses().get(0);
            shown.add(port == null ? address : Cells.hostPort(address, port));
          }
        }
      }
    }
    String list = String.join(",", shown);
    return more ? list + " + " + (count - SHOWN) + " more..." : list;
  }
}
