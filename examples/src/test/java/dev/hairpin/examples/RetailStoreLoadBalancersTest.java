package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.aws.Target;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.elb.TargetHealth;
import dev.hairpin.lb.elb.TargetHealthState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.manifest.ManifestException;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.path.Call;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.path.trace.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The load balancers of the retail store, as the workshop's chapters change it. */
class RetailStoreLoadBalancersTest {
  private static final Path MANIFESTS = Path.of("manifests");

  private final Cluster cluster =
      Cluster.eks().install(AwsLoadBalancerController.eks("eks-workshop"));

  private void apply(String path) throws ManifestException {
    cluster.apply(Manifests.load(MANIFESTS.resolve(path)));
  }

  private static List<String> targets(Cluster of, String groupPrefix) {
    Aws aws = of.component(AwsLoadBalancers.class).orElseThrow().aws();
    return aws.elbv2().targetGroups().stream()
        .filter(g -> g.name().startsWith(groupPrefix))
        .map(TargetGroup::arn)
        .flatMap(arn -> aws.elbv2().targets(arn).stream())
        .map(Target::toString)
        .toList();
  }

  private static List<String> hosts(Cluster of, String namespace, String ingress) {
    return of.state().get(Ingress.class, namespace, ingress).orElseThrow().loadBalancer().stream()
        .map(LoadBalancerIngress::hostname)
        .toList();
  }

  @Test
  void theNlbOfTheUiReachesEveryNodeAndInIpModeThePod() throws Exception {
    apply("retail-store");
    assertThat(targets(cluster, "k8s-ui-uinlb"))
        .hasSize(3)
        .allMatch(t -> t.matches("i-0+[123]:3\\d{4}"));
    List<LoadBalancerIngress> before =
        cluster.state().get(Service.class, "ui", "ui-nlb").orElseThrow().loadBalancer();
    assertThat(before).hasSize(1);

    apply("changes/nlb-ip-mode.yaml");

    assertThat(targets(cluster, "k8s-ui-uinlb"))
        .hasSize(1)
        .allMatch(t -> t.matches("10\\.42\\.[0-9.]+:8080"));
    assertThat(cluster.state().get(Service.class, "ui", "ui-nlb").orElseThrow().loadBalancer())
        .isEqualTo(before);
  }

  @Test
  void aGroupBringsUiAndCatalogBehindOneAlbWithAnotherName() throws Exception {
    apply("retail-store");
    List<String> own = hosts(cluster, "ui", "ui");
    assertThat(own).hasSize(1).allMatch(h -> h.startsWith("k8s-ui-ui-"));

    apply("changes/ingress-group.yaml");

    List<String> shared = hosts(cluster, "ui", "ui");
    assertThat(shared).hasSize(1).allMatch(h -> h.startsWith("k8s-retailappgroup-"));
    assertThat(hosts(cluster, "catalog", "catalog")).isEqualTo(shared);
    Cluster fork = cluster.fork();
    assertThat(hosts(fork, "ui", "ui")).isEqualTo(shared);
    assertThat(targets(fork, "k8s-")).isEqualTo(targets(cluster, "k8s-"));
  }

  // What callers notice

  private static final String CLASS = """
      apiVersion: networking.k8s.io/v1
      kind: IngressClass
      metadata: {name: alb}
      spec: {controller: ingress.k8s.aws/alb}
      """;

  private static String nlb(String more, String... annotations) {
    return """
        apiVersion: v1
        kind: Service
        metadata:
          name: ui-nlb
          namespace: ui
          annotations:
            service.beta.kubernetes.io/aws-load-balancer-type: external
            service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: instance
        %s
        spec:
          type: LoadBalancer
          ports: [{name: http, port: 80, targetPort: 8080}]
          selector: {app.kubernetes.io/name: ui}
          %s
        """.formatted(
            Stream.of(annotations)
                .map(a -> "    service.beta.kubernetes.io/aws-load-balancer-" + a)
                .collect(Collectors.joining("\n")),
            more);
  }

  private static String ingress(String rules, String... annotations) {
    return """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: ui
          namespace: ui
          annotations:
            alb.ingress.kubernetes.io/scheme: internet-facing
            alb.ingress.kubernetes.io/target-type: ip
        %s
        spec:
          ingressClassName: alb
        %s
        """.formatted(
            Stream.of(annotations)
                .map(a -> "    alb.ingress.kubernetes.io/" + a)
                .collect(Collectors.joining("\n")),
            rules.indent(2));
  }

  private static final String ONLY_HOME = """
      rules:
        - http:
            paths:
              - path: /home
                pathType: Exact
                backend: {service: {name: ui, port: {number: 80}}}
      """;

  private static String nlbUrl(Cluster of) {
    return "http://"
        + of.state()
            .get(Service.class, "ui", "ui-nlb")
            .orElseThrow()
            .loadBalancer()
            .get(0)
            .hostname();
  }

  private static Outcome outcome(Cluster of, String from, String url) {
    return of.from(from).to(url).outcome();
  }

  @Test
  void oneOfThreeHealthyTargetsHasThePodAndTheOtherTwoSendOn() {
    Cluster store = Clusters.store();
    List<TargetHealth> health =
        store.component(AwsLoadBalancers.class).orElseThrow().elb().targetGroups().stream()
            .filter(g -> g.config().name().startsWith("k8s-ui-uinlb"))
            .flatMap(g -> g.targets().stream())
            .map(TargetState::health)
            .toList();

    assertThat(health).hasSize(3).containsOnly(TargetHealth.HEALTHY);
    assertThat(store.pods("ui/ui")).hasSize(1);
    assertThat(store.from("internet").sharesTo(nlbUrl(store)).arriving()).isEqualTo(Fraction.ONE);
  }

  @Test
  void underTheLocalPolicyOnlyTheNodeOfThePodIsHealthyAndEveryConnectionStillArrives() {
    Cluster store = Clusters.store();

    store.apply(nlb("externalTrafficPolicy: Local", "scheme: internet-facing"));
    store.advance(Clusters.AWS_TAKES);

    assertThat(store.component(AwsLoadBalancers.class).orElseThrow().elb().targetGroups().stream()
            .filter(g -> g.config().name().startsWith("k8s-ui-uinlb"))
            .flatMap(g -> g.targets().stream())
            .map(t -> t.health().state()))
        .containsExactlyInAnyOrder(
            TargetHealthState.HEALTHY, TargetHealthState.UNHEALTHY, TargetHealthState.UNHEALTHY);
    assertThat(store.from("internet").sharesTo(nlbUrl(store)).arriving()).isEqualTo(Fraction.ONE);
  }

  /** Of three nodes one is the caller's own, from which the answer takes the short way back. */
  @Test
  void anInternalNlbIsReachedFromTheVpcOnlyAndLosesTheCallersOfTheChosenNode() {
    Cluster store = Clusters.store();

    store.apply(nlb("", "scheme: internal"));
    store.advance(Clusters.AWS_TAKES);

    String url = nlbUrl(store);
    assertThat(store.from("catalog/catalog").sharesTo(url).arriving()).isEqualTo(Fraction.of(2, 3));
    assertThat(outcome(store, "internet", url).reason()).isEqualTo(Reason.NO_ROUTE);
  }

  @Test
  void withoutSubnetTagsTheServiceStaysPendingAndAnEventSaysWhy() {
    Aws aws = EksAccount.create("eks-workshop");
    List.copyOf(aws.ec2().subnets())
        .forEach(s -> aws.ec2()
            .add(new Subnet(
                s.id(),
                s.vpcId(),
                s.zone(),
                s.cidr(),
                null,
                s.freeAddresses(),
                s.isPublic(),
                "",
                Map.of())));
    Cluster untagged = Cluster.eks()
        .install(AwsLoadBalancerController.of(aws, ControllerOptions.of("eks-workshop")));

    untagged.apply("{apiVersion: v1, kind: Namespace, metadata: {name: ui}}");
    untagged.apply(nlb("", "scheme: internet-facing"));

    assertThat(untagged.get("svc -n ui")).contains("<pending>");
    assertThat(untagged.state().events())
        .anySatisfy(e -> assertThat(e.message())
            .isEqualTo("Failed build model due to unable to resolve at least one subnet (0 match"
                + " VPC and tags: [kubernetes.io/role/elb])"));
  }

  @Test
  void theAlbOfTheIngressReachesThePodOfTheUi() {
    Cluster store = Clusters.store();

    assertThat(outcome(store, "internet", "http://" + hosts(store, "ui", "ui").get(0))
            .server())
        .startsWith("ui/ui-");
  }

  @Test
  void oneAlbLeadsToSeveralServicesByPath() {
    Cluster store = Clusters.store();

    store.apply(Clusters.manifests("changes/ingress-group.yaml"));
    store.advance(Clusters.AWS_TAKES);

    String url = "http://" + hosts(store, "ui", "ui").get(0);
    assertThat(outcome(store, "internet", url + "/catalog/1").server()).startsWith("catalog/");
    assertThat(outcome(store, "internet", url + "/cart").server()).startsWith("ui/ui-");
  }

  @Test
  void whatNoRuleMeetsGoesToTheDefaultBackendAndWithoutOneIs404() {
    Cluster store = Clusters.store();

    store.apply(CLASS + "---\n" + ingress(ONLY_HOME));
    store.advance(Clusters.AWS_TAKES);
    String url = "http://" + hosts(store, "ui", "ui").get(0);
    assertThat(outcome(store, "internet", url + "/home").delivered()).isTrue();
    assertThat(outcome(store, "internet", url + "/x").reason()).isEqualTo(Reason.LB_FIXED_RESPONSE);
    assertThat(store.from("internet").to(url + "/x").toString()).contains("404");

    store.apply(ingress("defaultBackend: {service: {name: ui, port: {number: 80}}}\n" + ONLY_HOME));
    store.advance(Clusters.AWS_TAKES);
    assertThat(outcome(store, "internet", url + "/x").delivered()).isTrue();
  }

  @Test
  void sourceRangesKeepOthersOut() {
    Cluster store = Clusters.store();
    String url = nlbUrl(store);

    store.apply(nlb("loadBalancerSourceRanges: [198.51.100.0/24]", "scheme: internet-facing"));
    store.advance(Clusters.AWS_TAKES);

    assertThat(outcome(store, "internet/198.51.100.9", url).delivered()).isTrue();
    assertThat(outcome(store, "internet/203.0.113.9", url).reason())
        .isEqualTo(Reason.SECURITY_GROUP_DENIED);
  }

  @Test
  void aClientThatTheAlbsSecurityGroupKeepsOutHearsNothing() {
    Cluster store = Clusters.store();
    store.apply(CLASS + "---\n" + ingress(ONLY_HOME, "inbound-cidrs: 198.51.100.0/24"));
    store.advance(Clusters.AWS_TAKES);
    String url = "http://" + hosts(store, "ui", "ui").get(0) + "/home";

    Instant before = store.state().clock().now();
    Outcome kept = outcome(store, "internet/203.0.113.9", url);

    assertThat(kept.verdict()).isEqualTo(Verdict.TIMEOUT);
    assertThat(kept.reason()).isEqualTo(Reason.SECURITY_GROUP_DENIED);
    assertThat(kept.server()).isNull();
    assertThat(Duration.between(before, store.state().clock().now())).isEqualTo(Call.TCP_PATIENCE);
    assertThat(store.from("internet/203.0.113.9").sharesTo(url).losses())
        .containsOnlyKeys(Reason.SECURITY_GROUP_DENIED);
    assertThat(outcome(store, "internet/198.51.100.9", url).delivered()).isTrue();
  }

  @Test
  void tlsEndsAtTheAlbAndPlainHttpIsSentThere() {
    Cluster store = Clusters.store();
    String home = """
        rules:
          - http:
              paths:
                - path: /
                  pathType: Prefix
                  backend: {service: {name: ui, port: {number: 80}}}
        """;

    store.apply(ingress(
        home,
        "certificate-arn: arn:aws:acm:us-west-2:111122223333:certificate/shop",
        "listen-ports: '[{\"HTTP\": 80}, {\"HTTPS\": 443}]'",
        "ssl-redirect: '443'"));
    store.advance(Clusters.AWS_TAKES);

    String host = hosts(store, "ui", "ui").get(0);
    Trace secure = store.from("internet").to("https://" + host + "/");
    assertThat(secure.outcome().server()).startsWith("ui/ui-");
    assertThat(secure.outcome().delivered()).isTrue();
    assertThat(store.from("internet").to("http://" + host + "/").toString())
        .contains("301")
        .contains("https://");
  }

  @Test
  void withoutTheControllerNobodyMakesALoadBalancer() {
    Cluster bare = Cluster.eks();

    bare.apply("{apiVersion: v1, kind: Namespace, metadata: {name: ui}}");
    bare.apply(nlb("", "scheme: internet-facing"));
    bare.apply(CLASS + "---\n" + ingress(ONLY_HOME));
    bare.advance(Clusters.AWS_TAKES);

    assertThat(bare.get("svc -n ui")).contains("<pending>");
    assertThat(hosts(bare, "ui", "ui")).isEmpty();
    assertThat(bare.state().events()).isEmpty();
    assertThat(bare.explain("service/ui/ui-nlb").reason()).isEqualTo(Reason.LB_NO_CONTROLLER);
  }
}
