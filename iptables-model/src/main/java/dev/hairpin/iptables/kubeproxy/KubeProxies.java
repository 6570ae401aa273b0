package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.analysis.lint.LintContributor;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.collect.ForkableMap;
import dev.hairpin.iptables.Drift;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
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
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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

  private final KubeProxy addOn;
  private final ClusterState state;
  private final ForkableMap<String, RunningProxy> nodes;
  private final Map<String, NodeKernel> kernels = new HashMap<>();
  private final Backlog backlog;
  private final ProgramPool pool = new ProgramPool();
  private final SharedPrograms programs = new SharedPrograms(pool);
  private final SharedRules shared;
  private final List<BiConsumer<String, SyncResult>> listeners = new ArrayList<>();

  /** By node; empty if rules follow at once. */
  private final Map<String, SyncRunner> runners = new TreeMap<>();

  KubeProxies(KubeProxy addOn, ClusterState state) {
    this(addOn, state, new ForkableMap<>(), new Backlog(), new SharedRules());
    if (addOn.pacing() == KubeProxy.Pacing.REAL) {
      state.list(Node.class).forEach(node -> start(node.metadata().name()));
    }
    state.watch(this::changed);
  }

  private KubeProxies(
      KubeProxy addOn,
      ClusterState state,
      ForkableMap<String, RunningProxy> nodes,
      Backlog backlog,
      SharedRules shared) {
    this.addOn = addOn;
    this.state = state;
    this.nodes = nodes;
    this.backlog = backlog;
    this.shared = shared;
  }

  /**
   * The same in a fork of the cluster: every node's kube-proxy goes on with what it knows and has
   * written, and its next sync is due when it is here. Whoever listens here does not there, and
   * what rules have counted and remember begins anew.
   */
  KubeProxies in(ClusterState fork) {
    KubeProxies copy = new KubeProxies(addOn, fork, nodes.fork(), backlog.copy(), shared.fork());
    runners.forEach(
        (node, runner) -> copy.runners.put(node, runner.in(fork.clock(), () -> copy.sync(node))));
    fork.watch(copy::changed);
    return copy;
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
    if (nodes.isEmpty()) {
      shared.forget();
      return;
    }
    backlog.add(change, state.clock().now());
    if (addOn.pacing() == KubeProxy.Pacing.REAL) {
      runners.forEach((name, runner) -> {
        if (caughtUp(name)) {
          runner.request();
        }
      });
      clearBacklog();
    } else if (backlog.isFull()) {
      List<String> names = new ArrayList<>();
      nodes.forEach((name, running) -> names.add(name));
      names.forEach(name -> {
        caughtUp(name);
        takenIn(name);
      });
      clearBacklog();
    }
  }

  private void clearBacklog() {
    shared.catchUp(backlog);
    backlog.clear();
  }

  private RunningProxy copyOf(RunningProxy original) {
    return original.frozenCopy(shared);
  }

  private void takenIn(String node) {
    @Nullable RunningProxy running = nodes.writable(node, this::copyOf);
    if (running != null) {
      running.proxy().takeIn();
    }
  }

  /** Lets a node's kube-proxy take in what has happened; says whether it is concerned. */
  private boolean caughtUp(String node) {
    RunningProxy running = nodes.writable(node, this::copyOf);
    return running != null && running.catchUp(backlog);
  }

  private static boolean startsAlike(Node before, Node now) {
    return before.podCidrs().equals(now.podCidrs()) && before.addresses().equals(now.addresses());
  }

  private void stop(String name) {
    nodes.remove(name);
    kernels.remove(name);
    @Nullable SyncRunner runner = runners.remove(name);
    if (runner != null) {
      runner.stop();
    }
  }

  private Optional<RunningProxy> start(String name) {
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
        shared);
    proxy.bindOnOneHost();
    proxy.changed(new Change(null, node.get()));
    proxy.tellAll(watched -> shared.everything(watched, state, backlog));
    RunningProxy running = new RunningProxy(
        proxy, node.get(), addOn.version(), configuration, state.clock().now(), backlog.total());
    nodes.put(name, running);
    if (addOn.pacing() == KubeProxy.Pacing.REAL) {
      SyncRunner runner = new SyncRunner(
          state.clock(),
          addOn.version(),
          configuration.minSyncPeriod(),
          configuration.syncPeriod(),
          () -> sync(name));
      runners.put(name, runner);
      runner.request();
    }
    return Optional.of(running);
  }

  /** Syncs a node that runs; false if it has to be tried again. */
  private boolean sync(String node) {
    RunningProxy running = nodes.writable(node, this::copyOf);
    return running == null || sync(running);
  }

  private boolean sync(RunningProxy running) {
    boolean succeeded = true;
    boolean late = addOn.pacing() == KubeProxy.Pacing.REAL;
    for (SyncResult result : running.sync(state.clock().now(), late)) {
      listeners.forEach(listener -> listener.accept(running.proxy().node(), result));
      succeeded &= result.failure().isEmpty();
      for (ProxyEvent event : result.events()) {
        String service = event.regarding();
        int slash = service.indexOf('/');
        state.report(
            new ObjectKey(Service.KIND, service.substring(0, slash), service.substring(slash + 1)),
            event.warning(),
            event.reason(),
            event.note(),
            "kube-proxy");
      }
    }
    return succeeded;
  }

  private Optional<RunningProxy> upToDate(String name) {
    @Nullable RunningProxy known = nodes.writable(name, this::copyOf);
    Optional<RunningProxy> running = known != null ? Optional.of(known) : start(name);
    running.ifPresent(r -> {
      r.catchUp(backlog);
      if (addOn.pacing() == KubeProxy.Pacing.IMMEDIATE && r.isChanged()) {
        sync(r);
      }
    });
    return running;
  }

  private NodeKernel kernel(String node) {
    return kernels.computeIfAbsent(node, n -> new NodeKernel());
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
   * The kube-proxy of a node, with everything that happened so far taken in. It is for this moment:
   * after a change or a fork of the cluster ask again.
   *
   * @param node the node's name
   * @return its kube-proxy, or nothing if there is no such node
   */
  public Optional<NodeProxy> proxyOf(String node) {
    return upToDate(node).map(RunningProxy::proxy);
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
        .flatMap(running -> kernel(node).program(running, family, furtherAddresses, programs));
  }

  /**
   * What the programs of all nodes share, for compilers of other rules that are to share it too.
   *
   * @return the pool
   */
  public ProgramPool pool() {
    return pool;
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
            addOn, state, (node, family) -> upToDate(node).map(running -> running.lastSync(family)))
        .check(found);
  }

  /** How many rules each node has, of both families, and what writing the most of them takes. */
  @Override
  public List<Figure> figures(Load load) {
    return new RuleMeasures(this).figures(state.list(Node.class));
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
    return upToDate(node).map(running -> kernel(node).walker(running.proxy()));
  }

  /**
   * How a node's kube-proxy tells of its own health, with everything that happened so far taken in.
   *
   * @param node the node's name
   * @return its server, or nothing if there is no such node
   */
  public Optional<ProxyHealthServer> healthOf(String node) {
    return upToDate(node).map(RunningProxy::health);
  }

  @Override
  public Map<String, String> sysctls(String node) {
    @Nullable RunningProxy known = nodes.get(node);
    return (known != null ? Optional.of(known) : start(node))
        .map(RunningProxy::sysctls)
        .orElse(Map.of());
  }

  @Override
  public List<Listener> servers(String node) {
    return upToDate(node).map(RunningProxy::servers).orElse(List.of());
  }

  @Override
  public OptionalInt httpStatus(String node, int port, String path) {
    return upToDate(node)
        .map(running -> running.httpStatus(port, path, state.clock().now()))
        .orElse(OptionalInt.empty());
  }
}
