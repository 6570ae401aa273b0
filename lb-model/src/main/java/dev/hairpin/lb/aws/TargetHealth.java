package dev.hairpin.lb.aws;

import java.util.Locale;

/**
 * What a load balancer thinks of a target.
 *
 * @param state the state
 * @param reason the reason code; empty when healthy
 * @param description a sentence; empty when healthy
 */
public record TargetHealth(State state, String reason, String description) {

  /** The states of a target, as {@code describe-target-health} prints them. */
  public enum State {
    /** It is being registered, or its first health checks are running. */
    INITIAL,
    /** It passed its health checks. */
    HEALTHY,
    /** It failed its health checks, or does not answer. */
    UNHEALTHY,
    /** Nobody sends it traffic. */
    UNUSED,
    /** It was deregistered, and its connections may finish. */
    DRAINING,
    /** Its health cannot be told. */
    UNAVAILABLE;

    /** The state as AWS writes it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** It passed its health checks. */
  public static final TargetHealth HEALTHY = new TargetHealth(State.HEALTHY, "", "");

  /** It was registered a moment ago. */
  public static final TargetHealth REGISTERING = new TargetHealth(
      State.INITIAL, "Elb.RegistrationInProgress", "Target registration is in progress");

  /** Its first health checks are running. */
  public static final TargetHealth CHECKING = new TargetHealth(
      State.INITIAL, "Elb.InitialHealthChecking", "Initial health checks in progress");

  /** It was deregistered. */
  public static final TargetHealth DEREGISTERING = new TargetHealth(
      State.DRAINING, "Target.DeregistrationInProgress", "Target deregistration is in progress");

  /** No listener uses its target group. */
  public static final TargetHealth NOT_IN_USE = new TargetHealth(
      State.UNUSED,
      "Target.NotInUse",
      "Target group is not configured to receive traffic from the load balancer");

  /** Its zone is not one of the load balancer's. */
  public static final TargetHealth ZONE_NOT_ENABLED = new TargetHealth(
      State.UNUSED,
      "Target.NotInUse",
      "Target is in an Availability Zone that is not enabled for the load balancer");

  /**
   * Whether it passed its health checks.
   *
   * @return true in the state {@code healthy}
   */
  public boolean isHealthy() {
    return state == State.HEALTHY;
  }
}
