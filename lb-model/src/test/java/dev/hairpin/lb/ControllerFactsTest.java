package dev.hairpin.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.lb.aws.EksAccount;
import dev.hairpin.lb.model.Stack;
import dev.hairpin.lb.model.StackResource;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.lb.options.FeatureGate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Small print of the controller's model builders that users meet sooner or later. Source:
 * {@code pkg/annotations}, {@code pkg/service} and {@code pkg/ingress} of v2.8.2.
 */
class ControllerFactsTest {
  private final UiCluster cluster = new UiCluster();

  private AwsLoadBalancers install(ControllerOptions options) {
    return cluster.install(
        AwsLoadBalancerController.of(EksAccount.create("eks-workshop"), options));
  }

  private AwsLoadBalancers install() {
    return install(ControllerOptions.of("eks-workshop"));
  }

  private StackResource.LoadBalancer nlb(AwsLoadBalancers running, String... annotations) {
    cluster.nlb(annotations);
    return running
        .result("service", "ui/ui-nlb")
        .flatMap(r -> Optional.ofNullable(r.stack()))
        .flatMap(Stack::loadBalancer)
        .orElseThrow();
  }

  private static @Nullable String error(AwsLoadBalancers running, String kind, String id) {
    return running.result(kind, id).orElseThrow().error();
  }

  @Test
  void anAccessLogThatIsSwitchedOffByItsAnnotationLeavesTheMapAlone() {
    AwsLoadBalancers running = install();

    assertThat(
            nlb(running, "nlb-target-type: ip", "access-log-enabled: \"false\"").attributes())
        .isEmpty();
    assertThat(nlb(
                running,
                "nlb-target-type: ip",
                "access-log-enabled: \"false\"",
                "access-log-s3-bucket-name: logs",
                "attributes: access_logs.s3.enabled=true")
            .attributes())
        .isEqualTo(Map.of("access_logs.s3.enabled", "true"));
  }

  @Test
  void theSwitchForPrivateLinkStaysInTheModelOfAnNlbWithoutSecurityGroups() {
    AwsLoadBalancers running = install(ControllerOptions.builder("eks-workshop")
        .featureGate(FeatureGate.NLB_SECURITY_GROUP, false)
        .build());

    StackResource.LoadBalancer lb =
        nlb(running, "nlb-target-type: ip", "inbound-sg-rules-on-private-link-traffic: \"off\"");

    assertThat(lb.securityGroups()).isEmpty();
    assertThat(lb.privateLinkRules()).isEqualTo("off");
  }

  @Test
  void blanksAroundTheEqualsSignBelongToKeyAndValue() {
    AwsLoadBalancers running = install();

    cluster.nlb(
        "nlb-target-type: ip", "target-group-attributes: preserve_client_ip.enabled= FalSe");

    assertThat(error(running, "service", "ui/ui-nlb"))
        .isEqualTo("failed to parse attribute preserve_client_ip.enabled= FalSe:"
            + " strconv.ParseBool: parsing \" FalSe\": invalid syntax");
  }

  @Test
  void tagsThatOthersManageAreRefusedWithTheirOwner() {
    AwsLoadBalancers running = install(
        ControllerOptions.builder("eks-workshop").externalManagedTag("owner").build());
    cluster.apply("""
        apiVersion: v1
        kind: Service
        metadata:
          name: tagged
          namespace: ui
          annotations: {alb.ingress.kubernetes.io/tags: owner=shop}
        spec:
          type: ClusterIP
          clusterIP: 172.20.10.99
          ports: [{name: http, port: 80, targetPort: http, protocol: TCP}]
        """);
    cluster.apply(UiCluster.ingress("service", "/", Map.of("target-type", "ip"))
        .replace("name: ui, port", "name: tagged, port"));
    cluster.apply(
        UiCluster.ingress("ingress", "/", Map.of("target-type", "ip", "tags", "owner=x")));
    cluster.settle();

    assertThat(error(running, "ingressGroup", "ui/service"))
        .isEqualTo("ingress: ui/service: failed build tags for Ingress ui/service and Service"
            + " ui/tagged: external managed tag key owner cannot be specified");
    assertThat(error(running, "ingressGroup", "ui/ingress"))
        .isEqualTo("failed build tags for Ingress ui/ingress: external managed tag key owner cannot"
            + " be specified");
  }

  @Test
  void anEndpointThatDoesNotSayWhetherItIsReadyIsAsGoodAsItsContainers() {
    AwsLoadBalancers running = install();
    cluster.apply("""
        apiVersion: v1
        kind: Pod
        metadata: {name: ui-2, namespace: ui, labels: {app: ui}}
        spec: {nodeName: node-1, containers: [{name: ui, image: ui}]}
        status: {phase: Running, podIP: 10.42.96.22, podIPs: [{ip: 10.42.96.22}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: ui-nlb-abc12, namespace: ui, labels: {kubernetes.io/service-name: ui-nlb}}
        addressType: IPv4
        endpoints:
        - addresses: [10.42.128.21]
          targetRef: {kind: Pod, namespace: ui, name: ui-1}
        - addresses: [10.42.96.22]
          targetRef: {kind: Pod, namespace: ui, name: ui-2}
        ports: [{name: http, port: 8080, protocol: TCP}]
        """);

    cluster.nlb("nlb-target-type: ip");

    assertThat(running.elb().targetGroups().stream()
            .flatMap(g -> g.targets().stream())
            .map(t -> t.description().toString()))
        .containsExactly("10.42.128.21:8080");
  }

  @Test
  void podsAreNoTargetsOfAnAlbEitherWhereTheGateIsClosed() {
    AwsLoadBalancers running = install(ControllerOptions.builder("eks-workshop")
        .featureGate(FeatureGate.ENABLE_IP_TARGET_TYPE, false)
        .build());
    cluster.apply(UiCluster.ingress("pods", "/", Map.of("target-type", "ip")));
    cluster.nlb("nlb-target-type: ip");

    assertThat(error(running, "ingressGroup", "ui/pods"))
        .isEqualTo("ingress: ui/pods: unsupported targetType: ip when EnableIPTargetType is false");
    assertThat(error(running, "service", "ui/ui-nlb"))
        .isEqualTo("unsupported targetType: ip when EnableIPTargetType is false");
  }

  @Test
  void aRedirectPortThatIsNoNumberNamesItsIngress() {
    AwsLoadBalancers running = install();
    cluster.apply(
        UiCluster.ingress("tls", "/", Map.of("target-type", "ip", "ssl-redirect", "https")));
    cluster.settle();

    assertThat(error(running, "ingressGroup", "ui/tls"))
        .isEqualTo("ingress: ui/tls: failed to parse int64 annotation,"
            + " alb.ingress.kubernetes.io/ssl-redirect: https: strconv.ParseInt: parsing \"https\":"
            + " invalid syntax");
  }

  @Test
  void aNamespaceThatIsNotThereCannotMatchASelector() {
    AwsLoadBalancers running = install();
    cluster.apply("""
        apiVersion: elbv2.k8s.aws/v1beta1
        kind: IngressClassParams
        metadata: {name: teams}
        spec: {namespaceSelector: {matchLabels: {team: a}}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: {name: teams}
        spec:
          controller: ingress.k8s.aws/alb
          parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: teams}
        """);
    for (String namespace : List.of("ui", "lost")) {
      cluster.apply(UiCluster.ingress("in-" + namespace, "/", Map.of("target-type", "ip"))
          .replace("namespace: ui", "namespace: " + namespace)
          .replace("ingressClassName: alb", "ingressClassName: teams"));
    }
    cluster.settle();

    assertThat(error(running, "ingress", "ui/in-ui"))
        .isEqualTo("invalid ingress class: namespaceSelector of IngressClassParams teams mismatch");
    assertThat(error(running, "ingress", "lost/in-lost"))
        .isEqualTo("invalid ingress class: namespaces \"lost\" not found");
  }

  @Test
  void anEmptyWebAclIsNoneAndIngressesOfAGroupNeedNotAgreeOnIt() {
    AwsLoadBalancers running = install();
    cluster.apply(UiCluster.ingress(
        "one",
        "/a",
        Map.of("target-type", "ip", "group.name", "g", "wafv2-acl-arn", "", "waf-acl-id", "")));
    cluster.apply(UiCluster.ingress(
        "two",
        "/b",
        Map.of("target-type", "ip", "group.name", "g", "wafv2-acl-arn", "arn:aws:wafv2:shop")));
    cluster.settle();

    Stack stack =
        Objects.requireNonNull(running.result("ingressGroup", "g").orElseThrow().stack());
    assertThat(stack.all(StackResource.WebAclAssociation.class))
        .extracting(StackResource.WebAclAssociation::webAclArn)
        .containsExactly("arn:aws:wafv2:shop");
    assertThat(stack.all(StackResource.RegionalWebAclAssociation.class)).isEmpty();
  }

  @Test
  void anEmptyListOfPrefixListsLetsNobodyIn() {
    AwsLoadBalancers running = install();

    cluster.nlb("nlb-target-type: ip", "security-group-prefix-lists: \"\"");

    Stack stack = Objects.requireNonNull(
        running.result("service", "ui/ui-nlb").orElseThrow().stack());
    assertThat(stack.all(StackResource.SecurityGroup.class))
        .singleElement()
        .satisfies(g -> assertThat(g.ingress()).isEmpty());
  }

  @Test
  void tlsPortsThatTheServiceDoesNotHaveAreToldInTheOrderOfTheAnnotation() {
    AwsLoadBalancers running = install();

    cluster.nlb(
        "nlb-target-type: ip", "ssl-cert: arn:aws:acm:cert", "ssl-ports: \"web, 80, 443, api\"");

    assertThat(error(running, "service", "ui/ui-nlb"))
        .isEqualTo("Unused port in ssl-ports annotation [web 443 api]");
  }

  @Test
  void aForwardMayNameItsPortByNumberOrNameAndByNothingElse() {
    AwsLoadBalancers running = install();
    for (String port : List.of("80", "\"80\"", "\"http\"", "80.5", "4294967296", "true")) {
      String name = "p" + port.replaceAll("[^0-9a-z]", "");
      cluster.apply(UiCluster.ingress(
              name,
              "/",
              Map.of(
                  "target-type",
                  "ip",
                  "actions.ui",
                  "{\"type\":\"forward\",\"forwardConfig\":{\"targetGroups\":[{\"serviceName\":\"ui\","
                      + "\"servicePort\":" + port + "}]}}"))
          .replace("number: 80", "name: use-annotation"));
      cluster.settle();
      if (port.matches("80|\".*\"")) {
        assertThat(error(running, "ingressGroup", "ui/" + name)).as(port).isNull();
      } else {
        assertThat(error(running, "ingressGroup", "ui/" + name))
            .as(port)
            .contains("failed to parse json annotation, alb.ingress.kubernetes.io/actions.ui: ")
            .contains(" into Go ");
      }
    }
  }

  @Test
  void aSelectorWithAnUnknownOperatorMakesTheClassInvalid() {
    AwsLoadBalancers running = install();
    cluster.apply("""
        apiVersion: elbv2.k8s.aws/v1beta1
        kind: IngressClassParams
        metadata: {name: odd}
        spec: {namespaceSelector: {matchExpressions: [{key: team, operator: Near, values: [a]}]}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: {name: odd}
        spec:
          controller: ingress.k8s.aws/alb
          parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: odd}
        """);
    cluster.apply(UiCluster.ingress("ui", "/", Map.of("target-type", "ip"))
        .replace("ingressClassName: alb", "ingressClassName: odd"));
    cluster.settle();

    assertThat(error(running, "ingress", "ui/ui"))
        .isEqualTo("invalid ingress class: \"Near\" is not a valid label selector operator");
  }

  @Test
  void withoutTheGateAChangedCheckOfAnNlbReplacesItsTargetGroup() {
    for (boolean gate : new boolean[] {true, false}) {
      UiCluster shop = new UiCluster();
      AwsLoadBalancers running = shop.install(AwsLoadBalancerController.of(
          EksAccount.create("eks-workshop"),
          ControllerOptions.builder("eks-workshop")
              .featureGate(FeatureGate.NLB_HEALTH_CHECK_ADVANCED_CONFIG, gate)
              .build()));
      shop.nlb("nlb-target-type: ip");
      String before = running.aws().elbv2().targetGroups().iterator().next().arn();

      shop.nlb("nlb-target-type: ip", "healthcheck-interval: \"30\"");

      assertThat(running.aws().elbv2().targetGroups())
          .singleElement()
          .satisfies(g -> assertThat(g.arn().equals(before)).isEqualTo(gate));
    }
  }
}
