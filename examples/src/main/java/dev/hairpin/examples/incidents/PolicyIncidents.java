package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.elb.TargetHealthState;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Traffic policies, and whose address the pod sees. */
final class PolicyIncidents {
  private PolicyIncidents() {}

  static List<Incident> all() {
    return List.of(
        new Incident(
            "svc-15-affinity-behind-snat",
            "sessionAffinity ClientIP sees the translated address",
            "100 clients come through an NLB that does not keep their addresses to ten pods: how"
                + " many pods are used?",
            PolicyIncidents::affinityBehindSnat),
        new Incident(
            "svc-18-itp-local",
            "internalTrafficPolicy Local drops on nodes without an endpoint",
            "one pod on node-1, clients on node-1 and node-2: who gets an answer?",
            PolicyIncidents::internalLocal),
        new Incident(
            "svc-19-etp-local-blackhole",
            "externalTrafficPolicy Local: time-out on nodes without a pod",
            "three nodes, one pod: which node ports answer a client outside, and which a pod?",
            PolicyIncidents::externalLocal),
        new Incident(
            "svc-20-etp-local-imbalance",
            "Local policy shares per node, not per pod",
            "node a has two pods, b one, c none: what share does each pod get?",
            PolicyIncidents::localImbalance),
        new Incident(
            "svc-22-lbip-short-circuit",
            "In-cluster client to the LB IP never reaches the load balancer",
            "a pod calls the load balancer's address: does the load balancer see it?",
            PolicyIncidents::shortCircuit),
        new Incident(
            "svc-23-source-ip-lost",
            "Pod sees the node's address instead of the client's",
            "whose address does the pod see: behind an NLB with policy Cluster and Local, with ip"
                + " targets, behind an ALB?",
            PolicyIncidents::sourceLost),
        new Incident(
            "svc-24-externalips-hijack",
            "externalIPs capture traffic to a foreign address (CVE-2020-8554)",
            "a Service has the external IP 23.185.0.3: where do calls of pods to that address end?",
            PolicyIncidents::externalIps));
  }

  private static final String WEB = "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]";
  private static final String NLB = "service.beta.kubernetes.io/aws-load-balancer-type: external,"
      + " service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing,"
      + " service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ";

  private static String web(String name, String node) {
    return Yaml.pod("shop", name, "app: web", node, Yaml.ports(8080));
  }

  private static String client(String name, String node) {
    return Yaml.pod("shop", name, "app: client", node, Yaml.ports(9090));
  }

  private static void affinityBehindSnat(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop",
                "web",
                NLB
                    + "instance, service.beta.kubernetes.io/aws-load-balancer-target-group-attributes:"
                    + " preserve_client_ip.enabled=false",
                "type: LoadBalancer, sessionAffinity: ClientIP, " + WEB)
            + Yaml.service(
                "shop",
                "short",
                "sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 2}}, "
                    + WEB)
            + Yaml.deployment("shop", "web", 10, Yaml.ports(8080)));
    cluster.advance(Duration.ofMinutes(5));
    String name = Labs.lbName(cluster, "shop", "web");
    Set<String> pods = new TreeSet<>();
    Set<String> sources = new TreeSet<>();
    Map<String, Set<String>> ofWay = new TreeMap<>();
    for (int i = 1; i <= 100; i++) {
      Trace trace = cluster.from("internet/198.51.100." + i).to("http://" + name);
      String pod = String.valueOf(trace.outcome().server());
      pods.add(pod);
      trace.hops().stream()
          .filter(h -> h.host().startsWith(HostKind.NODE + " "))
          .findFirst()
          .ifPresent(h -> {
            String source = h.before().source().address().toString();
            sources.add(source);
            ofWay
                .computeIfAbsent(source + " at " + h.host(), w -> new TreeSet<>())
                .add(pod);
          });
    }
    ofWay.forEach((way, its) -> play.show(way + ": " + its));
    play.say("100 clients: the nodes see the addresses " + sources + "; the pods used are " + pods
        + ".");
    play.expect("addresses that the nodes see", 3, sources.size());
    play.expect(
        "ways (an address at a node) that lead to more than one pod",
        0L,
        ofWay.values().stream().filter(its -> its.size() > 1).count());
    play.expect("no more pods are used than there are ways", true, pods.size() <= ofWay.size());
    cluster.apply(client("client", Labs.node(cluster, 0)));
    Set<String> stuck = new HashSet<>();
    for (int second = 0; second < 60; second++) {
      stuck.add(String.valueOf(cluster
          .from("shop/client")
          .to(Labs.clusterIp(cluster, "shop", "short") + ":80")
          .outcome()
          .server()));
      cluster.advance(Duration.ofSeconds(1));
    }
    play.expect(
        "pods that a client meets that calls every second, with timeoutSeconds 2", 1, stuck.size());
    play.say(
        "Every hit refreshes the stamp, so the affinity ends only when the client is silent for"
            + " longer than the time-out.");
  }

  private static void internalLocal(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "web", "internalTrafficPolicy: Local, " + WEB)
            + web("web", "node-1")
            + client("one", "node-1")
            + client("two", "node-2"));
    play.expect("on node-1", Fraction.ONE, arriving(cluster, "shop/one"));
    play.expect("on node-2", Fraction.ZERO, arriving(cluster, "shop/two"));
    Trace lost = cluster.from("shop/two").to("http://web");
    play.show(lost);
    play.explain(lost.explain(), Reason.NO_LOCAL_ENDPOINTS, Reason.NO_LOCAL_ENDPOINTS);
    play.expect("the client sees a", Verdict.TIMEOUT, lost.outcome().verdict());
    play.expect("to study", "svc-18-itp-local", lost.explain().seeAlso());
    play.show(cluster.lint());
    play.expect("lint", 1, cluster.lint().of(Reason.NO_LOCAL_ENDPOINTS.name()).size());
    cluster.controllers().kubelets().setReady("shop", "web", false);
    cluster.advance(Duration.ZERO);
    play.say("While the only pod of a node restarts, the node is dark too:");
    play.expect("on node-1 meanwhile", Fraction.ZERO, arriving(cluster, "shop/one"));
  }

  private static Fraction arriving(Cluster cluster, String from) {
    return cluster
        .from(from)
        .sharesTo(Labs.clusterIp(cluster, "shop", "web") + ":80")
        .arriving();
  }

  private static void externalLocal(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop", "web", "type: LoadBalancer, externalTrafficPolicy: Local, " + WEB)
            + web("web", "node-1")
            + client("client", "node-2"));
    int port = Labs.nodePort(cluster, "shop", "web");
    TreeSet<String> answering = new TreeSet<>();
    for (String node : Labs.nodes(cluster)) {
      if (cluster.from("internet").to("node/" + node + ":" + port).outcome().delivered()) {
        answering.add(node);
      }
    }
    play.expect("nodes that answer a client outside", "[node-1]", answering.toString());
    Trace lost = cluster.from("internet").to("node/node-3:" + port);
    play.show(lost);
    play.explain(lost.explain(), Reason.NO_LOCAL_ENDPOINTS, Reason.NO_LOCAL_ENDPOINTS);
    play.expectText(
        "decided by", "has no local endpoints", String.valueOf(lost.outcome().rule()));
    play.expectText("who should have prevented it", "healthz", lost.explain().preventedBy());
    play.expect(
        "a pod of node-2 that calls the node port of node-2 (kube-proxy knows the pods' block)",
        true,
        cluster.from("shop/client").to("node/node-2:" + port).outcome().delivered());
    Cluster bare = Labs.proxied(Cluster.builder().eks(3));
    bare.apply(Yaml.namespace("shop")
        + Yaml.service("shop", "web", "type: LoadBalancer, externalTrafficPolicy: Local, " + WEB)
        + web("web", Labs.node(bare, 0))
        + client("client", Labs.node(bare, 1)));
    Trace eks = bare.from("shop/client")
        .to("node/" + Labs.node(bare, 1) + ":" + Labs.nodePort(bare, "shop", "web"));
    play.say("On EKS kube-proxy has no block by which it would know pods from others:");
    play.expect("the same there", Reason.NO_LOCAL_ENDPOINTS, eks.outcome().reason());
  }

  private static void localImbalance(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service(
                "shop",
                "web",
                NLB + "instance, service.beta.kubernetes.io/aws-load-balancer-attributes:"
                    + " load_balancing.cross_zone.enabled=true",
                "type: LoadBalancer, externalTrafficPolicy: Local, " + WEB)
            + web("a-1", Labs.node(cluster, 0))
            + web("a-2", Labs.node(cluster, 0))
            + web("b-1", Labs.node(cluster, 1)));
    cluster.advance(Duration.ofMinutes(5));
    Shares shares =
        cluster.from("internet").sharesTo("http://" + Labs.lbName(cluster, "shop", "web"));
    play.show(shares);
    play.expectNear("pod a-1", 0.25, share(shares, "shop/a-1:"), 1e-6);
    play.expectNear("pod a-2", 0.25, share(shares, "shop/a-2:"), 1e-6);
    play.expectNear("pod b-1", 0.50, share(shares, "shop/b-1:"), 1e-6);
    play.show(cluster.lint());
    play.expect("lint", 1, cluster.lint().of("LOCAL_POLICY_IMBALANCE").size());
  }

  static double share(Shares shares, String start) {
    return shares.ends().entrySet().stream()
        .filter(e -> e.getKey().endpoint().startsWith(start))
        .map(Map.Entry::getValue)
        .reduce(Fraction.ZERO, Fraction::plus)
        .toDouble();
  }

  private static void shortCircuit(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "web", "type: LoadBalancer, " + WEB)
            + web("web", "node-1")
            + client("client", "node-2"));
    for (String mode : List.of("VIP", "Proxy")) {
      Service service = Labs.service(cluster, "shop", "web");
      cluster
          .state()
          .store(service.withLoadBalancer(
              List.of(new dev.hairpin.api.LoadBalancerIngress("203.0.113.80", "", mode))));
      cluster.advance(Duration.ZERO);
      Trace trace = cluster.from("shop/client").to("203.0.113.80:80");
      play.say("status.loadBalancer.ingress: ip 203.0.113.80, ipMode " + mode + ":")
          .show(trace);
      play.expect(
          mode + ": a rule of the node sends it to a pod",
          mode.equals("VIP"),
          trace.outcome().delivered());
    }
    Cluster aws = Labs.eks(3);
    aws.apply(Yaml.namespace("shop")
        + Yaml.service("shop", "web", NLB + "ip", "type: LoadBalancer, " + WEB)
        + web("web", Labs.node(aws, 0))
        + client("client", Labs.node(aws, 1)));
    aws.advance(Duration.ofMinutes(5));
    Trace trace = aws.from("shop/client").to("http://" + Labs.lbName(aws, "shop", "web"));
    play.say("AWS gives a host name, which no rule captures:").show(trace);
    play.expect(
        "the load balancer is on the way",
        true,
        trace.hops().stream().anyMatch(h -> h.host().startsWith(HostKind.LOAD_BALANCER + " ")));
  }

  private static void sourceLost(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.service("shop", "cluster", NLB + "instance", "type: LoadBalancer, " + WEB)
            + Yaml.service(
                "shop",
                "local",
                NLB + "instance",
                "type: LoadBalancer, externalTrafficPolicy: Local, " + WEB)
            + Yaml.service("shop", "ip", NLB + "ip", "type: LoadBalancer, " + WEB)
            + Yaml.service(
                "shop",
                "kept",
                NLB + "ip, service.beta.kubernetes.io/aws-load-balancer-target-group-attributes:"
                    + " preserve_client_ip.enabled=true",
                "type: LoadBalancer, " + WEB)
            + Yaml.service("shop", "web", WEB)
            + """
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              namespace: shop
              name: web
              annotations:
                alb.ingress.kubernetes.io/scheme: internet-facing
                alb.ingress.kubernetes.io/target-type: ip
            spec:
              ingressClassName: alb
              rules:
              - http:
                  paths:
                  - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
            """
            + web("web", Labs.node(cluster, 1)));
    cluster.advance(Duration.ofMinutes(5));
    play.expect("NLB, instance, Cluster", "a node", seen(cluster, "cluster"));
    play.expect("NLB, instance, Local", "the client", seen(cluster, "local"));
    play.expect("NLB, ip", "the load balancer", seen(cluster, "ip"));
    play.expect("NLB, ip, preserve_client_ip", "the client", seen(cluster, "kept"));
    String alb = cluster
        .state()
        .get(dev.hairpin.api.Ingress.class, "shop", "web")
        .orElseThrow()
        .loadBalancer()
        .get(0)
        .hostname();
    Trace trace = cluster.from("internet").to("http://" + alb);
    play.show(trace);
    play.expect("ALB", "the load balancer", seen(cluster, trace));
    play.say("Behind an ALB the client's address is in the header X-Forwarded-For.");
  }

  private static String seen(Cluster cluster, String service) {
    String name = Labs.lbName(cluster, "shop", service);
    // A node without the pod, so that the node forwards.
    for (int i = 1; i < 60; i++) {
      Trace trace = cluster.from("internet/198.51.100." + i).to("http://" + name);
      boolean forwarded = trace.hops().stream()
              .map(h -> h.host())
              .filter(h -> h.startsWith(HostKind.NODE + " "))
              .distinct()
              .count()
          > 1;
      if (trace.outcome().delivered() && (forwarded || !service.equals("cluster"))) {
        return seen(cluster, trace);
      }
    }
    return "nothing arrives";
  }

  private static String seen(Cluster cluster, Trace trace) {
    if (trace.outcome().sourceSeen() == null) {
      return "nobody: " + trace.outcome();
    }
    String address = trace.outcome().sourceSeen().address().toString();
    boolean node = cluster.state().list(dev.hairpin.api.Node.class).stream()
        .anyMatch(n -> n.addresses().stream().anyMatch(a -> a.address().equals(address)));
    boolean balancer =
        cluster.component(AwsLoadBalancers.class).orElseThrow().elb().loadBalancers().stream()
            .flatMap(lb -> lb.nodes().stream())
            .anyMatch(n -> n.privateAddress().toString().equals(address));
    return node
        ? "a node"
        : balancer ? "the load balancer" : address.startsWith("198.51.") ? "the client" : address;
  }

  private static void externalIps(Play play) {
    Cluster cluster = Labs.kubeadm();
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.namespace("victim")
            + Yaml.service("shop", "web", "externalIPs: [23.185.0.3], " + WEB)
            + web("attacker", "node-1")
            + Yaml.pod("victim", "client", "app: client", "node-2", Yaml.ports(9090)));
    Trace pod = cluster.from("victim/client").to("23.185.0.3:80");
    play.show(pod);
    play.expect(
        "a pod of another namespace reaches",
        "shop/attacker",
        String.valueOf(pod.outcome().server()));
    play.expect(
        "a process of a node reaches",
        "shop/attacker",
        String.valueOf(cluster.from("node/node-3").to("23.185.0.3:80").outcome().server()));
    play.show(cluster.lint());
    play.expect("lint", 1, cluster.lint().of("EXTERNAL_IP_CAPTURES").size());
    Pod attacker = cluster.pod("shop/attacker");
    play.expect("the attacker's pod is", "Running", attacker.phase());
  }

  /** Healthy targets of a load balancer. */
  static long healthy(Cluster cluster, String balancer) {
    AwsLoadBalancers aws = cluster.component(AwsLoadBalancers.class).orElseThrow();
    return aws.elb().loadBalancers().stream()
        .filter(lb -> lb.dnsName().equals(balancer))
        .flatMap(lb -> lb.targetGroupArns().stream())
        .flatMap(arn -> aws.elb().targetGroup(arn).targets().stream())
        .filter(t -> t.health().state() == TargetHealthState.HEALTHY)
        .count();
  }
}
