package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.Suggestions;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.List;
import java.util.Optional;

/** Targets that are named by a Service or an Ingress, as the front door wants them. */
public final class TargetNames {
  private static final String SERVICE = "service/";
  private static final String INGRESS = "ingress/";

  private TargetNames() {}

  /**
   * The target that a name stands for.
   *
   * @param to {@code service/NAMESPACE/NAME[:PORT]} for the load balancer of a Service, or its name
   *     if it has none; {@code ingress/NAMESPACE/NAME[/PATH]} for that of an Ingress; anything else
   *     stays as it is
   * @param cluster where they are looked for
   * @return a target as {@link dev.hairpin.Connection#to} takes it
   * @throws IllegalArgumentException if there is none, with the name that was meant, or its load
   *     balancer has no address yet
   */
  public static String resolve(String to, Cluster cluster) {
    if (to.startsWith(SERVICE)) {
      return service(to.substring(SERVICE.length()), cluster);
    }
    if (to.startsWith(INGRESS)) {
      return ingress(to.substring(INGRESS.length()), cluster);
    }
    return to;
  }

  /** The Service or Ingress that a target names. */
  static Optional<KubeObject> object(String to, Cluster cluster) {
    if (to.startsWith(SERVICE)) {
      String rest = to.substring(SERVICE.length());
      int colon = rest.indexOf(':');
      return Optional.of(named(Service.KIND, colon < 0 ? rest : rest.substring(0, colon), cluster));
    }
    if (to.startsWith(INGRESS)) {
      return Optional.of(named(Ingress.KIND, ingressName(to.substring(INGRESS.length())), cluster));
    }
    return Optional.empty();
  }

  private static String ingressName(String rest) {
    int path = rest.indexOf('/', rest.indexOf('/') + 1);
    return path < 0 ? rest : rest.substring(0, path);
  }

  private static String service(String rest, Cluster cluster) {
    int colon = rest.indexOf(':');
    String name = colon < 0 ? rest : rest.substring(0, colon);
    Service service = (Service) named(Service.KIND, name, cluster);
    var ports = service.spec().ports();
    String port = colon >= 0
        ? rest.substring(colon + 1)
        : ports.isEmpty() ? "" : Integer.toString(ports.get(0).port());
    if (port.isEmpty()) {
      throw new IllegalArgumentException("Service " + name + " has no ports; say which");
    }
    boolean datagrams = ports.stream()
        .filter(p -> Integer.toString(p.port()).equals(port))
        .findFirst()
        .filter(p -> p.protocol() == Protocol.UDP)
        .isPresent();
    String host = service.spec().type() == ServiceType.LOAD_BALANCER
        ? hostOf("Service " + name, service.loadBalancer())
        : service.metadata().name() + "." + service.metadata().namespace();
    return (datagrams ? "udp://" : "") + (host.contains(":") ? "[" + host + "]" : host) + ":"
        + port;
  }

  private static String ingress(String rest, Cluster cluster) {
    String name = ingressName(rest);
    Ingress ingress = (Ingress) named(Ingress.KIND, name, cluster);
    return "http://" + hostOf("Ingress " + name, ingress.loadBalancer())
        + (name.length() == rest.length() ? "/" : rest.substring(name.length()));
  }

  private static String hostOf(String what, List<LoadBalancerIngress> status) {
    if (status.isEmpty()) {
      throw new IllegalArgumentException(
          what + " has no load balancer yet, its address is <pending>");
    }
    LoadBalancerIngress first = status.get(0);
    return first.hostname().isEmpty() ? first.ip() : first.hostname();
  }

  private static KubeObject named(String kind, String name, Cluster cluster) {
    return cluster.state().list(kind).stream()
        .filter(object -> object.key().namespacedName().equals(name))
        .findFirst()
        .orElseThrow(() -> Suggestions.unknown(
            kind,
            name,
            cluster.state().list(kind).stream()
                .map(object -> object.key().namespacedName())
                .toList()));
  }

  /** The host of a target as the front door takes it. */
  static String hostOf(String target) {
    int scheme = target.indexOf("://");
    String rest = scheme < 0 ? target : target.substring(scheme + 3);
    if (rest.startsWith("node/")) {
      return "0.0.0.0"; // an address already, so that nobody looks it up
    }
    int slash = rest.indexOf('/');
    String authority = slash < 0 ? rest : rest.substring(0, slash);
    if (authority.startsWith("[")) {
      return authority.substring(1, Math.max(1, authority.indexOf(']')));
    }
    int colon = authority.indexOf(':');
    boolean bareV6 = colon >= 0 && authority.indexOf(':', colon + 1) >= 0;
    return colon < 0 || bareV6 ? authority : authority.substring(0, colon);
  }

  /** The target with its host replaced by an address. */
  static String withHost(String target, IpAddress address) {
    int scheme = target.indexOf("://");
    int from = scheme < 0 ? 0 : scheme + 3;
    String host = hostOf(target);
    String text = address.toString();
    return target.substring(0, from)
        + (text.indexOf(':') >= 0 ? "[" + text + "]" : text)
        + target.substring(from + host.length());
  }
}
