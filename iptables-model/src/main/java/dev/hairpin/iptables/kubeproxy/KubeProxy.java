package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.Node;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.addon.AddOn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * kube-proxy in iptables mode as an add-on: one on every node.
 *
 * <p>Unless it is told otherwise, a node with blocks of pods is configured with
 * {@code detectLocalMode: NodeCIDR}, and a node without, as on EKS, with no way to tell pods from
 * others.
 */
public final class KubeProxy implements AddOn {

  /** When the rules follow a change of the cluster. */
  public enum Pacing {
    /** At once, in no time. */
    IMMEDIATE,
    /** As the real one paces its syncs, on the cluster's clock. */
    REAL
  }

  /** Cores or thousandths of one, as in {@code 4} and {@code 3920m}. */
  private static final Pattern CPU = Pattern.compile("\\d{1,6}|\\d{1,8}m");

  private final KubeProxyVersion version;
  private final @Nullable KubeProxyConfiguration configuration;
  private final Pacing pacing;

  private KubeProxy(
      KubeProxyVersion version, @Nullable KubeProxyConfiguration configuration, Pacing pacing) {
    this.version = version;
    this.configuration = configuration;
    this.pacing = pacing;
  }

  /**
   * The newest version that is modelled.
   *
   * @return the add-on
   */
  public static KubeProxy newest() {
    return ofVersion(KubeProxyVersion.DEFAULT);
  }

  /**
   * A version.
   *
   * @param version which
   * @return the add-on
   */
  public static KubeProxy ofVersion(KubeProxyVersion version) {
    return new KubeProxy(version, null, Pacing.IMMEDIATE);
  }

  /**
   * The same with one configuration for all nodes; its {@code hostnameOverride} is passed over.
   *
   * @param newConfiguration what every kube-proxy is told
   * @return the copy
   */
  public KubeProxy withConfiguration(KubeProxyConfiguration newConfiguration) {
    return new KubeProxy(version, newConfiguration, pacing);
  }

  /**
   * The same with another pacing.
   *
   * @param newPacing when the rules follow a change
   * @return the copy
   */
  public KubeProxy withPacing(Pacing newPacing) {
    return new KubeProxy(version, configuration, newPacing);
  }

  @Override
  public String name() {
    return "kube-proxy";
  }

  @Override
  public KubeProxies start(ClusterState state) {
    return new KubeProxies(this, state);
  }

  @Override
  public Optional<Component> fork(Component running, ClusterState fork) {
    return Optional.of(((KubeProxies) running).in(fork));
  }

  KubeProxyVersion version() {
    return version;
  }

  Pacing pacing() {
    return pacing;
  }

  KubeProxyConfiguration configurationOf(Node node) {
    KubeProxyConfiguration base =
        configuration != null ? configuration : KubeProxyConfiguration.DEFAULT;
    if (configuration == null && !node.podCidrs().isEmpty()) {
      base = base.withDetection(DetectLocalMode.NODE_CIDR, "");
    }
    return base.withHostname(node.metadata().name());
  }

  /**
   * The cores of a node, rounded up from what its kubelet gives to pods; 1 if that is not known.
   */
  static int coresOf(Node node) {
    @Nullable String cpu = node.allocatable().get("cpu");
    if (cpu == null || !CPU.matcher(cpu).matches()) {
      return 1;
    }
    int milli = cpu.endsWith("m")
        ? Integer.parseInt(cpu.substring(0, cpu.length() - 1))
        : Integer.parseInt(cpu) * 1000;
    return Math.max(1, (milli + 999) / 1000);
  }

  /**
   * What a host with the addresses of a Node object would tell, after kube-proxy has set up
   * connection tracking.
   */
  static HostFacts hostOf(Node node, KubeProxyConfiguration configuration) {
    Set<IpFamily> families = EnumSet.of(IpFamily.IPV4);
    Map<IpFamily, IpAddress> nodeIps = new EnumMap<>(IpFamily.class);
    List<IpAddress> addresses = new ArrayList<>();
    addresses.add(IpAddress.parse("127.0.0.1"));
    addresses.add(IpAddress.parse("::1"));
    for (IpFamily family : IpFamily.values()) {
      Optional<IpAddress> address = node.internalIp(family);
      address.ifPresent(ip -> {
        families.add(family);
        nodeIps.put(family, ip);
        addresses.add(ip);
      });
    }
    Map<String, Integer> sysctls = configuration.conntrack().tcpBeLiberal()
        ? Map.of("net/netfilter/nf_conntrack_tcp_be_liberal", 1)
        : Map.of();
    return new HostFacts(families, nodeIps, addresses, true, sysctls);
  }
}
