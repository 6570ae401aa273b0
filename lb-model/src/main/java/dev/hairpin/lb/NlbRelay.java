package dev.hairpin.lb;

import dev.hairpin.lb.aws.Aws;
import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.LbReason;
import dev.hairpin.lb.elb.LbStep;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.nlb.NetworkLoadBalancer;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Reason;
import dev.hairpin.path.Relay;
import java.util.List;

/** What a Network Load Balancer does with connections, for the network of a cluster. */
final class NlbRelay implements Relay {
  private final NetworkLoadBalancer balancer;
  private final Aws aws;

  NlbRelay(NetworkLoadBalancer balancer, Aws aws) {
    this.balancer = balancer;
    this.aws = aws;
  }

  @Override
  public Decision decide(FiveTuple connection, Chooser chooser) {
    Arrival arrival = balancer.connect(
        NewFlow.of(connection, client(aws, connection.source().address())), chooser);
    if (arrival instanceof Arrival.Forwarded forwarded) {
      return new Decision.Forward(
          forwarded.packet().destination(),
          forwarded.clientIpPreserved() ? null : forwarded.packet().source().address(),
          texts(forwarded.steps()));
    }
    if (arrival instanceof Arrival.Refused refused) {
      return new Decision.Refuse(reason(refused.reason()));
    }
    Arrival.TimedOut lost = (Arrival.TimedOut) arrival;
    return new Decision.Ignore(reason(lost.reason()));
  }

  static List<String> texts(List<LbStep> steps) {
    return steps.stream().map(LbStep::text).toList();
  }

  /** Who calls, from the address that the call comes from. */
  static Client client(Aws aws, IpAddress source) {
    if (!aws.vpc().contains(source)) {
      return Client.INTERNET;
    }
    return aws.interfaceOf(source.toString())
        .flatMap(eni -> aws.instances().stream()
            .filter(i -> i.interfaces().contains(eni))
            .findFirst()
            .map(i -> Client.onInstance(i.id(), eni.securityGroups().toArray(new String[0]))))
        .orElse(Client.IN_VPC);
  }

  static Reason reason(LbReason reason) {
    return switch (reason) {
      case LB_PROVISIONING -> Reason.LB_PENDING;
      case LB_NO_LISTENER -> Reason.LB_NO_LISTENER;
      case LB_SECURITY_GROUP_DENIED -> Reason.SECURITY_GROUP_DENIED;
      case LB_NO_TARGETS, ALB_NO_TARGETS -> Reason.LB_NO_TARGETS;
      case LB_NO_TARGETS_IN_ZONE -> Reason.LB_NO_TARGET_IN_ZONE;
      case LB_HAIRPIN_LOST -> Reason.HAIRPIN_LOST;
      case LB_SOURCE_PORTS_EXHAUSTED -> Reason.SNAT_PORTS_EXHAUSTED;
      case LB_INTERNAL -> Reason.NO_ROUTE;
      case ALB_FIXED_RESPONSE, ALB_REDIRECT, ALB_LOGIN_REDIRECT -> Reason.LB_FIXED_RESPONSE;
      default -> Reason.LB_TARGET_FAILED;
    };
  }
}
