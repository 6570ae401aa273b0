package dev.hairpin.kubectl;

import com.google.common.base.Ascii;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointAddress;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.EndpointSubset;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.IngressRule;
import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The contents of single cells of the tables. */
final class Cells {
  static final String NONE = "<none>";

  /** How many entries a list shows before it says how many more there are. */
  private static final int SHOWN = 3;

  private Cells() {}

  static String orNone(String text) {
    return text.isEmpty() ? NONE : text;
  }

  static String labels(Map<String, String> labels) {
    return orNone(new TreeMap<>(labels)
        .entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining(",")));
  }

  static String externalIp(Service service) {
    List<String> externalIps = service.spec().externalIps();
    return switch (service.spec().type()) {
      case CLUSTER_IP, NODE_PORT -> orNone(String.join(",", externalIps));
      case LOAD_BALANCER -> {
        String ingress = loadBalancer(service.loadBalancer());
        List<String> all = new ArrayList<>();
        if (!ingress.isEmpty()) {
          all.add(ingress);
        }
        all.addAll(externalIps);
        yield all.isEmpty() ? "<pending>" : String.join(",", all);
      }
      case EXTERNAL_NAME -> service.spec().externalName();
    };
  }

  static String loadBalancer(List<LoadBalancerIngress> ingress) {
    TreeSet<String> sorted = new TreeSet<>();
    for (LoadBalancerIngress way : ingress) {
      String text = way.ip().isEmpty() ? way.hostname() : way.ip();
      if (!text.isEmpty()) {
        sorted.add(text);
      }
    }
    return String.join(",", sorted);
  }

  static String ports(Service service) {
    return orNone(
        service.spec().ports().stream().map(Cells::port).collect(Collectors.joining(",")));
  }

  private static String port(ServicePort port) {
    return port.port()
        + (port.nodePort() > 0 ? ":" + port.nodePort() : "")
        + "/"
        + port.protocol().name();
  }

  static String addresses(Endpoints endpoints) {
    if (endpoints.subsets().isEmpty()) {
      return NONE;
    }
    List<String> all = new ArrayList<>();
    for (EndpointSubset subset : endpoints.subsets()) {
      if (subset.ports().isEmpty()) {
        subset.addresses().forEach(a -> all.add(a.ip()));
      }
      for (EndpointPort port : subset.ports()) {
        for (EndpointAddress address : subset.addresses()) {
          all.add(hostPort(address.ip(), port));
        }
      }
    }
    return firstOf(all);
  }

  static String hostPort(String ip, EndpointPort port) {
    String host = ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip;
    return host + ":" + (port.port() == null ? 0 : port.port());
  }

  static String ports(EndpointSlice slice) {
    List<String> all = new ArrayList<>();
    for (EndpointPort port : slice.ports()) {
      all.add(
          port.port() != null ? port.port().toString() : port.name() != null ? port.name() : "*");
    }
    return orUnset(firstOf(all));
  }

  static String addresses(EndpointSlice slice) {
    List<String> all = new ArrayList<>();
    slice.endpoints().forEach((Endpoint e) -> all.addAll(e.addresses()));
    return orUnset(firstOf(all));
  }

  static String hosts(Ingress ingress) {
    List<String> hosts = new ArrayList<>();
    boolean more = false;
    for (IngressRule rule : ingress.rules()) {
      if (hosts.size() == SHOWN) {
        more = true;
      } else if (!rule.host().isEmpty()) {
        hosts.add(rule.host());
      }
    }
    if (hosts.isEmpty()) {
      return "*";
    }
    // The original subtracts from the number of rules, also of those without a host.
    return String.join(",", hosts)
        + (more ? " + " + (ingress.rules().size() - SHOWN) + " more..." : "");
  }

  /** What an IngressClass points to: kind, group and name. */
  static String parameters(IngressClass ingressClass) {
    Map<String, Object> parameters = ingressClass.parameters();
    if (parameters == null) {
      return NONE;
    }
    Object group = parameters.get("apiGroup");
    return parameters.get("kind") + (group == null ? "" : "." + group) + "/"
        + parameters.get("name");
  }

  static String parent(IpAddressObject.ParentReference parent) {
    if (parent.resource().isEmpty()) {
      return NONE;
    }
    String group = parent.group().isEmpty() ? "" : "." + parent.group();
    String namespace = parent.namespace().isEmpty() ? "" : "/" + parent.namespace();
    return Ascii.toLowerCase(parent.resource() + group) + namespace + "/" + parent.name();
  }

  private static String orUnset(String text) {
    return text.isEmpty() ? "<unset>" : text;
  }

  private static String firstOf(List<String> all) {
    return all.size() <= SHOWN
        ? String.join(",", all)
        : String.join(",", all.subList(0, SHOWN)) + " + " + (all.size() - SHOWN) + " more...";
  }
}
