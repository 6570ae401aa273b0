package dev.hairpin.lb.elb;

import org.jspecify.annotations.Nullable;

/**
 * The health of a target, with reason code and text.
 *
 * <p>Source: ELBv2 API reference, "TargetHealth"; the texts are those that the API returns.
 *
 * @param state how it is
 * @param reason the reason code, or null if it is healthy
 * @param description the reason in words, or null if it is healthy
 */
public record TargetHealth(
    TargetHealthState state,
    @Nullable String reason,
    @Nullable String description) {

  /** It passes its checks. */
  public static final TargetHealth HEALTHY =
      new TargetHealth(TargetHealthState.HEALTHY, null, null);

  /** The load balancer does not know it yet. */
  public static final TargetHealth REGISTERING = new TargetHealth(
      TargetHealthState.INITIAL,
      "Elb.RegistrationInProgress",
      "Target registration is in progress");

  /** Its first checks run. */
  public static final TargetHealth CHECKING = new TargetHealth(
      TargetHealthState.INITIAL, "Elb.InitialHealthChecking", "Initial health checks in progress");

  /** Its checks fail without a more precise reason: no connection, a reset, or a bad answer. */
  public static final TargetHealth FAILED = new TargetHealth(
      TargetHealthState.UNHEALTHY, "Target.FailedHealthChecks", "Health checks failed");

  /** Its checks get no answer in time. */
  public static final TargetHealth TIMED_OUT =
      new TargetHealth(TargetHealthState.UNHEALTHY, "Target.Timeout", "Request timed out");

  /** No listener forwards to its group. */
  public static final TargetHealth NOT_IN_USE = new TargetHealth(
      TargetHealthState.UNUSED,
      "Target.NotInUse",
      "Target group is not configured to receive traffic from the load balancer");

  /** Its zone is not one of the load balancer's. */
  public static final TargetHealth ZONE_NOT_ENABLED = new TargetHealth(
      TargetHealthState.UNUSED,
      "Target.NotInUse",
      "Target is in an Availability Zone that is not enabled for the load balancer");

  /** Its instance does not run. */
  public static final TargetHealth STOPPED = new TargetHealth(
      TargetHealthState.UNUSED, "Target.InvalidState", "Target is in the stopped state");

  /** Its address belongs to a load balancer. */
  public static final TargetHealth IP_UNUSABLE = new TargetHealth(
      TargetHealthState.UNUSED,
      "Target.IpUnusable",
      "The IP address cannot be used as a target, as it is in use by a load balancer");

  /** It is not registered with the group. */
  public static final TargetHealth NOT_REGISTERED = new TargetHealth(
      TargetHealthState.UNUSED, "Target.NotRegistered", "Target is not registered");

  /** It is being deregistered. */
  public static final TargetHealth DEREGISTERING = new TargetHealth(
      TargetHealthState.DRAINING,
      "Target.DeregistrationInProgress",
      "Target deregistration is in progress");

  /**
   * Its checks are answered with a bad code.
   *
   * @param code the HTTP status or gRPC code
   * @return the health
   */
  public static TargetHealth badCode(int code) {
    return new TargetHealth(
        TargetHealthState.UNHEALTHY,
        "Target.ResponseCodeMismatch",
        "Health checks failed with these codes: [" + code + "]");
  }

  /** {@code healthy}, or the state with its reason code. */
  @Override
  public String toString() {
    return reason == null ? state.apiName() : state.apiName() + " (" + reason + ")";
  }
}
