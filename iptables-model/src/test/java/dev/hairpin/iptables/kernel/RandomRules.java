package dev.hairpin.iptables.kernel;

import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Rules in kube-proxy's manner and beyond it, with the addresses at which they can be tried. */
final class RandomRules {

  /**
   * Something to call.
   *
   * @param protocol TCP or UDP
   * @param address the address
   * @param port the port
   */
  record Target(Protocol protocol, String address, int port) {}

  private static final List<String> ENDPOINTS =
      List.of("10.244.1.10", "10.244.2.10", "10.244.3.10");
  private static final List<String> REJECTS = List.of(
      "icmp-port-unreachable",
      "icmp-host-unreachable",
      "icmp-net-unreachable",
      "icmp-admin-prohibited");

  private final SplittableRandom random;
  private final StringBuilder nat = new StringBuilder();
  private final StringBuilder natChains = new StringBuilder();
  private final StringBuilder filter = new StringBuilder();
  private final List<Target> targets = new ArrayList<>();

  RandomRules(SplittableRandom random) {
    this.random = random;
    int services = 1 + random.nextInt(3);
    for (int s = 1; s <= services; s++) {
      service(s);
    }
    extras();
  }

  List<Target> targets() {
    return targets;
  }

  /** The text for iptables-restore. */
  String text() {
    String bit = "0x4000";
    return "*filter\n:SERVICES - [0:0]\n:FWD - [0:0]\n"
        + "-A INPUT -m conntrack --ctstate NEW -j SERVICES\n"
        + "-A FORWARD -j FWD\n-A FORWARD -m conntrack --ctstate NEW -j SERVICES\n"
        + "-A OUTPUT -m conntrack --ctstate NEW -j SERVICES\n"
        + "-A FWD -m conntrack --ctstate INVALID -j DROP\n"
        + "-A FWD -m mark --mark " + bit + "/" + bit + " -j ACCEPT\n"
        + "-A FWD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
        + filter
        + "COMMIT\n*nat\n:SERVICES - [0:0]\n:NODEPORTS - [0:0]\n:MASQ - [0:0]\n:POST - [0:0]\n"
        + natChains
        + "-A PREROUTING -j SERVICES\n-A OUTPUT -j SERVICES\n-A POSTROUTING -j POST\n"
        + "-A POST -m mark ! --mark " + bit + "/" + bit + " -j RETURN\n"
        + "-A POST -j MARK --xor-mark " + bit + "\n"
        + "-A POST -j MASQUERADE" + (random.nextBoolean() ? " --random-fully" : "") + "\n"
        + "-A MASQ -j MARK --or-mark " + bit + "\n"
        + nat
        + "-A SERVICES -m addrtype --dst-type LOCAL -j NODEPORTS\nCOMMIT\n";
  }

  private void service(int number) {
    Protocol protocol = random.nextInt(3) == 0 ? Protocol.UDP : Protocol.TCP;
    String p = "-p " + protocol.lowerCase() + " -m " + protocol.lowerCase();
    String vip = "10.96.0." + number;
    int nodePort = 30_000 + number;
    targets.add(new Target(protocol, vip, 80));
    targets.add(new Target(protocol, "192.168.10." + (1 + random.nextInt(3)), nodePort));
    List<String> endpoints = new ArrayList<>(ENDPOINTS);
    endpoints.removeIf(e -> random.nextInt(3) == 0);
    if (endpoints.isEmpty()) {
      String target = random.nextBoolean()
          ? "REJECT --reject-with " + REJECTS.get(random.nextInt(REJECTS.size()))
          : "DROP";
      filter.append("-A SERVICES -d " + vip + " " + p + " --dport 80 -j " + target + "\n");
      filter.append("-A SERVICES -m addrtype --dst-type LOCAL " + p + " --dport " + nodePort
          + " -j " + target + "\n");
      return;
    }
    String svc = "SVC" + number;
    String ext = "EXT" + number;
    natChains.append(":" + svc + " - [0:0]\n:" + ext + " - [0:0]\n");
    nat.append("-A SERVICES -d " + vip + " " + p + " --dport 80 -j " + svc + "\n");
    nat.append("-A NODEPORTS " + p + " --dport " + nodePort + " -j " + ext + "\n");
    if (random.nextInt(4) > 0) {
      nat.append("-A " + ext + " -j MASQ\n");
    }
    nat.append("-A " + ext + " -j " + svc + "\n");
    switch (random.nextInt(3)) {
      case 0 -> nat.append("-A " + svc + " ! -s 10.244.0.0/16 -d " + vip + " -j MASQ\n");
      case 1 -> nat.append("-A " + svc + " -j MASQ\n");
      default -> {
        // Nothing is masqueraded: answers may go astray.
      }
    }
    for (int i = 0; i < endpoints.size(); i++) {
      String sep = "SEP" + number + "-" + i;
      natChains.append(":" + sep + " - [0:0]\n");
      String dice = i == endpoints.size() - 1
          ? ""
          : " -m statistic --mode random --probability " + 1.0 / (endpoints.size() - i);
      nat.append("-A " + svc + dice + " -j " + sep + "\n");
      if (random.nextInt(5) > 0) {
        nat.append("-A " + sep + " -s " + endpoints.get(i) + " -j MASQ\n");
      }
      nat.append("-A " + sep + " " + p + " -j DNAT --to-destination " + endpoints.get(i)
          + (random.nextInt(8) == 0 ? ":8081" : ":8080") + "\n");
    }
  }

  /** Rules that kube-proxy would not write. */
  private void extras() {
    if (random.nextInt(3) == 0) {
      filter.append("-A FORWARD -d ").append(ENDPOINTS.get(random.nextInt(3)));
      filter.append(random.nextBoolean() ? " -s 10.244.0.0/16" : " ! -s 10.244.0.0/16");
      filter.append(" -m conntrack --ctstate NEW -j ");
      filter.append(
          random.nextBoolean() ? "DROP\n" : "REJECT --reject-with icmp-host-prohibited\n");
    }
    if (random.nextInt(4) == 0) {
      filter.append("-A OUTPUT -d 10.96.0.1 -j ");
      filter.append(random.nextBoolean() ? "DROP\n" : "REJECT\n");
    }
    if (random.nextInt(4) == 0) {
      nat.append("-A PREROUTING -s 192.168.10.100 -p tcp -m tcp --dport 80 -j RETURN\n");
    }
    targets.add(new Target(Protocol.TCP, ENDPOINTS.get(random.nextInt(3)), 8080));
    targets.add(new Target(Protocol.UDP, ENDPOINTS.get(random.nextInt(3)), 9));
  }
}
