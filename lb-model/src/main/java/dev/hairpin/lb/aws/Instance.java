package dev.hairpin.lb.aws;

import java.util.List;
import java.util.Optional;

/**
 * A machine.
 *
 * @param id the id, such as {@code i-0aa}
 * @param zone the name of its zone
 * @param interfaces its network interfaces
 */
public record Instance(String id, String zone, List<NetworkInterface> interfaces) {

  /** Copies the list. */
  public Instance {
    interfaces = List.copyOf(interfaces);
  }

  /**
   * The first network interface, whose first address targets by instance id are reached at.
   *
   * @return the interface; nothing if the instance has none
   */
  public Optional<NetworkInterface> primaryInterface() {
    for (NetworkInterface eni : interfaces) {
      if (eni.primary()) {
        return Optional.of(eni);
      }
    }
    return interfaces.isEmpty() ? Optional.empty() : Optional.of(interfaces.get(0));
  }
}
