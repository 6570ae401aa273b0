package dev.hairpin.benchmarks;

import dev.hairpin.Cluster;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.whatif.Traffic;
import java.time.Duration;

/**
 * EKS's shape with everything installed: twelve nodes in three zones, twelve pods of
 * {@code shop/web} behind an NLB with instance targets, policy Cluster, and two of
 * {@code shop/client}.
 */
final class BalancedCluster {
  private BalancedCluster() {}

  static final Traffic SHOPPERS = Traffic.between("internet", "service/shop/web")
      .perSecond(800)
      .lasting(Duration.ofSeconds(1))
      .named("shoppers");

  static final Traffic CALLS =
      Traffic.between("shop/client", "http://web.shop").perSecond(200).named("calls");

  static Cluster make() {
    Cluster cluster = Cluster.builder()
        .eks(12)
        .build()
        .install(KubeProxy.newest())
        .install(CoreDns.eks())
        .install(AwsLoadBalancerController.eks("bench"));
    cluster.apply("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        """ + deployment("web", 12) + deployment("client", 2) + """
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          namespace: shop
          annotations:
            service.beta.kubernetes.io/aws-load-balancer-type: external
            service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing
            service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: instance
        spec:
          type: LoadBalancer
          selector: {app: web}
          ports: [{port: 80, targetPort: 8080}]
        """);
    return cluster.advance(Duration.ofMinutes(8));
  }

  private static String deployment(String name, int replicas) {
    return """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s, namespace: shop}
        spec:
          replicas: %2$d
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        """.formatted(name, replicas);
  }
}
