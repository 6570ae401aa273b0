package dev.hairpin.lb.elb.alb;

/** Carries requests to targets: through the packet network of a cluster, or as a test says. */
@FunctionalInterface
public interface TargetExchange {

  /**
   * Carries one request.
   *
   * @param request what the load balancer sends
   * @return what comes back
   */
  TargetReply exchange(ForwardedRequest request);
}
