package dev.hairpin.cluster.endpoints;

import dev.hairpin.api.EndpointPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Endpoints with the same ports share slices; the order of the ports does not matter.
 *
 * @param ports the ports in the order of the Service
 * @param key the ports as a set
 */
record PortGroup(List<EndpointPort> ports, Set<EndpointPort> key) {

  /** Gives equal port lists one group, so that groups can be compared by identity. */
  static final class Pool {
    private final Map<Set<EndpointPort>, PortGroup> groups = new HashMap<>();

    /** A pool of the same groups. */
    Pool copy() {
      Pool copy = new Pool();
      copy.groups.putAll(groups);
      return copy;
    }

    PortGroup of(List<EndpointPort> ports) {
      return groups.computeIfAbsent(
          Set.copyOf(ports), key -> new PortGroup(List.copyOf(ports), key));
    }
  }

  @Override
  public boolean equals(@org.jspecify.annotations.Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
