package dev.hairpin.analysis.explain;

import dev.hairpin.api.Container;
import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Node;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Source;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Hop;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Looks for the first broken link of a connection that did not arrive. */
final class ConnectionDiagnosis {
  private final ClusterView state;
  private final ServiceDiagnosis services;
  private final boolean proxied;

  /**
   * A diagnosis.
   *
   * @param state the objects
   * @param proxied whether something installs rules on nodes
   */
  ConnectionDiagnosis(ClusterView state, boolean proxied) {
    this.state = state;
    this.services = new ServiceDiagnosis(state);
    this.proxied = proxied;
  }

  Explanation explain(Source source, Trace trace, Explanation plain) {
    SocketAddress to = Explainer.dialled(trace);
    Protocol protocol = trace.hops().get(0).before().protocol();
    Dialled dialled = Dialled.of(to, state);
    if (dialled instanceof Dialled.ServiceAddress at) {
      return service(at.service(), to.port(), protocol, source, trace, plain);
    }
    if (dialled instanceof Dialled.NodePort at) {
      ServicePort port = at.service().spec().ports().get(at.index());
      return service(at.service(), port.port(), protocol, source, trace, plain);
    }
    if (dialled instanceof Dialled.InPod in) {
      Explanation about = plain.about("pod " + in.pod().key().namespacedName());
      return trace.outcome().reason() == Reason.CONNECTION_REFUSED_BY_POD
          ? refused(in.pod(), to, protocol, Optional.empty(), about)
          : about;
    }
    if (dialled instanceof Dialled.OnNode on) {
      return node(on.node(), to.port(), plain);
    }
    return isSilent(trace.outcome().reason()) && inServiceRange(to)
        ? plain.causedBy(
            Reason.NO_SUCH_SERVICE,
            to.address() + " is of the block of the ClusterIPs, and no Service has it: it was"
                + " deleted, or made anew with another address")
        : plain;
  }

  private static boolean isSilent(Reason reason) {
    return switch (reason) {
      case SILENT_WORLD, NO_ROUTE, ROUTE_REFUSES, NO_NEIGHBOUR, TTL_EXCEEDED -> true;
      default -> false;
    };
  }

  // ---- a Service was meant

  private Explanation service(
      Service service, int port, Protocol protocol, Source source, Trace trace, Explanation plain) {
    Explanation about = plain.about("service " + service.key().namespacedName());
    List<ServicePort> sameNumber =
        service.spec().ports().stream().filter(p -> p.port() == port).toList();
    Optional<ServicePort> meant =
        sameNumber.stream().filter(p -> p.protocol() == protocol).findFirst();
    if (meant.isEmpty()) {
      return notServed(service, port, protocol, sameNumber, about);
    }
    Outcome outcome = trace.outcome();
    return switch (outcome.reason()) {
      case NO_ENDPOINTS ->
        services
            .brokenLink(service, meant.get())
            .map(b -> about.causedBy(b.cause(), b.because()).suggesting(b.didYouMean()))
            .orElseGet(() -> about.causedBy(
                Reason.RULES_NOT_SYNCED,
                "the Service has ready endpoints by now, and the rules of the node still say that it"
                    + " has none"));
      case NO_LOCAL_ENDPOINTS -> noLocal(service, meant.get(), trace, about);
      case SOURCE_RANGE_DENIED ->
        about.causedBy(
            Reason.SOURCE_RANGE_DENIED,
            source + " is in none of spec.loadBalancerSourceRanges "
                + service.spec().loadBalancerSourceRanges());
      case CONNECTION_REFUSED_BY_POD ->
        pod(end(trace))
            .map(pod -> refused(pod, end(trace), protocol, Optional.of(service), about))
            .orElse(about);
      case HAIRPIN_LOST -> hairpin(service, meant.get(), about);
      default ->
        isSilent(outcome.reason()) ? undelivered(service, meant.get(), trace, about) : about;
    };
  }

  private static Explanation notServed(
      Service service,
      int port,
      Protocol protocol,
      List<ServicePort> sameNumber,
      Explanation about) {
    if (!sameNumber.isEmpty()) {
      String has = sameNumber.stream()
          .map(p -> p.port() + "/" + p.protocol())
          .collect(Collectors.joining(", "));
      return about
          .causedBy(
              Reason.PROTOCOL_NOT_IN_SERVICE, "the Service has " + has + ", you sent " + protocol)
          .suggesting(List.of("protocol: " + protocol));
    }
    List<String> ports = service.spec().ports().stream()
        .sorted(Comparator.comparingInt((ServicePort p) -> Math.abs(p.port() - port)))
        .map(p -> p.port() + "/" + p.protocol() + (p.name().isEmpty() ? "" : " (" + p.name() + ")"))
        .toList();
    return about
        .causedBy(
            Reason.PORT_NOT_IN_SERVICE,
            "the Service has no port " + port + "/" + protocol + ", only "
                + String.join(", ", ports)
                + "; kube-proxy writes no rule for what a Service does not have")
        .suggesting(ports.stream().limit(3).toList());
  }

  private Explanation noLocal(Service service, ServicePort port, Trace trace, Explanation about) {
    boolean internal =
        Explainer.dialled(trace).address().toString().equals(service.spec().clusterIp());
    String nodes = services.ready(service, port).stream()
        .map(Endpoint::nodeName)
        .filter(Objects::nonNull)
        .map(Objects::toString)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
    Explanation told = about.causedBy(
        Reason.NO_LOCAL_ENDPOINTS,
        (internal ? "internalTrafficPolicy" : "externalTrafficPolicy")
            + " is Local, and " + service.metadata().name() + " has ready pods only on "
            + (nodes.isEmpty() ? "no node" : nodes));
    if (internal) {
      return told.studiedIn("svc-18-itp-local");
    }
    int check = service.spec().healthCheckNodePort();
    return check == 0
        ? told
        : told.preventable("the load balancer's health check of http port " + check
            + " /healthz on this node, which answers 503: after some checks the node is unhealthy"
            + " and gets no more connections");
  }

  private Explanation hairpin(Service service, ServicePort port, Explanation about) {
    int count = services.ready(service, port).size();
    return about.causedBy(
        Reason.HAIRPIN_LOST,
        "the caller is itself the endpoint that was chosen, 1 of " + count
            + ", and the bridge does not send a frame back to its own port: hairpin mode is off");
  }

  /** The rules should have translated the packet, or sent it where nobody is. */
  private Explanation undelivered(
      Service service, ServicePort port, Trace trace, Explanation about) {
    SocketAddress dialled = Explainer.dialled(trace);
    SocketAddress last = end(trace);
    if (!last.equals(dialled)) {
      return pod(last).isPresent()
          ? about
          : about
              .causedBy(
                  Reason.ENDPOINT_WITHOUT_POD,
                  last.address() + " is the address of no pod; " + namedBy(service, last))
              .seenAs(about.clientSees());
    }
    if (!proxied) {
      return about.causedBy(Reason.KUBE_PROXY_MISSING, Reason.KUBE_PROXY_MISSING.sentence());
    }
    return services
        .brokenLink(service, port)
        .map(b -> about.causedBy(b.cause(), b.because()).suggesting(b.didYouMean()))
        .orElseGet(
            () -> about.causedBy(Reason.RULES_NOT_SYNCED, Reason.RULES_NOT_SYNCED.sentence()));
  }

  /** Where the first packet was last on its way to. */
  private static SocketAddress end(Trace trace) {
    List<Hop> hops = trace.hops();
    return hops.get(hops.size() - 1).after().destination();
  }

  private String namedBy(Service service, SocketAddress address) {
    for (EndpointSlice slice : services.slices(service)) {
      for (Endpoint endpoint : slice.endpoints()) {
        if (endpoint.addresses().contains(address.address().toString())) {
          return "EndpointSlice " + slice.metadata().name() + " names it";
        }
      }
    }
    return "no EndpointSlice names it any more, and the node's rules or connection tracking still"
        + " do";
  }

  // ---- a pod refused

  private Explanation refused(
      Pod pod, SocketAddress at, Protocol protocol, Optional<Service> service, Explanation about) {
    List<String> ports = new ArrayList<>();
    for (Container container : pod.spec().containers()) {
      container
          .ports()
          .forEach(p -> ports.add(
              p.containerPort() + "/" + p.protocol() + (p.name().isEmpty() ? "" : " " + p.name())));
    }
    String because = "pod " + pod.key().namespacedName() + " was reached, and no process of it"
        + " listens on " + at.port() + "/" + protocol
        + (ports.isEmpty() ? "" : "; its containers declare " + String.join(", ", ports));
    Explanation told = about
        .causedBy(Reason.CONNECTION_REFUSED_BY_POD, because)
        .suggesting(ports.stream().limit(3).map(p -> "targetPort: " + p).toList());
    if (!pod.phase().equals("Running")) {
      return told.causedBy(
          Reason.CONNECTION_REFUSED_BY_POD,
          "pod " + pod.key().namespacedName() + " has ended (" + pod.phase() + ")");
    }
    if (service.isEmpty()) {
      return told;
    }
    List<Pod> all = services.matching(service.get());
    String own = workload(pod);
    TreeSet<String> others = all.stream()
        .map(ConnectionDiagnosis::workload)
        .filter(w -> !w.equals(own))
        .collect(Collectors.toCollection(TreeSet::new));
    boolean minority = all.stream().filter(p -> workload(p).equals(own)).count() * 2 <= all.size();
    if (others.isEmpty() || !minority) {
      return told;
    }
    return told.causedBy(
            Reason.SELECTOR_TOO_BROAD,
            "the selector of " + service.get().metadata().name() + " matches pods of "
                + String.join(", ", others) + " and of " + own + "; " + because)
        .suggesting(List.of());
  }

  /** The workload that made a pod, or the pod itself. */
  static String workload(Pod pod) {
    return pod.metadata()
        .controller()
        .map((OwnerReference o) -> o.kind() + " " + o.name())
        .orElse("Pod " + pod.metadata().name());
  }

  private Optional<Pod> pod(SocketAddress at) {
    String address = at.address().toString();
    return state.list(Pod.class).stream()
        .filter(p -> p.podIps().contains(address))
        .filter(p -> !p.spec().hostNetwork())
        .findFirst();
  }

  // ---- a node was meant

  private Explanation node(Node node, int port, Explanation plain) {
    List<String> nodePorts = new ArrayList<>();
    state.list(Service.class).stream()
        .flatMap(s -> s.spec().ports().stream()
            .filter(p -> p.nodePort() != 0)
            .map(p -> p.nodePort() + " (" + s.key().namespacedName() + ")"))
        .sorted(Comparator.comparingInt(
            (String p) -> Math.abs(Integer.parseInt(p.substring(0, p.indexOf(' '))) - port)))
        .limit(3)
        .forEach(nodePorts::add);
    Explanation about = plain.about("node " + node.metadata().name());
    return plain.reason() == Reason.CONNECTION_REFUSED_BY_HOST
        ? about
            .causedBy(
                Reason.CONNECTION_REFUSED_BY_HOST,
                "no process of the node listens on " + port + ", and no Service has it as nodePort")
            .suggesting(nodePorts)
        : about;
  }

  /** Whether an address lies in a block that ClusterIPs are taken from, as far as is known. */
  private boolean inServiceRange(SocketAddress to) {
    return ServiceBlocks.of(state).stream().anyMatch(c -> c.contains(to.address()));
  }
}
