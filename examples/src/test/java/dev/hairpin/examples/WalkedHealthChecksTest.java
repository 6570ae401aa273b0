package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.aws.SecurityGroup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Targets are healthy if a check's packets find their way to something that answers. */
class WalkedHealthChecksTest {
  private static final Duration SOME_CHECKS = Duration.ofMinutes(2);

  private final Cluster cluster =
      Cluster.eks().install(KubeProxy.newest()).install(AwsLoadBalancerController.eks("shop"));

  private static String deployment(int replicas, int containerPort) {
    return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: default}
        spec:
          replicas: %d
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: web, ports: [{containerPort: %d}]}]
        """.formatted(replicas, containerPort);
  }

  private static String service(String policy, String... annotations) {
    return """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          namespace: default
          annotations:
            service.beta.kubernetes.io/aws-load-balancer-type: external
        %s
        spec:
          type: LoadBalancer
          externalTrafficPolicy: %s
          selector: {app: web}
          ports: [{port: 80, targetPort: 8080}]
        """.formatted(
            String.join(
                "\n",
                List.of(annotations).stream()
                    .map(a -> "    service.beta.kubernetes.io/aws-load-balancer-" + a)
                    .toList()),
            policy);
  }

  private List<String> health() {
    return health(cluster);
  }

  private static List<String> health(Cluster of) {
    return of.component(AwsLoadBalancers.class).orElseThrow().elb().targetGroups().stream()
        .flatMap(g -> g.targets().stream())
        .map(t -> t.health().toString())
        .toList();
  }

  private void run(String... manifests) {
    for (String manifest : manifests) {
      cluster.apply(manifest);
    }
    cluster.advance(SOME_CHECKS);
  }

  @Test
  void everyNodeIsHealthyUnderTheClusterPolicySinceItsRulesLeadToThePod() {
    run(deployment(1, 8080), service("Cluster", "nlb-target-type: instance"));

    assertThat(health()).containsExactly("healthy", "healthy", "healthy");
  }

  @Test
  void onlyTheNodeOfThePodIsHealthyUnderTheLocalPolicyAndTheOthersAnswer503() {
    run(deployment(1, 8080), service("Local", "nlb-target-type: instance"));

    assertThat(health())
        .containsExactlyInAnyOrder(
            "healthy",
            "unhealthy (Target.ResponseCodeMismatch)",
            "unhealthy (Target.ResponseCodeMismatch)");
  }

  @Test
  void withoutAnyPodTheRulesRefuseAndAllNodesAreUnhealthy() {
    run(deployment(0, 8080), service("Cluster", "nlb-target-type: instance"));

    assertThat(health()).hasSize(3).containsOnly("unhealthy (Target.FailedHealthChecks)");
  }

  @Test
  void aWrongHealthCheckPortMakesEveryTargetUnhealthy() {
    run(
        deployment(2, 8080),
        service(
            "Cluster",
            "nlb-target-type: instance",
            "healthcheck-port: \"31999\"",
            "healthcheck-protocol: http"));

    assertThat(health()).hasSize(3).containsOnly("unhealthy (Target.FailedHealthChecks)");
  }

  @Test
  void checksOfKubeProxysOwnHealthReachItOnEveryNodeAndDependOnThePath() {
    String onKubeProxy = "healthcheck-port: \"10256\"";
    run(
        deployment(1, 8080),
        service(
            "Cluster",
            "nlb-target-type: instance",
            onKubeProxy,
            "healthcheck-path: /healthz",
            "healthcheck-protocol: http"));
    assertThat(health()).containsExactly("healthy", "healthy", "healthy");

    run(service(
        "Cluster",
        "nlb-target-type: instance",
        onKubeProxy,
        "healthcheck-path: /",
        "healthcheck-protocol: http"));

    assertThat(health()).hasSize(3).containsOnly("unhealthy (Target.ResponseCodeMismatch)");
  }

  @Test
  void aPodThatDoesNotListenOnTheTargetPortIsUnhealthyThoughItIsReady() {
    run(deployment(1, 9090), service("Cluster", "nlb-target-type: ip"));

    assertThat(health()).containsExactly("unhealthy (Target.FailedHealthChecks)");

    run(deployment(1, 8080));

    assertThat(health()).contains("healthy");
  }

  @Test
  void aNodeGroupThatDoesNotLetTheLoadBalancerInMakesHttpChecksTimeOut() {
    run(
        deployment(1, 8080),
        service("Cluster", "nlb-target-type: instance", "healthcheck-protocol: http"));
    assertThat(health()).containsOnly("healthy");

    Aws aws = cluster.component(AwsLoadBalancers.class).orElseThrow().aws();
    SecurityGroup nodes = aws.ec2().securityGroup("sg-cluster").orElseThrow();
    aws.ec2().setIngress(nodes.id(), new TreeSet<>());
    cluster.advance(SOME_CHECKS);

    assertThat(health()).hasSize(3).containsOnly("unhealthy (Target.Timeout)");
  }

  @Test
  void nodesWhoseKubeProxyTakesNodePortsOnLoopbackOnlyAreUnhealthy() {
    KubeProxyConfiguration loopback =
        KubeProxyConfiguration.fromTree(Map.of("nodePortAddresses", List.of("127.0.0.0/8")));
    Cluster closed = Cluster.eks()
        .install(KubeProxy.newest().withConfiguration(loopback))
        .install(AwsLoadBalancerController.eks("shop"));
    closed.apply(deployment(1, 8080));
    closed.apply(service("Cluster", "nlb-target-type: instance"));
    closed.advance(SOME_CHECKS);

    assertThat(health(closed)).hasSize(3).containsOnly("unhealthy (Target.FailedHealthChecks)");
  }
}
