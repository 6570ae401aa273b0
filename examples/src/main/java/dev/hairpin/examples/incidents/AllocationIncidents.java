package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.AddressAllocator;
import dev.hairpin.cluster.ApiError;
import dev.hairpin.cluster.ApiFeatures;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.PortRange;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Addresses and ports that the API server hands out. */
final class AllocationIncidents {
  private AllocationIncidents() {}

  static List<Incident> all() {
    return List.of(
        new Incident(
            "alloc-01-nodeport-taken",
            "Fixed nodePort already allocated",
            "two Services want nodePort 30180; who gets it, and what if one is TCP and one UDP?",
            AllocationIncidents::nodePortTaken),
        new Incident(
            "alloc-02-nodeport-out-of-range",
            "nodePort outside 30000-32767",
            "what does the API server say to nodePort 8080, and when would it take it?",
            AllocationIncidents::nodePortOutOfRange),
        new Incident(
            "alloc-03-static-band",
            "Dynamic and static bands of node ports and ClusterIPs",
            "how many node ports are given at random before the band for hand-picked ones is used?",
            AllocationIncidents::staticBand),
        new Incident(
            "alloc-04-healthchecknodeport",
            "healthCheckNodePort equals another Service's nodePort",
            "of 200 Services with node ports and health check ports, how many ports are shared?",
            AllocationIncidents::healthCheckNodePort),
        new Incident(
            "alloc-05-ephemeral-overlap",
            "Node ports overlap the source ports that the kernel chooses",
            "a node calls out from port 31000, which is a node port: does the answer arrive?",
            AllocationIncidents::ephemeralOverlap),
        new Incident(
            "alloc-06-clusterip-full",
            "ClusterIP range exhausted",
            "how many of 300 Services get an address of a /24, and what helps?",
            AllocationIncidents::clusterIpFull),
        new Incident(
            "alloc-07-duplicate-ip-requested",
            "Requested ClusterIP in use or outside the range",
            "what does the API server say to a ClusterIP that is taken, or not of its block?",
            AllocationIncidents::duplicateIp));
  }

  private static Service service(String name, ServiceSpec.Builder spec) {
    return new Service(ObjectMeta.of("default", name), spec.build(), List.of(), List.of());
  }

  private static ServiceSpec.Builder nodePort(int port, Protocol protocol) {
    return ServiceSpec.builder()
        .type(ServiceType.NODE_PORT)
        .ports(List.of(port("", protocol, port)));
  }

  private static ServicePort port(String name, Protocol protocol, int nodePort) {
    return new ServicePort(name, protocol, 80, IntOrString.of(8080), nodePort, null);
  }

  private static ApiServer server(ApiServerConfig config) {
    return new ApiServer(new ClusterState(new VirtualClock(), 1), config);
  }

  /** What the API server answers, or nothing if it takes the Service. */
  private static String refusal(ApiServer api, Service service) {
    try {
      api.create(service);
      return "";
    } catch (ApiError e) {
      return e.code() + " " + e.getMessage();
    }
  }

  private static void nodePortTaken(Play play) {
    ApiServer api = server(ApiServerConfig.DEFAULT);
    api.create(service("first", nodePort(30_180, Protocol.TCP)));
    String refused = refusal(api, service("second", nodePort(30_180, Protocol.TCP)));
    play.show(refused);
    play.expect(
        "the second",
        "422 Service \"second\" is invalid: spec.ports[0].nodePort: Invalid value: 30180: provided"
            + " port is already allocated",
        refused);
    play.expectText(
        "another Service that wants it for UDP",
        "provided port is already allocated",
        refusal(api, service("datagrams", nodePort(30_180, Protocol.UDP))));
    play.expect(
        "TCP and UDP with one number in one Service",
        "",
        refusal(
            server(ApiServerConfig.DEFAULT),
            service(
                "both",
                ServiceSpec.builder()
                    .type(ServiceType.NODE_PORT)
                    .ports(List.of(
                        port("tcp", Protocol.TCP, 30_180), port("udp", Protocol.UDP, 30_180))))));
    play.say("Node ports are handed out by number: two protocols may share one within a Service"
        + " only.");
    ApiServer other = server(ApiServerConfig.DEFAULT);
    int chosen = ((Service)
            other.create(service("dynamic", nodePort(0, Protocol.TCP))).object())
        .spec()
        .ports()
        .get(0)
        .nodePort();
    play.say("A Service without a wish gets " + chosen + "; who wants the same afterwards is"
        + " refused.");
    play.expectText(
        "who asks for what was given at random",
        "provided port is already allocated",
        refusal(other, service("fixed", nodePort(chosen, Protocol.TCP))));
  }

  private static void nodePortOutOfRange(Play play) {
    String refused =
        refusal(server(ApiServerConfig.DEFAULT), service("web", nodePort(8080, Protocol.TCP)));
    play.show(refused);
    play.expect(
        "port 8080",
        "422 Service \"web\" is invalid: spec.ports[0].nodePort: Invalid value: 8080: provided port"
            + " is not in the valid range. The range of valid ports is 30000-32767",
        refused);
    ApiServer wide = server(new ApiServerConfig(
        List.of(IpFamily.IPV4),
        List.of(Cidr.parse("10.96.0.0/12")),
        PortRange.parse("8000-32767"),
        ApiFeatures.NEWEST));
    play.expect(
        "with --service-node-port-range=8000-32767",
        "",
        refusal(wide, service("web", nodePort(8080, Protocol.TCP))));
  }

  private static void staticBand(Play play) {
    ApiServer api = server(ApiServerConfig.of(Cidr.parse("10.96.0.0/20")));
    List<Integer> given = new ArrayList<>();
    for (int i = 0; i < 2_683; i++) {
      Service created = (Service)
          api.create(service(String.format(Locale.ROOT, "web-%04d", i), nodePort(0, Protocol.TCP)))
              .object();
      given.add(created.spec().ports().get(0).nodePort());
    }
    play.say("2,683 Services of type NodePort, none with a wish:");
    play.expect(
        "the lowest of the first 2,682",
        30_086,
        given.subList(0, 2_682).stream().mapToInt(i -> i).min().orElse(0));
    play.expect(
        "the highest of them",
        32_767,
        given.subList(0, 2_682).stream().mapToInt(i -> i).max().orElse(0));
    play.expect("the last lies in 30000-30085", true, given.get(2_682) <= 30_085);
    play.expect("ports for hand-picked numbers", 86, PortRange.DEFAULT.staticPorts());
    play.expect(
        "addresses for hand-picked ones of a /24",
        16,
        AddressAllocator.staticAddresses(Cidr.parse("10.96.0.0/24")));
    play.expect("of a /12", 256, AddressAllocator.staticAddresses(Cidr.parse("10.96.0.0/12")));
  }

  private static void healthCheckNodePort(Play play) {
    ApiServer api = server(ApiServerConfig.DEFAULT);
    Set<Integer> ports = new HashSet<>();
    int handedOut = 0;
    for (int i = 0; i < 200; i++) {
      ServiceSpec.Builder spec = nodePort(0, Protocol.TCP)
          .type(ServiceType.LOAD_BALANCER)
          .externalTrafficPolicy(i % 2 == 0 ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER);
      ServiceSpec made = ((Service) api.create(service("web-" + i, spec)).object()).spec();
      ports.add(made.ports().get(0).nodePort());
      handedOut++;
      if (made.healthCheckNodePort() != 0) {
        ports.add(made.healthCheckNodePort());
        handedOut++;
      }
    }
    play.say("200 Services of type LoadBalancer, every second one with policy Local.");
    play.expect("ports handed out", 300, handedOut);
    play.expect("different ones among them", 300, ports.size());
  }

  private static void ephemeralOverlap(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop",
                "web",
                "type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080,"
                    + " nodePort: 31000}]")
            + Yaml.deployment("shop", "web", 1, Yaml.ports(8080))
            + Yaml.pod("shop", "other", "app: other", "node-2", Yaml.ports(9090)));
    String other = cluster.pod("shop/other").podIps().get(0);
    play.say("A process of node-1 calls a pod of node-2 from port 31000, which is a node port.");
    Trace out = cluster.from("node/node-1").fromPort(31_000).to(other + ":9090");
    play.show(out);
    play.expect("the answer arrives", true, out.outcome().delivered());
    play.expect(
        "the server saw port",
        31_000,
        out.outcome().sourceSeen() == null ? 0 : out.outcome().sourceSeen().port());
    Trace in = cluster.from("internet").to("node/node-1:31000");
    play.expect(
        "a new connection from outside to that port reaches",
        true,
        String.valueOf(in.outcome().server()).startsWith("shop/web"));
    play.say("In iptables mode the answer belongs to a tracked connection, and rules for node ports"
        + " see the first packet of a connection only. (IPVS, which is not modelled, looks at every"
        + " packet and takes the answer away.)");
  }

  private static void clusterIpFull(Play play) {
    Cluster cluster = Cluster.builder().kubeadm(1).serviceCidrs("10.99.0.0/24").build();
    int created = 0;
    String refused = "";
    for (int i = 0; i < 300 && refused.isEmpty(); i++) {
      refused = refusal(
          cluster.api(),
          service("web-" + i, ServiceSpec.builder().ports(List.of(ServicePort.tcp("", 80, 8080)))));
      created += refused.isEmpty() ? 1 : 0;
    }
    play.show(refused);
    play.expect("Services that got an address, beside kubernetes", 253, created);
    play.expectText("the next one", "range is full", refused);
    play.say("A second ServiceCIDR helps at once:");
    cluster.apply("""
        apiVersion: networking.k8s.io/v1
        kind: ServiceCIDR
        metadata: {name: more}
        spec: {cidrs: [10.98.0.0/24]}
        """);
    cluster.apply(Yaml.service("default", "late", "ports: [{port: 80}]"));
    play.expect(
        "the next Service gets an address of it",
        true,
        Labs.clusterIp(cluster, "default", "late").startsWith("10.98.0."));
  }

  private static void duplicateIp(Play play) {
    ApiServer api = server(ApiServerConfig.DEFAULT);
    ServiceSpec.Builder taken = ServiceSpec.builder()
        .ports(List.of(ServicePort.tcp("", 80, 8080)))
        .clusterIps(List.of("10.98.243.254"));
    api.create(service("first", taken));
    String twice = refusal(api, service("second", taken));
    play.show(twice);
    play.expectText(
        "an address that is taken",
        "failed to allocate IP 10.98.243.254: provided IP is already allocated",
        twice);
    String outside = refusal(api, service("third", taken.clusterIps(List.of("10.10.10.10"))));
    play.show(outside);
    play.expectText(
        "an address of another block",
        "failed to allocate IP 10.10.10.10: the provided network does not match the current range",
        outside);
    play.say("Servers before ServiceCIDR objects said \"the provided IP (10.10.10.10) is not in the"
        + " valid range\" instead.");
    Set<String> addresses = new HashSet<>();
    ApiServer small = server(ApiServerConfig.of(Cidr.parse("10.99.0.0/26")));
    int created = 0;
    while (refusal(
            small,
            service(
                "web-" + created,
                ServiceSpec.builder().ports(List.of(ServicePort.tcp("", 80, 8080)))))
        .isEmpty()) {
      created++;
    }
    small.state().list(Service.class).forEach(s -> addresses.add(s.spec().clusterIp()));
    play.expect(
        "addresses of as many Services when both bands are full", created, addresses.size());
  }
}
