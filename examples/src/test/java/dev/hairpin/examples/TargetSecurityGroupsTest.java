package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.Service;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.aws.Aws;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a load balancer sends to a node must pass the node's security group, like its checks. */
class TargetSecurityGroupsTest {
  private static final String WEB = """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: default}
      spec:
        replicas: 1
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: web
        namespace: default
        annotations:
          service.beta.kubernetes.io/aws-load-balancer-type: external
          service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing
          service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: instance
      spec:
        type: LoadBalancer
        selector: {app: web}
        ports: [{port: 80, targetPort: 8080}]
      ---
      apiVersion: networking.k8s.io/v1
      kind: IngressClass
      metadata: {name: alb}
      spec: {controller: ingress.k8s.aws/alb}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata:
        name: web
        namespace: default
        annotations: {alb.ingress.kubernetes.io/scheme: internet-facing}
      spec:
        ingressClassName: alb
        defaultBackend: {service: {name: web, port: {number: 80}}}
      """;

  private final Cluster cluster =
      Cluster.eks().install(KubeProxy.newest()).install(AwsLoadBalancerController.eks("shop"));

  @BeforeEach
  void run() {
    cluster.apply(WEB);
    cluster.advance(Duration.ofMinutes(2));
  }

  private Trace throughNlb() {
    Service web = cluster.state().get(Service.class, "default", "web").orElseThrow();
    return cluster.from("internet").to("http://" + web.loadBalancer().get(0).hostname());
  }

  private Trace throughAlb() {
    Ingress web = cluster.state().get(Ingress.class, "default", "web").orElseThrow();
    return cluster.from("internet").to("http://" + web.loadBalancer().get(0).hostname());
  }

  @Test
  void theRulesThatTheControllerAddsLetTheLoadBalancersIn() {
    assertThat(throughNlb().outcome().delivered()).isTrue();
    assertThat(throughAlb().outcome().delivered()).isTrue();
  }

  @Test
  void aNodeGroupThatSomebodyEmptiedDropsWhatTheLoadBalancersSend() {
    Aws aws = cluster.component(AwsLoadBalancers.class).orElseThrow().aws();

    aws.ec2().setIngress("sg-cluster", new TreeSet<>());

    assertThat(throughNlb().outcome().reason()).isEqualTo(Reason.SECURITY_GROUP_DENIED);
    assertThat(throughAlb().outcome().reason()).isEqualTo(Reason.SECURITY_GROUP_DENIED);
    assertThat(throughAlb().toString())
        .contains("no rule of sg-cluster on the target's interface admits")
        .contains("504");
  }

  @Test
  void aPodWithGroupsOfItsOwnIsClosedByThemAndNotByItsNodes() {
    AwsLoadBalancers balancers = cluster.component(AwsLoadBalancers.class).orElseThrow();
    Aws aws = balancers.aws();
    String pods = aws.ec2().createSecurityGroup("pods", "of the pods", Map.of());
    cluster.apply("""
        apiVersion: vpcresources.k8s.aws/v1beta1
        kind: SecurityGroupPolicy
        metadata: {name: web, namespace: default}
        spec:
          podSelector: {matchLabels: {app: web}}
          securityGroups: {groupIds: [%s]}
        """.formatted(pods));
    cluster.delete("Deployment", "default/web");
    cluster.advance(Duration.ofMinutes(2));
    cluster.apply(WEB.replace("nlb-target-type: instance", "nlb-target-type: ip"));
    cluster.advance(Duration.ofMinutes(2));
    assertThat(throughNlb().outcome().delivered()).isTrue();

    aws.ec2().setIngress("sg-cluster", new TreeSet<>());
    assertThat(throughNlb().outcome().delivered()).isTrue();

    aws.ec2().setIngress(pods, new TreeSet<>());
    assertThat(throughNlb().outcome().reason()).isEqualTo(Reason.SECURITY_GROUP_DENIED);
  }
}
