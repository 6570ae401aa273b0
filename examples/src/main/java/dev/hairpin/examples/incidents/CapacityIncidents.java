package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.OpenConnection;
import dev.hairpin.analysis.Occupancy;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.cluster.ipam.InstanceLimits;
import dev.hairpin.dns.ClusterDns;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.dns.ReplicaFault;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.lb.elb.cost.CrossZone;
import dev.hairpin.lb.elb.cost.Usage;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.Listener;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.time.VirtualClock;
import dev.hairpin.whatif.law.ConntrackLaw;
import dev.hairpin.whatif.law.CrossZoneLaw;
import dev.hairpin.whatif.law.RolloutLaw;
import dev.hairpin.whatif.law.SourcePortLaw;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How much fits, how uneven it is, and what is lost while things change. */
final class CapacityIncidents {
  private CapacityIncidents() {}

  private static final String WEB = "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]";

  static List<Incident> services() {
    return List.of(
        new Incident(
            "svc-06-random-skew",
            "Random choice is uneven with few connections",
            "ten connections to ten pods: how many has the busiest pod, how many pods have none?",
            CapacityIncidents::randomSkew),
        new Incident(
            "svc-07-probability-granularity",
            "Probability text of 5 decimals skews large Services",
            "5,000 endpoints, probabilities printed with 5 decimals: how much more than its part has"
                + " the busiest?",
            CapacityIncidents::granularity),
        new Incident(
            "svc-21-etp-local-rollout",
            "Rolling update with Local policy drops until the load balancer notices",
            "the only pod moves to another node: for how long are connections lost, and with which"
                + " preStop none?",
            CapacityIncidents::localRollout),
        new Incident(
            "svc-26-sync-lag",
            "Rules arrive late",
            "a pod is gone, and nodes write rules every ten seconds at most: how many of 100 connections"
                + " a second are lost?",
            CapacityIncidents::syncLag),
        new Incident(
            "svc-28-refused-during-rollout",
            "Connection refused during rolling update without preStop",
            "4 replicas, 100 connections a second, a pod stops after 0.1 s and is known to be gone"
                + " after 2 s: how many are refused?",
            CapacityIncidents::refusedDuringRollout));
  }

  static List<Incident> others() {
    return List.of(
        new Incident(
            "ct-01-table-full",
            "conntrack table full",
            "the table is full: which packets are dropped, and at which rate does it fill?",
            CapacityIncidents::tableFull),
        new Incident(
            "ct-02-snat-race",
            "Two flows get the same SNAT port",
            "100 flows draw a port at once with --random-fully: how likely is a clash?",
            CapacityIncidents::snatRace),
        new Incident(
            "ct-03-snat-ports-exhausted",
            "Source ports to one destination exhausted",
            "a node has 11 ports for translation: what does the twelfth connection see?",
            CapacityIncidents::snatPorts));
  }

  static List<Incident> names() {
    return List.of(
        new Incident(
            "dns-03-eni-1024pps",
            "VPC resolver drops above 1,024 packets/s per interface",
            "two CoreDNS pods of 1,024 packets a second each: how many external lookups a second go"
                + " through?",
            CapacityIncidents::packetsPerSecond),
        new Incident(
            "dns-11-coredns-scale-down",
            "DNS failures while CoreDNS scales down",
            "4 replicas become 2, nodes hear of it after 6 s: how many of 1,000 queries a second are"
                + " lost with lameduck 5 s, and with 30 s?",
            CapacityIncidents::coreDnsScaleDown));
  }

  static List<Incident> addressesAndCost() {
    return List.of(
        new Incident(
            "ip-01-eni-limit",
            "Pod stuck: failed to assign an IP address to container",
            "an m5.2xlarge may run 58 pods: how many get an address of their own?",
            CapacityIncidents::interfaceLimit),
        new Incident(
            "ip-03-custom-networking-density",
            "Custom networking lowers pod density",
            "how many pods fit on an m5.large: plain, with custom networking, with prefixes, both?",
            CapacityIncidents::density),
        new Incident(
            "cost-01-cross-az",
            "Two thirds of in-cluster bytes cross zones",
            "1,000 requests a second of 11 KB in three equal zones: what does a day cost?",
            CapacityIncidents::crossZone),
        new Incident(
            "cost-02-lcu",
            "Which LCU dimension drives the bill",
            "100 connections a second that live 3 minutes, 4 requests each, 1,000 KB/s, 20 rules:"
                + " which dimension is billed?",
            CapacityIncidents::lcu));
  }

  private static double[] even(int count) {
    double[] shares = new double[count];
    Arrays.fill(shares, 1.0 / count);
    return shares;
  }

  private static void randomSkew(Play play) {
    Occupancy ten = Occupancy.of(even(10), 10);
    play.show(ten);
    play.expectNear("connections of the busiest of ten pods", 2.749, ten.expectedMax(), 0.001);
    play.expectNear("pods without any", 3.49, ten.expectedIdle(), 0.005);
    Occupancy hundred = Occupancy.of(even(10), 100);
    play.expectNear("of 100 connections the busiest has", 15.13, hundred.expectedMax(), 0.05);
    play.expectNear("times its part", 1.51, hundred.maxOverMean(), 0.01);
    Cluster cluster = Labs.kubeadm();
    cluster.apply(Yaml.namespace("shop")
        + Yaml.service("shop", "web", WEB)
        + Yaml.deployment("shop", "web", 10, Yaml.ports(8080))
        + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    play.show(cluster.from("shop/client").sharesTo("http://web"));
  }

  /** The share of each endpoint of a chain whose rules say 1/n, 1/(n-1), ... with some decimals. */
  private static double[] chain(int endpoints, int decimals) {
    double[] shares = new double[endpoints];
    double left = 1;
    for (int i = 0; i < endpoints; i++) {
      String text = String.format(Locale.ROOT, "%." + decimals + "f", 1.0 / (endpoints - i));
      long threshold = Match.RandomStatistic.of(Double.parseDouble(text)).threshold();
      double p = i == endpoints - 1 ? 1 : (double) threshold / Match.RandomStatistic.RANGE;
      shares[i] = left * p;
      left *= 1 - p;
    }
    return shares;
  }

  private static void granularity(Play play) {
    double[] five = chain(5_000, 5);
    double[] ten = chain(5_000, 10);
    play.expectNear(
        "5 decimals: least times the mean",
        0.9761,
        Arrays.stream(five).min().orElse(0) * 5_000,
        0.0002);
    play.expectNear(
        "5 decimals: most times the mean",
        1.0247,
        Arrays.stream(five).max().orElse(0) * 5_000,
        0.0002);
    play.expectNear(
        "10 decimals: most times the mean", 1, Arrays.stream(ten).max().orElse(0) * 5_000, 1.4e-6);
    play.expect(
        "iptables-save prints 1/3 as",
        "-m statistic --mode random --probability 0.33333333349",
        Match.RandomStatistic.of(0.3333333333).toString());
    play.expect(
        "and 1/5 as",
        "-m statistic --mode random --probability 0.20000000019",
        Match.RandomStatistic.of(0.2).toString());
  }

  // ---- what is lost while things change

  /** The sum of what is lost, in connections, at a rate, over some seconds. */
  private static double lost(
      Cluster cluster, String source, String target, double rate, int seconds) {
    double lost = 0;
    for (int tick = 0; tick < seconds * 10; tick++) {
      lost += rate / 10 * (1 - cluster.from(source).sharesTo(target).arriving().toDouble());
      cluster.advance(Duration.ofMillis(100));
    }
    return lost;
  }

  private static Cluster paced(int replicas, String hook) {
    Cluster cluster = Cluster.builder()
        .kubeadm(3)
        .timing(Timing.REALISTIC)
        .build()
        .install(KubeProxy.newest()
            .withConfiguration(
                KubeProxyConfiguration.fromTree(Map.of("iptables", Map.of("minSyncPeriod", "10s"))))
            .withPacing(KubeProxy.Pacing.REAL))
        .install(CoreDns.kubeadm().askedDirectly());
    cluster.apply(Yaml.namespace("shop")
        + Yaml.service("shop", "web", WEB)
        + Yaml.deployment(
            "shop",
            "web",
            "app: web",
            replicas,
            "terminationGracePeriodSeconds: 60",
            hook + Yaml.ports(8080))
        + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    cluster.advance(Duration.ofSeconds(60));
    return cluster;
  }

  private static void syncLag(Play play) {
    for (String hook : List.of("", "lifecycle: {preStop: {sleep: {seconds: 20}}}, ")) {
      Cluster cluster = paced(4, hook);
      String target = Labs.clusterIp(cluster, "shop", "web") + ":80";
      // A change just before, so that the next sync has to wait for its turn.
      cluster.apply(Yaml.service("shop", "other", "selector: {app: web}, ports: [{port: 80}]"));
      cluster.advance(Duration.ofMillis(1_200));
      cluster.delete("Pod", cluster.pod("shop/web").key().namespacedName());
      int dark = 0;
      double lost = 0;
      for (int tick = 0; tick < 300; tick++) {
        double now = 1 - cluster.from("shop/client").sharesTo(target).arriving().toDouble();
        dark += now > 0 ? 1 : 0;
        lost += 10 * now;
        cluster.advance(Duration.ofMillis(100));
      }
      play.say(String.format(
          Locale.ROOT,
          "%s: for %.1f s a part is lost, %.1f connections of 100 a second.",
          hook.isEmpty() ? "Without preStop" : "With preStop 20 s",
          dark / 10.0,
          lost));
      if (hook.isEmpty()) {
        play.expect("connections are lost for more than a second", true, dark > 10);
        play.expectNear(
            "they are rate x share x overlap",
            RolloutLaw.lost(100, 0.25, dark / 10.0, 0),
            lost,
            0.001);
      } else {
        play.expectNear("lost with preStop 20 s", 0, lost, 0);
      }
    }
  }

  private static void refusedDuringRollout(Play play) {
    double each = RolloutLaw.lost(100, 0.25, 2, 0.1);
    play.expectNear("refused for each pod", 47.5, each, 1e-9);
    play.expectNear("for four pods", 190, 4 * each, 1e-9);
    play.expectNear("with preStop 2 s", 0, RolloutLaw.lost(100, 0.25, 2, 2), 0);
    Cluster cluster = paced(4, "lifecycle: {preStop: {sleep: {seconds: 10}}}, ");
    String target = Labs.clusterIp(cluster, "shop", "web") + ":80";
    cluster.controllers().workloads().restart("Deployment", "shop", "web");
    double walked = lost(cluster, "shop/client", target, 100, 60);
    play.say(String.format(
        Locale.ROOT, "A rolling update in the model, with preStop 10 s: %.1f lost.", walked));
    play.expectNear("walked, with preStop 10 s", 0, walked, 0);
  }

  private static double secondsDark(int preStop) {
    Cluster cluster = Cluster.builder()
        .eks(2)
        .timing(Timing.REALISTIC)
        .build()
        .install(KubeProxy.newest())
        .install(CoreDns.eks())
        .install(dev.hairpin.lb.AwsLoadBalancerController.eks("lab").withTimings(Timings.INSTANT));
    String hook = preStop == 0 ? "" : "lifecycle: {preStop: {sleep: {seconds: " + preStop + "}}}, ";
    cluster.apply(Yaml.namespace("shop")
        + Yaml.service(
            "shop",
            "web",
            Nlb.internet("instance") + ", "
                + Nlb.annotation("attributes", "load_balancing.cross_zone.enabled=true"),
            "type: LoadBalancer, externalTrafficPolicy: Local, " + WEB));
    String pod = """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: shop, name: %s, labels: {app: web}}
        spec:
          nodeName: %s
          terminationGracePeriodSeconds: 120
          containers: [{name: c, image: example, %sports: [{containerPort: 8080}]}]
        """;
    cluster.apply(pod.formatted("old", Labs.node(cluster, 0), hook));
    cluster.advance(Duration.ofMinutes(5));
    cluster.apply(pod.formatted("new", Labs.node(cluster, 1), hook));
    cluster.advance(Duration.ofMinutes(3));
    String target = "http://" + Labs.lbName(cluster, "shop", "web");
    cluster.delete("Pod", "shop/old");
    return lost(cluster, "internet", target, 1, 90);
  }

  private static void localRollout(Play play) {
    double bare = secondsDark(0);
    double hook = secondsDark(60);
    play.say(String.format(
        Locale.ROOT,
        "The pod of one of two nodes goes; sum over seconds of the share that is lost: %.1f without"
            + " preStop, %.1f with 60 s.",
        bare,
        hook));
    play.expect("without preStop some are lost", true, bare > 1);
    play.expectNear("with preStop 60 s", 0, hook, 0);
    play.expectNear(
        "the law's window: 2 checks of 10 s", 30, RolloutLaw.localPolicyWindow(2, 10, 0), 1e-9);
    play.expectNear("with preStop 15 s", 15, RolloutLaw.localPolicyWindow(2, 10, 15), 1e-9);
    play.expectNear("with preStop 40 s", 0, RolloutLaw.localPolicyWindow(2, 10, 40), 1e-9);
  }

  // ---- connection tracking

  private static void tableFull(Play play) {
    Cluster cluster = Labs.kubeadm();
    cluster.apply(Yaml.namespace("shop")
        + Yaml.service("shop", "web", WEB)
        + Yaml.pod("shop", "web", "app: web", "node-2", Yaml.ports(8080))
        + Yaml.pod("shop", "client", "app: client", "node-1", Yaml.ports(9090)));
    cluster.sysctl("node-1", "net.netfilter.nf_conntrack_max", "20");
    String target = Labs.clusterIp(cluster, "shop", "web") + ":80";
    List<OpenConnection> open = new ArrayList<>();
    Trace refused = null;
    for (int i = 0; i < 40 && refused == null; i++) {
      OpenConnection next = cluster.from("shop/client").open(target);
      if (next.isOpen()) {
        next.ask();
        open.add(next);
      } else {
        refused = next.trace();
      }
    }
    play.say("node-1 has room for 20 entries; " + open.size() + " connections are open.");
    play.expect("connections that fit", 20, open.size());
    if (refused != null) {
      play.show(refused);
      play.explain(refused.explain(), Reason.CONNTRACK_FULL, Reason.CONNTRACK_FULL);
    }
    play.expect(
        "requests on the open ones are answered",
        true,
        open.stream().allMatch(c -> c.ask().served() != null));
    play.expect("table of a node with 4 cores", 131_072L, ConntrackLaw.tableSize(4));
    play.expect("table of a node with 8 cores", 262_144L, ConntrackLaw.tableSize(8));
    play.expectNear(
        "new connections a second that fill it, each 120 s in TIME_WAIT",
        1_092,
        ConntrackLaw.sustainableRate((double) ConntrackLaw.tableSize(4), 120),
        1);
    play.expectNear(
        "with 8 cores",
        2_185,
        ConntrackLaw.sustainableRate((double) ConntrackLaw.tableSize(8), 120),
        1);
  }

  private static void snatRace(Play play) {
    double exact = SourcePortLaw.collision(100, 64_512);
    play.expectNear(
        "probability that two of 100 flows draw one port",
        1 - Math.exp(-100.0 * 100 / (2 * 64_512.0)),
        exact,
        0.001);
    play.expectNear("of two flows", 1.0 / 64_512, SourcePortLaw.collision(2, 64_512), 1e-12);
  }

  private static void snatPorts(Play play) {
    play.expectNear(
        "connections a second through a node, ports held 120 s",
        537,
        SourcePortLaw.sustainableRate(64_512, 120),
        1);
    play.expectNear(
        "from one client to one destination, 60 s in TIME-WAIT",
        470,
        SourcePortLaw.sustainableRate(
            SourcePortLaw.CLIENT_PORTS, SourcePortLaw.CLIENT_TIME_WAIT_SECONDS),
        1);
    Network network = new Network(new VirtualClock());
    Fabric fabric = new Fabric(network);
    Host node = fabric.node(NodeShape.ptp(
        "node-1",
        IpAddress.parse("192.168.10.1"),
        24,
        dev.hairpin.net.Cidr.parse("10.244.0.0/24"),
        IpAddress.parse("192.168.10.254")));
    node.filter(new RuleWalker(RuleSet.parse("""
        *nat
        :PREROUTING ACCEPT [0:0]
        :INPUT ACCEPT [0:0]
        :OUTPUT ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        -A POSTROUTING -s 10.244.0.0/24 -p tcp -j MASQUERADE --to-ports 32000-32010
        COMMIT
        """, IpFamily.IPV4)));
    Host pod = fabric.pod("pod", "node-1", IpAddress.parse("10.244.0.5"));
    Host server = fabric.client(
        "server", IpAddress.parse("192.168.10.80"), 24, IpAddress.parse("192.168.10.1"));
    server.listen(new Listener("db", Protocol.TCP, null, 5432));
    int opened = 0;
    Attempt last = null;
    for (int i = 0; i < 12; i++) {
      last = network.call(
          Call.of(pod, Protocol.TCP, SocketAddress.parse("192.168.10.80:5432"), Chooser.seeded(i)));
      opened += last.isOpen() ? 1 : 0;
    }
    play.say("A node masquerades with the ports 32000-32010; a pod opens connections to one"
        + " database.");
    play.expect("connections that are open", 11, opened);
    if (last != null) {
      play.show(last.trace());
      play.explain(
          last.trace().explain(), Reason.SNAT_PORTS_EXHAUSTED, Reason.SNAT_PORTS_EXHAUSTED);
    }
  }

  // ---- names

  private static long dropped(int lookups) {
    Cluster cluster = Cluster.eks().install(KubeProxy.newest()).install(CoreDns.eks());
    cluster.apply(Yaml.namespace("shop") + Yaml.pod("shop", "app", "app: app", "", ""));
    ClusterDns dns = cluster.component(ClusterDns.class).orElseThrow();
    for (Pod pod : cluster.state().list(Pod.class)) {
      if (pod.metadata().namespace().equals("kube-system")) {
        dns.fault(pod.key().namespacedName(), new ReplicaFault.Limited(1_024));
      }
    }
    for (int i = 0; i < lookups; i++) {
      cluster.lookup("shop/app", "host-" + i + ".example.");
    }
    return dns.load().rows().stream().mapToLong(r -> r.dropped()).sum();
  }

  private static void packetsPerSecond(Play play) {
    long below = dropped(900);
    long above = dropped(1_200);
    play.say("Each lookup is two questions, A and AAAA, and no name is asked for twice. Of 900"
        + " lookups within a second " + below + " questions are dropped, of 1,200 " + above + ".");
    play.expect("900 lookups a second, 900 questions a pod: dropped", 0L, below);
    play.expect("1,200 lookups a second, 1,200 questions a pod: some are dropped", true, above > 0);
  }

  private static void coreDnsScaleDown(Play play) {
    play.expectNear("lost with lameduck 5 s", 500, RolloutLaw.lost(1_000, 2.0 / 4, 6, 5), 1e-9);
    play.expectNear("with lameduck 30 s", 0, RolloutLaw.lost(1_000, 2.0 / 4, 6, 30), 0);
  }

  // ---- addresses and cost

  private static Node of(Node node, String type) {
    java.util.TreeMap<String, String> labels =
        new java.util.TreeMap<>(node.metadata().labels());
    labels.put("node.kubernetes.io/instance-type", type);
    return node.withMetadata(node.metadata().withLabels(labels));
  }

  private static void interfaceLimit(Play play) {
    InstanceLimits limits = InstanceLimits.of("m5.2xlarge").orElseThrow();
    play.show(limits);
    play.expect("max-pods", 58, limits.maxPods());
    play.expect("addresses for pods", 56, limits.assignable(false, false));
    Cluster cluster = Cluster.builder().eks(1).build();
    Node node = cluster.state().list(Node.class).iterator().next();
    cluster.state().store(of(node, "m5.2xlarge"));
    StringBuilder pods = new StringBuilder(Yaml.namespace("shop"));
    for (int i = 0; i < 58; i++) {
      pods.append(Yaml.pod("shop", "p-" + i, "app: p", node.metadata().name(), ""));
    }
    cluster.apply(pods.toString());
    long with = cluster.state().list(Pod.class).stream()
        .filter(p -> !p.podIps().isEmpty())
        .count();
    play.expect("of 58 pods on such a node get an address", 56L, with);
    Pod without = cluster.state().list(Pod.class).stream()
        .filter(p -> p.podIps().isEmpty())
        .findFirst()
        .orElseThrow();
    play.explain(
        cluster.explain("pod/" + without.key().namespacedName()),
        Reason.POD_WITHOUT_ADDRESS,
        Reason.POD_WITHOUT_ADDRESS);
    cluster.delete("Pod", "shop/p-0");
    cluster.advance(Duration.ofSeconds(1));
    long soon = addressed(cluster);
    play.say("One pod is deleted; its address rests for 30 s: " + soon
        + " pods have one after a second.");
    play.expect("pods with an address while the freed one rests", 55L, soon);
  }

  private static long addressed(Cluster cluster) {
    return cluster.state().list(Pod.class).stream()
        .filter(p -> !p.podIps().isEmpty())
        .count();
  }

  private static void density(Play play) {
    InstanceLimits large = InstanceLimits.of("m5.large").orElseThrow();
    play.expect("plain", 29, large.maxPods(false, false));
    play.expect("custom networking", 20, large.maxPods(false, true));
    play.expect("prefixes", 434, large.maxPods(true, false));
    play.expect("both", 290, large.maxPods(true, true));
  }

  private static void crossZone(Play play) {
    Map<String, Double> thirds = Map.of("a", 1.0 / 3, "b", 1.0 / 3, "c", 1.0 / 3);
    double share = CrossZoneLaw.share(thirds, thirds);
    double bytes = 1_000.0 * 11_000 * 86_400;
    play.expectNear("share that crosses", 2.0 / 3, share, 1e-9);
    play.expectNear("GB a day", 950, bytes / 1e9, 1);
    play.expectNear("dollars a day", 12.7, CrossZoneLaw.dollars(bytes * share), 0.1);
    Cluster cluster = Labs.eks(3);
    StringBuilder pods = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      pods.append(
          Yaml.pod("shop", "web-" + i, "app: web", Labs.node(cluster, i), Yaml.ports(8080)));
    }
    cluster.apply(Yaml.namespace("shop")
        + Yaml.service(
            "shop",
            "web",
            Nlb.internet("ip") + ", "
                + Nlb.annotation("attributes", "load_balancing.cross_zone.enabled=true"),
            "type: LoadBalancer, " + WEB)
        + pods);
    cluster.advance(Duration.ofMinutes(5));
    String name = Labs.lbName(cluster, "shop", "web");
    double nlb = CrossZone.share(
            Nlb.aws(cluster).elb(),
            Nlb.balancer(cluster, name).arn(),
            Nlb.group(cluster, name).arn())
        .toDouble();
    play.expectNear("share that crosses at an NLB with cross-zone on", 2.0 / 3, nlb, 1e-9);
  }

  private static void lcu(Play play) {
    Usage.Units units = new Usage(Usage.Kind.ALB, 100, 180, 1_000_000, 400, 20).units();
    play.show(units);
    play.expectNear("new connections", 4, units.newConnections(), 1e-9);
    play.expectNear("active connections", 6, units.activeConnections(), 1e-9);
    play.expectNear("processed bytes", 3.6, units.processedBytes(), 1e-9);
    play.expectNear("rule evaluations", 4, units.ruleEvaluations(), 1e-9);
    play.expect("billed", Usage.Dimension.ACTIVE_CONNECTIONS, units.billed());
  }
}
