package dev.hairpin.iptables;

/**
 * The status of a connection, as {@code --ctstatus} names it.
 *
 * <p>In the order in which iptables-save prints them.
 */
public enum ConntrackStatus {
  /** Another connection announced it. */
  EXPECTED,
  /** Packets were seen in both directions. */
  SEEN_REPLY,
  /** It is not given up early when the table is full. */
  ASSURED,
  /** Its first packet has left the host, or reached its process. */
  CONFIRMED,
  /** None of these. */
  NONE
}
