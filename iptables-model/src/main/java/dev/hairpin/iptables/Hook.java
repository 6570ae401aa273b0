package dev.hairpin.iptables;

import java.util.Optional;

/**
 * A place in the kernel's packet path where tables are asked.
 *
 * <p>Each is also the name of a built-in chain. In the order in which iptables-save prints them,
 * which is that of the kernel's hook numbers.
 */
public enum Hook {
  /** A packet has come in from a device; its destination may still be translated. */
  PREROUTING,
  /** A packet is for this host. */
  INPUT,
  /** A packet is for another host and passes through. */
  FORWARD,
  /** A process of this host sends a packet. */
  OUTPUT,
  /** A packet is about to leave through a device; its source may still be translated. */
  POSTROUTING;

  /**
   * Finds the hook whose built-in chain has a name.
   *
   * @param chain a chain's name
   * @return the hook, or nothing if no built-in chain has this name
   */
  public static Optional<Hook> byName(String chain) {
    for (Hook hook : values()) {
      if (hook.name().equals(chain)) {
        return Optional.of(hook);
      }
    }
    return Optional.empty();
  }
}
