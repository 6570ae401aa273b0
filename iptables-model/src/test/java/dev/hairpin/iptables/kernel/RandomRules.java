package dev.hairpin.iptables.kernel;

import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kernel.Experiment.Target;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Rules in kube-proxy's manner and beyond it, with the addresses at which they can be tried. */
final class RandomRules {

  /** What is masqueraded on the way to a Service. */
  enum Masquerade {
    NOTHING,
    FROM_OUTSIDE,
    EVERYTHING
  }

  /**
   * A Service.
   *
   * @param udp whether it is UDP
   * @param node the node whose node port is called
   * @param endpoints which pods serve, by their place; none means that it refuses
   * @param refusal how: the place of a word after {@code --reject-with}, or -1 for DROP
   * @param external whether what comes by the node port is masqueraded
   * @param masquerade what else is
   * @param careless the endpoints that forget to masquerade what they send to themselves
   * @param closed the endpoints whose port is one that nobody listens on
   */
  record Service(
      boolean udp,
      int node,
      Set<Integer> endpoints,
      int refusal,
      boolean external,
      Masquerade masquerade,
      Set<Integer> careless,
      Set<Integer> closed) {}

  /** A rule that kube-proxy would not write. */
  enum Extra {
    DROPS_PODS_AT_AN_ENDPOINT,
    PROHIBITS_PODS_AT_AN_ENDPOINT,
    DROPS_OTHERS_AT_AN_ENDPOINT,
    PROHIBITS_OTHERS_AT_AN_ENDPOINT,
    DROPS_ON_THE_WAY_OUT,
    REFUSES_ON_THE_WAY_OUT,
    EXEMPTS_THE_CLIENT
  }

  /**
   * A whole set of rules.
   *
   * @param services its Services
   * @param extras its other rules
   * @param place the endpoint that they are about
   * @param randomFully whether ports are drawn
   */
  record Plan(List<Service> services, Set<Extra> extras, int place, boolean randomFully) {

    /** The plans with one Service or one other rule less. */
    List<Plan> smaller() {
      List<Plan> smaller = new ArrayList<>();
      for (int i = 0; i < services.size() && services.size() > 1; i++) {
        List<Service> fewer = new ArrayList<>(services);
        fewer.remove(i);
        smaller.add(new Plan(fewer, extras, place, randomFully));
      }
      for (Extra extra : extras) {
        Set<Extra> fewer = new TreeSet<>(extras);
        fewer.remove(extra);
        smaller.add(new Plan(services, fewer, place, randomFully));
      }
      return smaller;
    }
  }

  /** Plans of all kinds. */
  static Arbitrary<Plan> plans() {
    Arbitrary<Set<Integer>> some = Arbitraries.integers().between(0, 2).set().ofMaxSize(3);
    Arbitrary<Set<Integer>> few =
        Arbitraries.frequencyOf(Tuple.of(4, Arbitraries.just(Set.of())), Tuple.of(1, some));
    Arbitrary<Service> services = Combinators.combine(
            Arbitraries.of(false, false, true),
            Arbitraries.integers().between(1, 3),
            some,
            Arbitraries.integers().between(-1, 3),
            Arbitraries.of(true, true, true, false),
            Arbitraries.of(Masquerade.class),
            few,
            few)
        .as(Service::new);
    return Combinators.combine(
            services.list().ofMinSize(1).ofMaxSize(3),
            Arbitraries.of(Extra.class).set().ofMaxSize(2),
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(true, false))
        .as(Plan::new);
  }

  private final Plan plan;
  private final Addressing net;
  private final StringBuilder nat = new StringBuilder();
  private final StringBuilder natChains = new StringBuilder();
  private final StringBuilder filter = new StringBuilder();
  private final List<Target> targets = new ArrayList<>();

  RandomRules(Plan plan, Addressing net) {
    this.plan = plan;
    this.net = net;
    for (int s = 1; s <= plan.services.size(); s++) {
      service(s, plan.services.get(s - 1));
    }
    plan.extras.forEach(this::extra);
    targets.add(Target.once(Protocol.TCP, net.endpoints().get(plan.place), TwinCluster.SERVED));
    targets.add(Target.once(Protocol.UDP, net.endpoints().get(plan.place), 9));
  }

  /** The rules, the same on every node, and the addresses that they are about. */
  Experiment experiment() {
    RuleSet rules =
        RuleSet.empty(net.family()).restore(text(), RestoreOptions.REPLACE).orElseThrow();
    Map<String, RuleSet> everywhere = new TreeMap<>();
    TwinCluster.NODES.forEach(node -> everywhere.put(node, rules));
    return new Experiment(everywhere, targets);
  }

  private String text() {
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
        + "-A POST -j MASQUERADE" + (plan.randomFully ? " --random-fully" : "") + "\n"
        + "-A MASQ -j MARK --or-mark " + bit + "\n"
        + nat
        + "-A SERVICES -m addrtype --dst-type LOCAL -j NODEPORTS\nCOMMIT\n";
  }

  private void service(int number, Service service) {
    Protocol protocol = service.udp ? Protocol.UDP : Protocol.TCP;
    String p = "-p " + protocol.lowerCase() + " -m " + protocol.lowerCase();
    String vip = net.service(number);
    int nodePort = 30_000 + number;
    targets.add(Target.once(protocol, vip, 80));
    targets.add(Target.once(protocol, net.node("n" + service.node), nodePort));
    List<Integer> endpoints = List.copyOf(new TreeSet<>(service.endpoints));
    if (endpoints.isEmpty()) {
      String target = service.refusal < 0
          ? "DROP"
          : "REJECT --reject-with " + net.rejects().get(service.refusal);
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
    if (service.external) {
      nat.append("-A " + ext + " -j MASQ\n");
    }
    nat.append("-A " + ext + " -j " + svc + "\n");
    switch (service.masquerade) {
      case FROM_OUTSIDE ->
        nat.append("-A " + svc + " ! -s " + net.allPods() + " -d " + vip + " -j MASQ\n");
      case EVERYTHING -> nat.append("-A " + svc + " -j MASQ\n");
      case NOTHING -> {
        // Answers may go astray.
      }
    }
    for (int i = 0; i < endpoints.size(); i++) {
      int place = endpoints.get(i);
      String endpoint = net.endpoints().get(place);
      String sep = "SEP" + number + "-" + i;
      natChains.append(":" + sep + " - [0:0]\n");
      String dice = i == endpoints.size() - 1
          ? ""
          : " -m statistic --mode random --probability " + 1.0 / (endpoints.size() - i);
      nat.append("-A " + svc + dice + " -j " + sep + "\n");
      if (!service.careless.contains(place)) {
        nat.append("-A " + sep + " -s " + endpoint + " -j MASQ\n");
      }
      nat.append("-A " + sep + " " + p + " -j DNAT --to-destination "
          + net.withPort(
              endpoint, service.closed.contains(place) ? TwinCluster.CLOSED : TwinCluster.SERVED)
          + "\n");
    }
  }

  private void extra(Extra extra) {
    String endpoint = net.endpoints().get(plan.place);
    String prohibit = net.isV4() ? "icmp-host-prohibited" : "icmp6-adm-prohibited";
    switch (extra) {
      case DROPS_PODS_AT_AN_ENDPOINT -> forward(endpoint, "", "DROP");
      case PROHIBITS_PODS_AT_AN_ENDPOINT ->
        forward(endpoint, "", "REJECT --reject-with " + prohibit);
      case DROPS_OTHERS_AT_AN_ENDPOINT -> forward(endpoint, "! ", "DROP");
      case PROHIBITS_OTHERS_AT_AN_ENDPOINT ->
        forward(endpoint, "! ", "REJECT --reject-with " + prohibit);
      case DROPS_ON_THE_WAY_OUT -> filter.append("-A OUTPUT -d " + net.service(1) + " -j DROP\n");
      case REFUSES_ON_THE_WAY_OUT ->
        filter.append("-A OUTPUT -d " + net.service(1) + " -j REJECT\n");
      case EXEMPTS_THE_CLIENT ->
        nat.append("-A PREROUTING -s " + net.client() + " -p tcp -m tcp --dport 80 -j RETURN\n");
    }
  }

  private void forward(String endpoint, String not, String target) {
    filter.append("-A FORWARD -d " + endpoint + " " + not + "-s " + net.allPods()
        + " -m conntrack --ctstate NEW -j " + target + "\n");
  }
}
