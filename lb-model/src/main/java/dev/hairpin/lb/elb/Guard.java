package dev.hairpin.lb.elb;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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

  /**
   * Looks whether the network interface of a target lets in a packet of a load balancer.
   *
   * <p>The groups of the load balancer count as its source even where the client's address is kept.
   * A group that the account does not describe is taken to let everything in. Source: user guide
   * for Network Load Balancers, "Update the security groups for your Network Load Balancer".
   *
   * @param vpc where the security groups are
   * @param loadBalancerGroups the groups of the load balancer
   * @param packet the packet, as it leaves for the target
   * @return why it is dropped, or null if it may come in
   */
  public static @Nullable String refusal(
      Vpc vpc, Collection<String> loadBalancerGroups, FiveTuple packet) {
    return refusal(
        vpc,
        loadBalancerGroups,
        packet.protocol(),
        packet.source().address(),
        packet.destination());
  }

  /**
   * The same for any port that the packet may come from, which makes no difference.
   *
   * @param vpc where the security groups are
   * @param loadBalancerGroups the groups of the load balancer
   * @param protocol the packet's protocol
   * @param source its source address
   * @param target where it goes to
   * @return why it is dropped, or null if it may come in
   */
  public static @Nullable String refusal(
      Vpc vpc,
      Collection<String> loadBalancerGroups,
      Protocol protocol,
      IpAddress source,
      SocketAddress target) {
    Set<String> groups = vpc.securityGroupsOf(target.address());
    if (groups.isEmpty()) {
      return null;
    }
    for (String group : groups) {
      Optional<List<SecurityGroupRule>> rules = vpc.securityGroup(group);
      if (rules.isEmpty()) {
        return null;
      }
      for (SecurityGroupRule rule : rules.get()) {
        if (rule.admits(protocol, target.port(), source, loadBalancerGroups)) {
          return null;
        }
      }
    }
    return "no rule of "
        + String.join(", ", new TreeSet<>(groups))
        + " on the target's interface admits "
        + source
        + (loadBalancerGroups.isEmpty()
            ? ""
            : " or " + String.join(", ", new TreeSet<>(loadBalancerGroups)))
        + " to "
        + protocol.lowerCase()
        + " port "
        + target.port();
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
