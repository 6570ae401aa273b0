package dev.hairpin.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the controller says to bad annotations, in its own words, while the rest of the cluster
 * stays as it was.
 */
class BadAnnotationsTest {
  private final UiCluster cluster = new UiCluster();
  private final AwsLoadBalancers running =
      cluster.install(AwsLoadBalancerController.eks("eks-workshop"));
  private String before = "";

  @BeforeEach
  void somethingGoodIsThere() {
    cluster.nlb("nlb-target-type: instance");
    cluster.apply(
        UiCluster.ingress("good", "/", Map.of("target-type", "ip", "group.name", "shop")));
    cluster.settle();
    before = everything();
    assertThat(before).contains("k8s-shop-").contains("k8s-ui-uinlb-");
  }

  /** All that is not made for the Ingress with the bad annotations. */
  private String everything() {
    return Stream.of(
            running.elb().loadBalancers().stream()
                .map(lb -> lb + " " + lb.config() + " " + lb.listeners()),
            running.elb().targetGroups().stream()
                .map(g -> g + " " + g.config() + " " + g.targets()),
            running.aws().ec2().securityGroups().stream().map(String::valueOf))
        .flatMap(lines -> lines)
        .filter(line -> !line.contains(".k8s.aws/stack=ui/bad"))
        .collect(Collectors.joining("\n"));
  }

  private String bad(Map<String, String> annotations, String backend) {
    Map<String, String> all = new TreeMap<>(annotations);
    all.put("target-type", "ip");
    cluster.apply(
        UiCluster.ingress("bad", "/bad", all).replace("name: ui, port: {number: 80}", backend));
    cluster.settle();
    return error(annotations.getOrDefault("group.name", "ui/bad"));
  }

  private String error(String group) {
    return String.valueOf(running.result("ingressGroup", group).orElseThrow().error());
  }

  private String badAction(String json) {
    return bad(Map.of("actions.act", json), "name: act, port: {name: use-annotation}");
  }

  private static String forward(String targetGroups) {
    return "{\"type\":\"forward\",\"forwardConfig\":{\"targetGroups\":[" + targetGroups + "]}}";
  }

  private void isTold(String reason, String error) {
    assertThat(cluster.events())
        .contains("Ingress ui/bad Failed" + reason + "Model: Failed "
            + reason.toLowerCase(Locale.ROOT) + " model due to " + error);
    assertThat(cluster.ingressHosts("bad")).isEmpty();
    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void brokenJsonIsQuoted() {
    String error = badAction("{\"type\":");

    assertThat(error)
        .isEqualTo("ingress: ui/bad: failed to parse json annotation,"
            + " alb.ingress.kubernetes.io/actions.act: {\"type\":: unexpected end of JSON input");
    isTold("Build", error);
  }

  @Test
  void anUnknownActionIsNamed() {
    String error = badAction("{\"type\":\"teleport\"}");

    assertThat(error).isEqualTo("ingress: ui/bad: unknown action type: teleport");
    isTold("Build", error);
  }

  @Test
  void aWeightAbove999IsRefusedByAws() {
    String error = badAction(forward("{\"serviceName\":\"ui\",\"servicePort\":80,\"weight\":1000},"
        + "{\"serviceName\":\"ui\",\"servicePort\":\"http\",\"weight\":999}"));

    assertThat(error)
        .isEqualTo("ValidationError: Target group weight '1000' must be between 0 and 999");
    isTold("Deploy", error);
  }

  @Test
  void aPortThatTheServiceDoesNotHaveIsNamed() {
    String inAction = badAction(forward("{\"serviceName\":\"ui\",\"servicePort\":81}"));
    assertThat(inAction).isEqualTo("ingress: ui/bad: unable to find port 81 on service ui/ui");
    isTold("Build", inAction);

    String inRule = bad(Map.of(), "name: ui, port: {name: https}");
    assertThat(inRule).isEqualTo("ingress: ui/bad: unable to find port https on service ui/ui");
    isTold("Build", inRule);
  }

  @Test
  void threeThousandRulesAreMoreThanALoadBalancerMayHave() {
    cluster.apply("""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: bad
          namespace: ui
          annotations: {alb.ingress.kubernetes.io/target-type: ip}
        spec:
          ingressClassName: alb
          rules:
          - http:
              paths:
        """
        + IntStream.range(0, 3_000)
            .mapToObj(i -> "      - {path: /p" + i
                + ", pathType: Exact, backend: {service: {name: ui, port: {number: 80}}}}")
            .collect(Collectors.joining("\n")));
    cluster.settle();

    String error = error("ui/bad");
    assertThat(error)
        .startsWith("TooManyRules: The maximum number of rules has been reached on load balancer"
            + " 'arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/k8s-ui-bad-");
    isTold("Deploy", error);
  }

  @Test
  void aMemberWithBrokenPortsStopsItsGroupWhoseLoadBalancerStaysAsItWas() {
    String error = bad(
        Map.of("group.name", "shop", "listen-ports", "[{\"HTTP\":"),
        "name: ui, port: {number: 80}");

    assertThat(error)
        .isEqualTo("ingress: ui/bad: failed to parse listen-ports configuration: `[{\"HTTP\":`:"
            + " unexpected end of JSON input");
    isTold("Build", error);
    assertThat(cluster.events())
        .contains("Ingress ui/good FailedBuildModel: Failed build model due to " + error);
    assertThat(cluster.ingressHosts("good")).hasSize(1);
  }
}
