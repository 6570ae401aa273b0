package dev.hairpin.iptables;

/**
 * What connection tracking knows of a packet, as {@code --ctstate} names it.
 *
 * <p>In the order in which iptables-save prints them.
 */
public enum ConntrackState {
  /** It belongs to no connection and can begin none. */
  INVALID,
  /** It begins a connection, or belongs to one that was seen in one direction only. */
  NEW,
  /** It begins a connection that another one announced, or is an ICMP error about one. */
  RELATED,
  /** It belongs to a connection that was seen in both directions. */
  ESTABLISHED,
  /** It was exempted from tracking. */
  UNTRACKED,
  /** Its connection's source is translated. */
  SNAT,
  /** Its connection's destination is translated. */
  DNAT
}
