package dev.hairpin.lb.elb.cost;

import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.LoadBalancerState;
import dev.hairpin.lb.elb.Node;
import dev.hairpin.lb.elb.TargetGroupState;
import dev.hairpin.lb.elb.TargetState;
import dev.hairpin.path.trace.Fraction;
import java.util.List;

/** The share of a load balancer's traffic that crosses from a node to a target in another zone. */
public final class CrossZone {
  private CrossZone() {}

  /**
   * The share for one target group, with clients spread evenly over the zones.
   *
   * @param elb the account's load balancing
   * @param loadBalancerArn the load balancer
   * @param targetGroupArn the group
   * @return 0 without cross-zone load balancing; with it one minus the part of the targets that are
   *     in the node's zone, averaged over the nodes
   */
  public static Fraction share(
      ElasticLoadBalancing elb, String loadBalancerArn, String targetGroupArn) {
    LoadBalancerState lb = elb.loadBalancer(loadBalancerArn);
    TargetGroupState group = elb.targetGroup(targetGroupArn);
    int zones = lb.nodes().size();
    Fraction sum = Fraction.ZERO;
    for (Node node : lb.nodes()) {
      List<TargetState> targets =
          group.candidates(lb, node.availabilityZone(), elb.clock().now()).targets();
      long elsewhere = targets.stream()
          .filter(t -> !t.availabilityZone().equals(node.availabilityZone()))
          .count();
      if (!targets.isEmpty()) {
        sum = sum.plus(Fraction.of(elsewhere, targets.size()).times(Fraction.of(1, zones)));
      }
    }
    return sum;
  }
}
