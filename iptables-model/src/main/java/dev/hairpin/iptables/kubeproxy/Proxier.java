package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RestoreResult;
import dev.hairpin.iptables.RuleException;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kubeproxy.EndpointReader.Endpoints;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
   * What a proxier knows and has written it shares with those of other nodes, and with forks of the
   * cluster: Known and Written are never changed, but replaced. Shared rules read as those of each
   * node (OwnBlock). A node whose rules somebody else has written to, or that is to load a text, goes
   * on alone, with rules of its own.
   */

  /** More endpoints than this, and comments are left out. */
  static final int LARGE_CLUSTER_ENDPOINTS = 1000;

  private static final Duration FULL_SYNC_PERIOD = Duration.ofHours(1);

  private final KubeProxyVersion version;
  private final KubeProxyConfiguration configuration;
  private final ProxierSettings settings;
  private final List<IpAddress> nodePortAddresses;
  private final HealthCheckServers healthServers;
  private final String node;
  private final boolean keepsText;

  /** Changes that are yet to be taken in. */
  private final List<Change> told = new ArrayList<>();

  private Known known;
  private boolean toldAll;
  private Set<String> toldServices = Set.of();
  private Set<String> toldSlices = Set.of();

  /** What was known at the last sync. */
  private Known synced;

  private final TreeMap<String, Integer> healthPorts = new TreeMap<>();
  private EndpointCategories.TopologyRules topology;

  private RulePool pool;
  private Written written;

  /** Whether nobody else has what is written, not even a fork. */
  private boolean ownsWritten;

  private @Nullable OwnBlock reading;
  private RuleSet ruleSet;
  private boolean othersWrote;
  private boolean needFullSync = true;
  private boolean topologyChanged;
  private boolean largeCluster;
  private @Nullable Instant lastFullSync;
  private @Nullable Instant lastCleanup;
  private int lastTextLength = 4096;

  /**
   * A proxier that has written nothing.
   *
   * @param initial the rules that are there already
   * @param shared what it shares with other nodes; null if it is alone
   */
  Proxier(
      ProxierSettings settings,
      KubeProxyConfiguration configuration,
      HostFacts host,
      String node,
      boolean keepsText,
      RuleSet initial,
      @Nullable SharedRules shared) {
    this.version = settings.version();
    this.configuration = configuration;
    this.settings = settings;
    this.nodePortAddresses = FixedRules.nodePortAddresses(settings, host);
    this.node = node;
    this.keepsText = keepsText;
    this.healthServers = new HealthCheckServers(settings, host, node);
    this.known = Known.nothing(Watched.of(settings.family(), version, host, configuration));
    this.synced = known;
    this.topology = EndpointCategories.TopologyRules.of(version, configuration, node, null);
    this.othersWrote = !initial.tables().isEmpty();
    if (shared == null || othersWrote || keepsText) {
      this.pool = RulePool.ofOne(settings, nodePortAddresses);
      this.written = Written.nothing(pool.jumps().withCanaries(initial));
    } else {
      this.pool = shared.pool(settings, nodePortAddresses);
      this.written = pool.nothing();
      @Nullable Cidr block = settings.ownBlock();
      this.reading = block == null ? null : new OwnBlock(block);
    }
    this.ruleSet = read(written);
  }

  private Proxier(Proxier original, @Nullable Set<String> taken, @Nullable SharedRules shared) {
    this.version = original.version;
    this.configuration = original.configuration;
    this.settings = original.settings;
    this.nodePortAddresses = original.nodePortAddresses;
    this.node = original.node;
    this.keepsText = original.keepsText;
    this.told.addAll(original.told);
    this.known = original.known;
    this.toldAll = original.toldAll;
    this.toldServices = copyOf(original.toldServices);
    this.toldSlices = copyOf(original.toldSlices);
    this.synced = original.synced;
    this.healthServers = original.healthServers.copy(taken);
    this.healthPorts.putAll(original.healthPorts);
    this.topology = original.topology;
    this.pool = shared != null && original.pool.isShared()
        ? shared.pool(settings, nodePortAddresses)
        : original.pool;
    this.written = original.written;
    this.reading = original.reading;
    this.ruleSet = original.ruleSet;
    this.othersWrote = original.othersWrote;
    this.needFullSync = original.needFullSync;
    this.topologyChanged = original.topologyChanged;
    this.largeCluster = original.largeCluster;
    this.lastFullSync = original.lastFullSync;
    this.lastCleanup = original.lastCleanup;
    this.lastTextLength = original.lastTextLength;
  }

  private static Set<String> copyOf(Set<String> told) {
    return told.isEmpty() ? Set.of() : new LinkedHashSet<>(told);
  }

  /**
   * A copy of a proxier that is not changed any more, which goes on where that one is.
   *
   * @param taken the addresses that are taken on the copy's host; null if nobody knows of them
   * @param shared what it shares with other nodes from then on
   */
  Proxier frozenCopy(@Nullable Set<String> taken, @Nullable SharedRules shared) {
    return new Proxier(this, taken, shared);
  }

  private RuleSet read(Written of) {
    return reading == null ? of.rules() : of.rules().readAs(reading);
  }

  @SuppressWarnings("ReferenceEquality") // rules that did not change are the same object
  private void setWritten(Written now) {
    boolean same = now.rules() == written.rules();
    written = now;
    ruleSet = same ? ruleSet : read(now);
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
    goAlone();
    othersWrote = true;
    boolean canary = changed
        .table(TableName.MANGLE)
        .flatMap(table -> table.chain(Jumps.CANARY))
        .isPresent();
    if (canary) {
      setWritten(written.withRules(changed, written.stale()));
    } else {
      setWritten(written.withRules(pool.jumps().withCanaries(changed), written.stale()));
      needFullSync = true;
    }
  }

  /** From now on the rules are of this node alone. */
  private void goAlone() {
    if (pool.isShared()) {
      pool = RulePool.ofOne(settings, nodePortAddresses);
      reading = null;
      written = written.with(settings, ruleSet);
    }
  }

  /** What the node shares with those that have written the same; null if its rules are its own. */
  @Nullable
  Written shared() {
    return pool.isShared() ? written : null;
  }

  /** The block of pods that stands where shared rules have a stand-in; null if they have none. */
  @Nullable
  Cidr ownBlock() {
    return reading == null ? null : settings.ownBlock();
  }

  /** What reads shared rules as this node's; null if they read as they are. */
  @Nullable
  OwnBlock reading() {
    return reading;
  }

  Watched watched() {
    return known.watched();
  }

  /**
   * The health-check servers of this family.
   *
   * @return the servers
   */
  public HealthCheckServers healthCheckServers() {
    return healthServers;
  }

  /** Takes a change of a Service or a slice. */
  void tell(Change change) {
    told.add(change);
  }

  /** Takes everything that is known of a cluster, at the start. */
  void tellAll(Known all) {
    known = all;
    synced = Known.nothing(all.watched());
    toldAll = true;
  }

  /** Works out what is known after the changes that it was told of. */
  void takeIn() {
    if (!told.isEmpty()) {
      toldServices = toldServices.isEmpty() ? new LinkedHashSet<>() : toldServices;
      toldSlices = toldSlices.isEmpty() ? new LinkedHashSet<>() : toldSlices;
      known = known.after(told, toldServices, toldSlices);
      told.clear();
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

    takeIn();
    ConntrackCommands conntrack = new ConntrackCommands();
    List<ProxyEvent> events = new ArrayList<>();
    Set<String> changed = new LinkedHashSet<>();
    List<ServicePortName> removed = takeServiceChanges(changed, conntrack);
    boolean listConntrack = takeEndpointChanges(changed, conntrack, events);
    if (topologyChanged) {
      changed.addAll(known.keys());
      topologyChanged = false;
    }
    List<PortState> rewritten = statesOf(changed);
    if (pool.isShared() && !rewritten.stream().allMatch(PortState::isRepresentable)) {
      goAlone();
      rewritten = statesOf(changed);
    }
    synced = known;
    toldAll = false;
    toldServices = Set.of();
    toldSlices = Set.of();

    Optional<String> text = Optional.empty();
    Optional<RuleException> failure = Optional.empty();
    if (pool.isShared()) {
      writeWithOthers(removed, rewritten, full, now);
    } else {
      Written ported = written.withPorts(removed, rewritten, ownsWritten);
      ownsWritten = true;
      largeCluster = ported.isOfLargeCluster();
      boolean cleans = cleansUp(now);
      List<String> doomed = cleans ? doomedChains(ported) : List.of();
      if (byText(ported) || keepsText) {
        Set<PortState> some = new HashSet<>(rewritten);
        text = Optional.of(restoreText(ported, full ? port -> true : some::contains, doomed));
      }
      if (byText(ported)) {
        // Where others wrote, the chains that were found are all that there are.
        StaleChains stale = othersWrote && cleans ? StaleChains.of(doomed) : ported.stale();
        failure = load(text.orElseThrow(), ported.withRules(ported.rules(), stale), doomed, full);
      } else {
        setWritten(pool.write(ported, rewritten, full, full && lastFullSync == null, doomed));
      }
    }
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
        version.reconcilesConntrack() ? List.of() : conntrack.commands(written.ports()),
        listed,
        listed ? written.staleUdpEntries() : StaleUdpEntries.NONE,
        serverEvents,
        allEvents);
  }

  /** Whether the rules are loaded as a text, because others wrote, or it will be refused. */
  private boolean byText(Written ported) {
    return othersWrote || !ported.isRepresentable();
  }

  /** Loads a text; gives why it was refused. */
  private Optional<RuleException> load(
      String text, Written ported, List<String> doomed, boolean full) {
    boolean ensuresJumps = full && (othersWrote || lastFullSync == null);
    RuleSet before = ensuresJumps ? pool.jumps().ensure(ported.rules()) : ported.rules();
    RestoreResult result = before.restore(text, RestoreOptions.NOFLUSH_COUNTERS);
    StaleChains stale = result.error().isEmpty() ? ported.stale().without(doomed) : ported.stale();
    setWritten(ported.withRules(result.ruleSet(), stale));
    return result.error();
  }

  /** Writes what other nodes may have written already. */
  private void writeWithOthers(
      List<ServicePortName> removed, List<PortState> rewritten, boolean full, Instant now) {
    largeCluster = written.endpointsWith(removed, rewritten) > LARGE_CLUSTER_ENDPOINTS;
    boolean cleans = cleansUp(now);
    setWritten(pool.after(
        written,
        new RulePool.Step(removed, rewritten, full, full && lastFullSync == null, cleans)));
  }

  /** Notes the Services that changed; gives the ports that are gone. */
  private List<ServicePortName> takeServiceChanges(
      Set<String> changed, ConntrackCommands conntrack) {
    List<ServicePortName> removed = new ArrayList<>(0);
    for (String key : toldAll ? known.keys() : toldServices) {
      Map<ServicePortName, ServicePortInfo> before = synced.portsOf(key);
      Map<ServicePortName, ServicePortInfo> now = known.portsOf(key);
      if (before.equals(now)) {
        continue;
      }
      changed.add(key);
      before.forEach((name, info) -> {
        if (!now.containsKey(name)) {
          conntrack.removed(info);
          removed.add(name);
        }
      });
      healthPorts.remove(key);
      for (ServicePortInfo info : now.values()) {
        if (info.healthCheckNodePort() != 0) {
          healthPorts.put(key, info.healthCheckNodePort());
        }
      }
    }
    return removed;
  }

  /** Notes the endpoints that changed; true if those of a UDP port are among them. */
  private boolean takeEndpointChanges(
      Set<String> changed, ConntrackCommands conntrack, List<ProxyEvent> events) {
    boolean udp = false;
    for (String key : toldAll ? known.keys() : toldSlices) {
      Endpoints before = synced.endpointsOf(key, node);
      Endpoints now = known.endpointsOf(key, node);
      // The original works the endpoints before out anew, and complains of them anew.
      events.addAll(before.complaints());
      events.addAll(now.complaints());
      changed.add(key);
      conntrack.changed(before, now);
      udp |= hasUdp(before) || hasUdp(now);
    }
    return udp;
  }

  private static boolean hasUdp(Endpoints endpoints) {
    for (ServicePortName name : endpoints.byPort().keySet()) {
      if (name.protocol() == Protocol.UDP) {
        return true;
      }
    }
    return false;
  }

  private List<PortState> statesOf(Collection<String> keys) {
    List<PortState> states = new ArrayList<>(keys.size());
    for (String key : keys) {
      @Nullable KnownService service = known.service(key);
      if (service != null && !service.ports().isEmpty()) {
        Endpoints endpoints = service.endpoints(known.watched(), node);
        for (ServicePortInfo port : service.ports().values()) {
          states.add(stateOf(service, port, endpoints));
        }
      }
    }
    return states;
  }

  private PortState stateOf(KnownService service, ServicePortInfo port, Endpoints endpoints) {
    List<EndpointInfo> all = endpoints.of(port.name());
    boolean sameEverywhere = !endpoints.contested()
        && !port.restrictsSources()
        && EndpointCategories.sameEverywhere(all, port, topology);
    @Nullable PortState made = sameEverywhere ? service.stateOf(port.name()) : null;
    if (made != null && made.isFor(pool.settings())) {
      return made;
    }
    PortState state = pool.port(
        port,
        written.ports().get(port.name()),
        all,
        EndpointCategories.of(all, port, topology),
        port.restrictsSources() && port.letsIn(settings.nodeIp()));
    if (sameEverywhere) {
      service.setState(state);
    }
    return state;
  }

  /** Whether chains that no service port has any more are deleted now. */
  private boolean cleansUp(Instant now) {
    boolean due = !largeCluster
        || lastCleanup == null
        || Duration.between(lastCleanup, now).compareTo(configuration.syncPeriod()) > 0;
    if (due) {
      lastCleanup = now;
    }
    return due;
  }

  /** The chains that no service port has any more. */
  private List<String> doomedChains(Written ported) {
    if (!othersWrote) {
      return ported.stale().sorted();
    }
    Set<String> active = new HashSet<>();
    ported.ports().values().forEach(port -> active.addAll(port.chainNames()));
    List<String> found = new ArrayList<>();
    ported.rules().table(TableName.NAT).ifPresent(nat -> {
      for (Chain chain : nat.chains()) {
        if (ChainNames.isOfService(chain.name()) && !active.contains(chain.name())) {
          found.add(chain.name());
        }
      }
    });
    return found;
  }

  private String restoreText(Written ported, Predicate<PortState> isWritten, List<String> doomed) {
    FixedRules fixedRules = pool.fixedRules();
    StringBuilder filterChains = new StringBuilder(512).append("*filter\n");
    StringBuilder filterRules = new StringBuilder(1024);
    StringBuilder natChains = new StringBuilder(1024);
    StringBuilder natRules = new StringBuilder(lastTextLength);
    RuleSink filter = new TextSink(filterChains, filterRules);
    RuleSink nat = new TextSink(natChains, natRules);
    fixedRules.beginFilter(filter);
    fixedRules.beginNat(nat);
    for (PortState port : ported.ports().values()) {
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

  private List<HealthCheckServers.ServerEvent> syncHealthServers() {
    Map<String, Integer> counts = new TreeMap<>();
    for (String key : healthPorts.keySet()) {
      @Nullable KnownService service = known.service(key);
      counts.put(key, service == null ? 0 : service.readyOn(known.watched(), node));
    }
    return healthServers.sync(healthPorts, counts);
  }
}
