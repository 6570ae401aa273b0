package dev.hairpin.lb.elb;

import dev.hairpin.net.FiveTuple;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a connection must pass before a listener sees it, at load balancers of either type.
 *
 * <p>Source: user guides, "Security groups for your Network Load Balancer" (2023-08) and "Security
 * groups for your Application Load Balancer".
 */
public final class Guard {
  private Guard() {}

  /**
   * The place of a node, as traces name it.
   *
   * @param lb the load balancer
   * @param node the node
   * @return such as {@code NLB k8s-ui-uinlb-cad95071ca (us-west-2a)}
   */
  public static String place(LoadBalancerState lb, Node node) {
    return lb + " (" + node.availabilityZone() + ")";
  }

  /**
   * Looks whether a connection may come in.
   *
   * @param vpc where the security groups are
   * @param lb the load balancer
   * @param node the node that it arrives at
   * @param flow its tuple
   * @param client who opens it
   * @param steps gets what happened
   * @return what becomes of it, or null if it may come in
   */
  public static Arrival.@Nullable TimedOut check(
      Vpc vpc, LoadBalancerState lb, Node node, FiveTuple flow, Client client, List<LbStep> steps) {
    String place = place(lb, node);
    if (!lb.isActive()) {
      return new Arrival.TimedOut(
          place,
          LbReason.LB_PROVISIONING,
          lb + " is provisioning; it becomes active at " + lb.activeAt(),
          null,
          List.copyOf(steps));
    }
    boolean toPublic = flow.destination().address().equals(node.publicAddress())
        || flow.destination().address().equals(node.ipv6Address());
    if (!client.inVpc() && !toPublic) {
      return new Arrival.TimedOut(
          place,
          LbReason.LB_INTERNAL,
          flow.destination().address()
              + " is a private address of "
              + lb
              + ", whose scheme is "
              + lb.config().scheme().apiName(),
          null,
          List.copyOf(steps));
    }
    return checkGroups(vpc, lb, place, flow, client, steps);
  }

  private static Arrival.@Nullable TimedOut checkGroups(
      Vpc vpc,
      LoadBalancerState lb,
      String place,
      FiveTuple flow,
      Client client,
      List<LbStep> steps) {
    List<String> groups = lb.config().securityGroups();
    boolean exempt = client.vpcEndpointId() != null && !lb.config().enforcePrivateLinkRules();
    if (groups.isEmpty() || exempt) {
      return null;
    }
    for (String group : groups) {
      for (SecurityGroupRule rule : vpc.securityGroup(group).orElse(List.of())) {
        if (rule.admits(
            flow.protocol(),
            flow.destination().port(),
            flow.source().address(),
            client.securityGroups())) {
          steps.add(new LbStep(
              LbStep.Kind.SECURITY_GROUP, "security group " + group + " admits " + rule));
          return null;
        }
      }
    }
    String because = "no rule of "
        + String.join(", ", groups)
        + " admits "
        + flow.source().address()
        + " to "
        + flow.protocol().lowerCase()
        + " port "
        + flow.destination().port();
    steps.add(new LbStep(LbStep.Kind.SECURITY_GROUP, because));
    return new Arrival.TimedOut(
        place, LbReason.LB_SECURITY_GROUP_DENIED, because, null, List.copyOf(steps));
  }
}
