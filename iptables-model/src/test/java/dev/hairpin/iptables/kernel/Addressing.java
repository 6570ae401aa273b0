package dev.hairpin.iptables.kernel;

import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The addresses of a {@link TwinCluster}. */
enum Addressing {
  /** With IPv4 addresses. */
  V4(IpFamily.IPV4, "192.168.10.", "10.244.", ".", "10.96.0.", "10.96.0.0/12", "/16"),
  /** With IPv6 addresses. */
  V6(IpFamily.IPV6, "fd10::", "fd20:", "::", "fd96::", "fd96::/108", "::/16");

  private static final Map<String, String> NODES =
      new TreeMap<>(Map.of("p1", "n1", "p2", "n2", "p3", "n3", "q1", "n1"));

  private final IpFamily family;
  private final String nodes;
  private final String pods;
  private final String beforeHost;
  private final String services;
  private final String serviceBlock;
  private final String allPods;

  Addressing(
      IpFamily family,
      String nodes,
      String pods,
      String beforeHost,
      String services,
      String serviceBlock,
      String afterPods) {
    this.family = family;
    this.nodes = nodes;
    this.pods = pods;
    this.beforeHost = beforeHost;
    this.services = services;
    this.serviceBlock = serviceBlock;
    this.allPods =
        family == IpFamily.IPV4 ? pods + "0.0" + afterPods : pods.substring(0, 4) + afterPods;
  }

  IpFamily family() {
    return family;
  }

  boolean isV4() {
    return family == IpFamily.IPV4;
  }

  /** How long a call waits at most. */
  int patienceMillis() {
    return isV4() ? 1300 : 3500;
  }

  /**
   * How long a call waits. Where an answer may come or not, its absence must not be mistaken on a
   * busy machine. An ICMPv6 error that comes while the call still sends its SYN only takes effect
   * when the SYN is sent again, after one second or after three.
   *
   * @param tcp whether it is a TCP call
   * @param uncertain whether more than one answer is possible
   * @param timeout whether no answer may come
   */
  int patienceMillis(boolean tcp, boolean uncertain, boolean timeout) {
    if (timeout) {
      return uncertain || (tcp && !isV4()) ? 1300 : 400;
    }
    return patienceMillis();
  }

  /** The pods and the nodes that they are on. */
  Map<String, String> pods() {
    return NODES;
  }

  /** The node of a pod. */
  String nodeOf(String pod) {
    return NODES.getOrDefault(pod, pod);
  }

  private static char digit(String name) {
    return name.charAt(1);
  }

  String node(String name) {
    return nodes + digit(name);
  }

  String gateway() {
    return nodes + (isV4() ? "254" : "fe");
  }

  String client() {
    return nodes + (isV4() ? "100" : "64");
  }

  int nodePrefix() {
    return isV4() ? 24 : 64;
  }

  /** The block of the nodes and the client. */
  String nodeBlock() {
    return isV4() ? nodes + "0/24" : nodes + "/64";
  }

  int hostPrefix() {
    return family.addressBits();
  }

  String podBlock(String node) {
    return isV4() ? pods + digit(node) + ".0/24" : pods + digit(node) + "::/64";
  }

  /** The node's own address among its pods. */
  String podGateway(String node) {
    return pods + digit(node) + beforeHost + "1";
  }

  String pod(String name) {
    return pods + digit(nodeOf(name)) + beforeHost + (name.equals("q1") ? "20" : "10");
  }

  List<String> endpoints() {
    return List.of(pod("p1"), pod("p2"), pod("p3"));
  }

  /** The address of a place that serves: a pod, a node or the client. */
  String server(String place) {
    if (NODES.containsKey(place)) {
      return pod(place);
    }
    return place.equals("near") ? client() : node(place);
  }

  String service(int number) {
    return services + number;
  }

  /** An address outside the cluster that the client sends to the first node. */
  String externalIp(int number) {
    return (isV4() ? "203.0.113." : "fd03::") + number;
  }

  /** The address of a load balancer that the client sends to the second node. */
  String loadBalancer(int number) {
    return (isV4() ? "198.51.100." : "fd51::") + number;
  }

  /** What the client sends to a node instead of the gateway. */
  Map<String, String> routed() {
    return isV4()
        ? Map.of(serviceBlock, "n1", "203.0.113.0/24", "n1", "198.51.100.0/24", "n2")
        : Map.of(serviceBlock, "n1", "fd03::/64", "n1", "fd51::/64", "n2");
  }

  String allPods() {
    return allPods;
  }

  /** An address with a port after DNAT, as rules write it. */
  String withPort(String address, int port) {
    return (isV4() ? address : "[" + address + "]") + ":" + port;
  }

  /** The words after {@code --reject-with}. */
  List<String> rejects() {
    return isV4()
        ? List.of(
            "icmp-port-unreachable",
            "icmp-host-unreachable",
            "icmp-net-unreachable",
            "icmp-admin-prohibited")
        : List.of(
            "icmp6-port-unreachable",
            "icmp6-addr-unreachable",
            "icmp6-no-route",
            "icmp6-adm-prohibited");
  }
}
