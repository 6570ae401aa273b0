package dev.hairpin.iptables.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Fraction;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.PodNetwork;
import dev.hairpin.path.Route;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Asks the kernel of this machine: random rules are printed by us, loaded by the real
 * iptables-restore into network namespaces, and real TCP and UDP calls are compared with the model.
 *
 * <p>Runs as root on Linux and is skipped elsewhere. {@code -Dhairpin.kernel.cases=N} sets how many
 * random rule sets are tried.
 */
class KernelDifferentialTest {
  private static final int CASES = Integer.getInteger("hairpin.kernel.cases", 8);
  private static final long SEED = Long.getLong("hairpin.kernel.seed", 20_260_101);
  private static final int CALLS = 4;
  private static final int PATIENCE_MS = 400;
  private static final IpAddress GATEWAY = IpAddress.parse("192.168.10.254");
  private static final List<String> CALLERS = List.of("p1", "p2", "q1", "n1", "near");

  /** The pods, by name: node and address. q1 is a pod without server on the first node. */
  private static final Map<String, String> PODS = new TreeMap<>(
      Map.of("p1", "10.244.1.10", "p2", "10.244.2.10", "p3", "10.244.3.10", "q1", "10.244.1.20"));

  private double surprise;
  private int freedom;
  private int calls;

  @Test
  @Timeout(300)
  void theModelAndTheKernelAgreeOnRandomRules() {
    String missing = KernelLab.missing();
    AskedKernel.needs(missing == null, String.valueOf(missing));
    try (KernelLab lab = build()) {
      SplittableRandom random = new SplittableRandom(SEED);
      for (int i = 0; i < CASES; i++) {
        RandomRules rules = new RandomRules(random.split());
        compare(lab, rules, "case " + i + " of seed " + SEED);
      }
    }
    // The sum of chi-squares over all calls is nearly normal around its degrees of freedom.
    double z = (surprise - freedom) / Math.sqrt(2.0 * Math.max(1, freedom));
    assertThat(z).as("chi-square %s with %s degrees", surprise, freedom).isBetween(-5.0, 5.0);
    assertThat(calls).isGreaterThan(CASES * CALLERS.size());
  }

  // ---- the two clusters

  private static KernelLab build() {
    KernelLab lab = new KernelLab();
    lab.namespace("gw");
    lab.in(
        "gw",
        "link add br0 type bridge forward_delay 0",
        "link set br0 up",
        "addr add 192.168.10.254/24 dev br0",
        "route add blackhole default");
    lab.sysctl("gw", "net.ipv4.ip_forward", "1");
    for (int n = 1; n <= 3; n++) {
      String node = "n" + n;
      lab.namespace(node);
      plug(lab, node);
      for (String sysctl : List.of("net.ipv4.ip_forward", "net.ipv4.conf.all.route_localnet")) {
        lab.sysctl(node, sysctl, "1");
      }
      lab.sysctl(node, "net.ipv4.icmp_ratelimit", "0");
      lab.sysctl(node, "net.ipv4.conf.all.send_redirects", "0");
      lab.sysctl(node, "net.ipv4.conf.eth0.send_redirects", "0");
      lab.in(
          node,
          "addr add 192.168.10." + n + "/24 dev eth0",
          "route add default via 192.168.10.254");
    }
    for (int n = 1; n <= 3; n++) {
      for (int m = 1; m <= 3; m++) {
        if (m != n) {
          lab.in("n" + n, "route add 10.244." + m + ".0/24 via 192.168.10." + m);
        }
      }
    }
    PODS.forEach((pod, address) -> {
      String node = "n" + address.charAt(7);
      String gateway = address.substring(0, 9) + "1";
      lab.namespace(pod);
      lab.wire(node, "v-" + pod, pod, "eth0");
      lab.in(
          node,
          "addr add " + gateway + "/32 dev v-" + pod,
          "route add " + address + "/32 dev v-" + pod);
      lab.in(
          pod,
          "addr add " + address + "/32 dev eth0",
          "route add " + gateway + " dev eth0 scope link",
          "route add default via " + gateway + " dev eth0");
      lab.sysctl(pod, "net.ipv4.icmp_ratelimit", "0");
      if (!pod.equals("q1")) {
        lab.probe(pod, "serve tcp " + address + " 8080 " + pod);
        lab.probe(pod, "serve udp " + address + " 8080 " + pod);
      }
    });
    lab.namespace("near");
    plug(lab, "near");
    lab.in(
        "near",
        "addr add 192.168.10.100/24 dev eth0",
        "route add default via 192.168.10.254",
        "route add 10.96.0.0/12 via 192.168.10.1");
    return lab;
  }

  private static void plug(KernelLab lab, String name) {
    lab.wire("gw", "g-" + name, name, "eth0");
    lab.in("gw", "link set g-" + name + " master br0");
  }

  private static Network model(RuleSet rules) {
    Network network = new Network(new VirtualClock());
    Fabric fabric = new Fabric(network);
    fabric.gateway(GATEWAY, 24, Route.Type.BLACKHOLE);
    for (int n = 1; n <= 3; n++) {
      Host node = fabric.node(new NodeShape(
          "n" + n,
          IpAddress.parse("192.168.10." + n),
          24,
          Cidr.parse("10.244." + n + ".0/24"),
          GATEWAY,
          PodNetwork.PTP,
          "v",
          "cni0",
          true));
      node.sysctl("net.ipv4.conf.all.route_localnet", "1");
      node.sysctl("net.ipv4.icmp_ratelimit", "0");
      node.filter(new RuleWalker(rules));
    }
    PODS.forEach((name, address) -> {
      Host pod = fabric.pod(name, "n" + address.charAt(7), IpAddress.parse(address));
      pod.sysctl("net.ipv4.icmp_ratelimit", "0");
      if (!name.equals("q1")) {
        pod.listen(new Listener(name, Protocol.TCP, null, 8080));
        pod.listen(new Listener(name, Protocol.UDP, null, 8080));
      }
    });
    Host near = fabric.client("near", IpAddress.parse("192.168.10.100"), 24, GATEWAY);
    near.route(Route.via(Cidr.parse("10.96.0.0/12"), IpAddress.parse("192.168.10.1"), "eth0"));
    return network;
  }

  // ---- the comparison

  private void compare(KernelLab lab, RandomRules random, String name) {
    RuleSet rules = RuleSet.empty(IpFamily.IPV4)
        .restore(random.text(), RestoreOptions.REPLACE)
        .orElseThrow();
    for (String node : List.of("n1", "n2", "n3")) {
      lab.restore(node, rules.save());
    }
    assertThat(texts(RuleSet.parse(lab.save("n1"), IpFamily.IPV4), rules))
        .as("%s: what the kernel holds", name)
        .isEqualTo(texts(rules, rules));
    Network network = model(rules);
    for (String caller : CALLERS) {
      for (RandomRules.Target target : random.targets()) {
        Map<String, Fraction> possible = Outcomes.of(c -> word(network.fork(), caller, target, c));
        int tries = possible.size() > 1 ? CALLS : 1;
        Map<String, Integer> seen = new LinkedHashMap<>();
        for (int i = 0; i < tries; i++) {
          String answer = lab.probe(
              caller,
              "call " + target.protocol().lowerCase() + " " + target.address() + " " + target.port()
                  + " " + PATIENCE_MS);
          assertThat(possible.keySet())
              .as("%s: %s calls %s under%n%s", name, caller, target, rules)
              .contains(answer);
          seen.merge(answer, 1, Integer::sum);
          calls++;
        }
        weigh(possible, seen, tries);
      }
    }
  }

  private void weigh(Map<String, Fraction> possible, Map<String, Integer> seen, int tries) {
    if (possible.size() > 1) {
      freedom += possible.size() - 1;
      possible.forEach((word, share) -> {
        double expected = tries * share.toDouble();
        double off = seen.getOrDefault(word, 0) - expected;
        surprise += off * off / expected;
      });
    }
  }

  /** The rules of the tables that another set has, as lines. */
  private static List<String> texts(RuleSet rules, RuleSet like) {
    List<String> lines = new ArrayList<>();
    for (Table table : like.tables()) {
      for (Chain chain : rules.table(table.name()).orElseThrow().chains()) {
        chain.rules().forEach(r -> lines.add(table.name() + " " + r.text(chain.name())));
      }
    }
    lines.sort(null);
    return lines;
  }

  private static String word(
      Network network, String caller, RandomRules.Target target, Chooser chooser) {
    SocketAddress to = new SocketAddress(IpAddress.parse(target.address()), target.port());
    Attempt attempt =
        network.call(Call.of(network.find(caller).orElseThrow(), target.protocol(), to, chooser)
            .waiting(Duration.ofMillis(PATIENCE_MS))
            .untraced());
    String errno = attempt.outcome().errno();
    if (errno == null) {
      return attempt
          .served()
          .map(s -> "ok " + s.process() + " " + s.seen().address())
          .orElse("timeout");
    }
    return switch (errno) {
      case "ECONNREFUSED" -> "refused";
      case "EPERM" -> "denied";
      case "EHOSTUNREACH", "ENETUNREACH" -> "unreachable";
      default -> errno;
    };
  }
}
