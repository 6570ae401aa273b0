package dev.hairpin.lb.elb;

import java.util.Locale;

/** How a target is. Source: ELBv2 API reference, "TargetHealth". */
public enum TargetHealthState {
  /** It is being registered, or its first checks run; it gets no traffic unless all fail open. */
  INITIAL,
  /** It gets traffic. */
  HEALTHY,
  /** It fails its checks; it gets no traffic unless all fail open. */
  UNHEALTHY,
  /** No listener uses the group, or its zone is not enabled; it is not checked. */
  UNUSED,
  /** It is being deregistered; it gets no new flows. */
  DRAINING,
  /** Its health is not known. */
  UNAVAILABLE;

  /**
   * The state as the API writes it.
   *
   * @return such as {@code healthy}
   */
  public String apiName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
