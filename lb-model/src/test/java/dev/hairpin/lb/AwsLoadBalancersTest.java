package dev.hairpin.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.aws.Subnet;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Relay;
import dev.hairpin.path.addon.HttpRequest;
import dev.hairpin.path.addon.LoadBalancing.BalancerNode;
import dev.hairpin.path.addon.LoadBalancing.HttpDecision;
import dev.hairpin.path.addon.LoadBalancing.Layer4;
import dev.hairpin.path.addon.LoadBalancing.Layer7;
import dev.hairpin.path.trace.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AwsLoadBalancersTest {
  private static final String NLB =
      "k8s-ui-uinlb-cad95071ca-dd7f4f2dcc1d8234.elb.us-west-2.amazonaws.com";

  private final UiCluster cluster = new UiCluster();

  private static AwsLoadBalancerController controller() {
    return AwsLoadBalancerController.eks("eks-workshop");
  }

  private static List<String> targets(AwsLoadBalancers running) {
    return running.elb().targetGroups().stream()
        .flatMap(g -> g.targets().stream())
        .map(t -> t.description() + " " + t.health().state())
        .toList();
  }

  @Test
  void aServiceInInstanceModeHasEveryNodeAsTarget() {
    AwsLoadBalancers running = cluster.install(controller());

    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");

    assertThat(cluster.serviceHosts()).containsExactly(NLB);
    assertThat(targets(running))
        .containsExactly(
            "i-0100000000000001:30080 HEALTHY",
            "i-0200000000000002:30080 HEALTHY",
            "i-0300000000000003:30080 HEALTHY");
  }

  @Test
  void aServiceInIpModeHasItsPodAsTarget() {
    AwsLoadBalancers running = cluster.install(controller());

    cluster.nlb("scheme: internet-facing", "nlb-target-type: ip");

    assertThat(targets(running)).containsExactly("10.42.128.21:8080 HEALTHY");
  }

  @Test
  void theLocalPolicyKeepsOnlyNodesWithAPodHealthy() {
    AwsLoadBalancers running = cluster.install(controller());

    cluster.apply(UiCluster.service(
        "externalTrafficPolicy: Local\n  healthCheckNodePort: 31999",
        "scheme: internet-facing",
        "nlb-target-type: instance"));
    cluster.settle();
    cluster.state.clock().advance(Duration.ofSeconds(60));

    assertThat(targets(running))
        .containsExactly(
            "i-0100000000000001:30080 UNHEALTHY",
            "i-0200000000000002:30080 HEALTHY",
            "i-0300000000000003:30080 UNHEALTHY");
  }

  @Test
  void theStatusIsWrittenBeforeTheLoadBalancerIsActive() {
    AwsLoadBalancers running = cluster.install(controller().withTimings(Timings.TYPICAL));

    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");

    assertThat(cluster.serviceHosts()).containsExactly(NLB);
    assertThat(running.addressesOf(NLB)).contains(List.of());

    cluster.state.clock().advance(Duration.ofMinutes(4));

    assertThat(running.addressesOf(NLB).orElseThrow()).hasSize(3);
  }

  @Test
  void aConnectionToTheNlbIsRelayedToANode() {
    AwsLoadBalancers running = cluster.install(controller());
    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");
    IpAddress address = running.addressesOf(NLB).orElseThrow().get(0);

    BalancerNode node = running.at(address).orElseThrow();
    Relay.Decision decision =
        ((Layer4) node).relay().decide(call("203.0.113.7", address, 80), Chooser.seeded(1));

    assertThat(node.label()).startsWith("NLB k8s-ui-uinlb-cad95071ca (us-west-2");
    assertThat(node.addresses()).hasSize(2);
    assertThat(decision).isInstanceOfSatisfying(Relay.Decision.Forward.class, forward -> {
      assertThat(forward.target().port()).isEqualTo(30_080);
      assertThat(forward.source()).isNull();
      assertThat(forward.notes()).isNotEmpty();
    });
  }

  @Test
  void aPortWithoutListenerIsNotAnswered() {
    AwsLoadBalancers running = cluster.install(controller());
    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");
    IpAddress address = running.addressesOf(NLB).orElseThrow().get(0);
    Layer4 node = (Layer4) running.at(address).orElseThrow();

    Relay.Decision decision =
        node.relay().decide(call("203.0.113.7", address, 443), Chooser.seeded(1));

    assertThat(decision).isInstanceOfAny(Relay.Decision.Ignore.class, Relay.Decision.Refuse.class);
  }

  private static FiveTuple call(String from, IpAddress to, int port) {
    return new FiveTuple(
        Protocol.TCP,
        new SocketAddress(IpAddress.parse(from), 50_111),
        new SocketAddress(to, port));
  }

  @Test
  void anIngressBecomesAnAlbThatRoutesToThePod() {
    AwsLoadBalancers running = cluster.install(controller());

    cluster.apply(
        UiCluster.ingress("ui", "/shop", Map.of("scheme", "internet-facing", "target-type", "ip")));
    cluster.settle();

    String host = cluster.ingressHosts("ui").get(0);
    IpAddress address = running.addressesOf(host).orElseThrow().get(0);
    Layer7 node = (Layer7) running.at(address).orElseThrow();
    assertThat(host).startsWith("k8s-ui-ui-");
    assertThat(node.ports()).containsExactly(80);
    assertThat(node.router()
            .route(
                HttpRequest.get("http", host, "/shop/cart"),
                call("203.0.113.7", address, 80),
                Chooser.seeded(1)))
        .isInstanceOfSatisfying(
            HttpDecision.Forward.class,
            f -> assertThat(f.target()).hasToString("10.42.128.21:8080"));
    assertThat(node.router()
            .route(
                HttpRequest.get("http", host, "/other"),
                call("203.0.113.7", address, 80),
                Chooser.seeded(1)))
        .isInstanceOfSatisfying(HttpDecision.Answer.class, a -> {
          assertThat(a.status()).isEqualTo(404);
          assertThat(a.reason()).isEqualTo(Reason.LB_FIXED_RESPONSE);
        });
  }

  @Test
  void aGroupReplacesTheLoadBalancerOfAnIngress() {
    AwsLoadBalancers running = cluster.install(controller());
    Map<String, String> alone = Map.of("scheme", "internet-facing", "target-type", "ip");
    cluster.apply(UiCluster.ingress("ui", "/", alone));
    cluster.settle();
    String before = cluster.ingressHosts("ui").get(0);

    cluster.apply(UiCluster.ingress(
        "ui",
        "/",
        Map.of(
            "scheme", "internet-facing", "target-type", "ip", "group.name", "retail-app-group")));
    cluster.settle();

    assertThat(cluster.ingressHosts("ui").get(0))
        .startsWith("k8s-retailappgroup-085b071a94-")
        .isNotEqualTo(before);
    assertThat(running.elb().loadBalancers())
        .extracting(LoadBalancerState::dnsName)
        .containsExactly(cluster.ingressHosts("ui").get(0));
    assertThat(running.addressesOf(before)).isEmpty();
  }

  @Test
  void aMissingSubnetTagIsToldAsAnEvent() {
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
    cluster.install(AwsLoadBalancerController.of(aws, ControllerOptions.of("eks-workshop")));

    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");
    cluster.state.clock().advance(Duration.ofMinutes(1));

    assertThat(cluster.serviceHosts()).isEmpty();
    assertThat(cluster.events())
        .containsExactly(
            "Service ui/ui-nlb FailedBuildModel: Failed build model due to unable to resolve at"
                + " least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])");
  }

  @Test
  void withoutIamRoleNothingIsBuilt() {
    AwsLoadBalancers running = cluster.install(controller()
        .withOptions(ControllerOptions.builder("eks-workshop").iamRole(false).build()));

    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");

    assertThat(cluster.serviceHosts()).isEmpty();
    assertThat(running.elb().loadBalancers()).isEmpty();
    assertThat(cluster.events().get(0))
        .startsWith("Service ui/ui-nlb FailedBuildModel: Failed build model due to"
            + " UnauthorizedOperation");
  }

  @Test
  void aServiceThatLosesItsAnnotationsLosesItsLoadBalancer() {
    AwsLoadBalancers running = cluster.install(controller()
        .withOptions(ControllerOptions.builder("eks-workshop")
            .serviceMutatorWebhook(false)
            .build()));
    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");

    cluster.apply(
        UiCluster.service("externalTrafficPolicy: Cluster").replace("external\n", "nlb\n"));
    cluster.settle();

    assertThat(cluster.serviceHosts()).isEmpty();
    assertThat(running.elb().loadBalancers()).isEmpty();
    assertThat(running.elb().targetGroups()).isEmpty();
    assertThat(cluster.state.list("TargetGroupBinding")).isEmpty();
  }

  @Test
  void aPodThatGoesIsDeregistered() {
    AwsLoadBalancers running = cluster.install(controller());
    cluster.nlb("scheme: internet-facing", "nlb-target-type: ip");

    cluster.state.remove(new ObjectKey("EndpointSlice", "ui", "ui-nlb-abc12"));
    cluster.settle();

    assertThat(running.elb().targetGroups().stream()
            .flatMap(g -> g.targets().stream())
            .map(TargetState::health)
            .map(h -> String.valueOf(h.reason())))
        .allMatch("Target.DeregistrationInProgress"::equals);
  }

  @Test
  void whatAwsRefusesIsAFailureOfItsOwnStackOnly() {
    AwsLoadBalancers running = cluster.install(controller());
    cluster.apply(UiCluster.ingress(
            "bad",
            "/x",
            Map.of(
                "target-type",
                "ip",
                "actions.ui",
                "{\"type\":\"fixed-response\",\"fixedResponseConfig\":{\"statusCode\":\"333\"}}"))
        .replace("number: 80", "name: use-annotation"));
    cluster.apply(UiCluster.ingress("good", "/", Map.of("target-type", "ip")));

    cluster.settle();

    assertThat(cluster.ingressHosts("bad")).isEmpty();
    assertThat(cluster.ingressHosts("good")).hasSize(1);
    assertThat(running.result("ingressGroup", "ui/bad").orElseThrow().error())
        .contains("Fixed response status code '333'");
    assertThat(cluster.events())
        .anyMatch(
            e -> e.startsWith("Ingress ui/bad FailedDeployModel: Failed deploy model due to"));
  }

  @Test
  void aPlanTellsThatAGroupReplacesTheLoadBalancerAndChangesNothing() {
    AwsLoadBalancers running = cluster.install(controller());
    cluster.apply(
        UiCluster.ingress("ui", "/", Map.of("scheme", "internet-facing", "target-type", "ip")));
    cluster.settle();
    String before = cluster.ingressHosts("ui").get(0);

    Plan plan = running.plan(fork -> Manifests.parse(
            UiCluster.ingress(
                "ui",
                "/",
                Map.of(
                    "scheme",
                    "internet-facing",
                    "target-type",
                    "ip",
                    "group.name",
                    "retail-app-group")),
            "plan")
        .objects()
        .forEach(o -> fork.store(o.withMetadata(o.metadata()
            .withFinalizers(fork.get(o.key()).orElseThrow().metadata().finalizers())))));

    assertThat(plan.toString()).isEqualTo("""
            -/+ ALB k8s-ui-ui-5ddc3ba496 -> k8s-retailappgroup-085b071a94
                  because: Ingress ui/ui moves from IngressGroup ui/ui to IngressGroup retail-app-group, and each group has a load balancer of its own
                  - listener HTTP:80, 1 rule
                  + listener HTTP:80, 1 rule
                  clients: k8s-ui-ui-5ddc3ba496-1201879938.us-west-2.elb.amazonaws.com no longer resolves; its place takes k8s-retailappgroup-085b071a94-4760549480.us-west-2.elb.amazonaws.com, which resolves after about 3 minutes and has targets without health until then. The two are independent work items: nothing makes the new one before the old one breaks
            +   target group k8s-ui-ui-cb9379fc9b
                  ip HTTP, 1 target to be registered
            -   target group k8s-ui-ui-f41d1b18cc
                  ip HTTP, 1 target to be deregistered
            +   security group k8s-retailappgroup-516288aa7f
            -   security group k8s-ui-ui-feac861216
            Plan: 2 to create, 0 to change, 1 to replace, 2 to delete.
            """);
    assertThat(cluster.ingressHosts("ui")).containsExactly(before);
    assertThat(running.aws().elbv2().loadBalancers()).hasSize(1);
  }

  @Test
  void aPlanForAChangedSchemeIsAReplacement() {
    AwsLoadBalancers running = cluster.install(controller());
    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");

    Plan plan = running.plan(fork -> fork.store(((Service) Manifests.parse(
                UiCluster.service(
                    "externalTrafficPolicy: Cluster",
                    "scheme: internal",
                    "nlb-target-type: instance"),
                "plan")
            .objects()
            .get(0))
        .withMetadata(cluster
            .state
            .get(Service.class, "ui", "ui-nlb")
            .orElseThrow()
            .metadata()
            .withAnnotations(Map.of(
                "service.beta.kubernetes.io/aws-load-balancer-type", "external",
                "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type", "instance",
                "service.beta.kubernetes.io/aws-load-balancer-scheme", "internal")))));

    assertThat(plan.count(Plan.Action.REPLACE)).isEqualTo(1);
    assertThat(plan.items().get(0).reason())
        .isEqualTo("the scheme changes from internet-facing to internal, and a load balancer keeps"
            + " its scheme for life");
  }

  @Test
  void aPlanOfNothingIsEmpty() {
    AwsLoadBalancers running = cluster.install(controller());
    cluster.nlb("scheme: internet-facing", "nlb-target-type: instance");

    assertThat(running.plan(fork -> {}).toString()).isEqualTo("No changes.\n");
  }
}
