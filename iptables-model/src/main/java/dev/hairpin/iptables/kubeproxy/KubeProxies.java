package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.analysis.lint.LintContributor;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.Drift;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Listener;
import dev.hairpin.path.PacketFilter;
import dev.hairpin.path.addon.NodeFilters;
import dev.hairpin.path.conntrack.ConntrackEntry;
import dev.hairpin.path.conntrack.ConntrackFilter;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.NodePrograms;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.whatif.CapacityModel;
import dev.hairpin.whatif.Figure;
import dev.hairpin.whatif.Load;
import dev.hairpin.whatif.Metric;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The kube-proxies of a cluster's nodes, running.
 *
 * <p>A node's kube-proxy is started when the node's rules are first asked for; what happened before
 * it learns from the state, as after a restart. With {@link KubeProxy.Pacing#IMMEDIATE} a sync is
 * made up for when somebody looks at the rules. Not thread-safe: it belongs to the thread that
 * writes the cluster.
 */
public final class KubeProxies
    implements NodeFilters, NodePrograms, CapacityModel, LintContributor {

  private static final String CONNTRACK = "conntrack ";

  private static final class Running {
    private final NodeProxy proxy;
    private final List<Cidr> blocks;
    private final List<IpAddress> addresses;
    private final ProxyHealthServer health;
    private final @Nullable SocketAddress healthz;
    private final Map<String, String> sysctls;
    private final Map<IpFamily, RuleCompiler> compilers = new EnumMap<>(IpFamily.class);
    private final Map<IpFamily, RuleSet> filtered = new EnumMap<>(IpFamily.class);
    private final Map<IpFamily, SyncResult> lastSync = new EnumMap<>(IpFamily.class);
    private @Nullable RuleWalker walker;
    private @Nullable SyncRunner runner;
    private @Nullable List<Listener> servers;
    private boolean changed = true;
    private Instant changedAt;

    private Running(
        NodeProxy proxy,
        Node node,
        KubeProxyVersion version,
        KubeProxyConfiguration configuration,
        Instant now) {
      this.proxy = proxy;
      this.health = new ProxyHealthServer(version, configuration.syncPeriod(), now);
      this.healthz = configuration.healthzBindAddress();
      this.sysctls = configuration.conntrack().sysctls(KubeProxy.coresOf(node));
      this.changedAt = now;
      this.blocks = node.podCidrs().stream().map(Cidr::parse).toList();
      this.addresses = KubeProxy.hostOf(node, configuration).interfaceAddresses();
      health.nodeChanged(node);
    }

    private void changed(Instant now) {
      if (!changed) {
        changed = true;
        changedAt = now;
      }
      for (IpFamily family : IpFamily.values()) {
        if (proxy.proxier(family).isPresent()) {
          health.queued(family, now);
        }
      }
      if (runner != null) {
        runner.request();
      }
    }
  }

  private final KubeProxy addOn;
  private final ClusterState state;
  private final Map<String, Running> nodes = new TreeMap<>();
  private final ProgramPool pool = new ProgramPool();
  private final List<BiConsumer<String, SyncResult>> listeners = new ArrayList<>();

  KubeProxies(KubeProxy addOn, ClusterState state) {
    this.addOn = addOn;
    this.state = state;
    if (addOn.pacing() == KubeProxy.Pacing.REAL) {
      state.list(Node.class).forEach(node -> start(node.metadata().name()));
    }
    state.watch(this::changed);
  }

  private void changed(Change change) {
    KubeObject object = change.object();
    if (object instanceof Node node) {
      String name = node.metadata().name();
      if (change.after() == null) {
        stop(name);
        return;
      }
      if (change.before() instanceof Node before && !startsAlike(before, node)) {
        // What kube-proxy reads only once has changed: it is restarted.
        stop(name);
      }
      if (addOn.pacing() == KubeProxy.Pacing.REAL && !nodes.containsKey(name)) {
        start(name);
        return;
      }
    } else if (!(object instanceof Service) && !(object instanceof EndpointSlice)) {
      return;
    }
    for (Running running : nodes.values()) {
      if (running.proxy.changed(change)) {
        running.changed(state.clock().now());
        if (object instanceof Node node) {
          running.health.nodeChanged(node);
        }
      }
    }
  }

  private static boolean startsAlike(Node before, Node now) {
    return before.podCidrs().equals(now.podCidrs()) && before.addresses().equals(now.addresses());
  }

  private void stop(String name) {
    @Nullable Running running = nodes.remove(name);
    if (running != null && running.runner != null) {
      running.runner.stop();
    }
  }

  private Optional<Running> start(String name) {
    Optional<Node> node = state.get(Node.class, "", name);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    KubeProxyConfiguration configuration = addOn.configurationOf(node.get());
    NodeProxy proxy = NodeProxy.start(
        addOn.version(),
        configuration,
        KubeProxy.hostOf(node.get(), configuration),
        node.get(),
        Map.of(),
        false);
    proxy.bindOnOneHost();
    proxy.changed(new Change(null, node.get()));
    state.list(Service.class).forEach(service -> proxy.changed(new Change(null, service)));
    state.list(EndpointSlice.class).forEach(slice -> proxy.changed(new Change(null, slice)));
    Running running = new Running(
        proxy, node.get(), addOn.version(), configuration, state.clock().now());
    if (addOn.pacing() == KubeProxy.Pacing.REAL) {
      running.runner = new SyncRunner(
          state.clock(),
          addOn.version(),
          configuration.minSyncPeriod(),
          configuration.syncPeriod(),
          () -> sync(running));
      running.runner.request();
    }
    nodes.put(name, running);
    return Optional.of(running);
  }

  private boolean sync(Running running) {
    running.changed = false;
    boolean succeeded = true;
    for (SyncResult result : running.proxy.sync(state.clock().now())) {
      running.lastSync.put(result.family(), result);
      listeners.forEach(listener -> listener.accept(running.proxy.node(), result));
      if (result.failure().isEmpty()) {
        boolean late = addOn.pacing() == KubeProxy.Pacing.REAL;
        running.health.updated(result.family(), late ? state.clock().now() : running.changedAt);
      } else {
        succeeded = false;
      }
      if (!result.healthCheckEvents().isEmpty()) {
        running.servers = null;
      }
      for (ProxyEvent event : result.events()) {
        String service = event.regarding();
        int slash = service.indexOf('/');
        state.report(
            new dev.hairpin.api.ObjectKey(
                Service.KIND, service.substring(0, slash), service.substring(slash + 1)),
            event.warning(),
            event.reason(),
            event.note(),
            "kube-proxy");
      }
    }
    return succeeded;
  }

  private Optional<Running> upToDate(String name) {
    @Nullable Running known = nodes.get(name);
    Optional<Running> running = known != null ? Optional.of(known) : start(name);
    if (addOn.pacing() == KubeProxy.Pacing.IMMEDIATE) {
      running.filter(r -> r.changed).ifPresent(this::sync);
    }
    return running;
  }

  /**
   * Restarts the kube-proxy of a node: it forgets what it had written and begins with a full sync.
   * The node's rules stay until then.
   *
   * @param node the node's name
   * @throws IllegalArgumentException if there is no such node
   */
  public void restart(String node) {
    stop(node);
    if (start(node).isEmpty()) {
      throw new IllegalArgumentException("there is no node " + node);
    }
  }

  /**
   * The kube-proxy of a node, with everything that happened so far taken in.
   *
   * @param node the node's name
   * @return its kube-proxy, or nothing if there is no such node
   */
  public Optional<NodeProxy> proxyOf(String node) {
    return upToDate(node).map(running -> running.proxy);
  }

  /**
   * The rules of a node.
   *
   * @param node the node's name
   * @param family the family
   * @return the rules; nothing if there is no such node, or it does not have the family
   */
  public Optional<RuleSet> rulesOf(String node, IpFamily family) {
    return proxyOf(node).flatMap(proxy -> proxy.proxier(family)).map(Proxier::ruleSet);
  }

  /**
   * How the rules of a real node differ from those that its kube-proxy would have written.
   *
   * <pre>{@code
   * RuleSet real = RuleSet.parse(Files.readString(dump), IpFamily.IPV4);
   * proxies.driftOf("node-1", real).findings().forEach(System.out::println);
   * }</pre>
   *
   * @param node the node's name
   * @param real the rules that it has, such as a parsed dump
   * @return the differences, with the chain, the rule and the Service
   * @throws IllegalArgumentException if there is no such node, or it does not have the family
   */
  public Drift driftOf(String node, RuleSet real) {
    RuleSet expected = rulesOf(node, real.family())
        .orElseThrow(() -> new IllegalArgumentException(
            "there is no node " + node + " with " + real.family() + " rules"));
    return Drift.between(expected, real);
  }

  /**
   * The rules of a node, compiled for the fast path.
   *
   * <pre>{@code
   * KubeProxies proxies = KubeProxy.newest().start(state);
   * DecisionProgram program = proxies.programOf("node-1", IpFamily.IPV4).orElseThrow();
   * Decider decider = new Decider(program, new AffinityTable());
   * int link = program.link(Protocol.TCP, "eth0");
   * long decision = decider.decide(link, client, serviceAddress, 40_000 << 16 | 80, draw);
   * SocketAddress endpoint = program.targets().get(Decision.target(decision));
   * }</pre>
   *
   * <p>Ask again after the cluster has changed: the rules that changed are compiled, and
   * {@link dev.hairpin.path.fast.Decider#follow} goes over to them. Nodes with the same rules share
   * their code, also where they differ by their blocks of pods. The node's addresses are taken to
   * be those of its Node object.
   *
   * @param node the node's name
   * @param family the family
   * @return the program of its rules as they are now; nothing if there is no such node, or it does
   *     not have the family
   */
  public Optional<DecisionProgram> programOf(String node, IpFamily family) {
    return programOf(node, family, List.of());
  }

  /**
   * The same for a node that has further addresses, such as those of its bridges and veths: they
   * count where rules ask for local addresses.
   *
   * @param node as above
   * @param family as above
   * @param furtherAddresses the addresses that its Node object does not name
   * @return as above
   */
  @Override
  public Optional<DecisionProgram> programOf(
      String node, IpFamily family, Collection<IpAddress> furtherAddresses) {
    return upToDate(node)
        .flatMap(running -> running.proxy.proxier(family).map(proxier -> {
          RuleCompiler compiler =
              running.compilers.computeIfAbsent(family, f -> compiler(running, f));
          List<IpAddress> addresses = new ArrayList<>(running.addresses);
          addresses.addAll(furtherAddresses);
          compiler.localAddresses(addresses);
          return compiler.compile(proxier.ruleSet());
        }));
  }

  /**
   * What the programs of all nodes share, for compilers of other rules that are to share it too.
   *
   * @return the pool
   */
  public ProgramPool pool() {
    return pool;
  }

  private RuleCompiler compiler(Running running, IpFamily family) {
    return new RuleCompiler(pool, family, running.blocks);
  }

  /**
   * Calls back after every sync of any node, for what a sync does beside the rules: entries of the
   * connection tracking table that are to be deleted, health-check servers.
   *
   * @param listener takes the node's name and what was done
   */
  public void onSync(BiConsumer<String, SyncResult> listener) {
    listeners.add(listener);
  }

  @Override
  public void lint(Consumer<Finding> found) {
    new ProxyLint(
            addOn,
            state,
            (node, family) -> upToDate(node).map(running -> running.lastSync.get(family)))
        .check(found);
  }

  /** How many rules each node has, of both families. */
  @Override
  public List<Figure> figures(Load load) {
    List<Figure> figures = new ArrayList<>();
    for (Node node : state.list(Node.class)) {
      String name = node.metadata().name();
      long rules = 0;
      for (IpFamily family : IpFamily.values()) {
        rules += rulesOf(name, family).stream()
            .flatMap(set -> set.tables().stream())
            .flatMap(table -> table.chains().stream())
            .mapToLong(chain -> chain.rules().size())
            .sum();
      }
      figures.add(Figure.of(
          Metric.RULES, name, (double) rules, Double.POSITIVE_INFINITY, Figure.How.EXACT));
    }
    return figures;
  }

  @Override
  public void cleansBy(BiConsumer<String, Predicate<ConntrackEntry>> delete) {
    onSync((node, result) -> {
      result
          .conntrackCommands()
          .forEach(command ->
              delete.accept(node, ConntrackFilter.parse(command.substring(CONNTRACK.length()))));
      if (result.conntrackListed()) {
        StaleUdpEntries stale = result.staleUdpEntries();
        delete.accept(
            node,
            entry -> stale.contains(
                entry.original().protocol(),
                entry.original().destination(),
                entry.reply().source()));
      }
    });
  }

  @Override
  public Optional<PacketFilter> filterOf(String node) {
    return upToDate(node).map(KubeProxies::filter);
  }

  /**
   * How a node's kube-proxy tells of its own health, with everything that happened so far taken in.
   *
   * @param node the node's name
   * @return its server, or nothing if there is no such node
   */
  public Optional<ProxyHealthServer> healthOf(String node) {
    return upToDate(node).map(running -> running.health);
  }

  @Override
  public Map<String, String> sysctls(String node) {
    @Nullable Running known = nodes.get(node);
    return (known != null ? Optional.of(known) : start(node))
        .map(running -> running.sysctls)
        .orElse(Map.of());
  }

  @Override
  public List<Listener> servers(String node) {
    return upToDate(node).map(KubeProxies::servers).orElse(List.of());
  }

  private static List<Listener> servers(Running running) {
    @Nullable List<Listener> known = running.servers;
    if (known != null) {
      return known;
    }
    List<SocketAddress> addresses = new ArrayList<>();
    if (running.healthz != null) {
      addresses.add(running.healthz);
    }
    for (IpFamily family : IpFamily.values()) {
      running
          .proxy
          .proxier(family)
          .map(Proxier::healthCheckServers)
          .ifPresent(servers -> servers
              .services()
              .forEach(service -> servers
                  .addressesOf(service)
                  .forEach(a -> addresses.add(SocketAddress.parse(a)))));
    }
    List<Listener> servers = addresses.stream()
        .map(a -> new Listener("kube-proxy", Protocol.TCP, a.address(), a.port()))
        .toList();
    running.servers = servers;
    return servers;
  }

  @Override
  public OptionalInt httpStatus(String node, int port, String path) {
    @Nullable Running running = upToDate(node).orElse(null);
    if (running == null) {
      return OptionalInt.empty();
    }
    Instant now = state.clock().now();
    if (running.healthz != null && running.healthz.port() == port) {
      return OptionalInt.of(running.health.ask(path, now).status());
    }
    boolean healthy = running.healthz == null || running.health.isHealthy(now);
    for (IpFamily family : IpFamily.values()) {
      Optional<HealthCheckServers.Answer> answer = running
          .proxy
          .proxier(family)
          .map(Proxier::healthCheckServers)
          .flatMap(servers -> servers.serviceOn(port).flatMap(s -> servers.ask(s, healthy)));
      if (answer.isPresent()) {
        return OptionalInt.of(answer.get().status());
      }
    }
    return OptionalInt.empty();
  }

  @SuppressWarnings("ReferenceEquality") // rules that did not change are the same object
  private static PacketFilter filter(Running running) {
    @Nullable RuleWalker walker = running.walker;
    boolean copied = false;
    for (IpFamily family : IpFamily.values()) {
      @Nullable
      RuleSet rules = running.proxy.proxier(family).map(Proxier::ruleSet).orElse(null);
      if (rules == null || rules == running.filtered.get(family)) {
        continue;
      }
      if (walker == null) {
        walker = new RuleWalker(rules);
        copied = true;
      } else {
        if (!copied) {
          walker = walker.copy();
          copied = true;
        }
        walker.load(rules);
      }
      running.filtered.put(family, rules);
    }
    if (walker == null) {
      throw new IllegalStateException("a node has at least one IP family");
    }
    running.walker = walker;
    return walker;
  }
}
