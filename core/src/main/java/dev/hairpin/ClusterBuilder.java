package dev.hairpin;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.NodeInfo;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ApiServerConfig;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.cluster.ipam.CidrSet;
import dev.hairpin.cluster.ipam.InstanceLimits;
import dev.hairpin.cluster.ipam.VpcCni;
import dev.hairpin.cluster.manager.ControllerManager;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.addon.AddOn;
import dev.hairpin.path.addon.AddOnProvider;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Says how a {@link Cluster} is to be made.
 *
 * <p>Got from {@link Cluster#builder}. A builder can make any number of clusters; those of one seed
 * are equal. Not thread-safe.
 */
public final class ClusterBuilder {
  private static final String REGION = "us-west-2";
  private static final List<String> ZONES = List.of("us-west-2a", "us-west-2b", "us-west-2c");
  private static final List<Cidr> EKS_SUBNETS = List.of(
      Cidr.parse("10.42.96.0/19"), Cidr.parse("10.42.128.0/19"), Cidr.parse("10.42.160.0/19"));

  /** What AWS recommends at most for a node with fewer than 30 cores, whatever the addresses. */
  private static final int MAX_PODS = 110;

  private static final Cidr KUBEADM_NODES = Cidr.parse("192.168.10.0/24");

  private final List<Node> nodes = new ArrayList<>();
  private final List<Cidr> podBlocks = new ArrayList<>();
  private final Map<String, Cidr> podSubnets = new LinkedHashMap<>();
  private final Map<String, Cidr> customSubnets = new LinkedHashMap<>();
  private boolean prefixDelegation;
  private int warmInterfaces;
  private List<Cidr> serviceCidrs = List.of(Cidr.parse("10.96.0.0/12"));
  private Timing timing = Timing.INSTANT;
  private long seed = 1;
  private String name = "hairpin";
  private boolean allAddOns;
  private Set<String> without = Set.of();

  ClusterBuilder() {}

  /**
   * The shape of an EKS cluster: nodes of type m5.large, one after another in the zones us-west-2a,
   * b and c, each in its zone's private subnet of the VPC 10.42.0.0/16; pods with addresses of
   * these subnets, as the AWS VPC CNI gives them; Services in 172.20.0.0/16.
   *
   * @param count how many nodes, 1 to 3,000
   * @return this builder
   */
  public ClusterBuilder eks(int count) {
    return eks(count, ZONES.size());
  }

  /**
   * The shape of {@link #eks(int)} in fewer zones.
   *
   * @param count how many nodes, 1 to 3,000
   * @param zones in how many zones, 1 to 3
   * @return this builder
   */
  public ClusterBuilder eks(int count, int zones) {
    require("nodes", count, 3_000);
    require("zones", zones, ZONES.size());
    serviceCidrs("172.20.0.0/16");
    for (int i = 0; i < zones; i++) {
      podSubnets.put(ZONES.get(i), EKS_SUBNETS.get(i));
    }
    for (int i = 0; i < count; i++) {
      int zone = i % zones;
      IpAddress address = EKS_SUBNETS.get(zone).at(10 + i / zones);
      String name =
          "ip-" + address.toString().replace('.', '-') + "." + REGION + ".compute.internal";
      nodes.add(node(
          name,
          address,
          Map.of(
              Node.ZONE_LABEL,
              ZONES.get(zone),
              "topology.kubernetes.io/region",
              REGION,
              Node.INSTANCE_TYPE_LABEL,
              "m5.large",
              "kubernetes.io/hostname",
              name),
          String.format(Locale.ROOT, "aws:///%s/i-0%016x", ZONES.get(zone), i + 1),
          "29"));
    }
    return this;
  }

  /**
   * The shape of a cluster made by kubeadm: nodes node-1, node-2, ... with the addresses
   * 192.168.10.1, ...; a block of 10.244.0.0/16 for the pods of each; Services in 10.96.0.0/12.
   *
   * @param count how many nodes, 1 to 200
   * @return this builder
   */
  public ClusterBuilder kubeadm(int count) {
    require("nodes", count, 200);
    serviceCidrs("10.96.0.0/12");
    podBlocks("10.244.0.0/16");
    for (int i = 1; i <= count; i++) {
      String name = "node-" + i;
      nodes.add(node(name, KUBEADM_NODES.at(i), Map.of("kubernetes.io/hostname", name), "", "110"));
    }
    return this;
  }

  private static void require(String what, int count, int most) {
    if (count < 1 || count > most) {
      throw new IllegalArgumentException(count + " " + what + " are not within 1-" + most);
    }
  }

  private static Node node(
      String name, IpAddress address, Map<String, String> labels, String providerId, String pods) {
    return new Node(
        ObjectMeta.of("", name).withLabels(new TreeMap<>(labels)),
        List.of(),
        providerId,
        false,
        List.of(),
        List.of(
            new NodeAddress("InternalIP", address.toString()), new NodeAddress("Hostname", name)),
        List.of(Condition.of("Ready", true)),
        Map.of("cpu", "2", "memory", "8Gi", "pods", pods),
        new NodeInfo("v1.36.3", "", "", "containerd://2.1.4", "amd64"));
  }

  /**
   * Hangs the pods of the nodes so far on a bridge, as the CNI plugin {@code bridge} does; needs
   * pods with addresses of {@link #podBlocks}.
   *
   * @param hairpinMode whether the bridge sends a frame back to the port that it came in from,
   *     without which a pod cannot reach itself through its Service
   * @return this builder
   */
  public ClusterBuilder bridge(boolean hairpinMode) {
    nodes.replaceAll(node -> NodeSettings.with(
        NodeSettings.with(node, NodeSettings.POD_NETWORK, "bridge"),
        NodeSettings.HAIRPIN_MODE,
        Boolean.toString(hairpinMode)));
    return this;
  }

  /**
   * Adds nodes of one's own.
   *
   * @param more the nodes
   * @return this builder
   */
  public ClusterBuilder nodes(Node... more) {
    nodes.addAll(List.of(more));
    return this;
  }

  /**
   * Sets where ClusterIPs are taken from.
   *
   * @param cidrs a block of each family, the default family first; further ones are further
   *     ServiceCIDRs
   * @return this builder
   * @throws IllegalArgumentException if a text is no block
   */
  public ClusterBuilder serviceCidrs(String... cidrs) {
    serviceCidrs = Stream.of(cidrs).map(Cidr::parse).toList();
    return this;
  }

  /**
   * Gives pods addresses of blocks that are cut from these: /24 for each node in IPv4, /64 in IPv6.
   *
   * @param cidrs at most one block of each family
   * @return this builder
   * @throws IllegalArgumentException if a text is no block, or two are of one family
   */
  public ClusterBuilder podBlocks(String... cidrs) {
    List<Cidr> blocks = Stream.of(cidrs).map(Cidr::parse).toList();
    if (blocks.stream().map(Cidr::family).distinct().count() < blocks.size()) {
      throw new IllegalArgumentException(
          "pod blocks " + String.join(", ", cidrs) + " are not of different families");
    }
    podBlocks.clear();
    podBlocks.addAll(blocks);
    podSubnets.clear();
    return this;
  }

  /**
   * Lets each slot of a node's interfaces hold a block of 16 addresses
   * ({@code ENABLE_PREFIX_DELEGATION} of the AWS VPC CNI), so that a node of {@link #eks} takes 110
   * pods instead of as many as it has single addresses for.
   *
   * @return this builder
   */
  public ClusterBuilder prefixDelegation() {
    prefixDelegation = true;
    return this;
  }

  /**
   * Gives pods addresses of other subnets than their nodes'
   * ({@code AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG}); a node's first interface then has no pods.
   *
   * @param subnetByZone the pods' subnet in each zone, such as 100.64.0.0/19 in us-west-2a; a pod
   *     in a zone that is not named gets no address and says so
   * @return this builder
   * @throws IllegalArgumentException if a text is no block
   */
  public ClusterBuilder customNetworking(Map<String, String> subnetByZone) {
    customSubnets.clear();
    new TreeMap<>(subnetByZone)
        .forEach((zone, subnet) -> customSubnets.put(zone, Cidr.parse(subnet)));
    return this;
  }

  /**
   * Lets nodes that have pods hold the addresses of further interfaces for the next ones
   * ({@code WARM_ENI_TARGET}).
   *
   * @param count how many interfaces; 0 by default, where the plugin's own default is 1
   * @return this builder
   * @throws IllegalArgumentException if the number is negative
   */
  public ClusterBuilder warmInterfaces(int count) {
    if (count < 0) {
      throw new IllegalArgumentException("warm interfaces " + count + " are negative");
    }
    warmInterfaces = count;
    return this;
  }

  /**
   * Sets how long things take.
   *
   * @param value by default {@link Timing#INSTANT}: all that is to happen has happened when a call
   *     returns
   * @return this builder
   */
  public ClusterBuilder timing(Timing value) {
    timing = value;
    return this;
  }

  /**
   * Sets what every random choice is derived from.
   *
   * @param value the seed; 1 by default
   * @return this builder
   */
  public ClusterBuilder seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Names the cluster, as it is called in its AWS account; load balancers' names follow from it.
   *
   * @param value the name; {@code hairpin} by default
   * @return this builder
   */
  public ClusterBuilder name(String value) {
    name = value;
    return this;
  }

  /**
   * Installs every add-on that is on the class path or module path, as a cluster of this shape
   * usually has it: kube-proxy, CoreDNS, and on AWS the load balancer controller.
   *
   * @param except the names of add-ons that are to be missing, such as {@code kube-proxy}, in any
   *     case
   * @return this builder
   */
  public ClusterBuilder allAddOns(String... except) {
    allAddOns = true;
    without = Set.of(except);
    return this;
  }

  /**
   * Makes the cluster, with nothing installed but the API server, the controllers, the kubelets and
   * what {@link #allAddOns} found.
   *
   * @return the cluster
   * @throws IllegalArgumentException if {@link #allAddOns} was to leave out what does not exist
   * @throws IllegalStateException if the AWS VPC CNI was set up where pods have other addresses
   */
  public Cluster build() {
    boolean cniSetUp = prefixDelegation || warmInterfaces > 0 || !customSubnets.isEmpty();
    if (cniSetUp && podSubnets.isEmpty()) {
      throw new IllegalStateException("prefix delegation, custom networking and warm interfaces are"
          + " of the AWS VPC CNI; call eks(...)");
    }
    ClusterState state = new ClusterState(new VirtualClock(), seed);
    ApiServer api = new ApiServer(state, ApiServerConfig.of(serviceCidrs.toArray(Cidr[]::new)));
    nodes.forEach(node -> state.store(withMaxPods(node)));
    api.ensureKubernetesService(443);
    Function<ApiServer, ControllerManager> controllers = controllers();
    Cluster cluster = new Cluster(api, Optional.of(controllers));
    if (allAddOns) {
      addOnsFor(state).forEach(cluster::install);
    }
    return cluster;
  }

  /** A node takes as many pods as AWS says for its type and the CNI's setup. */
  private Node withMaxPods(Node node) {
    boolean custom = !customSubnets.isEmpty();
    if (!prefixDelegation && !custom) {
      return node;
    }
    return InstanceLimits.of(node.metadata().labels().getOrDefault(Node.INSTANCE_TYPE_LABEL, ""))
        .map(limits -> {
          Map<String, String> allocatable = new LinkedHashMap<>(node.allocatable());
          int pods = Math.min(MAX_PODS, limits.maxPods(prefixDelegation, custom));
          allocatable.put("pods", Integer.toString(pods));
          return node.withAllocatable(allocatable);
        })
        .orElse(node);
  }

  /** The add-ons that are offered, by name; the order in which they start makes no difference. */
  private List<AddOn> addOnsFor(ClusterState state) {
    Map<String, AddOn> offered = new TreeMap<>();
    for (AddOnProvider provider :
        ServiceLoader.load(AddOnProvider.class, AddOnProvider.class.getClassLoader())) {
      provider.forCluster(name, state).ifPresent(addOn -> offered.put(addOn.name(), addOn));
    }
    for (String unwanted : without) {
      if (!offered.keySet().removeIf(unwanted::equalsIgnoreCase)) {
        List<String> names =
            offered.keySet().stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
        throw Suggestions.unknown("add-on", unwanted.toLowerCase(Locale.ROOT), names);
      }
    }
    return List.copyOf(offered.values());
  }

  private Function<ApiServer, ControllerManager> controllers() {
    Timing times = timing;
    List<Cidr> blocks = List.copyOf(podBlocks);
    if (!podSubnets.isEmpty()) {
      boolean custom = !customSubnets.isEmpty();
      VpcCni.Setup setup = new VpcCni.Setup(
          custom ? customSubnets : podSubnets, prefixDelegation, custom, warmInterfaces);
      return api -> ControllerManager.start(
          api,
          ControllerManager.Setup.ofNetwork(times, new VpcCni(setup, api.state().seed())));
    }
    return api -> ControllerManager.start(
        api,
        ControllerManager.Setup.ofBlocks(
            times,
            blocks.stream()
                .map(b -> new CidrSet(b, b.family() == IpFamily.IPV4 ? 24 : 64))
                .toList()));
  }
}
