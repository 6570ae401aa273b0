package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Service;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.collect.ForkableSortedMap;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RestoreResult;
import dev.hairpin.iptables.Rule;
import dev.hairpin.iptables.RuleException;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.Table;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * kube-proxy's half for one IP family: it keeps the rules of one node as they should be.
 *
 * <p>Changes are only noted; {@link #sync} acts on all of them. A sync after a small change touches
 * only the chains of the Services that changed. Not thread-safe.
 *
 * <p>Source: {@code pkg/proxy/iptables/proxier.go}.
 */
public final class Proxier {

  /*
   * The rules are made in two forms by one generator: as text, as the original gives it to
   * iptables-restore, and as records. While nobody else writes rules on the node, the records are
   * put in place directly; the outcome is the same as that of loading the text, which tests hold.
   * Otherwise, and where the text would be refused, the text is loaded.
   *
   * A fork of the cluster goes on with a copy. What grows with the cluster is shared with it until it
   * changes; what is copied is what waits for the next sync, and a number for each Service that has a
   * health check.
   */

  /** More endpoints than this, and comments are left out. */
  static final int LARGE_CLUSTER_ENDPOINTS = 1000;

  private static final Duration FULL_SYNC_PERIOD = Duration.ofHours(1);

  private final KubeProxyVersion version;
  private final KubeProxyConfiguration configuration;
  private final ProxierSettings settings;
  private final FixedRules fixedRules;
  private final Jumps jumps;
  private final EndpointTracker tracker;
  private final HealthCheckServers healthServers;
  private final String node;
  private final boolean keepsText;

  /** By namespace and name; the maps are never changed, but replaced. */
  private final ForkableMap<String, Map<ServicePortName, ServicePortInfo>> services;

  private final Map<String, Map<ServicePortName, ServicePortInfo>> pendingServices =
      new LinkedHashMap<>();
  private final ForkableSortedMap<ServicePortName, PortState> ports;
  private final ForkableMap<ServicePortName, String> hashes;
  private final TreeMap<String, Integer> healthPorts = new TreeMap<>();
  private final Set<String> stale = new HashSet<>();
  private EndpointCategories.TopologyRules topology;

  private RuleSet ruleSet;
  private boolean othersWrote;
  private boolean needFullSync = true;
  private boolean topologyChanged;
  private boolean sharedRulesChanged = true;
  private boolean largeCluster;
  private int endpoints;
  private int unrepresentablePorts;
  private @Nullable Instant lastFullSync;
  private @Nullable Instant lastCleanup;
  private int lastTextLength = 4096;

  Proxier(
      ProxierSettings settings,
      KubeProxyConfiguration configuration,
      HostFacts host,
      String node,
      boolean keepsText,
      RuleSet initial) {
    this.version = settings.version();
    this.configuration = configuration;
    this.settings = settings;
    this.node = node;
    this.keepsText = keepsText;
    this.fixedRules = new FixedRules(settings, host);
    this.jumps = new Jumps(settings);
    this.tracker =
        new EndpointTracker(settings.family(), version, host.families().size() == 1, node);
    this.healthServers = new HealthCheckServers(settings, host, node);
    this.services = new ForkableMap<>();
    this.ports = new ForkableSortedMap<>();
    this.hashes = new ForkableMap<>();
    this.topology = EndpointCategories.TopologyRules.of(version, configuration, node, null);
    this.ruleSet = jumps.withCanaries(initial);
    this.othersWrote = !initial.tables().isEmpty();
  }

  private Proxier(Proxier original, @Nullable Set<String> taken) {
    this.version = original.version;
    this.configuration = original.configuration;
    this.settings = original.settings;
    this.node = original.node;
    this.keepsText = original.keepsText;
    this.fixedRules = original.fixedRules;
    this.jumps = original.jumps;
    this.tracker = original.tracker.frozenCopy();
    this.healthServers = original.healthServers.copy(taken);
    this.services = original.services.frozenCopy();
    this.pendingServices.putAll(original.pendingServices);
    this.ports = original.ports.frozenCopy();
    this.hashes = original.hashes.frozenCopy();
    this.healthPorts.putAll(original.healthPorts);
    this.stale.addAll(original.stale);
    this.topology = original.topology;
    this.ruleSet = original.ruleSet;
    this.othersWrote = original.othersWrote;
    this.needFullSync = original.needFullSync;
    this.topologyChanged = original.topologyChanged;
    this.sharedRulesChanged = original.sharedRulesChanged;
    this.largeCluster = original.largeCluster;
    this.endpoints = original.endpoints;
    this.unrepresentablePorts = original.unrepresentablePorts;
    this.lastFullSync = original.lastFullSync;
    this.lastCleanup = original.lastCleanup;
    this.lastTextLength = original.lastTextLength;
  }

  /**
   * A copy of a proxier that is not changed any more, which goes on where that one is.
   *
   * @param taken the addresses that are taken on the copy's host; null if nobody knows of them
   */
  Proxier frozenCopy(@Nullable Set<String> taken) {
    return new Proxier(this, taken);
  }

  /**
   * The family.
   *
   * @return the family of its rules
   */
  public IpFamily family() {
    return settings.family();
  }

  /**
   * The node's rules as they are now.
   *
   * @return the rules after the last sync
   */
  public RuleSet ruleSet() {
    return ruleSet;
  }

  /**
   * Tells that someone else changed the node's rules. If the canary chain is gone with them, the
   * next sync is full.
   *
   * @param changed the rules as they are now
   */
  public void rulesChanged(RuleSet changed) {
    ruleSet = changed;
    othersWrote = true;
    boolean canary = changed
        .table(TableName.MANGLE)
        .flatMap(table -> table.chain(Jumps.CANARY))
        .isPresent();
    if (!canary) {
      ruleSet = jumps.withCanaries(changed);
      needFullSync = true;
    }
  }

  /**
   * The health-check servers of this family.
   *
   * @return the servers
   */
  public HealthCheckServers healthCheckServers() {
    return healthServers;
  }

  /** Takes a Service as it is now; null for one that is gone. */
  void serviceChanged(String key, @Nullable Service now) {
    pendingServices.put(
        key, now == null ? Map.of() : ServicePortInfo.of(now, family(), version, configuration));
  }

  void sliceChanged(@Nullable EndpointSlice before, @Nullable EndpointSlice now) {
    if (now != null) {
      tracker.update(now);
    } else if (before != null) {
      tracker.delete(before);
    }
  }

  void labelsChanged(@Nullable String zone) {
    EndpointCategories.TopologyRules changed =
        EndpointCategories.TopologyRules.of(version, configuration, node, zone);
    topologyChanged |= !changed.equals(topology);
    topology = changed;
    needFullSync = true;
  }

  /**
   * Brings the rules in line with the objects.
   *
   * @param now the time
   * @return what was done
   */
  public SyncResult sync(Instant now) {
    boolean hourly = version.syncsFullyEveryHour()
        && !largeCluster
        && lastFullSync != null
        && Duration.between(lastFullSync, now).compareTo(FULL_SYNC_PERIOD) > 0;
    boolean full = needFullSync || hourly;

    ConntrackCommands conntrack = new ConntrackCommands();
    Set<String> changed = new LinkedHashSet<>();
    takeServiceChanges(changed, conntrack);
    boolean listConntrack = takeEndpointChanges(changed, conntrack);
    Set<PortState> rewritten = rebuildPorts(changed);
    largeCluster = endpoints > LARGE_CLUSTER_ENDPOINTS;

    if (full && (othersWrote || lastFullSync == null)) {
      ruleSet = jumps.ensure(ruleSet);
    }
    List<String> doomed = staleChains(now);
    Collection<PortState> toWrite = full ? ports.values() : rewritten;
    boolean byText = othersWrote || unrepresentablePorts > 0;
    Optional<String> text = byText || keepsText
        ? Optional.of(restoreText(full ? port -> true : rewritten::contains, doomed))
        : Optional.empty();
    Optional<RuleException> failure = Optional.empty();
    if (byText) {
      RestoreResult result = ruleSet.restore(text.orElseThrow(), RestoreOptions.NOFLUSH_COUNTERS);
      ruleSet = result.ruleSet();
      failure = result.error();
    } else {
      ruleSet = withRecords(toWrite, doomed, full);
    }
    List<ProxyEvent> events = tracker.takeEvents();
    Optional<String> kept = keepsText ? text : Optional.empty();
    if (failure.isPresent()) {
      needFullSync = true;
      othersWrote = true;
      return new SyncResult(
          family(),
          full,
          largeCluster,
          kept,
          ruleSet,
          failure,
          List.of(),
          false,
          StaleUdpEntries.NONE,
          List.of(),
          events);
    }
    needFullSync = false;
    othersWrote = false;
    sharedRulesChanged = false;
    doomed.forEach(stale::remove);
    if (full) {
      lastFullSync = now;
    }
    boolean listed = version.reconcilesConntrack() && listConntrack;
    List<HealthCheckServers.ServerEvent> serverEvents = syncHealthServers();
    List<ProxyEvent> allEvents = new ArrayList<>(events);
    allEvents.addAll(healthServers.takeFailures());
    return new SyncResult(
        family(),
        full,
        largeCluster,
        kept,
        ruleSet,
        failure,
        version.reconcilesConntrack() ? List.of() : conntrack.commands(ports),
        listed,
        listed ? StaleUdpEntries.of(ports.values()) : StaleUdpEntries.NONE,
        serverEvents,
        allEvents);
  }

  private void takeServiceChanges(Set<String> changed, ConntrackCommands conntrack) {
    pendingServices.forEach((key, now) -> {
      Map<ServicePortName, ServicePortInfo> before = portsOf(key);
      if (before.equals(now)) {
        return;
      }
      changed.add(key);
      before.forEach((name, info) -> {
        if (!now.containsKey(name)) {
          conntrack.removed(info);
          hashes.remove(name);
          remove(name);
        }
      });
      healthPorts.remove(key);
      for (ServicePortInfo info : now.values()) {
        if (info.healthCheckNodePort() != 0) {
          healthPorts.put(key, info.healthCheckNodePort());
        }
      }
      if (now.isEmpty()) {
        services.remove(key);
      } else {
        services.put(key, now);
      }
    });
    pendingServices.clear();
  }

  /** Notes the endpoints that changed; true if those of a UDP port are among them. */
  private boolean takeEndpointChanges(Set<String> changed, ConntrackCommands conntrack) {
    boolean udp = false;
    for (EndpointTracker.Change change : tracker.takeChanges()) {
      changed.add(change.service());
      conntrack.changed(change);
      udp |= hasUdp(change.before()) || hasUdp(change.now());
    }
    return udp;
  }

  private static boolean hasUdp(Map<ServicePortName, List<EndpointInfo>> endpoints) {
    return endpoints.keySet().stream().anyMatch(name -> name.protocol() == Protocol.UDP);
  }

  private Map<ServicePortName, ServicePortInfo> portsOf(String service) {
    Map<ServicePortName, ServicePortInfo> known = services.get(service);
    return known == null ? Map.of() : known;
  }

  private Set<PortState> rebuildPorts(Set<String> changed) {
    if (topologyChanged) {
      services.forEach((key, infos) -> changed.add(key));
      topologyChanged = false;
    }
    Set<PortState> rewritten = new LinkedHashSet<>();
    for (String key : changed) {
      for (ServicePortInfo info : portsOf(key).values()) {
        PortState port = new PortState(
            info, hashOf(info.name()), tracker.endpointsOf(info.name()), topology, settings);
        @Nullable PortState before = ports.get(info.name());
        if (before == null || !port.adoptSharedRules(before)) {
          sharedRulesChanged = true;
        }
        if (before != null) {
          discount(before);
        }
        ports.put(info.name(), port);
        endpoints += port.endpoints().size();
        unrepresentablePorts += port.isRepresentable() ? 0 : 1;
        port.chainNames().forEach(stale::remove);
        rewritten.add(port);
      }
    }
    return rewritten;
  }

  private String hashOf(ServicePortName name) {
    String known = hashes.get(name);
    if (known != null) {
      return known;
    }
    String hash = ChainNames.hash(name.hashed());
    hashes.put(name, hash);
    return hash;
  }

  private void remove(ServicePortName name) {
    @Nullable PortState before = ports.remove(name);
    if (before != null) {
      discount(before);
      sharedRulesChanged = true;
    }
  }

  private void discount(PortState before) {
    endpoints -= before.endpoints().size();
    unrepresentablePorts -= before.isRepresentable() ? 0 : 1;
    stale.addAll(before.chainNames());
  }

  /** The chains that no service port has any more, if they are to be deleted now. */
  private List<String> staleChains(Instant now) {
    boolean due = !largeCluster
        || lastCleanup == null
        || Duration.between(lastCleanup, now).compareTo(configuration.syncPeriod()) > 0;
    if (!due) {
      return List.of();
    }
    lastCleanup = now;
    if (!othersWrote) {
      return stale.isEmpty() ? List.of() : new ArrayList<>(new TreeSet<>(stale));
    }
    Set<String> active = new HashSet<>();
    ports.values().forEach(port -> active.addAll(port.chainNames()));
    List<String> found = new ArrayList<>();
    ruleSet.table(TableName.NAT).ifPresent(nat -> {
      for (Chain chain : nat.chains()) {
        if (ChainNames.isOfService(chain.name()) && !active.contains(chain.name())) {
          found.add(chain.name());
        }
      }
    });
    stale.clear();
    stale.addAll(found);
    return found;
  }

  private String restoreText(Predicate<PortState> isWritten, List<String> doomed) {
    StringBuilder filterChains = new StringBuilder(512).append("*filter\n");
    StringBuilder filterRules = new StringBuilder(1024);
    StringBuilder natChains = new StringBuilder(1024);
    StringBuilder natRules = new StringBuilder(lastTextLength);
    RuleSink filter = new TextSink(filterChains, filterRules);
    RuleSink nat = new TextSink(natChains, natRules);
    fixedRules.beginFilter(filter);
    fixedRules.beginNat(nat);
    for (PortState port : ports.values()) {
      port.appendShared(filterRules, natRules);
      if (isWritten.test(port)) {
        port.writeChains(nat, largeCluster);
      }
    }
    for (String chain : doomed) {
      nat.chain(chain);
      natRules.append("-X ").append(chain).append('\n');
    }
    fixedRules.endFilter(filter);
    fixedRules.endNat(nat);
    lastTextLength = natRules.length() + 1024;
    StringBuilder text = filterChains;
    text.ensureCapacity(
        text.length() + filterRules.length() + natChains.length() + natRules.length() + 64);
    text.append(filterRules).append("COMMIT\n*nat\n");
    text.append(natChains).append(natRules).append("COMMIT\n");
    return text.toString();
  }

  private RuleSet withRecords(Collection<PortState> toWrite, List<String> doomed, boolean full) {
    RecordSink filter = new RecordSink(family());
    RecordSink nat = new RecordSink(family());
    List<Chain> natChains = new ArrayList<>();
    List<Chain> filterChains = List.of();
    if (sharedRulesChanged || full) {
      fixedRules.beginFilter(filter);
      fixedRules.beginNat(nat);
      for (PortState port : ports.values()) {
        PortState.SharedRules shared = port.shared();
        append(shared.filter(), filter.rules());
        append(shared.nat(), nat.rules());
      }
      fixedRules.endFilter(filter);
      fixedRules.endNat(nat);
      filterChains = filter.chains();
      natChains.addAll(nat.chains());
    }
    for (PortState port : toWrite) {
      natChains.addAll(port.chains(largeCluster));
    }
    Table filterTable = tableOf(TableName.FILTER).withChains(List.of(), filterChains);
    Table natTable = tableOf(TableName.NAT).withChains(doomed, natChains);
    return ruleSet.with(filterTable).with(natTable);
  }

  private Table tableOf(TableName name) {
    return ruleSet.table(name).orElseGet(() -> Table.fresh(name));
  }

  private static void append(Map<String, List<Rule>> from, Map<String, List<Rule>> to) {
    from.forEach(
        (chain, rules) -> to.computeIfAbsent(chain, c -> new ArrayList<>()).addAll(rules));
  }

  private List<HealthCheckServers.ServerEvent> syncHealthServers() {
    Map<String, Integer> counts = new HashMap<>();
    for (String key : healthPorts.keySet()) {
      counts.put(key, tracker.localReadyAddresses(key));
    }
    return healthServers.sync(healthPorts, counts);
  }
}
