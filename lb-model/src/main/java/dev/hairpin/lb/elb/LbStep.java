package dev.hairpin.lb.elb;

/**
 * One thing that a load balancer did, in the order in which it happened.
 *
 * @param kind what sort of thing
 * @param text what happened, one line
 */
public record LbStep(Kind kind, String text) {

  /** The sorts of things that load balancers do. */
  public enum Kind {
    /** It admitted or dropped the client by its security groups. */
    SECURITY_GROUP,
    /** It found the listener. */
    LISTENER,
    /** It chose a certificate. */
    TLS,
    /** It looked at a rule. */
    RULE,
    /** It acted without a target. */
    ACTION,
    /** It looked at a target group. */
    TARGET_GROUP,
    /** It chose a target. */
    TARGET,
    /** The packet or request as it goes on. */
    PACKET
  }

  /** The line. */
  @Override
  public String toString() {
    return text;
  }
}
