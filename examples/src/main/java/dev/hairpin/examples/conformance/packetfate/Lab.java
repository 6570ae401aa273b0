package dev.hairpin.examples.conformance.packetfate;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Device;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.PodNetwork;
import dev.hairpin.path.Route;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The cluster of a recording, built of hosts in a network. */
final class Lab {
  /** Chains and jumps as kube-proxy makes them before its first sync; each jump is prepended. */
  private static final String JUMPS = """
      *filter
      :KUBE-EXTERNAL-SERVICES - [0:0]
      :KUBE-NODEPORTS - [0:0]
      :KUBE-SERVICES - [0:0]
      :KUBE-FORWARD - [0:0]
      :KUBE-PROXY-FIREWALL - [0:0]
      :KUBE-FIREWALL - [0:0]
      -I INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
      -I FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
      -I INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
      -I FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      -I OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      -I FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
      -I INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
      -I OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
      -I FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
      -I INPUT -j KUBE-FIREWALL
      -I OUTPUT -j KUBE-FIREWALL
      COMMIT
      *nat
      :KUBE-SERVICES - [0:0]
      :KUBE-POSTROUTING - [0:0]
      -I OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      -I PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      -I POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
      COMMIT
      """;

  final JsonObject topology;
  final Network network = new Network(new VirtualClock());
  final Map<String, IpAddress> addresses = new LinkedHashMap<>();

  /** How the recordings call an address: a place, or a node's address towards its pods. */
  final Map<IpAddress, String> names = new HashMap<>();

  final List<String> nodes = new ArrayList<>();
  private final Map<String, Host> places = new LinkedHashMap<>();
  private final Fabric fabric = new Fabric(network);
  private final Map<String, Map<String, Integer>> calls = new HashMap<>();
  private final List<JsonObject> loosePods = new ArrayList<>();

  Lab(JsonObject topology) {
    this.topology = topology;
  }

  Lab build() {
    String[] gateway = Json.text(topology, "gateway", "192.168.10.254/24").split("/", 2);
    IpAddress gw = IpAddress.parse(gateway[0]);
    int prefix = Integer.parseInt(gateway[1]);
    Host router = fabric.gateway(gw, prefix, world());
    router.sysctl("net.ipv4.icmp_ratelimit", "" + Json.number(topology, "icmpRatelimit", 0));
    place("gw", router, gw);
    for (JsonObject node : Json.objects(topology, "nodes")) {
      node(node, gw, prefix);
    }
    for (JsonObject pod : Json.objects(topology, "pods")) {
      pod(pod);
    }
    for (JsonObject pod : loosePods) {
      Cidr to = Cidr.host(IpAddress.parse(Json.text(pod, "ip", "")));
      router.route(Route.via(to, home(pod), "br0"));
    }
    for (JsonObject client : Json.objects(topology, "clients")) {
      client(client, router, gw, prefix);
    }
    for (JsonObject route : Json.objects(topology, "gatewayRoutes")) {
      router.route(Route.via(
          block(Json.text(route, "dst", "")), address(Json.text(route, "via", "")), "br0"));
    }
    sysctls();
    for (JsonObject server : Json.objects(topology, "pods")) {
      serve("pod:" + Json.text(server, "name", ""), server);
    }
    for (JsonObject server : Json.objects(topology, "clients")) {
      serve("client:" + Json.text(server, "name", ""), server);
    }
    return this;
  }

  private Route.Type world() {
    return switch (Json.text(topology, "gatewayDefault", "blackhole")) {
      case "unreachable" -> Route.Type.UNREACHABLE;
      case "prohibit" -> Route.Type.PROHIBIT;
      default -> Route.Type.BLACKHOLE;
    };
  }

  private void place(String key, Host host, IpAddress address) {
    places.put(key, host);
    addresses.put(key, address);
    names.put(address, key);
  }

  private void node(JsonObject node, IpAddress gw, int prefix) {
    String name = Json.text(node, "name", "");
    IpAddress ip = IpAddress.parse(Json.text(node, "ip", ""));
    String cidr = Json.text(node, "podCIDR", "");
    PodNetwork shape = switch (Json.text(topology, "podnet", "ptp")) {
      case "bridge" -> PodNetwork.BRIDGE;
      case "calico" -> PodNetwork.ROUTED;
      default -> PodNetwork.PTP;
    };
    Host host = fabric.node(new NodeShape(
        name,
        ip,
        prefix,
        cidr.isEmpty() ? null : Cidr.parse(cidr),
        Json.flag(topology, "nodeDefaultRoute", true) ? gw : null,
        shape,
        Json.text(topology, "vethPrefix", "v"),
        Json.text(topology, "bridgeName", "cni0"),
        Json.flag(topology, "hairpin", true)));
    place("node:" + name, host, ip);
    nodes.add(name);
    String rpFilter = "" + Json.number(topology, "rpFilter", 0);
    host.sysctl("net.ipv4.conf.all.rp_filter", rpFilter);
    host.sysctl("net.ipv4.conf.default.rp_filter", rpFilter);
    host.sysctl("net.ipv4.icmp_ratelimit", "" + Json.number(topology, "icmpRatelimit", 0));
    host.sysctl("net.bridge.bridge-nf-call-iptables", "" + Json.number(topology, "brNetfilter", 1));
    Device uplink = host.device(NodeShape.UPLINK);
    for (String extra : Json.texts(node, "extraIPs")) {
      IpAddress address = IpAddress.parse(extra);
      host.address(uplink, address, address.family().addressBits());
      names.put(address, "node:" + name);
    }
    for (String extra : Json.texts(node, "loIPs")) {
      IpAddress address = IpAddress.parse(extra);
      host.address(host.device("lo"), address, address.family().addressBits());
    }
    if (!cidr.isEmpty()) {
      names.put(Cidr.parse(cidr).at(1), "node:" + name + " pod gateway");
    }
    host.filter(new RuleWalker(RuleSet.empty(IpFamily.IPV4)));
  }

  private JsonObject nodeOf(JsonObject pod) {
    String name = Json.text(pod, "node", "");
    return Json.objects(topology, "nodes").stream()
        .filter(n -> name.equals(Json.text(n, "name", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no node " + name));
  }

  private IpAddress home(JsonObject pod) {
    return IpAddress.parse(Json.text(nodeOf(pod), "ip", ""));
  }

  private void pod(JsonObject pod) {
    String name = Json.text(pod, "name", "");
    String node = Json.text(pod, "node", "");
    if (Json.flag(pod, "hostNetwork", false)) {
      Host host = host("node:" + node);
      String ip = Json.text(pod, "ip", "");
      places.put("pod:" + name, host);
      addresses.put("pod:" + name, ip.isEmpty() ? address(node) : IpAddress.parse(ip));
      return;
    }
    IpAddress ip = IpAddress.parse(Json.text(pod, "ip", ""));
    place("pod:" + name, fabric.pod(name, node, ip), ip);
    String cidr = Json.text(nodeOf(pod), "podCIDR", "");
    if (cidr.isEmpty() || !Cidr.parse(cidr).contains(ip)) {
      loosePods.add(pod);
    }
  }

  private void client(JsonObject client, Host router, IpAddress gw, int prefix) {
    String name = Json.text(client, "name", "");
    IpAddress ip = IpAddress.parse(Json.text(client, "ip", ""));
    boolean near = Cidr.containing(gw, prefix).contains(ip);
    Host host = fabric.client("client " + name, ip, near ? prefix : 32, gw);
    place("client:" + name, host, ip);
    if (near) {
      for (JsonObject pod : loosePods) {
        Cidr to = Cidr.host(IpAddress.parse(Json.text(pod, "ip", "")));
        host.route(Route.via(to, home(pod), "eth0"));
      }
    } else {
      router.route(Route.onLink(Cidr.host(ip), "br0"));
    }
    for (String extra : Json.texts(client, "extraIPs")) {
      IpAddress address = IpAddress.parse(extra);
      host.address(host.device("eth0"), address, 32);
      router.route(Route.via(Cidr.host(address), ip, "br0"));
    }
    for (JsonObject route : Json.objects(client, "routes")) {
      host.route(Route.via(
          block(Json.text(route, "dst", "")), address(Json.text(route, "via", "")), "eth0"));
    }
  }

  static Cidr block(String text) {
    return text.equals("default")
        ? Cidr.parse("0.0.0.0/0")
        : text.contains("/") ? Cidr.parse(text) : Cidr.host(IpAddress.parse(text));
  }

  private void sysctls() {
    JsonObject all = Json.object(topology, "sysctls");
    for (Map.Entry<String, JsonElement> where : all.entrySet()) {
      for (Map.Entry<String, JsonElement> s : where.getValue().getAsJsonObject().entrySet()) {
        sysctl(where.getKey(), s.getKey(), s.getValue().getAsString());
      }
    }
  }

  /** Sets a sysctl at a place, or at all whose name begins as a pattern with a star does. */
  void sysctl(String where, String key, String value) {
    if (places.containsKey(where)) {
      host(where).sysctl(key, value);
      return;
    }
    String beginning = where.endsWith("*") ? where.substring(0, where.length() - 1) : where;
    places.forEach((name, host) -> {
      if (name.startsWith(beginning)) {
        host.sysctl(key, value);
      }
    });
  }

  void serve(String place, JsonObject server) {
    for (String what : Json.texts(server, "serve")) {
      int slash = what.indexOf('/');
      Protocol protocol = Protocol.byName(what.substring(0, slash)).orElseThrow();
      int port = Integer.parseInt(what.substring(slash + 1));
      String name = Json.text(server, "name", "");
      host(place).listen(new Listener(name, protocol, addresses.get(place), port));
    }
  }

  /** An address, from an address or from the name of a node, pod or client. */
  IpAddress address(String text) {
    for (String key : List.of(text, "node:" + text, "pod:" + text, "client:" + text)) {
      @Nullable IpAddress known = addresses.get(key);
      if (known != null) {
        return known;
      }
    }
    return IpAddress.parse(text);
  }

  Host host(String place) {
    return Optional.ofNullable(places.get(place))
        .orElseThrow(() -> new IllegalArgumentException("there is no place " + place));
  }

  /** The place by which a recording names a host; a pod of the host network goes by its node. */
  String placeOf(Host host) {
    for (Map.Entry<String, Host> e : places.entrySet()) {
      if (e.getValue().name().equals(host.name())) {
        return e.getKey();
      }
    }
    return host.name();
  }

  RuleWalker walker(String node) {
    return (RuleWalker) host("node:" + node).filter().orElseThrow();
  }

  /** Remembers a call that reached an endpoint. */
  void called(String from, String to, String at) {
    calls.computeIfAbsent(from + " " + at, k -> new HashMap<>()).merge(to, 1, Integer::sum);
  }

  /** How many earlier calls of a caller reached an endpoint through other addresses. */
  int callsThroughOtherAddresses(String from, String to, String at) {
    int count = 0;
    for (Map.Entry<String, Integer> e :
        calls.getOrDefault(from + " " + at, Map.of()).entrySet()) {
      count += e.getKey().equals(to) ? 0 : e.getValue();
    }
    return count;
  }

  /** Whether a node's rules keep lists of callers (session affinity). */
  boolean remembersCallers() {
    return nodes.stream().anyMatch(n -> !walker(n).recentLists().isEmpty());
  }

  List<String> nodesNamed(String which) {
    return which.equals("*") ? nodes : List.of(which);
  }

  void loadRules(JsonObject rules) {
    boolean jumps = Json.flag(topology, "kubeProxyJumps", true);
    for (Map.Entry<String, JsonElement> e : rules.entrySet()) {
      for (String node : nodesNamed(e.getKey())) {
        RuleWalker walker = walker(node);
        RuleSet set = walker.rules(IpFamily.IPV4);
        if (jumps) {
          set = set.restore(JUMPS, new RestoreOptions(false, false)).orElseThrow();
        }
        walker.load(set.restore(e.getValue().getAsString(), RestoreOptions.NOFLUSH_COUNTERS)
            .orElseThrow());
      }
    }
  }

  void restore(String node, String text) {
    RuleWalker walker = walker(node);
    walker.load(walker
        .rules(IpFamily.IPV4)
        .restore(text, RestoreOptions.NOFLUSH_COUNTERS)
        .orElseThrow());
  }
}
