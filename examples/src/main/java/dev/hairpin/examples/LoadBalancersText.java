package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.api.KubeObject;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.elb.ListenerState;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.LoadBalancerType;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.lb.elb.alb.RuleText;
import dev.hairpin.lb.elb.cli.AwsCli;
import dev.hairpin.lb.elb.cli.Format;
import dev.hairpin.manifest.ManifestSet;
import java.util.Locale;

/** Load balancers as people read them: what they are, their rules and their targets. */
public final class LoadBalancersText {
  private LoadBalancersText() {}

  private static AwsLoadBalancers in(Cluster cluster) {
    return cluster
        .component(AwsLoadBalancers.class)
        .orElseThrow(
            () -> new IllegalStateException("no AWS Load Balancer Controller is installed"));
  }

  /**
   * Every load balancer with its listeners, rules, target groups and targets.
   *
   * @param cluster the cluster
   * @return the text; a sentence if there is none
   */
  public static String all(Cluster cluster) {
    StringBuilder out = new StringBuilder();
    for (LoadBalancerState balancer : in(cluster).elb().loadBalancers()) {
      balancer(out, balancer);
      rules(out, cluster, balancer);
      targets(out, cluster, balancer);
    }
    return out.length() == 0 ? "no load balancers\n" : out.toString();
  }

  /**
   * The target groups of the load balancers of a type, with the health of every target.
   *
   * @param cluster the cluster
   * @param type the type
   * @return the text
   */
  public static String targets(Cluster cluster, LoadBalancerType type) {
    StringBuilder out = new StringBuilder();
    for (LoadBalancerState balancer : in(cluster).elb().loadBalancers()) {
      if (balancer.config().type() == type) {
        targets(out, cluster, balancer);
      }
    }
    return out.toString();
  }

  /**
   * The Application Load Balancers with their listeners and rules, as {@code aws elbv2
   * describe-rules --output text} prints them.
   *
   * @param cluster the cluster
   * @return the text
   */
  public static String rules(Cluster cluster) {
    StringBuilder out = new StringBuilder();
    for (LoadBalancerState balancer : in(cluster).elb().loadBalancers()) {
      if (balancer.config().type() == LoadBalancerType.APPLICATION) {
        balancer(out, balancer);
        rules(out, cluster, balancer);
      }
    }
    return out.toString();
  }

  /**
   * What the AWS CLI prints of the targets of all target groups.
   *
   * @param cluster the cluster
   * @param format the CLI's {@code --output}
   * @return the text
   */
  static String describeTargetHealth(Cluster cluster, Format format) {
    AwsCli cli = new AwsCli(in(cluster).elb());
    StringBuilder out = new StringBuilder();
    in(cluster)
        .elb()
        .targetGroups()
        .forEach(g -> out.append(cli.describeTargetHealth(g.arn(), format)));
    return out.toString();
  }

  /**
   * What manifests would change in AWS.
   *
   * @param cluster the cluster, which stays as it is
   * @param change the manifests
   * @return the plan
   */
  public static String plan(Cluster cluster, ManifestSet change) {
    return in(cluster)
        .plan(state -> {
          for (KubeObject object : change.objects()) {
            state.store(state
                .get(object.key())
                .map(now -> object.withMetadata(
                    object.metadata().withFinalizers(now.metadata().finalizers())))
                .orElse(object));
          }
        })
        .toString();
  }

  private static void balancer(StringBuilder out, LoadBalancerState balancer) {
    out.append(balancer.config().type() == LoadBalancerType.NETWORK ? "NLB " : "ALB ")
        .append(balancer.config().name())
        .append("   ")
        .append(balancer.stateCode())
        .append("\n    ")
        .append(balancer.dnsName())
        .append('\n');
  }

  private static void rules(StringBuilder out, Cluster cluster, LoadBalancerState balancer) {
    for (ListenerState listener : balancer.listeners()) {
      out.append("  ").append(listener).append('\n');
      if (balancer.config().type() == LoadBalancerType.APPLICATION) {
        RuleText.table(in(cluster).elb(), listener)
            .forEach(line -> out.append("    ").append(line).append('\n'));
      }
    }
  }

  private static void targets(StringBuilder out, Cluster cluster, LoadBalancerState balancer) {
    for (String arn : balancer.targetGroupArns()) {
      TargetGroupState group = in(cluster).elb().targetGroup(arn);
      out.append("target group ")
          .append(group.config().name())
          .append("   type ")
          .append(group.config().targetType().toString().toLowerCase(Locale.ROOT))
          .append('\n');
      for (TargetState target : group.targets()) {
        out.append("  ")
            .append(target.description().id())
            .append(':')
            .append(target.description().port())
            .append("  ")
            .append(target.availabilityZone())
            .append("  ")
            .append(target.health())
            .append('\n');
      }
    }
  }
}
