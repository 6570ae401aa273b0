package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.elb.HealthCheck;
import dev.hairpin.lb.elb.HealthProbe;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.Quotas;
import dev.hairpin.lb.elb.TargetHealthState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.lb.elb.alb.TargetKeepAlive;
import dev.hairpin.lb.elb.nlb.FlowTable;
import dev.hairpin.lb.elb.nlb.NetworkLoadBalancer;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Targets of load balancers: who is one, who is healthy, and what happens while they change. */
final class TargetIncidents {
  private TargetIncidents() {}

  private static final String WEB = "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]";

  static List<Incident> all() {
    return List.of(
        new Incident(
            "lb-03-instance-mode-all-nodes",
            "NLB instance mode shows 3 targets for 1 pod",
            "three nodes, one pod: how many targets are healthy, and how many connections take an"
                + " extra hop?",
            TargetIncidents::instanceMode),
        new Incident(
            "lb-04-nlb-hairpin",
            "Target cannot reach itself through its NLB",
            "a pod calls the internal NLB that has its own node as one of three targets: how often"
                + " is there no answer?",
            TargetIncidents::hairpin),
        new Incident(
            "lb-05-local-unhealthy-is-right",
            "Local policy: most targets unhealthy by design",
            "five nodes, pods on two: how many targets are healthy?",
            TargetIncidents::localUnhealthy),
        new Incident(
            "lb-06-ip-mode-ignores-healthchecknodeport",
            "ip mode with Local policy checks the traffic port",
            "policy Local and ip targets: which port is checked?",
            TargetIncidents::ipModeChecks),
        new Incident(
            "lb-08-nlb-idle",
            "NLB forgets a flow idle for 350 s",
            "request, 360 s of silence, request: what does the client see?",
            TargetIncidents::nlbIdle),
        new Incident(
            "lb-09-alb-keepalive",
            "ALB answers 502 because the app closes idle connections first",
            "the app keeps connections for 5 s, the ALB for 60 s: how often is there a 502?",
            TargetIncidents::albKeepAlive),
        new Incident(
            "lb-10-rollout-502",
            "502 during a rolling update in ip mode",
            "one replica is replaced; for how many seconds do requests fail without preStop, and"
                + " with 70 s?",
            TargetIncidents::rollout),
        new Incident(
            "lb-11-nlb-registration-slow",
            "NLB needs minutes to register",
            "how long until a new target of an NLB is healthy on a bad day, and ten one after"
                + " another?",
            TargetIncidents::slowRegistration),
        new Incident(
            "lb-12-swap-order",
            "Blue/green selector flip deregisters old pods before new ones are healthy",
            "the selector is flipped from v1 to v2: how many targets are healthy in between?",
            TargetIncidents::swap),
        new Incident(
            "lb-16-quotas",
            "ALB quotas stop reconciliation",
            "34 Services on 30 nodes behind one ALB in instance mode: do the targets fit?",
            TargetIncidents::quotas),
        new Incident(
            "lb-18-health-path",
            "Health check on / meets 401: all unhealthy, yet traffic flows",
            "both pods answer 401 on /: who gets traffic? and when one of them is mended?",
            TargetIncidents::healthPath),
        new Incident(
            "lb-20-cross-zone-off",
            "NLB without cross-zone: zonal imbalance and black hole",
            "8 pods in zone a, 2 in b, none in c: what does a pod of a get, and who calls c?",
            TargetIncidents::crossZone),
        new Incident(
            "lb-21-az-not-enabled",
            "Targets in a zone that the load balancer does not use",
            "the load balancer is in zones a and b, a pod in c: what is the target's state?",
            TargetIncidents::zoneNotEnabled),
        new Incident(
            "lb-24-ip-mode-overlay",
            "ip mode with pod addresses outside the VPC",
            "pods have addresses of an overlay: can they be targets?",
            TargetIncidents::overlay));
  }

  private static String web(String name, String node) {
    return Yaml.pod("shop", name, "app: web", node, Yaml.ports(8080));
  }

  private static String client(String node) {
    return Yaml.pod("shop", "client", "app: client", node, Yaml.ports(9090));
  }

  private static String nlb(String annotations, String more) {
    return Yaml.namespace("shop")
        + Yaml.service("shop", "web", annotations, "type: LoadBalancer, " + more + WEB);
  }

  private static String url(Cluster cluster) {
    return "http://" + Labs.lbName(cluster, "shop", "web");
  }

  /** The share of connections that cross a node before the pod's own. */
  private static double extraHops(Shares shares) {
    return shares.ends().entrySet().stream()
        .filter(e -> e.getKey().hops() > 0)
        .map(Map.Entry::getValue)
        .reduce(Fraction.ZERO, Fraction::plus)
        .toDouble();
  }

  private static void instanceMode(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(cluster, nlb(Nlb.internet("instance"), "") + web("web", Labs.node(cluster, 1)));
    cluster.advance(Duration.ofMinutes(5));
    Shares shares = cluster.from("internet").sharesTo(url(cluster));
    play.show(shares);
    play.expect(
        "healthy targets",
        3L,
        Nlb.count(cluster, Labs.lbName(cluster, "shop", "web"), TargetHealthState.HEALTHY));
    play.expectNear("share with an extra hop", 2.0 / 3, extraHops(shares), 1e-9);
    Trace trace = cluster.from("internet").to(url(cluster));
    play.show(trace);
    play.say("The same with ip targets:");
    cluster.apply(nlb(Nlb.internet("ip"), ""));
    cluster.advance(Duration.ofMinutes(5));
    play.expect(
        "healthy targets",
        1L,
        Nlb.count(cluster, Labs.lbName(cluster, "shop", "web"), TargetHealthState.HEALTHY));
    play.expectNear(
        "share with an extra hop",
        0,
        extraHops(cluster.from("internet").sharesTo(url(cluster))),
        0);
  }

  private static double lost(Cluster cluster) {
    return 1 - cluster.from("shop/client").sharesTo(url(cluster)).arriving().toDouble();
  }

  private static void hairpin(Play play) {
    Cluster three = Labs.eks(3);
    String pods = client(Labs.node(three, 0)) + web("web", Labs.node(three, 1));
    play.apply(three, nlb(Nlb.internal("instance"), "") + pods);
    three.advance(Duration.ofMinutes(5));
    play.show(three.from("shop/client").sharesTo(url(three)));
    play.expectNear("three nodes: share without an answer", 1.0 / 3, lost(three), 1e-9);
    Trace trace = three.from("shop/client").to(url(three));
    for (int i = 0; i < 60 && trace.outcome().delivered(); i++) {
      trace = three.from("shop/client").to(url(three));
    }
    play.show(trace);
    play.explain(trace.explain(), trace.outcome().reason(), Reason.LB_HAIRPIN);
    Cluster one = Labs.eks(1);
    one.apply(nlb(Nlb.internal("instance"), "")
        + client(Labs.node(one, 0))
        + web("web", Labs.node(one, 0)));
    one.advance(Duration.ofMinutes(5));
    play.expectNear("one node: share without an answer", 1, lost(one), 1e-9);
    Cluster off = Labs.eks(3);
    off.apply(nlb(
            Nlb.internal("instance") + ", "
                + Nlb.annotation("target-group-attributes", "preserve_client_ip.enabled=false"),
            "")
        + pods);
    off.advance(Duration.ofMinutes(5));
    play.expectNear("preserve_client_ip off: share without an answer", 0, lost(off), 1e-9);
    Cluster ip = Labs.eks(3);
    ip.apply(nlb(
            Nlb.internal("ip") + ", "
                + Nlb.annotation("target-group-attributes", "preserve_client_ip.enabled=true"),
            "")
        + Yaml.pod("shop", "client", "app: web", Labs.node(ip, 0), Yaml.ports(8080)));
    ip.advance(Duration.ofMinutes(5));
    Trace self = ip.from("shop/client").to(url(ip));
    play.say("ip targets that keep the client's address, and the only target calls:")
        .show(self);
    play.explain(self.explain(), self.outcome().reason(), Reason.LB_HAIRPIN);
  }

  private static void localUnhealthy(Play play) {
    Cluster cluster = Labs.eks(5);
    play.apply(
        cluster,
        nlb(Nlb.internet("instance"), "externalTrafficPolicy: Local, ")
            + web("one", Labs.node(cluster, 0))
            + web("two", Labs.node(cluster, 3)));
    cluster.advance(Duration.ofMinutes(5));
    String name = Labs.lbName(cluster, "shop", "web");
    Nlb.targets(cluster, name).forEach(t -> play.show(t.description() + "  " + t.health()));
    play.expect("healthy", 2L, Nlb.count(cluster, name, TargetHealthState.HEALTHY));
    play.expect("unhealthy", 3L, Nlb.count(cluster, name, TargetHealthState.UNHEALTHY));
    HealthCheck check = Nlb.group(cluster, name).config().healthCheck();
    play.expect("path", "/healthz", check.path());
    play.expect(
        "port",
        Labs.service(cluster, "shop", "web").spec().healthCheckNodePort(),
        Nlb.targets(cluster, name).get(0).healthCheckPort());
  }

  private static void ipModeChecks(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster,
        nlb(Nlb.internet("ip"), "externalTrafficPolicy: Local, ")
            + web("web", Labs.node(cluster, 1)));
    cluster.advance(Duration.ofMinutes(5));
    String name = Labs.lbName(cluster, "shop", "web");
    play.show(Nlb.group(cluster, name).config().healthCheck());
    play.expect("port that is checked", 8080, Nlb.targets(cluster, name).get(0).healthCheckPort());
    play.expect(
        "share that arrives",
        Fraction.ONE,
        cluster.from("internet").sharesTo(url(cluster)).arriving());
  }

  private static FlowTable.Delivery afterPause(Cluster cluster, int seconds, int keepAlive) {
    AwsLoadBalancers aws = Nlb.aws(cluster);
    FlowTable flows = new FlowTable(new NetworkLoadBalancer(aws.elb(), 1));
    IpAddress node = Nlb.balancer(cluster, Labs.lbName(cluster, "shop", "web"))
        .nodes()
        .get(0)
        .publicAddress();
    FiveTuple flow = new FiveTuple(
        Protocol.TCP, SocketAddress.parse("203.0.113.7:50111"), new SocketAddress(node, 80));
    flows.open(
        NewFlow.of(flow, new dev.hairpin.lb.elb.Client(false, null, java.util.Set.of(), null)));
    int waited = 0;
    while (keepAlive > 0 && waited + keepAlive < seconds) {
      cluster.advance(Duration.ofSeconds(keepAlive));
      waited += keepAlive;
      flows.packet(flow);
    }
    cluster.advance(Duration.ofSeconds(seconds - waited));
    return flows.packet(flow);
  }

  private static void nlbIdle(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster,
        nlb(Nlb.internet("ip"), "")
            + web("a", Labs.node(cluster, 0))
            + web("b", Labs.node(cluster, 1))
            + web("c", Labs.node(cluster, 2)));
    cluster.advance(Duration.ofMinutes(5));
    FlowTable.Delivery late = afterPause(cluster, 360, 0);
    play.show(late);
    play.expect("after 360 s", true, late instanceof FlowTable.Delivery.Reset);
    play.expect(
        "after 340 s", true, afterPause(cluster, 340, 0) instanceof FlowTable.Delivery.Delivered);
    play.expect(
        "after 360 s with a keepalive every 120 s",
        true,
        afterPause(cluster, 360, 120) instanceof FlowTable.Delivery.Delivered);
  }

  private static void albKeepAlive(Play play) {
    TargetKeepAlive node =
        new TargetKeepAlive(Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofMillis(1));
    TargetKeepAlive mended =
        new TargetKeepAlive(Duration.ofSeconds(65), Duration.ofSeconds(60), Duration.ofMillis(1));
    play.expect(
        "a request 5.0005 s after the last",
        TargetKeepAlive.Reuse.BAD_GATEWAY,
        node.after(Duration.ofNanos(5_000_500_000L)));
    play.expect(
        "a request 4 s after the last",
        TargetKeepAlive.Reuse.REUSED,
        node.after(Duration.ofSeconds(4)));
    double share = node.badGatewayShare(Duration.ofSeconds(5));
    play.say("Pauses of 5 s in the mean, and the FIN is 1 ms on its way: " + share
        + " of the requests get 502.");
    play.expectNear("share of 502, 5/60", Math.exp(-1) * (1 - Math.exp(-0.0002)), share, 1e-12);
    play.expectNear("share of 502, 65/60", 0, mended.badGatewayShare(Duration.ofSeconds(5)), 0);
    play.expect("advice", true, node.advice().isPresent());
  }

  private static Cluster rolling(Timings timings, int replicas, int preStop, boolean gate) {
    Cluster cluster = Cluster.builder()
        .eks(3)
        .timing(Timing.REALISTIC)
        .build()
        .install(KubeProxy.newest())
        .install(CoreDns.eks())
        .install(AwsLoadBalancerController.eks("lab").withTimings(timings));
    cluster.apply("""
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, labels: {%s}}
        """.formatted(gate ? "elbv2.k8s.aws/pod-readiness-gate-inject: enabled" : "")
        + Yaml.service("shop", "web", WEB)
        + Nlb.ingress("shop", "web", "alb.ingress.kubernetes.io/target-type: ip", "/ web"));
    cluster.advance(Duration.ofMinutes(4));
    cluster.apply(Yaml.deployment(
        "shop",
        "web",
        "app: web",
        replicas,
        "terminationGracePeriodSeconds: 120",
        (preStop == 0 ? "" : "lifecycle: {preStop: {sleep: {seconds: " + preStop + "}}}, ")
            + Yaml.ports(8080)));
    cluster.advance(Duration.ofMinutes(6));
    return cluster;
  }

  /**
   * Seconds of failure during a rolling update, as the sum over seconds of the share that fails.
   */
  private static double secondsLost(int replicas, int preStop, boolean gate) {
    Cluster cluster = rolling(Timings.TYPICAL, replicas, preStop, gate);
    String url = "http://" + Nlb.albName(cluster, "shop", "web");
    cluster.controllers().workloads().restart("Deployment", "shop", "web");
    cluster.advance(Duration.ZERO);
    double lost = 0;
    for (int second = 0; second < 240; second++) {
      lost += 1 - cluster.from("internet").sharesTo(url).arriving().toDouble();
      cluster.advance(Duration.ofSeconds(1));
    }
    return lost;
  }

  private static void rollout(Play play) {
    double bare = secondsLost(1, 0, false);
    double hook = secondsLost(1, 70, false);
    double gate = secondsLost(1, 0, true);
    double both = secondsLost(1, 70, true);
    play.say(String.format(
        java.util.Locale.ROOT,
        "One replica behind an ALB, ip targets, is replaced. Seconds in which requests fail: nothing"
            + " done %.1f; preStop 70 s %.1f; readiness gate %.1f; both %.1f.",
        bare,
        hook,
        gate,
        both));
    play.expect("without preStop and gate requests fail", true, bare > 0);
    play.expect("a gate alone does not help the old pod", true, gate > 0);
    play.expectNear("with preStop 70 s and gate", 0, both, 0);
    double four = secondsLost(4, 0, true);
    play.say(
        String.format(java.util.Locale.ROOT, "With four replicas and the gate: %.1f s.", four));
    play.expect("four replicas lose some, too", true, four > 0);
    play.expectNear("with preStop 70 s none", 0, secondsLost(4, 70, true), 0);
  }

  private static long secondsUntilHealthy(Timings timings, String more) {
    Cluster cluster = Labs.eks(3, timings);
    cluster.apply(nlb(Nlb.internet("ip") + more, "") + web("old", Labs.node(cluster, 0)));
    cluster.advance(Duration.ofMinutes(20));
    cluster.apply(web("new", Labs.node(cluster, 1)));
    String name = Labs.lbName(cluster, "shop", "web");
    Instant start = cluster.state().clock().now();
    for (int second = 0; second < 1_200; second++) {
      if (Nlb.count(cluster, name, TargetHealthState.HEALTHY) == 2) {
        return Duration.between(start, cluster.state().clock().now()).toSeconds();
      }
      cluster.advance(Duration.ofSeconds(1));
    }
    return 1_200;
  }

  private static void slowRegistration(Play play) {
    String checks = ", " + Nlb.annotation("healthcheck-interval", "30") + ", "
        + Nlb.annotation("healthcheck-healthy-threshold", "3");
    long usual = secondsUntilHealthy(Timings.TYPICAL, "");
    long slow = secondsUntilHealthy(Timings.SLOW_NETWORK, checks);
    play.say("A new target is healthy after " + usual + " s usually, and after " + slow
        + " s on a bad day with three checks, one every 30 s. Ten pods one after another that wait"
        + " for it (readiness gates, maxSurge 1) take " + 10 * slow + " s.");
    play.expectNear("seconds on a bad day", 270, (double) slow, 30);
    play.expect("usually it is faster", true, usual < slow);
  }

  private static void swap(Play play) {
    Cluster cluster = Labs.eks(3, Timings.TYPICAL);
    String flip =
        "type: LoadBalancer, selector: {version: %s}, ports: [{port: 80, targetPort: 8080}]";
    String pods = Yaml.pod("shop", "blue", "version: v1", Labs.node(cluster, 0), Yaml.ports(8080))
        + Yaml.pod("shop", "green", "version: v2", Labs.node(cluster, 1), Yaml.ports(8080));
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "web", Nlb.internet("ip"), flip.formatted("v1"))
            + pods);
    cluster.advance(Duration.ofMinutes(10));
    String name = Labs.lbName(cluster, "shop", "web");
    play.expect("healthy before", 1L, Nlb.count(cluster, name, TargetHealthState.HEALTHY));
    cluster.apply(Yaml.service("shop", "web", Nlb.internet("ip"), flip.formatted("v2")));
    int dark = 0;
    for (int second = 0; second < 600; second++) {
      dark += Nlb.count(cluster, name, TargetHealthState.HEALTHY) == 0 ? 1 : 0;
      cluster.advance(Duration.ofSeconds(1));
    }
    play.say("The selector is flipped; for " + dark + " s no target is healthy.");
    play.expect("a time without a healthy target, more than a minute", true, dark > 60);
    play.expect("healthy in the end", 1L, Nlb.count(cluster, name, TargetHealthState.HEALTHY));
  }

  private static void quotas(Play play) {
    Cluster cluster = Labs.eks(30);
    StringBuilder manifests = new StringBuilder(Yaml.namespace("shop"));
    String[] paths = new String[34];
    for (int i = 0; i < 34; i++) {
      manifests.append(Yaml.service("shop", "web-" + i, "type: NodePort, " + WEB));
      paths[i] = "/" + i + " web-" + i;
    }
    manifests.append(
        Nlb.ingress("shop", "web", "alb.ingress.kubernetes.io/target-type: instance", paths));
    cluster.apply(manifests + web("web", Labs.node(cluster, 0)));
    cluster.advance(Duration.ofMinutes(5));
    List<Quotas.Usage> used =
        Nlb.aws(cluster).elb().quotas().nearlyUsed(Nlb.aws(cluster).elb());
    used.forEach(play::show);
    List<String> errors = Nlb.bindingErrors(cluster);
    errors.forEach(play::show);
    play.expect("Services whose targets are refused", 1, errors.size());
    play.expectText("because", "1000", errors.toString());
    play.expect("lint", true, cluster.lint().codes().contains("LB_RECONCILE_FAILED"));
    cluster.apply(Nlb.ingress("shop", "web", "alb.ingress.kubernetes.io/target-type: ip", paths));
    cluster.advance(Duration.ofMinutes(10));
    play.expect(
        "with ip targets, one for each Service, are refused",
        0,
        Nlb.bindingErrors(cluster).size());
  }

  private static void healthPath(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "web", WEB)
            + web("one", Labs.node(cluster, 0))
            + web("two", Labs.node(cluster, 1))
            + Nlb.ingress("shop", "web", "alb.ingress.kubernetes.io/target-type: ip", "/ web"));
    String mended = cluster.pod("shop/two").podIps().get(0);
    Nlb.aws(cluster).answerHealthChecksWith(r -> HealthProbe.Result.Answered.code(401));
    cluster.advance(Duration.ofMinutes(5));
    String name = Nlb.albName(cluster, "shop", "web");
    String url = "http://" + name;
    play.expect("healthy", 0L, Nlb.count(cluster, name, TargetHealthState.HEALTHY));
    Shares open = cluster.from("internet").sharesTo(url);
    play.show(open);
    play.expect("share that arrives (fail open)", Fraction.ONE, open.arriving());
    play.expect("pods that get traffic", 2L, pods(open));
    play.explain(
        cluster.explain("ingress/shop/web"),
        Reason.LB_NO_HEALTHY_TARGET_FAIL_OPEN,
        Reason.LB_NO_HEALTHY_TARGET_FAIL_OPEN);
    Nlb.aws(cluster)
        .answerHealthChecksWith(
            r -> HealthProbe.Result.Answered.code(r.target().id().equals(mended) ? 200 : 401));
    cluster.advance(Duration.ofMinutes(5));
    play.expect(
        "healthy when one is mended", 1L, Nlb.count(cluster, name, TargetHealthState.HEALTHY));
    Shares closed = cluster.from("internet").sharesTo(url);
    play.show(closed);
    play.expect("pods that get traffic then", 1L, pods(closed));
  }

  private static long pods(Shares shares) {
    return shares.ends().keySet().stream().map(e -> e.endpoint()).distinct().count();
  }

  private static void crossZone(Play play) {
    for (boolean on : List.of(false, true)) {
      Cluster cluster = Labs.eks(3);
      StringBuilder pods = new StringBuilder();
      for (int i = 0; i < 10; i++) {
        pods.append(web("web-" + i, Labs.node(cluster, i < 8 ? 0 : 1)));
      }
      String manifests = nlb(
              Nlb.internet("ip") + ", "
                  + Nlb.annotation("attributes", "load_balancing.cross_zone.enabled=" + on),
              "")
          + pods;
      cluster.apply(manifests);
      cluster.advance(Duration.ofMinutes(5));
      Map<String, Double> byZone = new TreeMap<>();
      double[] of = new double[10];
      double lost = 0;
      List<dev.hairpin.lb.elb.Node> nodes =
          Nlb.balancer(cluster, Labs.lbName(cluster, "shop", "web")).nodes();
      for (dev.hairpin.lb.elb.Node node : nodes) {
        // Clients that remember the address of every zone, a third each.
        Shares shares = cluster.from("internet").sharesTo(node.publicAddress() + ":80");
        byZone.put(node.availabilityZone(), shares.arriving().toDouble());
        lost += (1 - shares.arriving().toDouble()) / 3;
        for (int i = 0; i < 10; i++) {
          of[i] += PolicyIncidents.share(shares, "shop/web-" + i + ":") / 3;
        }
      }
      play.say(
          "Cross-zone " + (on ? "on" : "off") + ": share that arrives by zone " + byZone + ".");
      play.expectNear("a pod of a", on ? 0.1 : 1.0 / 24, of[0], 1e-9);
      play.expectNear("a pod of b", on ? 0.1 : 1.0 / 6, of[9], 1e-9);
      play.expectNear("lost by clients that keep an address of c", on ? 0 : 1.0 / 3, lost, 1e-9);
      int addresses = Nlb.aws(cluster)
          .addressesOf(Labs.lbName(cluster, "shop", "web"))
          .map(List::size)
          .orElse(0);
      play.expect("addresses that DNS gives out", on ? 3 : 2, addresses);
    }
  }

  private static void zoneNotEnabled(Play play) {
    Cluster cluster = Labs.eks(3);
    Aws account = Nlb.aws(cluster).aws();
    List<String> subnets = account.ec2().subnets().stream()
        .filter(s -> s.isPublic() && !s.zone().endsWith("c"))
        .map(s -> s.id())
        .toList();
    play.apply(
        cluster,
        nlb(Nlb.internet("ip") + ", " + Nlb.annotation("subnets", String.join(",", subnets)), "")
            + web("a", Labs.node(cluster, 0))
            + web("c", Labs.node(cluster, 2)));
    cluster.advance(Duration.ofMinutes(5));
    String name = Labs.lbName(cluster, "shop", "web");
    Nlb.targets(cluster, name)
        .forEach(t -> play.show(t.description() + "  " + t.availabilityZone() + "  " + t.health()));
    Optional<TargetState> unused = Nlb.targets(cluster, name).stream()
        .filter(t -> t.availabilityZone().endsWith("c"))
        .findFirst();
    play.expect(
        "the target in c",
        TargetHealthState.UNUSED,
        unused.map(t -> t.health().state()).orElse(TargetHealthState.INITIAL));
    Shares shares = cluster.from("internet").sharesTo(url(cluster));
    play.show(shares);
    play.expectNear("its share", 0, PolicyIncidents.share(shares, "shop/c:"), 0);
  }

  private static void overlay(Play play) {
    Cluster cluster = Cluster.builder()
        .eks(3)
        .podBlocks("100.96.0.0/16")
        .build()
        .install(KubeProxy.newest())
        .install(AwsLoadBalancerController.of(
            EksAccount.create("lab"), dev.hairpin.lb.options.ControllerOptions.of("lab")));
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "web", WEB)
            + Nlb.ingress("shop", "web", "alb.ingress.kubernetes.io/target-type: ip", "/ web"));
    cluster.apply(web("web", Labs.node(cluster, 0)));
    cluster.advance(Duration.ofMinutes(5));
    play.show(cluster.get("pods -n shop -o wide"));
    play.show(cluster.lint());
    play.expect("lint", List.of("TARGET_OUTSIDE_VPC"), cluster.lint().codes());
    play.say("The controller registers such an address with zone \"all\", which AWS takes for"
        + " 100.64.0.0/10 and the private blocks; whether packets arrive depends on the VPC's route"
        + " tables, which the model takes to know the way.");
  }
}
