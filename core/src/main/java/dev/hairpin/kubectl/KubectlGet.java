package dev.hairpin.kubectl;

import com.google.common.base.Ascii;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Endpoints;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.NetworkPolicy;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Tables as {@code kubectl get} prints them. */
public final class KubectlGet {
  private static final String ROLE_PREFIX = "node-role.kubernetes.io/";

  private final boolean wide;
  private final boolean withNamespace;
  private final Instant now;

  /**
   * A printer.
   *
   * @param wide whether to print the columns of {@code -o wide}
   * @param withNamespace whether to print the namespaces, as {@code -A} does
   * @param now the time that ages are counted to
   */
  public KubectlGet(boolean wide, boolean withNamespace, Instant now) {
    this.wide = wide;
    this.withNamespace = withNamespace;
    this.now = now;
  }

  /**
   * Prints objects: a table for each kind, in the order given, with a blank line between them.
   * Where there are several kinds, names have the kind before them.
   *
   * @param objects the objects
   * @return the text, with a line feed at the end of each line; empty if there are no objects
   */
  public String print(Collection<? extends KubeObject> objects) {
    Map<String, List<KubeObject>> byKind = new LinkedHashMap<>();
    objects.forEach(
        object -> byKind.computeIfAbsent(object.kind(), k -> new ArrayList<>()).add(object));
    List<String> tables = new ArrayList<>();
    byKind.forEach((kind, ofKind) -> tables.add(table(ofKind, byKind.size() > 1)));
    return String.join("\n", tables);
  }

  private String table(List<KubeObject> objects, boolean kindBeforeName) {
    Columns columns = new Columns(6, 3);
    boolean namespaced = withNamespace
        && objects.stream().anyMatch(o -> !o.metadata().namespace().isEmpty());
    List<String> header =
        new ArrayList<>(namespaced ? List.of("NAMESPACE", "NAME") : List.of("NAME"));
    header.addAll(header(objects.get(0)));
    columns.line(header);
    for (KubeObject object : objects) {
      List<String> cells = new ArrayList<>();
      if (namespaced) {
        cells.add(object.metadata().namespace());
      }
      String name = object.metadata().name();
      cells.add(kindBeforeName ? resource(object) + "/" + name : name);
      cells.addAll(cells(object));
      columns.line(cells);
    }
    return columns.toString();
  }

  /** The name of a kind before a slash, such as {@code ingress.networking.k8s.io}. */
  private static String resource(KubeObject object) {
    int slash = object.apiVersion().indexOf('/');
    return Ascii.toLowerCase(object.kind())
        + (slash < 0 ? "" : "." + object.apiVersion().substring(0, slash));
  }

  private List<String> header(KubeObject object) {
    if (WorkloadCells.isWorkload(object.kind())) {
      return WorkloadCells.header(object.kind(), wide);
    }
    return switch (object.kind()) {
      case Service.KIND ->
        withWide(List.of("TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"), "SELECTOR");
      case Endpoints.KIND -> List.of("ENDPOINTS", "AGE");
      case EndpointSlice.KIND -> List.of("ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE");
      case Pod.KIND ->
        withWide(
            List.of("READY", "STATUS", "RESTARTS", "AGE"),
            "IP",
            "NODE",
            "NOMINATED NODE",
            "READINESS GATES");
      case Node.KIND ->
        withWide(
            List.of("STATUS", "ROLES", "AGE", "VERSION"),
            "INTERNAL-IP",
            "EXTERNAL-IP",
            "OS-IMAGE",
            "KERNEL-VERSION",
            "CONTAINER-RUNTIME");
      case Ingress.KIND -> List.of("CLASS", "HOSTS", "ADDRESS", "PORTS", "AGE");
      case IngressClass.KIND -> List.of("CONTROLLER", "PARAMETERS", "AGE");
      case Namespace.KIND -> List.of("STATUS", "AGE");
      case NetworkPolicy.KIND -> List.of("POD-SELECTOR", "AGE");
      case ServiceCidr.KIND -> List.of("CIDRS", "AGE");
      case IpAddressObject.KIND -> List.of("PARENTREF");
      default -> List.of("AGE");
    };
  }

  private List<String> withWide(List<String> columns, String... wideColumns) {
    if (!wide) {
      return columns;
    }
    List<String> all = new ArrayList<>(columns);
    all.addAll(List.of(wideColumns));
    return all;
  }

  private List<String> cells(KubeObject object) {
    String age = Age.since(object.metadata().creationTimestamp(), now);
    if (WorkloadCells.isWorkload(object.kind())) {
      return WorkloadCells.of(object, age, wide);
    }
    if (object instanceof Service service) {
      return cells(service, age);
    } else if (object instanceof Endpoints endpoints) {
      return List.of(Cells.addresses(endpoints), age);
    } else if (object instanceof EndpointSlice slice) {
      return List.of(slice.addressType(), Cells.ports(slice), Cells.addresses(slice), age);
    } else if (object instanceof Pod pod) {
      return cells(pod, age);
    } else if (object instanceof Node node) {
      return cells(node, age);
    } else if (object instanceof Ingress ingress) {
      return List.of(
          ingress.ingressClassName() == null ? Cells.NONE : ingress.ingressClassName(),
          Cells.hosts(ingress),
          Cells.loadBalancer(ingress.loadBalancer()),
          ingress.tls().isEmpty() ? "80" : "80, 443",
          age);
    } else if (object instanceof IngressClass ingressClass) {
      return List.of(ingressClass.controller(), Cells.parameters(ingressClass), age);
    } else if (object instanceof Namespace namespace) {
      return List.of(namespace.isTerminating() ? "Terminating" : "Active", age);
    } else if (object instanceof NetworkPolicy policy) {
      return List.of(SelectorText.of(policy.podSelector()), age);
    } else if (object instanceof ServiceCidr block) {
      return List.of(String.join(",", block.cidrs()), age);
    } else if (object instanceof IpAddressObject address) {
      return List.of(Cells.parent(address.parentRef()));
    }
    return List.of(age);
  }

  private List<String> cells(Service service, String age) {
    List<String> clusterIps = service.spec().clusterIps();
    Map<String, String> selector = service.spec().selector();
    return withWide(
        List.of(
            service.spec().type().toString(),
            clusterIps.isEmpty() ? Cells.NONE : clusterIps.get(0),
            Cells.externalIp(service),
            Cells.ports(service),
            age),
        Cells.labels(selector == null ? Map.of() : selector));
  }

  private List<String> cells(Pod pod, String age) {
    PodCells cells = new PodCells(pod);
    return withWide(
        List.of(cells.ready(), cells.status(), cells.restarts(now), age),
        pod.podIps().isEmpty() ? Cells.NONE : pod.podIps().get(0),
        Cells.orNone(pod.spec().nodeName()),
        Cells.orNone(pod.nominatedNodeName()),
        cells.readinessGates());
  }

  private List<String> cells(Node node, String age) {
    String status = node.conditions().stream()
        .filter(c -> c.type().equals("Ready"))
        .reduce((first, last) -> last)
        .map(c -> c.isTrue() ? "Ready" : "NotReady")
        .orElse("Unknown");
    String kernel = node.nodeInfo().kernelVersion();
    String architecture = node.nodeInfo().architecture();
    return withWide(
        List.of(
            status + (node.unschedulable() ? ",SchedulingDisabled" : ""),
            Cells.orNone(String.join(",", roles(node))),
            age,
            node.nodeInfo().kubeletVersion()),
        address(node, "InternalIP"),
        address(node, "ExternalIP"),
        orUnknown(node.nodeInfo().osImage()),
        kernel.isEmpty() || architecture.isEmpty()
            ? orUnknown(kernel)
            : kernel + " (" + architecture + ")",
        orUnknown(node.nodeInfo().containerRuntimeVersion()));
  }

  private static Set<String> roles(Node node) {
    Set<String> roles = new TreeSet<>();
    node.metadata().labels().forEach((key, value) -> {
      if (key.startsWith(ROLE_PREFIX) && key.length() > ROLE_PREFIX.length()) {
        roles.add(key.substring(ROLE_PREFIX.length()));
      } else if (key.equals("kubernetes.io/role") && !value.isEmpty()) {
        roles.add(value);
      }
    });
    return roles;
  }

  private static String address(Node node, String type) {
    return node.addresses().stream()
        .filter(a -> a.type().equals(type))
        .map(NodeAddress::address)
        .findFirst()
        .orElse(Cells.NONE);
  }

  private static String orUnknown(String text) {
    return text.isEmpty() ? "<unknown>" : text;
  }

  /**
   * A selector in one line, as tables print it.
   *
   * @param selector the selector
   * @return such as {@code app=web,tier in (a,b)}, or {@code <none>}
   */
  public static String selector(LabelSelector selector) {
    return SelectorText.of(selector);
  }
}
