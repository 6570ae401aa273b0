package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.collect.ForkableSortedMap;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a proxier has written: the ports, and the rules that came of them. Immutable, so that nodes
 * that have written the same share it.
 */
final class Written {
  private final ForkableSortedMap<ServicePortName, PortState> ports;

  /** Chains that no port has any more, and that are still there. */
  private final StaleChains stale;

  private final RuleSet rules;
  private final int endpoints;
  private final int unrepresentable;
  private final long sum;

  /** Whether a port has other rules in the shared chains than those that are written. */
  private final boolean sharedRulesChanged;

  private @Nullable StaleUdpEntries staleUdpEntries;

  private Written(
      ForkableSortedMap<ServicePortName, PortState> ports,
      StaleChains stale,
      RuleSet rules,
      int endpoints,
      int unrepresentable,
      long sum,
      boolean sharedRulesChanged) {
    this.ports = ports;
    this.stale = stale;
    this.rules = rules;
    this.endpoints = endpoints;
    this.unrepresentable = unrepresentable;
    this.sum = sum;
    this.sharedRulesChanged = sharedRulesChanged;
  }

  /** No ports yet, on a host with some rules. */
  static Written nothing(RuleSet rules) {
    return new Written(new ForkableSortedMap<>(), StaleChains.NONE, rules, 0, 0, 0, false);
  }

  /** The ports by name; to be read only. */
  ForkableSortedMap<ServicePortName, PortState> ports() {
    return ports;
  }

  StaleChains stale() {
    return stale;
  }

  RuleSet rules() {
    return rules;
  }

  /** How many endpoints all ports have together. */
  int endpoints() {
    return endpoints;
  }

  /** Whether the cluster is so large that comments are left out. */
  boolean isOfLargeCluster() {
    return endpoints > Proxier.LARGE_CLUSTER_ENDPOINTS;
  }

  /** Whether iptables-restore can read the addresses of all ports. */
  boolean isRepresentable() {
    return unrepresentable == 0;
  }

  boolean sharedRulesChanged() {
    return sharedRulesChanged;
  }

  /** Equal for equal ports. */
  long sum() {
    return sum;
  }

  /** Which entries of the connection tracking table lead nowhere. */
  StaleUdpEntries staleUdpEntries() {
    @Nullable StaleUdpEntries known = staleUdpEntries;
    if (known == null) {
      known = StaleUdpEntries.of(ports.values());
      staleUdpEntries = known;
    }
    return known;
  }

  /** How many endpoints there would be with other ports. */
  int endpointsWith(Collection<ServicePortName> removed, Collection<PortState> changed) {
    int count = endpoints;
    for (ServicePortName name : removed) {
      count -= endpointsOf(name);
    }
    for (PortState port : changed) {
      count += port.endpoints().size() - endpointsOf(port.service().name());
    }
    return count;
  }

  private int endpointsOf(ServicePortName name) {
    @Nullable PortState known = ports.get(name);
    return known == null ? 0 : known.endpoints().size();
  }

  /** The same with other ports; the rules are yet to be written. */
  Written withPorts(Collection<ServicePortName> removed, Collection<PortState> changed) {
    return withPorts(removed, changed, false);
  }

  /**
   * The same with other ports, for the only one who has this.
   *
   * @param isOver whether nobody will ask this for its ports any more, so that they are changed in
   *     place
   */
  Written withPorts(
      Collection<ServicePortName> removed, Collection<PortState> changed, boolean isOver) {
    if (removed.isEmpty() && changed.isEmpty()) {
      return this;
    }
    ForkableSortedMap<ServicePortName, PortState> now = isOver ? ports : ports.frozenCopy();
    StaleChains left = stale;
    int count = endpoints;
    int unreadable = unrepresentable;
    long total = sum;
    boolean others = sharedRulesChanged;
    for (ServicePortName name : removed) {
      @Nullable PortState before = now.remove(name);
      if (before != null) {
        others = true;
        left = left.with(before.chainNames());
        count -= before.endpoints().size();
        unreadable -= before.isRepresentable() ? 0 : 1;
        total -= sumOf(before);
      }
    }
    for (PortState port : changed) {
      @Nullable PortState before = now.put(port.service().name(), port);
      others |= before == null || !port.adoptSharedRules(before);
      if (before != null) {
        left = left.with(without(before.chainNames(), port.chainNames()));
        count -= before.endpoints().size();
        unreadable -= before.isRepresentable() ? 0 : 1;
        total -= sumOf(before);
      }
      left = left.without(port.chainNames());
      count += port.endpoints().size();
      unreadable += port.isRepresentable() ? 0 : 1;
      total += sumOf(port);
    }
    return new Written(now, left, rules, count, unreadable, total, others);
  }

  private static List<String> without(List<String> names, List<String> others) {
    Set<String> known = new HashSet<>(others);
    return names.stream().filter(name -> !known.contains(name)).toList();
  }

  private static long sumOf(PortState port) {
    long mixed = port.hashCode() * 0x9e37_79b9_7f4a_7c15L;
    return mixed ^ mixed >>> 29;
  }

  /** The same with other rules, among which some chains are stale. */
  Written withRules(RuleSet now, StaleChains nowStale) {
    return new Written(ports, nowStale, now, endpoints, unrepresentable, sum, false);
  }

  /** The same for other settings; its rules are yet to be read as theirs. */
  Written with(ProxierSettings settings, RuleSet read) {
    ForkableSortedMap<ServicePortName, PortState> others = new ForkableSortedMap<>();
    for (PortState port : ports.values()) {
      others.put(port.service().name(), port.with(settings));
    }
    return new Written(others, stale, read, endpoints, unrepresentable, sum, sharedRulesChanged);
  }

  /** Whether the same ports and rules are written, chain by chain. */
  boolean isSameAs(Written other) {
    return sum == other.sum
        && endpoints == other.endpoints
        && unrepresentable == other.unrepresentable
        && ports.size() == other.ports.size()
        && stale.equals(other.stale)
        && sameRules(other.rules)
        && samePorts(other.ports);
  }

  private boolean samePorts(ForkableSortedMap<ServicePortName, PortState> others) {
    for (PortState port : ports.values()) {
      if (!port.equals(others.get(port.service().name()))) {
        return false;
      }
    }
    return true;
  }

  private boolean sameRules(RuleSet others) {
    if (rules.tables().size() != others.tables().size()) {
      return false;
    }
    for (int i = 0; i < rules.tables().size(); i++) {
      Table mine = rules.tables().get(i);
      Table their = others.tables().get(i);
      if (mine.name() != their.name()) {
        return false;
      }
      List<String> changed = mine.changedSince(their);
      for (String name : changed) {
        if (!mine.chain(name).equals(their.chain(name))) {
          return false;
        }
      }
    }
    return true;
  }
}
