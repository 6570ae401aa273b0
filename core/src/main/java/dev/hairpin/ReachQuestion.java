package dev.hairpin;

import dev.hairpin.analysis.Reachability;
import dev.hairpin.analysis.Reachability.SourceKind;
import dev.hairpin.analysis.Reachability.Way;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressBackend;
import dev.hairpin.api.IngressPath;
import dev.hairpin.api.IngressRule;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceType;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.Ladder;
import dev.hairpin.path.Source;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Asks for every source and every way to every Service where connections end.
 *
 * <p>Pods on one node that no rules of any node tell apart are asked for together, unless they are
 * themselves where a ladder on the way leads. Load balancers may tell any two callers apart, so on
 * ways through them every source is asked for by itself.
 */
final class ReachQuestion {

  private record Caller(
      Reachability.Source source, Source start, @Nullable Object likeness) {}

  /** What is dialled on a way: addresses of which each is as likely, or why there is none. */
  private record Dialled(Way way, Target target, List<IpAddress> addresses, boolean balanced) {}

  private record Known(Caller caller, Shares shares, Set<Ladder> climbed) {}

  private final Cluster cluster;
  private final Questions questions;
  private final List<Caller> callers = new ArrayList<>();

  ReachQuestion(Cluster cluster) {
    this.cluster = cluster;
    this.questions = new Questions(cluster);
    for (Pod pod : cluster.state().list(Pod.class)) {
      boolean calls = pod.phase().equals("Running")
          && !pod.spec().nodeName().isEmpty()
          && !pod.podIps().isEmpty()
          && !pod.spec().hostNetwork();
      if (calls) {
        callers.add(new Caller(
            new Reachability.Source(
                SourceKind.POD, pod.key().namespacedName(), pod.spec().nodeName(), pod.podIps()),
            new Source.InPod(pod.metadata().namespace(), pod.metadata().name()),
            cluster.wires().likenessOf(pod)));
      }
    }
    for (Node node : cluster.state().list(Node.class)) {
      if (!addresses(node).isEmpty()) {
        String name = node.metadata().name();
        callers.add(new Caller(
            new Reachability.Source(SourceKind.NODE, name, name, addresses(node)),
            new Source.OnNode(name),
            null));
      }
    }
    callers.add(new Caller(
        new Reachability.Source(
            SourceKind.INTERNET, "internet", "", List.of(Source.INTERNET_CLIENT.toString())),
        new Source.Internet(Source.INTERNET_CLIENT),
        null));
  }

  private static List<String> addresses(Node node) {
    return Stream.of(IpFamily.values())
        .flatMap(family -> node.internalIp(family).stream())
        .map(IpAddress::toString)
        .toList();
  }

  /** The matrix of some Services; of all if none is named. */
  Reachability ask(Collection<String> names) {
    Reachability.Builder reach =
        new Reachability.Builder(callers.stream().map(Caller::source).toList());
    for (Service service : services(names)) {
      for (ServicePort port : service.spec().ports()) {
        for (Dialled dialled : ways(service, port)) {
          reach.way(dialled.way, column(dialled));
        }
      }
    }
    return reach.build();
  }

  private List<Service> services(Collection<String> names) {
    List<Service> all = cluster.state().list(Service.class).stream()
        .filter(s -> s.spec().type() != ServiceType.EXTERNAL_NAME)
        .toList();
    if (names.isEmpty()) {
      return all;
    }
    List<Service> found = new ArrayList<>();
    for (String name : names) {
      String key = name.contains("/") ? name : "default/" + name;
      refuseExternalName(key);
      found.add(all.stream()
          .filter(s -> s.key().namespacedName().equals(key))
          .findFirst()
          .orElseThrow(() -> Suggestions.unknown(
              "Service", name, all.stream().map(s -> s.key().namespacedName()).toList())));
    }
    return found;
  }

  private void refuseExternalName(String key) {
    cluster.state().list(Service.class).stream()
        .filter(s -> s.key().namespacedName().equals(key))
        .filter(s -> s.spec().type() == ServiceType.EXTERNAL_NAME)
        .findFirst()
        .ifPresent(s -> {
          throw new IllegalArgumentException("Service " + key + " is another name for "
              + s.spec().externalName() + ", so no way of the cluster leads to it");
        });
  }

  // ---- a column

  private List<Shares> column(Dialled dialled) {
    Map<Object, Known> known = new HashMap<>();
    List<Shares> column = new ArrayList<>(callers.size());
    for (Caller caller : callers) {
      Object alike = dialled.balanced ? null : caller.likeness;
      Known before = alike == null ? null : known.get(alike);
      if (before != null && !isTarget(caller, before.climbed)) {
        column.add(asSeenFrom(before, caller));
        continue;
      }
      Shares shares = ask(caller, dialled);
      column.add(shares);
      Set<Ladder> climbed = cluster.wires().explorer().takeClimbed();
      if (alike != null && before == null && !isTarget(caller, climbed)) {
        known.put(alike, new Known(caller, shares, climbed));
      }
    }
    return column;
  }

  /** What was found for one caller, with the address of another that is alike. */
  private static Shares asSeenFrom(Known known, Caller caller) {
    Shares shares = known.shares;
    List<String> from = known.caller.source.addresses();
    List<String> to = caller.source.addresses();
    for (int i = 0; i < Math.min(from.size(), to.size()); i++) {
      shares = shares.seenFrom(from.get(i), to.get(i));
    }
    return shares;
  }

  private Shares ask(Caller caller, Dialled dialled) {
    cluster.wires().explorer().takeClimbed();
    return dialled.addresses.isEmpty()
        ? new Shares.Builder(caller.start + " to " + dialled.target.text())
            .add(Shares.End.lost(Reason.LB_PENDING), Fraction.ONE)
            .build()
        : questions.shares(caller.start, dialled.target, dialled.addresses);
  }

  private boolean isTarget(Caller caller, Set<Ladder> climbed) {
    if (!(caller.start instanceof Source.InPod in)) {
      return false;
    }
    return cluster.wires().addressesOfPod(in).stream()
        .anyMatch(address -> climbed.stream().anyMatch(ladder -> ladder.leadsTo(address)));
  }

  // ---- the ways to a port

  private List<Dialled> ways(Service service, ServicePort port) {
    List<Dialled> ways = new ArrayList<>();
    String scheme = port.protocol().toString().toLowerCase(Locale.ROOT);
    for (String ip : service.spec().clusterIps()) {
      IpAddress.tryParse(ip).ifPresent(address -> {
        boolean first = ip.equals(service.spec().clusterIps().get(0));
        String path = first ? "ClusterIP" : "ClusterIP " + address.family();
        ways.add(direct(way(service, port, path, ""), scheme, address, port.port(), false));
      });
    }
    for (String ip : service.spec().externalIps()) {
      IpAddress.tryParse(ip)
          .ifPresent(address -> ways.add(
              direct(way(service, port, "ExternalIP", ip), scheme, address, port.port(), false)));
    }
    if (port.nodePort() != 0) {
      for (Node node : cluster.state().list(Node.class)) {
        node.internalIp(IpFamily.IPV4)
            .or(() -> node.internalIp(IpFamily.IPV6))
            .ifPresent(address -> ways.add(direct(
                way(service, port, "NodePort", node.metadata().name()),
                scheme,
                address,
                port.nodePort(),
                false)));
      }
    }
    if (service.spec().type() == ServiceType.LOAD_BALANCER) {
      Target target = new Target(
          scheme + "://load balancer of " + service.key().namespacedName() + ":" + port.port(),
          scheme,
          "",
          Optional.empty(),
          port.port(),
          "/");
      ways.add(new Dialled(
          way(service, port, "LB", ""), target, addresses(service.loadBalancer()), true));
    }
    for (Ingress ingress : cluster.state().list(Ingress.class)) {
      if (ingress.metadata().namespace().equals(service.metadata().namespace())) {
        ways.addAll(ways(ingress, service, port));
      }
    }
    return ways;
  }

  private List<Dialled> ways(Ingress ingress, Service service, ServicePort port) {
    List<Dialled> ways = new ArrayList<>();
    boolean tls = !ingress.tls().isEmpty();
    for (IngressRule rule : ingress.rules()) {
      for (IngressPath path : rule.paths()) {
        if (leadsTo(path.backend(), service, port)) {
          ways.add(http(ingress, rule.host(), path.path(), tls, service, port));
        }
      }
    }
    IngressBackend fallback = ingress.defaultBackend();
    if (fallback != null && leadsTo(fallback, service, port)) {
      ways.add(http(ingress, "", "/", tls, service, port));
    }
    return ways;
  }

  private static boolean leadsTo(IngressBackend backend, Service service, ServicePort port) {
    IntOrString wanted = backend.servicePort();
    return backend.serviceName().equals(service.metadata().name())
        && (wanted.toString().equals(Integer.toString(port.port()))
            || wanted.toString().equals(port.name()));
  }

  private Dialled http(
      Ingress ingress, String host, String path, boolean tls, Service service, ServicePort port) {
    String name = host.isEmpty()
        ? ingress.loadBalancer().stream()
            .map(LoadBalancerIngress::hostname)
            .findFirst()
            .orElse("load-balancer")
        : host.startsWith("*.") ? "any" + host.substring(1) : host;
    String asked = path.isEmpty() ? "/" : path.replace("*", "any");
    String scheme = tls ? "https" : "http";
    Target target = new Target(
        scheme + "://" + name + asked, scheme, name, Optional.empty(), tls ? 443 : 80, asked);
    String at = (host.isEmpty() ? "*" : host) + (path.isEmpty() ? "/" : path);
    Way way = way(service, port, "Ingress " + ingress.metadata().name(), at);
    return new Dialled(way, target, addresses(ingress.loadBalancer()), true);
  }

  private List<IpAddress> addresses(List<LoadBalancerIngress> status) {
    List<IpAddress> addresses = new ArrayList<>();
    for (LoadBalancerIngress entry : status) {
      IpAddress.tryParse(entry.ip()).ifPresent(addresses::add);
      if (!entry.hostname().isEmpty()) {
        addresses.addAll(cluster.lookups().balancerAddresses(entry.hostname()));
      }
    }
    return addresses;
  }

  private static Way way(Service service, ServicePort port, String path, String at) {
    String name = port.name().isEmpty() ? "" : port.name() + " ";
    return new Way(
        service.key().namespacedName(), name + port.port() + "/" + port.protocol(), path, at);
  }

  private static Dialled direct(
      Way way, String scheme, IpAddress address, int port, boolean balanced) {
    String host = address.isV4() ? address.toString() : "[" + address + "]";
    Target target = new Target(
        scheme + "://" + host + ":" + port, scheme, host, Optional.of(address), port, "/");
    return new Dialled(way, target, List.of(address), balanced);
  }
}
