package dev.hairpin.lb.elb.cli;

import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetType;
import java.util.List;
import java.util.Map;

/**
 * Prints the state of load balancers as {@code aws elbv2 describe-*} does.
 *
 * <p>Source: the AWS CLI 2.9.19's output for the same structures.
 */
public final class AwsCli {
  private final ElasticLoadBalancing elb;

  /**
   * The command line of an account.
   *
   * @param elb the account's load balancing
   */
  public AwsCli(ElasticLoadBalancing elb) {
    this.elb = elb;
  }

  private static String print(String operation, Map<String, ?> result, Format format) {
    return switch (format) {
      case JSON -> JsonFormat.print(result);
      case TEXT -> TextFormat.print(result);
      case TABLE -> TableFormat.print(operation, result);
    };
  }

  /**
   * {@code describe-load-balancers}.
   *
   * @param format the format
   * @return all load balancers in the order of their creation
   */
  public String describeLoadBalancers(Format format) {
    List<Map<String, Object>> all =
        elb.loadBalancers().stream().map(Shapes::loadBalancer).toList();
    return print("DescribeLoadBalancers", Map.of("LoadBalancers", all), format);
  }

  /**
   * {@code describe-load-balancers --load-balancer-arns ARN}.
   *
   * @param loadBalancerArn which one
   * @param format the format
   * @return that load balancer
   */
  public String describeLoadBalancer(String loadBalancerArn, Format format) {
    List<Map<String, Object>> one = List.of(Shapes.loadBalancer(elb.loadBalancer(loadBalancerArn)));
    return print("DescribeLoadBalancers", Map.of("LoadBalancers", one), format);
  }

  /**
   * {@code describe-listeners --load-balancer-arn ARN}.
   *
   * @param loadBalancerArn whose
   * @param format the format
   * @return its listeners by port
   */
  public String describeListeners(String loadBalancerArn, Format format) {
    LoadBalancerState lb = elb.loadBalancer(loadBalancerArn);
    List<Map<String, Object>> all =
        lb.listeners().stream().map(Shapes::listener).toList();
    return print("DescribeListeners", Map.of("Listeners", all), format);
  }

  /**
   * {@code describe-rules --listener-arn ARN}.
   *
   * @param listenerArn whose
   * @param format the format
   * @return its rules by priority, the default last
   */
  public String describeRules(String listenerArn, Format format) {
    List<Object> all = Shapes.rules(elb.listener(listenerArn));
    return print("DescribeRules", Map.of("Rules", all), format);
  }

  /**
   * {@code describe-target-groups}.
   *
   * @param format the format
   * @return all target groups in the order of their creation
   */
  public String describeTargetGroups(Format format) {
    List<Map<String, Object>> all = elb.targetGroups().stream()
        .map(g -> Shapes.targetGroup(g, elb.vpc().id()))
        .toList();
    return print("DescribeTargetGroups", Map.of("TargetGroups", all), format);
  }

  /**
   * {@code describe-target-groups --load-balancer-arn ARN}.
   *
   * @param loadBalancerArn whose
   * @param format the format
   * @return the target groups that it uses
   */
  public String describeTargetGroups(String loadBalancerArn, Format format) {
    List<Map<String, Object>> used = elb.loadBalancer(loadBalancerArn).targetGroupArns().stream()
        .map(arn -> Shapes.targetGroup(elb.targetGroup(arn), elb.vpc().id()))
        .toList();
    return print("DescribeTargetGroups", Map.of("TargetGroups", used), format);
  }

  /**
   * {@code describe-target-health --target-group-arn ARN}.
   *
   * @param targetGroupArn whose
   * @param format the format
   * @return its targets by id and port with their health
   */
  public String describeTargetHealth(String targetGroupArn, Format format) {
    TargetGroupState group = elb.targetGroup(targetGroupArn);
    boolean ip = group.config().targetType() == TargetType.IP;
    List<Map<String, Object>> all =
        group.targets().stream().map(t -> Shapes.targetHealth(t, ip)).toList();
    return print("DescribeTargetHealth", Map.of("TargetHealthDescriptions", all), format);
  }
}
