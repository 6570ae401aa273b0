package dev.hairpin.iptables.kubeproxy;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.TableName;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes rules, and writes the same rules once for all nodes that are set up alike. Not
 * thread-safe.
 *
 * <p>What a node's rules are depends on the states of its ports, of which most are the same
 * everywhere. Equal states are one object with one set of chains; nodes that have written the same
 * and write the same next come to one {@link Written}; and so do nodes that have come to the same
 * in another number of syncs.
 */
final class RulePool {

  /**
   * What a sync does to rules.
   *
   * @param removed the ports that are gone
   * @param changed the ports that are new or have changed
   * @param full whether the chains of all ports are written
   * @param jumps whether it is made sure that the built-in chains lead to kube-proxy's
   * @param cleans whether chains that no port has any more are deleted
   */
  record Step(
      List<ServicePortName> removed,
      List<PortState> changed,
      boolean full,
      boolean jumps,
      boolean cleans) {}

  private final ProxierSettings settings;
  private final FixedRules fixedRules;
  private final Jumps jumps;
  private final boolean shared;
  private final Interner<PortState> ports = Interners.newWeakInterner();
  private final Map<Written, Map<Step, WeakReference<Written>>> steps = new WeakHashMap<>();
  private final Map<Long, List<WeakReference<Written>>> bySum = new HashMap<>();
  private final Written nothing;
  private int mostSums = 64;

  private RulePool(ProxierSettings settings, List<IpAddress> nodePortAddresses, boolean shared) {
    this.settings = settings;
    this.fixedRules = new FixedRules(settings, nodePortAddresses);
    this.jumps = new Jumps(settings);
    this.shared = shared;
    this.nothing = Written.nothing(jumps.withCanaries(RuleSet.empty(settings.family())));
  }

  /** A pool for nodes with the same settings; they may differ by their blocks of pods. */
  static RulePool ofMany(ProxierSettings settings, List<IpAddress> nodePortAddresses) {
    return new RulePool(settings, nodePortAddresses, true);
  }

  /** A pool for one node, whose rules are as they read. */
  static RulePool ofOne(ProxierSettings settings, List<IpAddress> nodePortAddresses) {
    return new RulePool(settings, nodePortAddresses, false);
  }

  ProxierSettings settings() {
    return settings;
  }

  FixedRules fixedRules() {
    return fixedRules;
  }

  Jumps jumps() {
    return jumps;
  }

  boolean isShared() {
    return shared;
  }

  /** What is written when a kube-proxy starts on a host without rules. */
  Written nothing() {
    return nothing;
  }

  /** The state of a port; the same object for an equal one. */
  PortState port(
      ServicePortInfo service,
      @Nullable PortState before,
      List<EndpointInfo> endpoints,
      EndpointCategories categories,
      boolean letsNodeIn) {
    String hash =
        before != null ? before.hash() : ChainNames.hash(service.name().hashed());
    PortState made = new PortState(service, hash, endpoints, categories, letsNodeIn, settings);
    return shared ? ports.intern(made) : made;
  }

  /** What is written after a sync. Every address must be one that iptables reads. */
  Written after(Written before, Step step) {
    Map<Step, WeakReference<Written>> known = steps.computeIfAbsent(before, w -> new HashMap<>(2));
    @Nullable WeakReference<Written> reference = known.get(step);
    @Nullable Written next = reference == null ? null : reference.get();
    if (next == null) {
      Written ported = before.withPorts(step.removed(), step.changed());
      List<String> doomed = step.cleans() ? ported.stale().sorted() : List.of();
      next = unique(write(ported, step.changed(), step.full(), step.jumps(), doomed));
      known.values().removeIf(other -> other.get() == null);
      known.put(step, new WeakReference<>(next));
    }
    return next;
  }

  /** The same that another node has written already, or this. */
  private Written unique(Written made) {
    List<WeakReference<Written>> alike =
        bySum.computeIfAbsent(made.sum(), sum -> new ArrayList<>(1));
    for (Iterator<WeakReference<Written>> i = alike.iterator(); i.hasNext(); ) {
      @Nullable Written other = i.next().get();
      if (other == null) {
        i.remove();
      } else if (other.isSameAs(made)) {
        return other;
      }
    }
    alike.add(new WeakReference<>(made));
    if (bySum.size() > mostSums) {
      bySum.values().removeIf(list -> list.stream().allMatch(r -> r.get() == null));
      mostSums = 64 + 2 * bySum.size();
    }
    return made;
  }

  /**
   * Writes the rules of ports.
   *
   * @param ported the ports as they are now, with the rules as they were
   * @param changed the ports whose chains are written, if not all are
   * @param doomed the chains that are deleted
   */
  Written write(
      Written ported,
      Collection<PortState> changed,
      boolean full,
      boolean ensuresJumps,
      Collection<String> doomed) {
    boolean large = ported.isOfLargeCluster();
    RuleSet rules = ensuresJumps ? jumps.ensure(ported.rules()) : ported.rules();
    Collection<PortState> toWrite = full ? ported.ports().values() : changed;
    List<Chain> natChains = new ArrayList<>();
    List<Chain> filterChains = new ArrayList<>();
    if (ported.sharedRulesChanged() || full) {
      sharedChains(ported, filterChains, natChains);
    }
    Table filter = tableOf(rules, TableName.FILTER);
    Table nat = tableOf(rules, TableName.NAT);
    filterChains.removeIf(chain -> chain.equals(filter.find(chain.name())));
    natChains.removeIf(chain -> chain.equals(nat.find(chain.name())));
    for (PortState port : toWrite) {
      natChains.addAll(port.chains(large));
    }
    return ported.withRules(
        rules
            .with(filter.withChains(List.of(), filterChains))
            .with(nat.withChains(doomed, natChains)),
        ported.stale().without(doomed));
  }

  private void sharedChains(Written of, List<Chain> filterChains, List<Chain> natChains) {
    RecordSink filter = new RecordSink(settings.family());
    RecordSink nat = new RecordSink(settings.family());
    fixedRules.beginFilter(filter);
    fixedRules.beginNat(nat);
    for (PortState port : of.ports().values()) {
      PortState.SharedRules rules = port.shared();
      append(rules.filter(), filter.rules());
      append(rules.nat(), nat.rules());
    }
    fixedRules.endFilter(filter);
    fixedRules.endNat(nat);
    filterChains.addAll(filter.chains());
    natChains.addAll(nat.chains());
  }

  private static Table tableOf(RuleSet rules, TableName name) {
    return rules.table(name).orElseGet(() -> Table.fresh(name));
  }

  private static void append(Map<String, List<Rule>> from, Map<String, List<Rule>> to) {
    from.forEach(
        (chain, rules) -> to.computeIfAbsent(chain, c -> new ArrayList<>()).addAll(rules));
  }
}
