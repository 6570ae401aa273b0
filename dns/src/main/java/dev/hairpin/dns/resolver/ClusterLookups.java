package dev.hairpin.dns.resolver;

import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Looks names up as the pods and nodes of a cluster do, each with the files that its kubelet gives
 * it.
 *
 * <p>The kubelets' {@code --cluster-dns} is the ClusterIP of the Service
 * {@code kube-system/kube-dns}, or 172.20.0.10, as on EKS, if there is no such Service; a node with
 * a region has the resolver and search domain that AWS gives to instances. Not thread-safe: it
 * reads the cluster's state.
 */
public final class ClusterLookups {
  private static final String REGION = "topology.kubernetes.io/region";

  /** The resolver of a VPC by its link-local address; nodes with a region ask it. */
  public static final IpAddress VPC_RESOLVER = IpAddress.parse("169.254.169.253");

  /** The resolver of nodes without a region; an address that stands for any. */
  public static final IpAddress NODE_RESOLVER = IpAddress.parse("192.0.2.53");

  private static final IpAddress EKS_CLUSTER_DNS = IpAddress.parse("172.20.0.10");

  private static final String NODE_HOSTS = "127.0.0.1 localhost\n::1 localhost\n";

  private final ClusterState state;
  private final String clusterDomain;
  private final ResolverLibrary library;

  /**
   * Lookups with one library.
   *
   * @param state the cluster
   * @param clusterDomain the kubelets' {@code --cluster-domain}, such as {@code cluster.local}
   * @param library the library that every program uses
   */
  public ClusterLookups(ClusterState state, String clusterDomain, ResolverLibrary library) {
    this.state = state;
    this.clusterDomain = clusterDomain;
    this.library = library;
  }

  /**
   * Looks a name up.
   *
   * @param source who asks: a pod or a node
   * @param name the name as a program says it
   * @param chooser decides what the library leaves to chance
   * @param servers the name servers, and the way to them
   * @return what was asked and what came of it
   * @throws IllegalArgumentException if the pod or node does not exist, or is on the internet
   */
  public Lookup lookup(Source source, String name, Chooser chooser, NameServers servers) {
    return library
        .process(host(source), chooser, () -> state.clock().now())
        .lookup(name, AddressFamily.AF_UNSPEC, servers);
  }

  /**
   * What a program on a pod or node sees.
   *
   * @param source the pod or node
   * @return its files, names and addresses
   * @throws IllegalArgumentException if it does not exist, or is on the internet
   */
  public Host host(Source source) {
    if (source instanceof Source.InPod in) {
      Pod pod = state
          .get(Pod.class, in.namespace(), in.name())
          .orElseThrow(() -> new IllegalArgumentException("no " + source));
      return host(pod);
    }
    if (source instanceof Source.OnNode on) {
      Node node = state
          .get(Node.class, "", on.name())
          .orElseThrow(() -> new IllegalArgumentException("no " + source));
      return new Host(nodeFile(node), NODE_HOSTS, on.name(), addresses(node));
    }
    throw new IllegalArgumentException(source + " is not in the cluster");
  }

  /**
   * The {@code resolv.conf} of a pod, and what its kubelet reports about it.
   *
   * @param pod the pod
   * @return the file
   */
  public PodResolvConf resolvConf(Pod pod) {
    return kubelet(state.get(Node.class, "", pod.spec().nodeName())).resolvConf(pod);
  }

  private Host host(Pod pod) {
    PodIdentity identity = PodIdentity.of(pod, clusterDomain);
    boolean nodesNetwork = pod.spec().hostNetwork();
    String hosts =
        nodesNetwork ? PodIdentity.hostNetworkHostsFile(NODE_HOSTS, pod) : identity.hostsFile(pod);
    List<IpAddress> addresses = new ArrayList<>();
    pod.podIps().forEach(ip -> IpAddress.tryParse(ip).ifPresent(addresses::add));
    return new Host(
        resolvConf(pod).toString(),
        hosts,
        nodesNetwork ? pod.spec().nodeName() : identity.kernelName(pod.spec().setHostnameAsFqdn()),
        addresses);
  }

  /**
   * The addresses at which the kubelets have pods ask.
   *
   * @return the ClusterIPs of kube-dns
   */
  public List<IpAddress> clusterDns() {
    List<IpAddress> clusterDns = new ArrayList<>();
    state
        .get(Service.class, "kube-system", "kube-dns")
        .ifPresent(service -> service
            .spec()
            .clusterIps()
            .forEach(ip -> IpAddress.tryParse(ip).ifPresent(clusterDns::add)));
    return clusterDns.isEmpty() ? List.of(EKS_CLUSTER_DNS) : clusterDns;
  }

  private KubeletDns kubelet(Optional<Node> node) {
    return new KubeletDns(
        clusterDns(),
        clusterDomain,
        Optional.of(node.map(ClusterLookups::nodeFile).orElse("")),
        node.map(ClusterLookups::addresses).orElse(List.of()));
  }

  /** The node's own resolv.conf; on AWS as DHCP sets it, us-east-1 being different as ever. */
  private static String nodeFile(Node node) {
    String region = node.metadata().labels().get(REGION);
    if (region == null) {
      return "nameserver " + NODE_RESOLVER + "\n";
    }
    String domain = region.equals("us-east-1") ? "ec2.internal" : region + ".compute.internal";
    return "search " + domain + "\nnameserver " + VPC_RESOLVER + "\n";
  }

  private static List<IpAddress> addresses(Node node) {
    List<IpAddress> addresses = new ArrayList<>();
    for (NodeAddress address : node.addresses()) {
      if (address.type().equals("InternalIP")) {
        IpAddress.tryParse(address.address()).ifPresent(addresses::add);
      }
    }
    return addresses;
  }

  /**
   * A lookup in the words of the front door.
   *
   * @param lookup the lookup
   * @return the same: addresses, questions with their answers, and the reason of a failure
   */
  public static NameService.Lookup told(Lookup lookup) {
    return told(lookup, Exchange::explanation);
  }

  /**
   * A lookup in the words of the front door.
   *
   * @param lookup the lookup
   * @param explanation tells of a question who answered and why, or why nobody did
   * @return the same: addresses, questions with their answers, and the reason of a failure
   */
  public static NameService.Lookup told(Lookup lookup, Function<Exchange, String> explanation) {
    List<NameService.Asked> asked = lookup.exchanges().stream()
        .map(e -> new NameService.Asked(
            e.query().question().name().toString(),
            e.query().question().type().toString(),
            e.outcome(),
            explanation.apply(e)))
        .toList();
    return new NameService.Lookup(
        lookup.name(), lookup.addresses(), asked, reason(lookup.result()));
  }

  private static Reason reason(Result result) {
    if (!(result instanceof Result.Failed failed)) {
      return Reason.DELIVERED;
    }
    return switch (failed.code()) {
      case "EAI_NODATA", "EAI_ADDRFAMILY", "ENODATA" -> Reason.NAME_HAS_NO_ADDRESS;
      case "EAI_NONAME", "ENOTFOUND", "no such host", "UnknownHostException" -> Reason.NO_SUCH_NAME;
      default -> Reason.DNS_NO_ANSWER;
    };
  }
}
