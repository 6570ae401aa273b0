package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The kube-proxy of one node, in iptables mode.
 *
 * <p>Tell it of every Service, EndpointSlice and Node by {@link #changed}; then {@link #sync}. Not
 * thread-safe.
 */
public final class NodeProxy {
  private final KubeProxyVersion version;
  private final String node;
  private final Map<IpFamily, Proxier> proxiers = new EnumMap<>(IpFamily.class);
  private final List<String> sysctlCalls = new ArrayList<>();
  /** The addresses on which health-check servers listen, of a host that is known whole. */
  private @Nullable Set<String> taken;

  private @Nullable Map<String, String> watchedLabels;
  private @Nullable String watchedZone;

  /**
   * Starts kube-proxy.
   *
   * @param version which version
   * @param configuration what it is told
   * @param host what the host tells it
   * @param node the node as it is now; null if it is not known yet. Its blocks of pods are read
   *     only here
   * @param initial the rules that are there already, for each family; missing ones are empty
   * @param keepsText whether each {@link SyncResult} holds the text for iptables-restore, which
   *     takes time where there are many Services
   * @return the running kube-proxy
   */
  public static NodeProxy start(
      KubeProxyVersion version,
      KubeProxyConfiguration configuration,
      HostFacts host,
      @Nullable Node node,
      Map<IpFamily, RuleSet> initial,
      boolean keepsText) {
    return new NodeProxy(version, configuration, host, node, initial, keepsText, null);
  }

  /** Starts kube-proxy on a host without rules, to share what it can with those of other nodes. */
  static NodeProxy start(
      KubeProxyVersion version,
      KubeProxyConfiguration configuration,
      HostFacts host,
      Node node,
      SharedRules shared) {
    return new NodeProxy(version, configuration, host, node, Map.of(), false, shared);
  }

  /**
   * Runs {@code kube-proxy --cleanup} on a node.
   *
   * @param version which version runs
   * @param rules the node's rules of one family
   * @return what is left of them
   */
  public static RuleSet cleanup(KubeProxyVersion version, RuleSet rules) {
    return Cleanup.of(rules, version);
  }

  private NodeProxy(
      KubeProxyVersion version,
      KubeProxyConfiguration configuration,
      HostFacts host,
      @Nullable Node node,
      Map<IpFamily, RuleSet> initial,
      boolean keepsText,
      @Nullable SharedRules shared) {
    this.version = version;
    String configured = configuration.hostnameOverride().trim().toLowerCase(java.util.Locale.ROOT);
    this.node = configured.isEmpty() && node != null ? node.metadata().name() : configured;
    for (IpFamily family : host.families()) {
      RuleSet rules = initial.getOrDefault(family, RuleSet.empty(family));
      ProxierSettings settings = settings(configuration, host, node, family);
      proxiers.put(
          family, new Proxier(settings, configuration, host, this.node, keepsText, rules, shared));
    }
  }

  private NodeProxy(NodeProxy original, SharedRules shared) {
    this.version = original.version;
    this.node = original.node;
    this.sysctlCalls.addAll(original.sysctlCalls);
    this.taken = original.taken == null ? null : new HashSet<>(original.taken);
    this.watchedLabels = original.watchedLabels;
    this.watchedZone = original.watchedZone;
    original.proxiers.forEach(
        (family, proxier) -> proxiers.put(family, proxier.frozenCopy(taken, shared)));
  }

  /**
   * A copy of a kube-proxy that is not changed any more, which goes on where that one is.
   *
   * @param shared what it shares with other nodes from then on
   */
  NodeProxy frozenCopy(SharedRules shared) {
    return new NodeProxy(this, shared);
  }

  /**
   * From now on the health-check servers of both families are of one host, on which an address can
   * be listened on once. In v1.30 both want the same one.
   */
  void bindOnOneHost() {
    Set<String> ofHost = new HashSet<>();
    proxiers.values().forEach(proxier -> proxier.healthCheckServers().bindAmong(ofHost));
    taken = ofHost;
  }

  private ProxierSettings settings(
      KubeProxyConfiguration configuration, HostFacts host, @Nullable Node known, IpFamily family) {
    NodePortAddresses addresses = NodePortAddresses.of(configuration, version, host, family);
    boolean localhost = configuration.localhostNodePorts()
        && family == IpFamily.IPV4
        && addresses.containsIpv4Loopback();
    if (localhost) {
      int routed = sysctl(host, "net/ipv4/conf/all/route_localnet");
      if (routed != 1) {
        sysctlCalls.add("set net/ipv4/conf/all/route_localnet = 1");
      }
    }
    boolean liberal = sysctl(host, "net/netfilter/nf_conntrack_tcp_be_liberal") != 0;
    return new ProxierSettings(
        family,
        version,
        configuration.mark(),
        configuration.masqueradeAll(),
        localhost,
        LocalTraffic.of(configuration, family, known),
        addresses,
        host.nodeIp(family),
        !version.hasExternalIpsGate() || configuration.gate("AllowServiceExternalIPs", true),
        host.nfacct(),
        liberal);
  }

  private int sysctl(HostFacts host, String path) {
    int value = host.sysctls().getOrDefault(path, 0);
    sysctlCalls.add("get " + path + " => " + value);
    return value;
  }

  /**
   * The node.
   *
   * @return the name by which its endpoints are known
   */
  public String node() {
    return node;
  }

  /**
   * The kernel settings that were read and written at the start.
   *
   * @return {@code get path => value} and {@code set path = value}, in order
   */
  public List<String> sysctlCalls() {
    return List.copyOf(sysctlCalls);
  }

  /**
   * Finds the half for a family.
   *
   * @param family the family
   * @return the proxier, or nothing if the host does not have the family
   */
  public Optional<Proxier> proxier(IpFamily family) {
    return Optional.ofNullable(proxiers.get(family));
  }

  /**
   * Takes a change of the cluster; {@link #sync} acts on it.
   *
   * @param change a change of any object
   * @return whether kube-proxy watches such objects
   */
  public boolean changed(Change change) {
    @Nullable KubeObject after = change.after();
    KubeObject object = change.object();
    if (object instanceof Service || object instanceof EndpointSlice) {
      proxiers.values().forEach(p -> p.tell(change));
      return true;
    } else if (object instanceof Node changed && changed.metadata().name().equals(node)) {
      nodeChanged((Node) after);
      return true;
    }
    return false;
  }

  /** Tells a kube-proxy that has just started of everything that there is. */
  void tellAll(Function<Watched, Known> everything) {
    proxiers.values().forEach(p -> p.tellAll(everything.apply(p.watched())));
  }

  /** Works out what is known after the changes so far, so that they need not be kept. */
  void takeIn() {
    proxiers.values().forEach(Proxier::takeIn);
  }

  private void nodeChanged(@Nullable Node after) {
    Map<String, String> labels = after == null ? Map.of() : after.metadata().labels();
    @Nullable String zone = labels.get(Node.ZONE_LABEL);
    boolean changed;
    if (version.watchesZoneOnly()) {
      changed = after != null && !Objects.equals(zone, watchedZone);
    } else {
      // To v1.30 a node without labels is like none at first, but differs from one that lost them.
      changed = after == null
          || (labels.isEmpty() ? watchedLabels != null : !labels.equals(watchedLabels));
      watchedLabels = after == null ? null : changed ? labels : watchedLabels;
    }
    if (changed) {
      watchedZone = zone;
      proxiers.values().forEach(p -> p.labelsChanged(zone));
    }
  }

  /**
   * Brings the rules of every family in line with the objects.
   *
   * @param now the time
   * @return what was done, IPv4 first
   */
  public List<SyncResult> sync(Instant now) {
    List<SyncResult> results = new ArrayList<>(2);
    proxiers.values().forEach(proxier -> results.add(proxier.sync(now)));
    return results;
  }
}
