package dev.hairpin.examples.incidents;

import dev.hairpin.Cluster;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.KubeObject;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetHealthState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.lb.model.Reconciliation;
import java.util.ArrayList;
import java.util.List;

/** Manifests for load balancers, and what there is of them. */
final class Nlb {
  private static final String PREFIX = "service.beta.kubernetes.io/aws-load-balancer-";

  /** The annotations of an NLB, but for scheme and target type. */
  static final String EXTERNAL = PREFIX + "type: external";

  private Nlb() {}

  /** The annotations of an NLB for the Internet. */
  static String internet(String targetType) {
    return EXTERNAL + ", " + annotation("scheme", "internet-facing") + ", "
        + annotation("nlb-target-type", targetType);
  }

  /** The annotations of an NLB within the VPC. */
  static String internal(String targetType) {
    return EXTERNAL + ", " + annotation("scheme", "internal") + ", "
        + annotation("nlb-target-type", targetType);
  }

  static String annotation(String suffix, String value) {
    return PREFIX + suffix + ": \"" + value + "\"";
  }

  /** An Ingress of class alb with a rule for each path, {@code PATH SERVICE}. */
  static String ingress(String namespace, String name, String annotations, String... paths) {
    StringBuilder out = new StringBuilder("""
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          namespace: %s
          name: %s
          annotations: {alb.ingress.kubernetes.io/scheme: internet-facing, %s}
        spec:
          ingressClassName: alb
          rules:
          - http:
              paths:
        """.formatted(namespace, name, annotations));
    for (String path : paths) {
      int space = path.indexOf(' ');
      out.append(
          """
                - path: "%s"
                  pathType: Prefix
                  backend: {service: {name: %s, port: {number: 80}}}
          """.formatted(path.substring(0, space), path.substring(space + 1)).indent(2));
    }
    return out.toString();
  }

  static AwsLoadBalancers aws(Cluster cluster) {
    return cluster.component(AwsLoadBalancers.class).orElseThrow();
  }

  static String albName(Cluster cluster, String namespace, String name) {
    return cluster
        .state()
        .get(Ingress.class, namespace, name)
        .orElseThrow()
        .loadBalancer()
        .get(0)
        .hostname();
  }

  static LoadBalancerState balancer(Cluster cluster, String dnsName) {
    return aws(cluster).elb().loadBalancers().stream()
        .filter(lb -> lb.dnsName().equals(dnsName))
        .findFirst()
        .orElseThrow();
  }

  static List<TargetState> targets(Cluster cluster, String dnsName) {
    List<TargetState> targets = new ArrayList<>();
    for (String arn : balancer(cluster, dnsName).targetGroupArns()) {
      targets.addAll(aws(cluster).elb().targetGroup(arn).targets());
    }
    return targets;
  }

  static TargetGroupState group(Cluster cluster, String dnsName) {
    return aws(cluster)
        .elb()
        .targetGroup(balancer(cluster, dnsName).targetGroupArns().get(0));
  }

  static long count(Cluster cluster, String dnsName, TargetHealthState state) {
    return targets(cluster, dnsName).stream()
        .filter(t -> t.health().state() == state)
        .count();
  }

  /** What went wrong with the registration of targets, in the controller's words. */
  static List<String> bindingErrors(Cluster cluster) {
    List<String> errors = new ArrayList<>();
    for (KubeObject binding : cluster.state().list("TargetGroupBinding")) {
      aws(cluster)
          .result("targetGroupBinding", binding.key().namespacedName())
          .map(Reconciliation::error)
          .ifPresent(errors::add);
    }
    return errors;
  }
}
