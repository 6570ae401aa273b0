package dev.hairpin.whatif.law;

/**
 * What is lost when a pod goes before everybody has heard of it. Rates are in connections or
 * requests each second, times in seconds.
 */
public final class RolloutLaw {
  private RolloutLaw() {}

  /**
   * New connections that one replaced pod loses: its share of the rate, from the end of its program
   * until the last who send to it have heard.
   *
   * @param rate the whole rate
   * @param share the pod's part of it, 0 to 1
   * @param propagation from the request to delete the pod until it gets nothing new
   * @param preStop from the request until its program stops accepting
   * @return connections
   * @throws IllegalArgumentException if a number is negative, or the share is above 1
   */
  public static double lost(double rate, double share, double propagation, double preStop) {
    Check.notNegative("propagation", propagation);
    Check.notNegative("preStop", preStop);
    return Check.notNegative("rate", rate)
        * Check.share("share", share)
        * Math.max(0, propagation - preStop);
  }

  /**
   * Connections to one replaced pod that are cut off when its grace period ends: those that came
   * late or last long. Each lasts as long as the others.
   *
   * @param rate the whole rate of new connections
   * @param share the pod's part of it, 0 to 1
   * @param lifetime how long a connection lasts
   * @param propagation from the request to delete the pod until it gets nothing new
   * @param grace the pod's {@code terminationGracePeriodSeconds}, which its preStop hook is part of
   * @return connections
   * @throws IllegalArgumentException if a number is negative, or the share is above 1
   */
  public static double cutOff(
      double rate, double share, double lifetime, double propagation, double grace) {
    Check.notNegative("lifetime", lifetime);
    double afterTheLast =
        Check.notNegative("grace", grace) - Check.notNegative("propagation", propagation);
    return Check.notNegative("rate", rate)
        * Check.share("share", share)
        * Math.max(0, lifetime - Math.max(0, afterTheLast));
  }

  /**
   * The window in which a load balancer sends to a node that has no endpoint of a Service with
   * policy Local any more, beyond the time in which terminating endpoints still serve.
   *
   * <p>Source: Kubernetes pull request 30105.
   *
   * @param unhealthyThreshold how many failed checks make a target unhealthy
   * @param interval seconds between checks
   * @param servingTerminating seconds in which the terminating pods still answer
   * @return seconds
   * @throws IllegalArgumentException if a number is negative
   */
  public static double localPolicyWindow(
      int unhealthyThreshold, double interval, double servingTerminating) {
    return Math.max(
        0,
        (Check.notNegative("threshold", unhealthyThreshold) + 1)
                * Check.notNegative("interval", interval)
            - Check.notNegative("serving time", servingTerminating));
  }

  /**
   * How long a new target of a load balancer waits for its first traffic.
   *
   * @param registration seconds until the load balancer begins to check it
   * @param healthyThreshold checks in a row that must succeed
   * @param interval seconds between checks
   * @return seconds
   * @throws IllegalArgumentException if a number is negative
   */
  public static double firstTraffic(double registration, int healthyThreshold, double interval) {
    return Check.notNegative("registration", registration)
        + Check.notNegative("threshold", healthyThreshold)
            * Check.notNegative("interval", interval);
  }
}
