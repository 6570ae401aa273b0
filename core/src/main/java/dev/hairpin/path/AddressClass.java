package dev.hairpin.path;

/** How a host's routing sees an address, as the match {@code addrtype} asks. */
public enum AddressClass {
  /** An address of the host. */
  LOCAL,
  /** Reachable by a route. */
  UNICAST,
  /** A broadcast address of a link. */
  BROADCAST,
  /** A group. */
  MULTICAST,
  /** A route of type blackhole. */
  BLACKHOLE,
  /** A route of type unreachable, or none. */
  UNREACHABLE,
  /** A route of type prohibit. */
  PROHIBIT,
  /** The address that stands for none. */
  UNSPEC
}
