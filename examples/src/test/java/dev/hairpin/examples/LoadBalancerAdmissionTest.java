package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hairpin.Cluster;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ApiError;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.aws.TargetGroup;
import dev.hairpin.lb.options.ControllerOptions;
import dev.hairpin.manifest.ManifestException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the controller's webhooks do to the requests of people. */
class LoadBalancerAdmissionTest {
  private static final String SERVICE = """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: default}
      spec:
        type: LoadBalancer
        selector: {app: web}
        ports: [{port: 80}]
      """;

  private final Cluster cluster = Cluster.eks().install(AwsLoadBalancerController.eks("shop"));

  private static String ingress(String more) {
    return """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: web
          namespace: default
          annotations: {a: b%s}
        spec:
          ingressClassName: %s
          rules:
            - http:
                paths:
                  - path: /
                    pathType: Prefix
                    backend: {service: {name: web, port: {number: 80}}}
        """.formatted(more, more.isEmpty() ? "missing" : "alb");
  }

  private Service web() {
    return cluster.state().get(Service.class, "default", "web").orElseThrow();
  }

  @Test
  void aNewLoadBalancerServiceGetsTheControllersClassBeforeItIsStored() {
    cluster.apply(SERVICE);

    assertThat(web().spec().loadBalancerClass()).isEqualTo("service.k8s.aws/nlb");
    assertThat(cluster.get("svc")).contains(".elb.us-west-2.amazonaws.com");
  }

  @Test
  void aReplacementWithoutTheClassKeepsItAndOneWithAnotherIsRefusedByTheApiServer() {
    cluster.apply(SERVICE);
    Map<String, Object> spec = new TreeMap<>(Map.of(
        "type",
        "LoadBalancer",
        "selector",
        Map.of("app", "web"),
        "ports",
        List.of(Map.of("port", 80))));
    Map<String, Object> put = new TreeMap<>(Map.of(
        "apiVersion",
        "v1",
        "kind",
        "Service",
        "metadata",
        Map.of("name", "web", "namespace", "default"),
        "spec",
        spec));

    cluster.api().update(put);
    assertThat(web().spec().loadBalancerClass()).isEqualTo("service.k8s.aws/nlb");

    spec.put("loadBalancerClass", "example.com/other");
    assertThatExceptionOfType(ApiError.class)
        .isThrownBy(() -> cluster.api().update(put))
        .withMessageContaining("spec.loadBalancerClass")
        .withMessageContaining("may not change once set");
  }

  @Test
  void anIngressOfAMissingClassIsRefusedAndNothingIsStored() {
    assertThatExceptionOfType(ManifestException.class)
        .isThrownBy(() -> cluster.apply(ingress("")))
        .withMessageContaining("admission webhook \"vingress.elbv2.k8s.aws\" denied the request:"
            + " invalid ingress class: ingressclasses.networking.k8s.io \"missing\" not found");
    assertThat(cluster.get("ingress -A")).doesNotContain("web");
  }

  @Test
  void brokenConditionsAreRefusedWithTheirText() {
    assertThatExceptionOfType(ManifestException.class)
        .isThrownBy(() -> cluster.apply(
            ingress(", alb.ingress.kubernetes.io/conditions.web: '[{\"field\":\"source-ip\"}]'")))
        .withMessageContaining("ignoring Ingress default/web since invalid"
            + " alb.ingress.kubernetes.io/conditions.web annotation: ");
  }

  @Test
  void aSecondBindingOfATargetGroupIsRefusedAndTheFirstMayNotMove() {
    cluster.apply(SERVICE);
    String arn = cluster
        .component(AwsLoadBalancers.class)
        .orElseThrow()
        .aws()
        .elbv2()
        .targetGroups()
        .iterator()
        .next()
        .arn();
    String binding = """
        apiVersion: elbv2.k8s.aws/v1beta1
        kind: TargetGroupBinding
        metadata: {name: mine, namespace: default}
        spec:
          targetGroupARN: %s
          serviceRef: {name: web, port: 80}
        """;

    assertThatExceptionOfType(ManifestException.class)
        .isThrownBy(() -> cluster.apply(binding.formatted(arn)))
        .withMessageContaining("admission webhook \"vtargetgroupbinding.elbv2.k8s.aws\" denied the"
            + " request: TargetGroup " + arn + " is already bound to TargetGroupBinding default/");
    assertThatExceptionOfType(ManifestException.class)
        .isThrownBy(() -> cluster.apply(binding.formatted(arn + "0")))
        .withMessageContaining("admission webhook \"mtargetgroupbinding.elbv2.k8s.aws\" denied");
  }

  @Test
  void anIngressMayBeStoredBeforeTheParametersOfItsClass() {
    cluster.apply("""
        apiVersion: networking.k8s.io/v1
        kind: IngressClass
        metadata: {name: early}
        spec:
          controller: ingress.k8s.aws/alb
          parameters: {apiGroup: elbv2.k8s.aws, kind: IngressClassParams, name: late}
        """);

    cluster.apply(ingress("").replace("missing", "early"));

    assertThat(cluster
            .component(AwsLoadBalancers.class)
            .orElseThrow()
            .result("ingress", "default/web")
            .orElseThrow()
            .error())
        .isEqualTo("invalid ingress class: ingressclassparams.elbv2.k8s.aws \"late\" not found");
  }

  private static Map<String, Object> binding(String arn, String field, Object value) {
    Map<String, Object> spec = new TreeMap<>(Map.of(
        "targetGroupARN",
        arn,
        "targetType",
        "instance",
        "ipAddressType",
        "ipv4",
        "vpcID",
        "vpc-0e5c0ffee0e5c0fee",
        "serviceRef",
        Map.of("name", "web", "port", 80)));
    spec.put(field, value);
    return spec;
  }

  private static String refusal(String fields) {
    return "admission webhook \"vtargetgroupbinding.elbv2.k8s.aws\" denied the request:"
        + " TargetGroupBinding update may not change these fields: "
        + fields;
  }

  @Test
  void aBindingKeepsItsTargetGroupTypeAddressTypeAndVpcForLife() {
    cluster.apply(SERVICE);
    KubeObject stored = cluster.state().list("TargetGroupBinding").iterator().next();
    String arn = cluster
        .component(AwsLoadBalancers.class)
        .orElseThrow()
        .aws()
        .elbv2()
        .targetGroups()
        .iterator()
        .next()
        .arn();
    Map<String, Object> changes = new TreeMap<>(Map.of(
        "targetGroupARN", arn + "0",
        "targetType", "ip",
        "ipAddressType", "ipv6",
        "vpcID", "vpc-01234567"));

    changes.forEach((field, value) -> assertThatExceptionOfType(ApiError.class)
        .isThrownBy(() -> cluster
            .api()
            .patch(
                stored.key(),
                ApiServer.PatchType.MERGE,
                Map.of("spec", binding(arn, field, value))))
        .withMessageContaining(refusal("spec." + field)));

    assertThat(cluster.state().get(stored.key())).contains(stored);
    cluster
        .api()
        .patch(
            stored.key(),
            ApiServer.PatchType.MERGE,
            Map.of(
                "spec",
                binding(arn, "nodeSelector", Map.of("matchLabels", Map.of("disk", "fast")))));
    assertThat(cluster.state().get(stored.key()).orElseThrow().toString()).contains("disk");
  }

  @Test
  void aBindingThatLosesItsTypeIsRefusedAndItsVpcMayBeSaidLater() {
    cluster.apply(SERVICE);
    KubeObject stored = cluster.state().list("TargetGroupBinding").iterator().next();
    Map<String, Object> untyped = new TreeMap<>();
    untyped.put("targetType", null);

    assertThatExceptionOfType(ApiError.class)
        .isThrownBy(() -> patch(stored, untyped))
        .withMessageContaining("admission webhook \"vtargetgroupbinding.elbv2.k8s.aws\" denied the"
            + " request: TargetGroupBinding must specify these fields: spec.targetType");
    String vpc =
        cluster.component(AwsLoadBalancers.class).orElseThrow().aws().vpc().id();
    patch(stored, Map.of("vpcID", vpc));
  }

  private void patch(KubeObject object, Map<String, Object> spec) {
    cluster.api().patch(object.key(), ApiServer.PatchType.MERGE, Map.of("spec", spec));
  }

  @Test
  void aNewBindingMustFitItsTargetGroup() {
    String arn =
        "arn:aws:elasticloadbalancing:us-west-2:111122223333:targetgroup/mine/0123456789abcdef";
    cluster
        .component(AwsLoadBalancers.class)
        .orElseThrow()
        .aws()
        .elbv2()
        .add(new TargetGroup(
            arn,
            "mine",
            "TCP",
            80,
            null,
            "instance",
            "ipv4",
            "vpc-0e5c0ffee0e5c0fee",
            null,
            Map.of(),
            Map.of()));

    refusesBinding(
        binding(arn, "ipAddressType", "ipv6"),
        "invalid IP address type ipv4 for TargetGroup " + arn);
    refusesBinding(
        binding(arn, "vpcID", "vpc-01234567"),
        "invalid VpcID vpc-01234567 doesnt match VpcID from TargetGroup " + arn);
    refusesBinding(
        binding(arn, "vpcID", "network-1"),
        "ValidationError: vpcID network-1 failed to satisfy constraint: VPC Id must begin with"
            + " 'vpc-' followed by 8 or 17 lowercase letters (a-f) or numbers.");
    Map<String, Object> ofPods = binding(arn, "targetType", "ip");
    ofPods.put("nodeSelector", Map.of("matchLabels", Map.of("disk", "fast")));
    refusesBinding(ofPods, "TargetGroupBinding cannot set NodeSelector when TargetType is ip");
  }

  private void refusesBinding(Map<String, Object> spec, String text) {
    assertThatExceptionOfType(ApiError.class)
        .isThrownBy(() -> cluster
            .api()
            .create(Map.of(
                "apiVersion",
                "elbv2.k8s.aws/v1beta1",
                "kind",
                "TargetGroupBinding",
                "metadata",
                Map.of("name", "mine", "namespace", "default"),
                "spec",
                spec)))
        .withMessageContaining(
            "admission webhook \"vtargetgroupbinding.elbv2.k8s.aws\" denied the request: " + text);
  }

  private void refusesParameters(String spec, String text) {
    assertThatExceptionOfType(ManifestException.class)
        .isThrownBy(() -> cluster.apply("""
            apiVersion: elbv2.k8s.aws/v1beta1
            kind: IngressClassParams
            metadata: {name: odd}
            spec: {%s}
            """.formatted(spec)))
        .withMessageContaining(
            "admission webhook \"vingressclassparams.elbv2.k8s.aws\" denied the request: " + text);
  }

  @Test
  void parametersOfAClassAreRefusedFieldByField() {
    refusesParameters(
        "inboundCIDRs: [10.0.0.1, '2001:db8::1', 10.0.0.1/8, '2001:DB8::/32']",
        "[spec.inboundCIDRs[0]: Invalid value: \"10.0.0.1\": Could not be parsed as a CIDR (did you"
            + " mean \"10.0.0.1/32\"), spec.inboundCIDRs[1]: Invalid value: \"2001:db8::1\": Could"
            + " not be parsed as a CIDR (did you mean \"2001:db8::1/64\"), spec.inboundCIDRs[2]:"
            + " Invalid value: \"10.0.0.1/8\": Network contains bits outside prefix (did you mean"
            + " \"10.0.0.0/8\")]");
    refusesParameters(
        "subnets: {ids: [subnet-1, subnet-1], tags: {role: [elb]}}",
        "spec.subnets.tags: Forbidden: may not have both `ids` and `tags` set");
    refusesParameters(
        "subnets: {}", "spec.subnets: Required value: must have either `ids` or `tags`");
  }

  private static String annotated(String annotations) {
    return """
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: {name: web, namespace: default, annotations: {%s}}
        spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
        """.formatted(annotations);
  }

  @Test
  void annotationsThatTheOperatorForbidsMayStayButNotBeginOrChange() {
    Cluster strict = Cluster.eks()
        .install(AwsLoadBalancerController.eks("shop")
            .withOptions(ControllerOptions.builder("shop")
                .disableIngressClassAnnotation(true)
                .disableIngressGroupNameAnnotation(true)
                .build()));
    strict.apply(annotated("kubernetes.io/ingress.class: nginx"));

    assertThatExceptionOfType(ManifestException.class)
        .isThrownBy(() -> strict.apply(annotated("kubernetes.io/ingress.class: alb")))
        .withMessageContaining(
            "new usage of `kubernetes.io/ingress.class` annotation is forbidden");
    assertThatExceptionOfType(ManifestException.class)
        .isThrownBy(() -> strict.apply(ingress(", alb.ingress.kubernetes.io/group.name: team")))
        .withMessageContaining(
            "new usage of `alb.ingress.kubernetes.io/group.name` annotation is forbidden");
  }

  @Test
  void aRefusedRequestTellsKubectlThatItIsForbidden() {
    ApiError error = ApiError.denied("vingress.elbv2.k8s.aws", "no");

    assertThat(error.code()).isEqualTo(403);
    assertThat(error.kubectlText())
        .isEqualTo("Error from server (Forbidden): admission webhook \"vingress.elbv2.k8s.aws\""
            + " denied the request: no");
  }
}
