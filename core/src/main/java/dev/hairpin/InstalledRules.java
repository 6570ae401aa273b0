package dev.hairpin;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.NodeFilters;
import dev.hairpin.path.conntrack.ConntrackEntry;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The rules that components give nodes: on the hosts of the cluster's network, where they are kept
 * up to date and clean connection tracking, and for hosts of its copies.
 */
final class InstalledRules {
  private final ClusterState state;
  private final List<AddOn.Component> components;
  private final Network network;

  /** Those that have been told who cleans; a component may begin to run later. */
  private final Set<AddOn.Component> cleaning = Collections.newSetFromMap(new IdentityHashMap<>());

  private long version;

  /** @param network the cluster's network, not a copy of it */
  InstalledRules(ClusterState state, List<AddOn.Component> components, Network network) {
    this.state = state;
    this.components = components;
    this.network = network;
  }

  /** A number that is another one after the rules of a node that was made have changed. */
  long version() {
    return version;
  }

  /** What the last of the components that have rules for a node gives it. */
  Optional<PacketFilter> of(String node) {
    Optional<PacketFilter> last = Optional.empty();
    for (AddOn.Component component : components) {
      if (component instanceof NodeFilters filters) {
        Optional<PacketFilter> found = filters.filterOf(node);
        last = found.isPresent() ? found : last;
      }
    }
    return last;
  }

  /** Gives a node of the cluster's network the rules that it has now. */
  void install(Host node) {
    for (AddOn.Component component : components) {
      if (component instanceof NodeFilters filters && cleaning.add(component)) {
        filters.cleansBy(this::clean);
      }
    }
    of(node.name())
        .filter(rules -> node.filter().map(now -> now != rules).orElse(true))
        .ifPresent(rules -> {
          if (node.filter().isPresent()) {
            version++;
          }
          node.filter(rules);
        });
  }

  private void clean(String node, Predicate<ConntrackEntry> stale) {
    long now = state.clock().now().toEpochMilli();
    network.find(node).flatMap(Host::conntrack).ifPresent(table -> table.delete(stale, now));
  }
}
