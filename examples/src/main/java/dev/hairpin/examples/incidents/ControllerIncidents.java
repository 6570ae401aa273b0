package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.cluster.ObjectEvent;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.examples.Clusters;
import dev.hairpin.examples.LoadBalancersText;
import dev.hairpin.examples.Store;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.aws.Instance;
import dev.hairpin.lb.aws.NetworkInterface;
import dev.hairpin.lb.aws.SecurityGroup;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.elb.Scheme;
import dev.hairpin.lb.elb.TargetHealthState;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.lb.options.FeatureGate;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** What the AWS Load Balancer Controller makes, or does not make, of manifests. */
final class ControllerIncidents {
  private ControllerIncidents() {}

  private static final String WEB = "selector: {app: web}, ports: [{port: 80, targetPort: 8080}]";

  static List<Incident> all() {
    return List.of(
        new Incident(
            "lb-01-subnet-tags",
            "No subnet with the role tag: Service and Ingress stay pending",
            "the subnets lack kubernetes.io/role/elb: what does the controller say?",
            ControllerIncidents::subnetTags),
        new Incident(
            "lb-02-no-controller-or-class",
            "Ingress without address and without events",
            "four Ingresses: class alb, none, nginx, and a typo in the annotation: which is built?",
            ControllerIncidents::noClass),
        new Incident(
            "lb-07-source-ranges",
            "loadBalancerSourceRanges without effect or shared",
            "Service a is limited to 4.4.4.0/24, b is open: who reaches a, with and without a"
                + " security group of the load balancer's own?",
            ControllerIncidents::sourceRanges),
        new Incident(
            "lb-14-ingressgroup-rename",
            "Setting or changing group.name replaces the ALB",
            "an Ingress gets a group.name: is its load balancer renamed, kept or replaced?",
            ControllerIncidents::groupRename),
        new Incident(
            "lb-15-rule-order",
            "Catch-all of one Ingress shadows paths of another in the group",
            "Ingress ingress-1 has /, ingress-2 has /abc: who gets /abc?",
            ControllerIncidents::ruleOrder),
        new Incident(
            "lb-17-exclusive-annotations",
            "Conflicting annotations break the whole IngressGroup",
            "two members say different schemes: what becomes of the group?",
            ControllerIncidents::exclusive),
        new Incident(
            "lb-19-sg-tag",
            "Two security groups with the cluster tag",
            "a node has two security groups tagged for the cluster: are its targets registered?",
            ControllerIncidents::securityGroupTag),
        new Incident(
            "lb-23-default-internal",
            "NLB created by the controller is internal by default",
            "no annotation says a scheme: can a client on the Internet connect?",
            ControllerIncidents::defaultInternal),
        new Incident(
            "lb-25-default-backend",
            "Request matches no rule",
            "rules for host bar only: what does a request for host foo get?",
            ControllerIncidents::defaultBackend));
  }

  private static Cluster eks(Aws account, ControllerOptions options) {
    return Cluster.eks()
        .install(KubeProxy.newest())
        .install(CoreDns.eks())
        .install(AwsLoadBalancerController.of(account, options));
  }

  private static Cluster eks(Aws account) {
    return eks(account, ControllerOptions.of("lab"));
  }

  /** The account with other tags on its subnets. */
  private static Aws tagged(Function<Subnet, Map<String, String>> tags) {
    Aws aws = EksAccount.create("lab");
    for (Subnet subnet : List.copyOf(aws.ec2().subnets())) {
      aws.ec2()
          .add(new Subnet(
              subnet.id(),
              subnet.vpcId(),
              subnet.zone(),
              subnet.cidr(),
              subnet.ipv6Cidr(),
              subnet.freeAddresses(),
              subnet.isPublic(),
              subnet.outpostArn(),
              tags.apply(subnet)));
    }
    return aws;
  }

  private static Map<String, String> without(Subnet subnet, String prefix) {
    Map<String, String> tags = new TreeMap<>(subnet.tags());
    tags.keySet().removeIf(k -> k.startsWith(prefix));
    return tags;
  }

  private static String app() {
    return Yaml.namespace("shop") + Yaml.deployment("shop", "web", 1, Yaml.ports(8080));
  }

  private static void subnetTags(Play play) {
    Cluster cluster = eks(tagged(s -> without(s, "kubernetes.io/role/elb")));
    play.apply(
        cluster,
        app() + Yaml.service("shop", "web", Nlb.internet("ip"), "type: LoadBalancer, " + WEB));
    play.show(cluster.get("svc -n shop"));
    List<ObjectEvent> events = cluster.state().events().stream()
        .filter(e -> e.object().name().equals("web") && e.warning())
        .toList();
    play.show(events.get(0).reason() + "  " + events.get(0).message());
    play.expectText(
        "the event",
        "unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])",
        events.get(0).message());
    play.explain(
        cluster.explain("svc/shop/web"), Reason.SUBNET_TAG_MISSING, Reason.SUBNET_TAG_MISSING);
    play.expect(
        "the tag and the subnets that lack it",
        3,
        cluster.explain("svc/shop/web").didYouMean().size());
    play.expect("lint", 1, cluster.lint().of("SUBNET_TAG_MISSING").size());

    Cluster internal = eks(tagged(s -> without(s, "kubernetes.io/role/internal-elb")));
    internal.apply(app() + Yaml.service("shop", "web", Nlb.EXTERNAL, "type: LoadBalancer, " + WEB));
    play.say("Public subnets are tagged, and the scheme is internal:");
    play.explain(
        internal.explain("svc/shop/web"), Reason.SUBNET_TAG_MISSING, Reason.SUBNET_TAG_MISSING);

    Cluster one =
        eks(tagged(s -> s.zone().endsWith("a") ? s.tags() : without(s, "kubernetes.io/role/elb")));
    one.apply(app()
        + Yaml.service("shop", "web", WEB)
        + Nlb.ingress("shop", "web", "alb.ingress.kubernetes.io/target-type: ip", "/ web"));
    play.say("An ALB where one zone only is tagged:");
    play.explain(
        one.explain("ingress/shop/web"), Reason.SUBNET_TAG_MISSING, Reason.SUBNET_TAG_MISSING);
    play.expectText(
        "it needs two zones",
        "subnets count less than minimal required count: 1 < 2",
        one.explain("ingress/shop/web").because());

    Cluster foreign = eks(tagged(s -> {
      Map<String, String> tags = without(s, "kubernetes.io/cluster/");
      tags.put("kubernetes.io/cluster/other", "shared");
      return tags;
    }));
    foreign.apply(
        app() + Yaml.service("shop", "web", Nlb.internet("ip"), "type: LoadBalancer, " + WEB));
    play.say("Subnets tagged for another cluster:");
    play.explain(
        foreign.explain("svc/shop/web"), Reason.SUBNET_TAG_MISSING, Reason.SUBNET_TAG_MISSING);
    play.expectText(
        "they are counted",
        "3 tagged for other cluster",
        foreign.explain("svc/shop/web").because());
  }

  private static String plainIngress(String name, String annotations, String spec) {
    return """
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {namespace: shop, name: %s, annotations: {%s}}
        spec:
          %s
          rules:
          - http:
              paths:
              - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
        """.formatted(name, annotations, spec);
  }

  private static void noClass(Play play) {
    Cluster cluster = Labs.eks(3);
    String ip = "alb.ingress.kubernetes.io/target-type: ip";
    play.apply(
        cluster,
        app() + Yaml.service("shop", "web", WEB)
            + """
            ---
            apiVersion: networking.k8s.io/v1
            kind: IngressClass
            metadata: {name: nginx}
            spec: {controller: k8s.io/ingress-nginx}
            """
            + plainIngress("alb", ip, "ingressClassName: alb")
            + plainIngress("none", ip, "# no class")
            + plainIngress("nginx", ip, "ingressClassName: nginx")
            + plainIngress("typo", ip + ", kubernetetes.io/ingress.class: alb", "# no class"));
    cluster.advance(Duration.ofMinutes(5));
    play.show(cluster.get("ingress -n shop"));
    TreeSet<String> built = new TreeSet<>();
    for (String name : List.of("alb", "none", "nginx", "typo")) {
      boolean has = !cluster
          .state()
          .get(dev.hairpin.api.Ingress.class, "shop", name)
          .orElseThrow()
          .loadBalancer()
          .isEmpty();
      if (has) {
        built.add(name);
      }
    }
    play.expect("built", "[alb]", built.toString());
    play.explain(
        cluster.explain("ingress/shop/nginx"), Reason.LB_NO_CONTROLLER, Reason.LB_NO_CONTROLLER);
    play.show(cluster.lint());
    play.expect(
        "lint knows what the typo meant",
        List.of("kubernetes.io/ingress.class"),
        cluster.lint().of("ANNOTATION_UNKNOWN").get(0).didYouMean());
  }

  private static String limited(String name, String more) {
    return Yaml.service(
        "shop", name, Nlb.internet("instance"), "type: LoadBalancer, " + more + WEB);
  }

  private static String to(Cluster cluster, String client, String service) {
    Trace trace =
        cluster.from("internet/" + client).to("http://" + Labs.lbName(cluster, "shop", service));
    return trace.outcome().delivered() ? "delivered" : trace.outcome().reason().toString();
  }

  private static void sourceRanges(Play play) {
    String manifests =
        app() + limited("a", "loadBalancerSourceRanges: [4.4.4.0/24], ") + limited("b", "");
    Cluster own = eks(EksAccount.create("lab"));
    play.apply(own, manifests);
    own.advance(Duration.ofMinutes(5));
    play.say("With a security group of each load balancer's own:");
    play.expect("4.4.4.4 to a", "delivered", to(own, "4.4.4.4", "a"));
    play.expect("203.0.113.7 to a", "SECURITY_GROUP_DENIED", to(own, "203.0.113.7", "a"));
    play.expect("203.0.113.7 to b", "delivered", to(own, "203.0.113.7", "b"));
    play.show(own.from("internet").to("http://" + Labs.lbName(own, "shop", "a")).explain());
    Cluster shared = eks(
        EksAccount.create("lab"),
        ControllerOptions.builder("lab")
            .featureGate(FeatureGate.NLB_SECURITY_GROUP, false)
            .build());
    shared.apply(manifests);
    shared.advance(Duration.ofMinutes(5));
    play.say("Without (feature gate NLBSecurityGroup off), the blocks land in the nodes' security"
        + " group:");
    TreeSet<String> blocks = new TreeSet<>();
    for (SecurityGroup group : Nlb.aws(shared).aws().ec2().securityGroups()) {
      group.ingress().forEach(p -> play.show(group.id() + "  " + p));
      group.ingress().stream()
          .map(p -> p.source())
          .filter(c -> c.equals("4.4.4.0/24") || c.equals("0.0.0.0/0"))
          .forEach(blocks::add);
    }
    play.expect("blocks of the nodes' group", "[0.0.0.0/0, 4.4.4.0/24]", blocks.toString());
    play.say("kube-proxy enforces the ranges for addresses that it captures, and AWS gives names.");
  }

  private static void groupRename(Play play) {
    Cluster cluster = Clusters.store();
    String old = Nlb.albName(cluster, "ui", "ui");
    play.say("The store's Ingress ui/ui has " + old + ". A manifest gives it the group"
        + " retail-app-group, which catalog joins:");
    String plan = LoadBalancersText.plan(cluster, Store.change("ingress-group.yaml"));
    play.show(plan);
    play.expectText("the plan replaces", "-/+ ALB k8s-ui-ui-", plan);
    play.expectText("by", "-> k8s-retailappgroup-", plan);
    cluster.apply(Store.change("ingress-group.yaml"));
    cluster.advance(Duration.ofMinutes(5));
    String now = Nlb.albName(cluster, "ui", "ui");
    play.expect("the DNS name is another one", false, now.equals(old));
    play.expect(
        "the two Ingresses share a load balancer", now, Nlb.albName(cluster, "catalog", "catalog"));
    play.expect(
        "the old name",
        Reason.NO_SUCH_NAME,
        cluster.from("internet").to("http://" + old).outcome().reason());
  }

  private static String group(String order) {
    return "alb.ingress.kubernetes.io/target-type: ip,"
        + " alb.ingress.kubernetes.io/group.name: shop"
        + (order.isEmpty() ? "" : ", alb.ingress.kubernetes.io/group.order: \"" + order + "\"");
  }

  private static void ruleOrder(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster,
        Yaml.namespace("shop")
            + Yaml.deployment("shop", "web", 1, Yaml.ports(8080))
            + Yaml.deployment("shop", "abc", 1, Yaml.ports(8080))
            + Yaml.service("shop", "web", WEB)
            + Yaml.service(
                "shop", "abc", "selector: {app: abc}, ports: [{port: 80, targetPort: 8080}]")
            + Nlb.ingress("shop", "ingress-1", group(""), "/ web")
            + Nlb.ingress("shop", "ingress-2", group(""), "/abc abc"));
    cluster.advance(Duration.ofMinutes(5));
    play.show(LoadBalancersText.rules(cluster));
    play.expect("GET /abc reaches", "web", server(cluster, "/abc"));
    play.show(cluster.lint());
    play.expect("lint", List.of("RULE_SHADOWED"), cluster.lint().codes());
    play.expect(
        "it is the Ingress",
        "shop/ingress-2",
        cluster.lint().of("RULE_SHADOWED").get(0).object().namespacedName());
    play.say("With group.order 10 on the catch-all:");
    cluster.apply(Nlb.ingress("shop", "ingress-1", group("10"), "/ web"));
    cluster.advance(Duration.ofMinutes(5));
    play.show(LoadBalancersText.rules(cluster));
    play.expect("GET /abc reaches", "abc", server(cluster, "/abc"));
    play.expect("lint", List.of(), cluster.lint().codes());
  }

  private static String server(Cluster cluster, String path) {
    String name = Nlb.albName(cluster, "shop", "ingress-2");
    String pod = String.valueOf(
        cluster.from("internet").to("http://" + name + path).outcome().server());
    return pod.substring("shop/".length(), "shop/".length() + 3);
  }

  private static void exclusive(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster,
        app()
            + Yaml.service("shop", "web", WEB)
            + Nlb.ingress(
                "shop",
                "one",
                group("") + ", alb.ingress.kubernetes.io/inbound-cidrs: 10.0.0.0/8",
                "/one web"));
    cluster.advance(Duration.ofMinutes(5));
    int rules = rules(cluster, "one");
    play.apply(
        cluster,
        Nlb.ingress(
            "shop",
            "two",
            group("") + ", alb.ingress.kubernetes.io/inbound-cidrs: 192.168.0.0/16",
            "/two web"));
    cluster.advance(Duration.ofMinutes(5));
    play.explain(
        cluster.explain("ingress/shop/two"),
        Reason.LB_RECONCILE_FAILED,
        Reason.LB_RECONCILE_FAILED);
    play.expectText(
        "the controller",
        "inbound",
        cluster.explain("ingress/shop/two").because().toLowerCase(java.util.Locale.ROOT));
    play.expect("rules of the load balancer, as before", rules, rules(cluster, "one"));
    play.expect("lint", true, cluster.lint().codes().contains("LB_RECONCILE_FAILED"));
  }

  private static int rules(Cluster cluster, String ingress) {
    return Nlb.balancer(cluster, Nlb.albName(cluster, "shop", ingress)).listeners().stream()
        .mapToInt(l -> l.rules().size())
        .sum();
  }

  private static void securityGroupTag(Play play) {
    Aws aws = EksAccount.create("lab");
    aws.ec2()
        .add(new SecurityGroup(
            "sg-more",
            "more",
            "another group with the cluster's tag",
            aws.vpc().id(),
            Map.of("kubernetes.io/cluster/lab", "owned"),
            new TreeSet<>()));
    Cluster cluster = eks(aws);
    cluster.apply(app());
    Aws running = Nlb.aws(cluster).aws();
    List.copyOf(running.ec2().instances()).forEach(i -> running.ec2().add(inBothGroups(i)));
    play.apply(
        cluster,
        Yaml.service("shop", "web", Nlb.internet("instance"), "type: LoadBalancer, " + WEB));
    List<String> errors = Nlb.bindingErrors(cluster);
    errors.forEach(play::show);
    play.expectText(
        "the controller", "expected exactly one securityGroup tagged", errors.toString());
    play.show(cluster.lint());
    play.expect("lint", true, cluster.lint().codes().contains("LB_RECONCILE_FAILED"));
  }

  private static Instance inBothGroups(Instance instance) {
    List<NetworkInterface> interfaces = instance.interfaces().stream()
        .map(n -> new NetworkInterface(
            n.id(), n.subnetId(), n.ips(), List.of("sg-cluster", "sg-more"), n.primary()))
        .toList();
    return new Instance(instance.id(), instance.zone(), interfaces);
  }

  private static void defaultInternal(Play play) {
    Cluster cluster = Labs.eks(3);
    play.apply(
        cluster, app() + Yaml.service("shop", "web", Nlb.EXTERNAL, "type: LoadBalancer, " + WEB));
    cluster.advance(Duration.ofMinutes(5));
    String name = Labs.lbName(cluster, "shop", "web");
    play.expect("scheme", Scheme.INTERNAL, Nlb.balancer(cluster, name).config().scheme());
    Trace trace = cluster.from("internet").to("http://" + name);
    play.show(trace);
    play.explain(trace.explain(), trace.outcome().reason(), Reason.LB_INTERNAL);
    play.expect("healthy targets", true, Nlb.count(cluster, name, TargetHealthState.HEALTHY) > 0);
  }

  private static void defaultBackend(Play play) {
    Cluster cluster = Labs.eks(3);
    String bar = """
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
          ingressClassName: alb%s
          rules:
          - host: bar.example
            http:
              paths:
              - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
        """;
    play.apply(cluster, app() + Yaml.service("shop", "web", WEB) + bar.formatted(""));
    cluster.advance(Duration.ofMinutes(5));
    String url = "http://" + Nlb.albName(cluster, "shop", "web") + "/x";
    Trace trace = cluster.from("internet").to(url);
    play.show(trace);
    play.explain(trace.explain(), Reason.LB_FIXED_RESPONSE, Reason.LB_NO_RULE);
    play.expect("the client sees", "HTTP 404", trace.outcome().clientSees());
    play.say("With a default backend:");
    cluster.apply(bar.formatted("\n  defaultBackend: {service: {name: web, port: {number: 80}}}"));
    cluster.advance(Duration.ofMinutes(5));
    play.expect(
        "the same request arrives",
        true,
        cluster.from("internet").to(url).outcome().delivered());
  }
}
