package dev.hairpin.iptables.kernel;

import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The addresses of the small cluster that is built twice: three nodes with a pod each, a pod
 * without server on the first node, and a client on the nodes' network.
 */
enum Addressing {
  /** With IPv4 addresses. */
  V4(IpFamily.IPV4, "192.168.10.", "10.244.", ".", "10.96.0.", "10.96.0.0/12", "/16"),
  /** With IPv6 addresses. */
  V6(IpFamily.IPV6, "fd10::", "fd20:", "::", "fd96::", "fd96::/108", "::/16");

  private static final Map<String, Integer> NODES =
      new TreeMap<>(Map.of("p1", 1, "p2", 2, "p3", 3, "q1", 1));

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

  /**
   * How long a call waits. An ICMPv6 error that comes while the call still sends its SYN only takes
   * effect when the SYN is sent again, after one second or after three.
   */
  int patienceMillis() {
    return isV4() ? 400 : 3500;
  }

  /** The pods and the nodes that they are on. */
  Map<String, Integer> pods() {
    return NODES;
  }

  String node(int number) {
    return nodes + number;
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

  int hostPrefix() {
    return family.addressBits();
  }

  String podBlock(int node) {
    return isV4() ? pods + node + ".0/24" : pods + node + "::/64";
  }

  /** The node's own address among its pods. */
  String podGateway(int node) {
    return pods + node + beforeHost + "1";
  }

  String pod(String name) {
    return pods + NODES.get(name) + beforeHost + (name.equals("q1") ? "20" : "10");
  }

  List<String> endpoints() {
    return List.of(pod("p1"), pod("p2"), pod("p3"));
  }

  String service(int number) {
    return services + number;
  }

  String serviceBlock() {
    return serviceBlock;
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
