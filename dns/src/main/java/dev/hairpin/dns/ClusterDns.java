package dev.hairpin.dns;

import dev.hairpin.analysis.lint.Finding;
import dev.hairpin.analysis.lint.LintContributor;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.resolver.Amplification;
import dev.hairpin.dns.resolver.Arrival;
import dev.hairpin.dns.resolver.ClusterLookups;
import dev.hairpin.dns.resolver.NameServers;
import dev.hairpin.dns.resolver.PodTools;
import dev.hairpin.dns.resolver.Query;
import dev.hairpin.dns.resolver.QueryCosts;
import dev.hairpin.dns.server.DnsServer;
import dev.hairpin.dns.server.DnsServerOptions;
import dev.hairpin.dns.upstream.Surroundings;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.Courier;
import dev.hairpin.path.addon.Expert;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Explanation;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * CoreDNS running in a cluster, with the resolver libraries that ask it.
 *
 * <p>Over a {@link Courier} questions travel through the cluster's network, to whatever CoreDNS pod
 * the rules lead them; each pod has a cache of its own. Without one, every question to the
 * ClusterIP of {@code kube-system/kube-dns} reaches {@link #server}. A question to a node's own
 * resolver is answered by the upstream. Not thread-safe: it belongs to the thread that writes the
 * cluster.
 */
public final class ClusterDns implements NameService, Expert, LintContributor {
  private static final String CLUSTER_DOMAIN = "cluster.local";
  private static final int DNS_PORT = 53;

  /** The resolvers of nodes: of a VPC, and of nodes elsewhere. */
  private static final List<SocketAddress> NODE_RESOLVERS = List.of(
      new SocketAddress(ClusterLookups.VPC_RESOLVER, DNS_PORT),
      new SocketAddress(ClusterLookups.NODE_RESOLVER, DNS_PORT));

  private final ClusterState state;
  private final CoreDnsSettings settings;
  private final CoreDnsObjects objects;
  private final CoreDnsServer server;
  private final ClusterLookups lookups;
  private final Map<String, Replica> replicas = new TreeMap<>();
  private final Map<String, ReplicaFault> faults = new HashMap<>();
  private final NodeCaches nodeCaches;
  private boolean hasPods;

  ClusterDns(ClusterState state, CoreDnsSettings settings) {
    this(
        state,
        settings,
        CoreDnsServer.install(
            state,
            settings.corefile(),
            settings.version(),
            machines(settings).withAddresses(CoreDnsServer.ownAddresses(state))));
  }

  private ClusterDns(ClusterState state, CoreDnsSettings settings, CoreDnsServer server) {
    this.state = state;
    this.settings = settings;
    this.objects = new CoreDnsObjects(state);
    this.server = server;
    this.lookups = new ClusterLookups(state, CLUSTER_DOMAIN, settings.library());
    this.nodeCaches = new NodeCaches(state, settings.version(), machines(settings), this::replica);
  }

  /** What a node has around it. */
  private static Surroundings machines(CoreDnsSettings settings) {
    Surroundings surroundings = Surroundings.NONE;
    for (SocketAddress resolver : NODE_RESOLVERS) {
      surroundings = surroundings.withNameserver(resolver, settings.upstream());
    }
    return surroundings;
  }

  /**
   * The same in a fork of the cluster: what is wrong with pods stays so, caches are empty, and
   * questions are counted from 0.
   */
  ClusterDns in(ClusterState fork) {
    ClusterDns copy = new ClusterDns(fork, settings, server.in(fork));
    copy.hasPods = hasPods;
    copy.faults.putAll(faults);
    return copy;
  }

  /**
   * The server, to ask it messages directly.
   *
   * @return the server
   */
  public CoreDnsServer server() {
    return server;
  }

  /**
   * Who asks, and what he sees: the files, names and addresses of pods and nodes.
   *
   * @return the lookups of pods and nodes
   */
  public ClusterLookups lookups() {
    return lookups;
  }

  /**
   * The name servers as a pod or node reaches them, without a network between; see
   * {@link NameServers#behind} to put one of one's own there.
   *
   * @param source the pod or node
   * @param chooser decides the order of addresses in answers
   * @return the servers
   * @throws IllegalArgumentException if the source does not exist
   */
  public NameServers servers(Source source, Chooser chooser) {
    IpAddress client = clientAddress(source, 0).address();
    return new CoreDnsServers(
        server, lookups.clusterDns(), machines(settings).upstreams(), client, chooser);
  }

  /**
   * Looks a name up, and tells more than {@link #lookup}: when each question was sent, from which
   * port, and how long the program waited.
   *
   * @param source the pod or node that asks
   * @param name the name as a program says it
   * @param chooser decides what is left to chance
   * @return every question, and what came of it; prints as a table
   * @throws IllegalArgumentException if the source does not exist
   */
  public dev.hairpin.dns.resolver.Lookup resolve(Source source, String name, Chooser chooser) {
    return lookups.lookup(source, name, chooser, servers(source, chooser));
  }

  /**
   * Looks a name up without a network between.
   *
   * @param source the pod or node that asks
   * @param name the name as a program says it
   * @param chooser decides what is left to chance
   * @return the questions that were sent and the addresses found
   * @throws IllegalArgumentException if the source does not exist
   */
  public Lookup lookup(Source source, String name, Chooser chooser) {
    return ClusterLookups.told(resolve(source, name, chooser));
  }

  @Override
  public Lookup lookup(Source source, String name, Chooser chooser, Courier courier) {
    if (isAskedDirectly()) {
      return lookup(source, name, chooser);
    }
    NetworkedServers servers = networked(source, chooser, courier);
    return ClusterLookups.told(lookups.lookup(source, name, chooser, servers), servers::explain);
  }

  // ---- over the network

  /** Without a controller that makes pods there is nobody whom a packet could reach. */
  private boolean isAskedDirectly() {
    hasPods |= !settings.direct() && !objects.isDeploymentWithoutController();
    return !hasPods;
  }

  private NetworkedServers networked(Source source, Chooser chooser, Courier courier) {
    return new NetworkedServers(this, source, chooser, courier, state.clock().now());
  }

  /**
   * The name servers as a pod or node reaches them over the cluster's network.
   *
   * @param source the pod or node
   * @param chooser decides the order of addresses in answers, and which way packets take
   * @param courier carries the questions
   * @return the servers, for one lookup
   * @throws IllegalArgumentException if the source does not exist
   */
  public NameServers servers(Source source, Chooser chooser, Courier courier) {
    return isAskedDirectly() ? servers(source, chooser) : networked(source, chooser, courier);
  }

  /** Asks a node's own resolver, if the question is for one. */
  Optional<List<Arrival>> askMachine(Query query) {
    return NODE_RESOLVERS.contains(query.server())
        ? Optional.of(CoreDnsServers.askMachine(settings.upstream(), query))
        : Optional.empty();
  }

  /**
   * The CoreDNS that a pod is, made when it is first reached; null if the pod is something else.
   */
  @Nullable
  Replica replica(String name) {
    Optional<Pod> pod = pod(name).filter(CoreDnsObjects::isCoreDns);
    if (pod.isEmpty()) {
      replicas.remove(name);
      faults.remove(name);
      return null;
    }
    return replicas.computeIfAbsent(name, n -> {
      Replica made = new Replica(n, server.replica(CoreDnsServer.addressesOf(pod.get())));
      made.fault(faults.get(n));
      return made;
    });
  }

  private Optional<Pod> pod(String name) {
    int slash = name.indexOf('/');
    return slash < 0
        ? Optional.empty()
        : state.get(Pod.class, name.substring(0, slash), name.substring(slash + 1));
  }

  /** The cache on the node of a source, if it listens at an address. */
  @Nullable
  Replica nodeCache(Source source, SocketAddress asked, Courier courier, Chooser chooser) {
    if (!settings.nodeCache() || !nodeCaches.listenAt(asked.address())) {
      return null;
    }
    String node = source instanceof Source.OnNode on
        ? on.name()
        : source instanceof Source.InPod in
            ? pod(in.namespace() + "/" + in.name())
                .map(p -> p.spec().nodeName())
                .orElse("")
            : "";
    return nodeCaches.on(node, courier, chooser);
  }

  /** The address that a source asks from, before any translation. */
  SocketAddress clientAddress(Source source, int port) {
    IpAddress own =
        lookups.host(source).addresses().stream().findFirst().orElse(IpAddress.parse("127.0.0.1"));
    return new SocketAddress(own, port);
  }

  /**
   * Lets something be wrong with a pod of CoreDNS while it is ready, such as an overload.
   *
   * @param pod the pod as {@code namespace/name}
   * @param fault what is wrong; null for nothing any more
   * @throws IllegalArgumentException if it is no pod of CoreDNS
   */
  public void fault(String pod, @Nullable ReplicaFault fault) {
    Replica replica = replica(pod);
    if (replica == null) {
      throw new IllegalArgumentException(pod + " is no pod of CoreDNS");
    }
    replica.fault(fault);
    if (fault == null) {
      faults.remove(pod);
    } else {
      faults.put(pod, fault);
    }
  }

  /**
   * What the pods that answer had to do: those of CoreDNS that were asked over the network, and the
   * caches on the nodes.
   *
   * @return a row for each pod that is or was asked; prints as a table
   */
  public DnsLoad load() {
    Map<String, Replica> all = new TreeMap<>(replicas);
    all.putAll(nodeCaches.all());
    return new DnsLoad(all.values().stream().map(Replica::load).toList());
  }

  // ---- advice

  /** Whether kubelets have no Service at whose address pods could ask. */
  boolean hasNoService() {
    return objects.service().isEmpty();
  }

  @Override
  public Explanation refine(Failure attempt) {
    return new DnsAdvice(state, this).refine(attempt);
  }

  @Override
  public void lint(Consumer<Finding> found) {
    new DnsAdvice(state, this).lint(found);
  }

  // ---- tools

  /**
   * The commands {@code nslookup}, {@code dig} and {@code getent} on a pod or node.
   *
   * @param source the pod or node
   * @param chooser decides what is left to chance
   * @return the commands
   * @throws IllegalArgumentException if the source does not exist
   */
  public PodTools tools(Source source, Chooser chooser) {
    return new PodTools(lookups.host(source), chooser, servers(source, chooser));
  }

  /**
   * What a name costs from a pod or node, by library and {@code ndots}.
   *
   * @param source the pod or node
   * @param name the name
   * @return the costs for {@code ndots} 1, 2 and 5
   * @throws IllegalArgumentException if the source does not exist
   */
  public QueryCosts costs(Source source, String name) {
    NameServers servers = servers(source, Chooser.seeded(0));
    return QueryCosts.of(name, lookups.host(source), servers, List.of(1, 2, 5));
  }

  /**
   * What names cost from a pod or node, as a table: by {@code ndots}, and with a final dot.
   *
   * @param source the pod or node
   * @param names the names
   * @return the costs for {@code ndots} 5 and 2, with the library of the cluster's programs
   * @throws IllegalArgumentException if the source does not exist
   */
  public Amplification amplification(Source source, List<String> names) {
    NameServers servers = servers(source, Chooser.seeded(0));
    return Amplification.of(
        settings.library(), lookups.host(source), servers, List.of(5, 2), names);
  }

  /**
   * Serves CoreDNS on a real socket; its questions count as asked on port 53. While it runs, the
   * cluster is changed by {@link DnsServer#call} only.
   *
   * @param options where and how to listen
   * @return the running server
   * @throws IOException if the address and port cannot be had
   */
  public DnsServer serve(DnsServerOptions options) throws IOException {
    return DnsServer.start(this::answerPacket, options);
  }

  private Optional<byte[]> answerPacket(byte[] packet, Client client) {
    SocketAddress asked = new SocketAddress(client.server().address(), DNS_PORT);
    return server.answerPacket(packet, new Client(client.address(), asked, client.transport()));
  }
}
