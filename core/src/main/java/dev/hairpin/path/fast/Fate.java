package dev.hairpin.path.fast;

/** What became of a simulated connection. */
public enum Fate {
  /** It reached a pod, and the answer came back to the client. */
  DELIVERED,
  /** The rules of a node dropped it. */
  DROPPED,
  /** The rules of a node refused it. */
  REJECTED,
  /** A load balancer dropped it, for want of a target in the zone or by its security groups. */
  BALANCER_DROPPED,
  /** A load balancer refused it, since it has no target. */
  BALANCER_REFUSED,
  /** It reached a pod or node on which nobody listens on the port. */
  NO_LISTENER,
  /** It was sent to an address that nobody has. */
  NO_ROUTE,
  /** A node's connection tracking table was full. */
  TABLE_FULL,
  /** No source port was left, so that connection tracking could not tell it apart. */
  NO_SOURCE_PORT,
  /** It reached a pod, but the answer did not come back in a shape that the client knows. */
  ANSWER_LOST,
  /** It went from node to node without an end. */
  LOOPED,
  /** The compiled form cannot tell; a trace of the packet walker can. */
  UNDECIDED;

  static final int COUNT = values().length;

  /** Its place in an array of counts. */
  @SuppressWarnings("EnumOrdinal") // the array lives no longer than the enum
  int number() {
    return ordinal();
  }
}
