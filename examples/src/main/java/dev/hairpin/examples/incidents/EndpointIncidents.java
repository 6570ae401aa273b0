package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Services and what is behind them: selectors, ports, protocols, slices. */
final class EndpointIncidents {
  private EndpointIncidents() {}

  static List<Incident> all() {
    return List.of(
        new Incident(
            "svc-01-selector-typo",
            "Selector matches nothing",
            "does the client wait, or is it refused at once?",
            EndpointIncidents::selectorTypo),
        new Incident(
            "svc-02-selector-too-broad",
            "Selector also matches foreign pods",
            "3 pods of the front end and 1 of a job share the label: how many calls fail, and how?",
            EndpointIncidents::selectorTooBroad),
        new Incident(
            "svc-03-named-port",
            "targetPort name not declared by the pod",
            "targetPort is \"http\", the pod declares \"web\": what does the EndpointSlice show?",
            EndpointIncidents::namedPort),
        new Incident(
            "svc-04-protocol",
            "Service protocol UDP for a TCP application",
            "pods run, endpoints are there: what does a TCP client see?",
            EndpointIncidents::protocol),
        new Incident(
            "svc-05-unserved-port",
            "ClusterIP on a port the Service does not have; ping to a ClusterIP",
            "is a call of port 81 of a Service with port 80 refused, or does it hang?",
            EndpointIncidents::unservedPort),
        new Incident(
            "svc-30-topology-hints-vanish",
            "Topology hints disappear with an unlucky endpoint count",
            "three zones of equal size: with which numbers of endpoints are there no hints?",
            EndpointIncidents::topologyHintsVanish),
        new Incident(
            "svc-31-zone-overload",
            "PreferClose overloads one zone",
            "90 % of the clients are in zone a, three pods in each of three zones: what share of all"
                + " traffic gets a pod of a?",
            EndpointIncidents::zoneOverload),
        new Incident(
            "svc-32-dual-stack",
            "SingleStack Service in a dual-stack cluster",
            "has the Service an IPv6 address, and what does a question for AAAA answer?",
            EndpointIncidents::dualStack),
        new Incident(
            "svc-33-foreign-endpointslice",
            "A hand-made EndpointSlice keeps stale addresses",
            "3 pods, and a slice with a dead address: how many connections are lost?",
            EndpointIncidents::foreignSlice),
        new Incident(
            "svc-34-mixed-protocol",
            "TCP and UDP on the same port of one LoadBalancer Service",
            "does the API server take it, and how many node ports does it hand out?",
            EndpointIncidents::mixedProtocol));
  }

  private static void selectorTypo(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop",
                "ui",
                "type: NodePort, selector: {app: u1}, ports: [{port: 80, targetPort: 8080}]")
            + Yaml.deployment("shop", "ui", 2, Yaml.ports(8080))
            + Yaml.deployment("shop", "client", 1, Yaml.ports(9090)));
    Trace inside = cluster.from("shop/client").to("http://ui");
    play.show(inside);
    play.explain(inside.explain(), Reason.NO_ENDPOINTS, Reason.SELECTOR_MATCHES_NOTHING);
    play.expect("the client is", Verdict.REFUSED, inside.outcome().verdict());
    play.expectText(
        "decided by", "KUBE-SERVICES", String.valueOf(inside.outcome().rule()));
    play.expect("did you mean", List.of("app=ui"), inside.explain().didYouMean());
    Trace outside =
        cluster.from("internet").to("node/node-1:" + Labs.nodePort(cluster, "shop", "ui"));
    play.explain(outside.explain(), Reason.NO_ENDPOINTS, Reason.SELECTOR_MATCHES_NOTHING);
    play.expectText(
        "decided by", "KUBE-EXTERNAL-SERVICES", String.valueOf(outside.outcome().rule()));
    play.show(cluster.lint());
    play.expect(
        "lint", 1, cluster.lint().of(Reason.SELECTOR_MATCHES_NOTHING.name()).size());
  }

  /** The share of ends that a predicate of their names holds for. */
  private static double share(Shares shares, String start) {
    return shares.ends().entrySet().stream()
        .filter(e -> e.getKey().endpoint().startsWith(start))
        .map(Map.Entry::getValue)
        .reduce(Fraction.ZERO, Fraction::plus)
        .toDouble();
  }

  private static void selectorTooBroad(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop", "front", "selector: {team: shop}, ports: [{port: 80, targetPort: 8080}]")
            + Yaml.deployment("shop", "front", "app: front, team: shop", 3, "", Yaml.ports(8080))
            + Yaml.deployment("shop", "job", "app: job, team: shop", 1, "", Yaml.ports(9090))
            + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    String vip = Labs.clusterIp(cluster, "shop", "front");
    Shares shares = cluster.from("shop/client").sharesTo(vip + ":80");
    play.show(shares);
    play.expectNear(
        "share of connections that are refused",
        0.25,
        share(shares, Reason.CONNECTION_REFUSED_BY_POD.name()),
        1e-8);
    Trace refused = cluster.from("shop/client").to(vip + ":80");
    for (int i = 0; i < 50 && refused.outcome().delivered(); i++) {
      refused = cluster.from("shop/client").to(vip + ":80");
    }
    play.explain(refused.explain(), Reason.CONNECTION_REFUSED_BY_POD, Reason.SELECTOR_TOO_BROAD);
    play.expectText("what the client sees", "RST", refused.outcome().clientSees());
    play.show(cluster.lint());
    play.expectText(
        "lint", "endpoints belong to 2 different workloads", cluster.lint().toString());
  }

  private static List<String> slicePorts(Cluster cluster, String name) {
    List<String> ports = new ArrayList<>();
    for (EndpointSlice slice : cluster.state().list(EndpointSlice.class)) {
      if (slice.serviceName().equals(name)) {
        slice.ports().forEach(p -> ports.add(String.valueOf(p.port())));
        ports.add(slice.endpoints().size() + " addresses");
      }
    }
    return List.copyOf(new TreeSet<>(ports));
  }

  private static void namedPort(Play play) {
    Cluster cluster = Labs.kubeadm();
    String web = "ports: [{name: %s, containerPort: %d}]";
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop", "one", "selector: {app: one}, ports: [{port: 80, targetPort: http}]")
            + Yaml.deployment("shop", "one", 1, web.formatted("web", 8080))
            + Yaml.service(
                "shop", "two", "selector: {app: two}, ports: [{port: 80, targetPort: http}]")
            + Yaml.deployment(
                "shop", "two-a", "app: two, version: a", 1, "", web.formatted("http", 80))
            + Yaml.deployment(
                "shop", "two-b", "app: two, version: b", 1, "", web.formatted("http", 8080))
            + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    play.show(cluster.get("endpointslices -n shop"));
    play.expectText("kubectl shows", "<unset>", cluster.get("endpointslices -n shop"));
    Trace first = cluster.from("shop/client").to("http://one");
    play.explain(first.explain(), Reason.NO_ENDPOINTS, Reason.TARGET_PORT_NOT_DECLARED);
    play.expect("the client is", Verdict.REFUSED, first.outcome().verdict());
    play.say("Two versions that both declare \"http\", with different numbers:");
    play.expect(
        "ports of the slices",
        "[1 addresses, 80, 8080]",
        slicePorts(cluster, "two").toString());
    Shares shares =
        cluster.from("shop/client").sharesTo(Labs.clusterIp(cluster, "shop", "two") + ":80");
    play.show(shares);
    play.expect("share that arrives", Fraction.ONE, shares.arriving());
  }

  private static void protocol(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop", "app", "selector: {app: app}, ports: [{port: 8085, protocol: UDP}]")
            + Yaml.deployment("shop", "app", 1, Yaml.ports(8085))
            + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    Trace trace = cluster.from("shop/client").to("app:8085");
    play.show(trace);
    play.explain(trace.explain(), trace.outcome().reason(), Reason.PROTOCOL_NOT_IN_SERVICE);
    play.expect("the client sees a", Verdict.TIMEOUT, trace.outcome().verdict());
    play.expect(
        "because", "the Service has 8085/UDP, you sent TCP", trace.explain().because());
    play.expect(
        "lint", 1, cluster.lint().of(Reason.PROTOCOL_NOT_IN_SERVICE.name()).size());
  }

  private static void unservedPort(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop", "web", "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]")
            + Yaml.deployment("shop", "web", 1, Yaml.ports(8080))
            + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    Trace trace = cluster.from("shop/client").to("http://web:81");
    play.show(trace);
    play.explain(trace.explain(), trace.outcome().reason(), Reason.PORT_NOT_IN_SERVICE);
    play.expect("the client sees a", Verdict.TIMEOUT, trace.outcome().verdict());
    play.expect(
        "a rule translated it",
        false,
        trace.first(dev.hairpin.path.trace.Step.Translated.class).isPresent());
    Trace ping = cluster.from("shop/client").ping(Labs.clusterIp(cluster, "shop", "web"));
    play.show(ping);
    play.expect("a ping sees a", Verdict.TIMEOUT, ping.outcome().verdict());
    play.say(
        "In iptables mode there are rules for the ports of Services only. (nftables mode, which"
            + " is not modelled, refuses what no Service serves.)");
  }

  private static void topologyHintsVanish(Play play) {
    List<Integer> without = new ArrayList<>();
    for (int count = 3; count <= 12; count++) {
      Cluster cluster = Cluster.builder().eks(3).build();
      cluster.apply(Yaml.namespace("shop")
          + Yaml.service(
              "shop",
              "web",
              "service.kubernetes.io/topology-mode: Auto",
              "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]"));
      StringBuilder pods = new StringBuilder();
      for (int i = 0; i < count; i++) {
        pods.append(
            Yaml.pod("shop", "web-" + i, "app: web", Labs.node(cluster, i % 3), Yaml.ports(8080)));
      }
      cluster.apply(pods.toString());
      boolean hinted = cluster.state().list(EndpointSlice.class).stream()
          .filter(s -> s.serviceName().equals("web"))
          .flatMap(s -> s.endpoints().stream())
          .noneMatch(e -> e.zoneHints().isEmpty());
      if (!hinted) {
        without.add(count);
        if (count == 11) {
          play.show(cluster.lint());
          play.expect("lint", List.of("TOPOLOGY_HINTS_MISSING"), cluster.lint().codes());
          cluster.state().events().stream()
              .filter(e -> e.object().name().equals("web"))
              .forEach(e -> play.show(e.message()));
          play.expectText(
              "the event",
              "exceeding overload threshold (11 endpoints, 3 zones)",
              cluster.state().events().toString());
        }
      }
    }
    play.expect("numbers from 3 to 12 without hints", List.of(4, 5, 8, 11), without);
  }

  private static void zoneOverload(Play play) {
    Cluster cluster = Labs.proxied(Cluster.builder().eks(3));
    StringBuilder pods = new StringBuilder(Yaml.namespace("shop")
        + Yaml.service(
            "shop",
            "web",
            "trafficDistribution: PreferClose, selector: {app: web}, ports: [{port: 80, targetPort:"
                + " 8080}]"));
    for (int i = 0; i < 9; i++) {
      pods.append(
          Yaml.pod("shop", "web-" + i, "app: web", Labs.node(cluster, i % 3), Yaml.ports(8080)));
    }
    for (int i = 0; i < 3; i++) {
      pods.append(
          Yaml.pod("shop", "client-" + i, "app: client", Labs.node(cluster, i), Yaml.ports(9090)));
    }
    cluster.apply(pods.toString());
    String target = Labs.clusterIp(cluster, "shop", "web") + ":80";
    play.show(cluster.from("shop/client-0").sharesTo(target));
    double ofZoneA = 0;
    double[] clients = {0.9, 0.05, 0.05};
    for (int i = 0; i < 3; i++) {
      ofZoneA +=
          clients[i] * share(cluster.from("shop/client-" + i).sharesTo(target), "shop/web-0:");
    }
    play.expectNear("share of a pod of zone a", 0.30, ofZoneA, 1e-6);
    play.expectNear("times the mean of 1/9", 2.7, ofZoneA * 9, 1e-5);
    cluster.apply(
        Yaml.service("shop", "web", "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]"));
  }

  private static void dualStack(Play play) {
    Cluster cluster = Labs.proxied(Cluster.builder()
        .kubeadm(2)
        .serviceCidrs("10.96.0.0/16", "fd00:96::/112")
        .podBlocks("10.244.0.0/16", "fd00:244::/56"));
    String fields = "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]";
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "web", fields)
            + Yaml.deployment("shop", "web", 1, Yaml.ports(8080))
            + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    play.show(cluster.get("svc -n shop"));
    play.expect(
        "ClusterIPs",
        1,
        Labs.service(cluster, "shop", "web").spec().clusterIps().size());
    play.expect("slices", 1L, slices(cluster));
    play.expect("IPv6 addresses of the name", 0L, addresses(cluster, "web.shop"));
    play.say("With ipFamilyPolicy: PreferDualStack:");
    cluster.apply(Yaml.service("shop", "web", "ipFamilyPolicy: PreferDualStack, " + fields));
    play.show(cluster.get("svc -n shop"));
    play.expect(
        "ClusterIPs",
        2,
        Labs.service(cluster, "shop", "web").spec().clusterIps().size());
    play.expect("slices", 2L, slices(cluster));
    cluster.advance(java.time.Duration.ofSeconds(31));
    play.expect("IPv6 addresses of the name", 1L, addresses(cluster, "web.shop"));
  }

  private static long slices(Cluster cluster) {
    return cluster.state().list(EndpointSlice.class).stream()
        .filter(s -> s.serviceName().equals("web"))
        .count();
  }

  private static long addresses(Cluster cluster, String name) {
    return cluster.lookup("shop/client", name).addresses().stream()
        .filter((IpAddress a) -> a.family() == dev.hairpin.net.IpFamily.IPV6)
        .count();
  }

  private static void foreignSlice(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop", "web", "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]")
            + Yaml.deployment("shop", "web", 3, Yaml.ports(8080))
            + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    play.apply(cluster, """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {namespace: shop, name: by-hand, labels: {kubernetes.io/service-name: web}}
        addressType: IPv4
        ports: [{name: "", port: 8080, protocol: TCP}]
        endpoints: [{addresses: [10.244.99.9], conditions: {ready: true}}]
        """);
    String target = Labs.clusterIp(cluster, "shop", "web") + ":80";
    Shares shares = cluster.from("shop/client").sharesTo(target);
    play.show(shares);
    play.expectNear("share that is lost", 0.25, 1 - shares.arriving().toDouble(), 1e-8);
    Trace lost = cluster.from("shop/client").to(target);
    for (int i = 0; i < 50 && lost.outcome().delivered(); i++) {
      lost = cluster.from("shop/client").to(target);
    }
    play.explain(lost.explain(), lost.outcome().reason(), Reason.ENDPOINT_WITHOUT_POD);
    play.expect("lint", 1, cluster.lint().of(Reason.ENDPOINT_WITHOUT_POD.name()).size());
  }

  private static void mixedProtocol(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop",
                "quic",
                "type: LoadBalancer, selector: {app: quic}, ports: [{name: tcp, port: 443,"
                    + " protocol: TCP}, {name: udp, port: 443, protocol: UDP, targetPort: 8443}]"));
    play.show(cluster.get("svc -n shop"));
    play.expect(
        "node ports",
        2L,
        Labs.service(cluster, "shop", "quic").spec().ports().stream()
            .filter(p -> p.nodePort() != 0)
            .count());
    Cluster aws = Labs.eks(3);
    aws.apply(Yaml.namespace("shop")
        + Yaml.service(
            "shop",
            "quic",
            "service.beta.kubernetes.io/aws-load-balancer-type: external",
            "type: LoadBalancer, selector: {app: quic}, ports: [{name: tcp, port: 443, protocol:"
                + " TCP}, {name: udp, port: 443, protocol: UDP}]"));
    play.say("The AWS Load Balancer Controller says:");
    aws.state().events().stream()
        .filter(e -> e.object().name().equals("quic"))
        .forEach(e -> play.show(e.reason() + " " + e.message()));
    play.show(aws.get("svc -n shop"));
    play.explain(
        aws.explain("svc/shop/quic"),
        aws.explain("svc/shop/quic").reason(),
        aws.explain("svc/shop/quic").cause());
  }
}
