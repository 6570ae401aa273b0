package dev.hairpin.lb.elb;

import java.time.Duration;

/**
 * How long AWS takes for what it does by itself. AWS promises none of these; they are observations.
 *
 * @param networkProvisioning from creation to {@code active}, Network Load Balancer
 * @param applicationProvisioning the same, Application Load Balancer
 * @param networkRegistration from registration to the first health check, Network Load Balancer
 * @param applicationRegistration the same, Application Load Balancer
 * @param deregistrationPropagation from deregistration to the moment at which no node sends new
 *     flows any more
 * @param dnsTimeToLive how long resolvers keep an answer
 * @param firstSuccesses how many checks in a row make a new target healthy: the user guide says
 *     one; 0 means the group's healthy threshold, which is what operators of Network Load Balancers
 *     report
 */
public record Timings(
    Duration networkProvisioning,
    Duration applicationProvisioning,
    Duration networkRegistration,
    Duration applicationRegistration,
    Duration deregistrationPropagation,
    Duration dnsTimeToLive,
    int firstSuccesses) {

  /** As usually seen: 2 to 3 minutes until active, 90 s until a network target is checked. */
  public static final Timings TYPICAL = new Timings(
      Duration.ofSeconds(150),
      Duration.ofSeconds(150),
      Duration.ofSeconds(90),
      Duration.ofSeconds(5),
      Duration.ofSeconds(5),
      Duration.ofSeconds(60),
      1);

  /**
   * The bad days of Network Load Balancers: AWS support's figure of 180 s for a registration, then
   * the whole threshold. A target with three checks each 30 s takes 270 s.
   */
  public static final Timings SLOW_NETWORK = new Timings(
      Duration.ofSeconds(300),
      Duration.ofSeconds(180),
      Duration.ofSeconds(180),
      Duration.ofSeconds(15),
      Duration.ofSeconds(15),
      Duration.ofSeconds(60),
      0);

  /** Nothing takes time but what the configuration asks for. */
  public static final Timings INSTANT = new Timings(
      Duration.ZERO,
      Duration.ZERO,
      Duration.ZERO,
      Duration.ZERO,
      Duration.ZERO,
      Duration.ofSeconds(60),
      1);

  Duration provisioning(LoadBalancerType type) {
    return type == LoadBalancerType.NETWORK ? networkProvisioning : applicationProvisioning;
  }

  Duration registration(LoadBalancerType type) {
    return type == LoadBalancerType.NETWORK ? networkRegistration : applicationRegistration;
  }
}
