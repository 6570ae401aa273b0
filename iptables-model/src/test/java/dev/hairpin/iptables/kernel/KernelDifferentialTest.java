package dev.hairpin.iptables.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
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
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/**
 * Asks the kernel of this machine: random rules are printed by us, loaded by the real
 * iptables-restore into network namespaces, and real TCP and UDP calls are compared with the model.
 * What differs is shrunk to few rules.
 *
 * <p>Runs as root on Linux and is skipped elsewhere. {@code -Dhairpin.kernel.rounds=N} tries N
 * times as many rule sets.
 */
@AddLifecycleHook(KernelDifferentialTest.NeedsKernel.class)
class KernelDifferentialTest {
  private static final int ROUNDS = Integer.getInteger("hairpin.kernel.rounds", 1);
  private static final int CALLS = 3;
  private static final List<String> CALLERS = List.of("p1", "p2", "q1", "n1", "near");

  /** Skips visibly where the kernel cannot be asked. */
  static final class NeedsKernel implements SkipExecutionHook {
    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
      String missing = KernelLab.missing();
      if (missing != null && !AskedKernel.isRequired()) {
        return SkipResult.skip("the kernel is not asked: " + missing);
      }
      assertThat(missing).as("the kernel must be asked here").isNull();
      return SkipResult.doNotSkip();
    }
  }

  private static final Map<Addressing, KernelLab> LABS = new EnumMap<>(Addressing.class);
  private static double surprise;
  private static int freedom;
  private static int calls;

  @Provide
  Arbitrary<List<RandomRules.Plan>> plans() {
    return RandomRules.plans().list().ofSize(ROUNDS);
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void theModelAndTheKernelAgreeOnRandomRules(@ForAll("plans") List<RandomRules.Plan> plans) {
    plans.forEach(plan -> compare(plan, Addressing.V4));
  }

  @Property(tries = 12, edgeCases = EdgeCasesMode.NONE)
  void theModelAndTheKernelAgreeOnRandomRulesOfIpv6(@ForAll("plans") List<RandomRules.Plan> plans) {
    plans.forEach(plan -> compare(plan, Addressing.V6));
  }

  /** The sum of chi-squares over all calls is nearly normal around its degrees of freedom. */
  @AfterContainer
  static void theSharesAreTheModels() {
    LABS.values().forEach(KernelLab::close);
    LABS.clear();
    double z = (surprise - freedom) / Math.sqrt(2.0 * Math.max(1, freedom));
    assertThat(z)
        .as("chi-square %s with %s degrees in %s calls", surprise, freedom, calls)
        .isBetween(-5.0, 5.0);
  }

  // ---- the two clusters

  private static KernelLab build(Addressing net) {
    KernelLab lab = new KernelLab(net.family());
    lab.namespace("gw");
    lab.in(
        "gw",
        "link add br0 type bridge forward_delay 0",
        "link set br0 up",
        address(net, net.gateway(), net.nodePrefix()) + " dev br0",
        "route add blackhole " + (net.isV4() ? "default" : "::/0"));
    forward(lab, net, "gw");
    for (int n = 1; n <= 3; n++) {
      String node = "n" + n;
      lab.namespace(node);
      plug(lab, node);
      forward(lab, net, node);
      if (net.isV4()) {
        lab.sysctl(node, "net.ipv4.conf.all.route_localnet", "1");
        lab.sysctl(node, "net.ipv4.conf.all.send_redirects", "0");
        lab.sysctl(node, "net.ipv4.conf.eth0.send_redirects", "0");
      }
      answerFreely(lab, net, node);
      lab.in(
          node,
          address(net, net.node(n), net.nodePrefix()) + " dev eth0",
          "route add default via " + net.gateway());
    }
    for (int n = 1; n <= 3; n++) {
      for (int m = 1; m <= 3; m++) {
        if (m != n) {
          lab.in("n" + n, "route add " + net.podBlock(m) + " via " + net.node(m));
        }
      }
    }
    net.pods().forEach((pod, number) -> {
      String node = "n" + number;
      String gateway = net.podGateway(number);
      String address = net.pod(pod);
      int prefix = net.hostPrefix();
      lab.namespace(pod);
      lab.wire(node, "v-" + pod, pod, "eth0");
      lab.in(
          node,
          address(net, gateway, prefix) + " dev v-" + pod,
          "route add " + address + "/" + prefix + " dev v-" + pod);
      lab.in(
          pod,
          address(net, address, prefix) + " dev eth0",
          "route add " + gateway + " dev eth0" + (net.isV4() ? " scope link" : ""),
          "route add default via " + gateway + " dev eth0");
      answerFreely(lab, net, pod);
      if (!pod.equals("q1")) {
        lab.probe(pod, "serve tcp " + address + " 8080 " + pod);
        lab.probe(pod, "serve udp " + address + " 8080 " + pod);
      }
    });
    lab.namespace("near");
    plug(lab, "near");
    lab.in(
        "near",
        address(net, net.client(), net.nodePrefix()) + " dev eth0",
        "route add default via " + net.gateway(),
        "route add " + net.serviceBlock() + " via " + net.node(1));
    return lab;
  }

  /** The words of ip(8); an IPv6 address counts at once, without a search for duplicates. */
  private static String address(Addressing net, String address, int prefix) {
    return "addr add " + address + "/" + prefix + (net.isV4() ? "" : " nodad");
  }

  private static void forward(KernelLab lab, Addressing net, String name) {
    lab.sysctl(name, net.isV4() ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding", "1");
  }

  private static void answerFreely(KernelLab lab, Addressing net, String name) {
    lab.sysctl(name, net.isV4() ? "net.ipv4.icmp_ratelimit" : "net.ipv6.icmp.ratelimit", "0");
  }

  private static void plug(KernelLab lab, String name) {
    lab.wire("gw", "g-" + name, name, "eth0");
    lab.in("gw", "link set g-" + name + " master br0");
  }

  private static Network model(Addressing net, RuleSet rules) {
    Network network = new Network(new VirtualClock());
    Fabric fabric = new Fabric(network);
    IpAddress gateway = IpAddress.parse(net.gateway());
    fabric.gateway(gateway, net.nodePrefix(), Route.Type.BLACKHOLE);
    for (int n = 1; n <= 3; n++) {
      Host node = fabric.node(new NodeShape(
          "n" + n,
          IpAddress.parse(net.node(n)),
          net.nodePrefix(),
          Cidr.parse(net.podBlock(n)),
          gateway,
          PodNetwork.PTP,
          "v",
          "cni0",
          true));
      node.sysctl("net.ipv4.conf.all.route_localnet", "1");
      node.sysctl("net.ipv4.icmp_ratelimit", "0");
      node.filter(new RuleWalker(rules));
    }
    net.pods().forEach((name, node) -> {
      Host pod = fabric.pod(name, "n" + node, IpAddress.parse(net.pod(name)));
      pod.sysctl("net.ipv4.icmp_ratelimit", "0");
      if (!name.equals("q1")) {
        pod.listen(new Listener(name, Protocol.TCP, null, 8080));
        pod.listen(new Listener(name, Protocol.UDP, null, 8080));
      }
    });
    Host near = fabric.client("near", IpAddress.parse(net.client()), net.nodePrefix(), gateway);
    near.route(Route.via(Cidr.parse(net.serviceBlock()), IpAddress.parse(net.node(1)), "eth0"));
    return network;
  }

  // ---- the comparison

  /** A call, and what the model says may come of it. */
  private record Question(
      String caller, RandomRules.Target target, Map<String, Fraction> possible) {}

  private static void compare(RandomRules.Plan plan, Addressing net) {
    KernelLab lab = LABS.computeIfAbsent(net, KernelDifferentialTest::build);
    RandomRules random = new RandomRules(plan, net);
    RuleSet rules = RuleSet.empty(net.family())
        .restore(random.text(), RestoreOptions.REPLACE)
        .orElseThrow();
    for (String node : List.of("n1", "n2", "n3")) {
      lab.restore(node, rules.save());
      lab.forgetConnections(node);
    }
    assertThat(texts(RuleSet.parse(lab.save("n1"), net.family()), rules))
        .as("what the kernel holds")
        .isEqualTo(texts(rules, rules));
    Network network = model(net, rules);
    List<Question> questions = new ArrayList<>();
    List<KernelLab.Order> orders = new ArrayList<>();
    for (String caller : CALLERS) {
      for (RandomRules.Target target : random.targets()) {
        Question question = new Question(
            caller, target, Outcomes.of(c -> word(network.fork(), net, caller, target, c)));
        for (int i = 0; i < (question.possible.size() > 1 ? CALLS : 1); i++) {
          questions.add(question);
          orders.add(order(question, net));
        }
      }
    }
    List<String> answers = lab.callAll(orders);
    Map<Question, Map<String, Integer>> seen = new LinkedHashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      Question question = questions.get(i);
      String answer = plain(answers.get(i));
      if (answer.equals("timeout") && !question.possible.containsKey(answer)) {
        // Many calls at once on a busy machine: this one may only have been slow.
        answer = plain(lab.callAll(List.of(order(question, net))).get(0));
      }
      assertThat(question.possible.keySet())
          .as("%s calls %s under%n%s", question.caller, question.target, rules)
          .contains(answer);
      seen.computeIfAbsent(question, q -> new LinkedHashMap<>()).merge(answer, 1, Integer::sum);
      calls++;
    }
    seen.forEach(KernelDifferentialTest::weigh);
  }

  private static KernelLab.Order order(Question question, Addressing net) {
    RandomRules.Target target = question.target;
    return new KernelLab.Order(
        question.caller,
        "call " + target.protocol().lowerCase() + " " + target.address() + " " + target.port() + " "
            + net.patienceMillis());
  }

  /** An answer with its address as we write it. */
  private static String plain(String answer) {
    int space = answer.lastIndexOf(' ');
    return answer.startsWith("ok ")
        ? answer.substring(0, space + 1) + IpAddress.parse(answer.substring(space + 1))
        : answer;
  }

  private static void weigh(Question question, Map<String, Integer> seen) {
    if (question.possible.size() > 1) {
      freedom += question.possible.size() - 1;
      question.possible.forEach((word, share) -> {
        double expected = CALLS * share.toDouble();
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
      Network network, Addressing net, String caller, RandomRules.Target target, Chooser chooser) {
    SocketAddress to = new SocketAddress(IpAddress.parse(target.address()), target.port());
    Attempt attempt =
        network.call(Call.of(network.find(caller).orElseThrow(), target.protocol(), to, chooser)
            .waiting(Duration.ofMillis(net.patienceMillis()))
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
      case "EACCES" -> "forbidden";
      case "EHOSTUNREACH", "ENETUNREACH" -> "unreachable";
      default -> errno;
    };
  }
}
