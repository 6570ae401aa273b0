package dev.hairpin.iptables;

/**
 * What the routing table says of an address, as {@code addrtype} names it.
 *
 * <p>In the order in which iptables-save prints them.
 */
public enum AddressType {
  /** Unspecified. */
  UNSPEC,
  /** An address of another host. */
  UNICAST,
  /** An address of this host, loopback included. */
  LOCAL,
  /** A broadcast address. */
  BROADCAST,
  /** An anycast address. */
  ANYCAST,
  /** A multicast address. */
  MULTICAST,
  /** A blackhole route leads there. */
  BLACKHOLE,
  /** An unreachable route leads there. */
  UNREACHABLE,
  /** A prohibited route leads there. */
  PROHIBIT,
  /** A throw route leads there. */
  THROW,
  /** A NAT route leads there. */
  NAT,
  /** An external resolver is to be asked. */
  XRESOLVE
}
