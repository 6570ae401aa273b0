package dev.hairpin.dns;

import com.google.common.collect.ImmutableMap;
import dev.hairpin.api.Container;
import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.Deployment;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LabelSelector;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.ReplicaSet;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objects of which the DNS of a cluster is made, in the namespace {@code kube-system}: the
 * Service {@code kube-dns} and the Deployment {@code coredns}; with NodeLocal DNSCache also the
 * Service {@code kube-dns-upstream} and the DaemonSet {@code node-local-dns}.
 *
 * <p>Source: the manifests of kubeadm 1.36, of the EKS add-on coredns, and of the add-on
 * nodelocaldns of Kubernetes.
 */
final class CoreDnsObjects {
  static final String NAMESPACE = "kube-system";
  static final String SERVICE = "kube-dns";
  static final String UPSTREAM_SERVICE = "kube-dns-upstream";
  static final String DEPLOYMENT = "coredns";
  static final String NODE_CACHE = "node-local-dns";
  private static final String APP = "k8s-app";

  /** The tenth address, as kubeadm and EKS give it to the cluster's DNS; the first is the API's. */
  private static final int TENTH_AFTER_FIRST = 9;

  private static final String USUAL_ADDRESS = "10.96.0.10";

  /*
   * All maps keep the order in which they are written: the names of pods are made from a hash of
   * their template.
   */
  private final ClusterState state;

  CoreDnsObjects(ClusterState state) {
    this.state = state;
  }

  /** The Service at whose address pods ask. */
  Optional<Service> service() {
    return state.get(Service.class, NAMESPACE, SERVICE);
  }

  /** The address at which caches on the nodes ask CoreDNS. */
  Optional<IpAddress> upstreamAddress() {
    return state
        .get(Service.class, NAMESPACE, UPSTREAM_SERVICE)
        .flatMap(s -> IpAddress.tryParse(s.spec().clusterIp()));
  }

  static boolean isCoreDns(Pod pod) {
    return SERVICE.equals(pod.metadata().labels().get(APP));
  }

  /** The pod that is a node's cache, if it runs. */
  Optional<Pod> nodeCache(String node) {
    return state.list(Pod.class).stream()
        .filter(pod -> NODE_CACHE.equals(pod.metadata().labels().get(APP))
            && pod.spec().nodeName().equals(node)
            && pod.phase().equals("Running"))
        .findFirst();
  }

  /**
   * Whether the Deployment is only written down: in a snapshot without controllers nobody makes its
   * pods.
   */
  boolean isDeploymentWithoutController() {
    return state.get(Deployment.class, NAMESPACE, DEPLOYMENT).isPresent()
        && state.list(ReplicaSet.class).stream()
            .noneMatch(set -> set.metadata().namespace().equals(NAMESPACE)
                && set.metadata().name().startsWith(DEPLOYMENT + "-"))
        && state.list(Pod.class).stream().noneMatch(CoreDnsObjects::isCoreDns);
  }

  /**
   * Makes Service and Deployment, this unless the replicas are negative; a Service that is there
   * stays.
   */
  void create(int replicas) {
    if (service().isPresent()) {
      return;
    }
    createNamespace();
    IpAddress address = state
        .get(Service.class, "default", "kubernetes")
        .flatMap(api -> IpAddress.tryParse(api.spec().clusterIp()))
        .map(first -> first.plus(TENTH_AFTER_FIRST))
        .orElse(IpAddress.parse(USUAL_ADDRESS));
    state.store(service(SERVICE, address, true));
    if (replicas >= 0) {
      state.store(deployment(replicas));
    }
  }

  /** Makes what NodeLocal DNSCache needs, if it is missing. */
  void createNodeCache() {
    if (state.get(Service.class, NAMESPACE, UPSTREAM_SERVICE).isPresent()) {
      return;
    }
    createNamespace();
    IpAddress dns = service()
        .flatMap(s -> IpAddress.tryParse(s.spec().clusterIp()))
        .orElse(IpAddress.parse(USUAL_ADDRESS));
    IpAddress address = dns.plus(1);
    while (isTaken(address)) {
      address = address.plus(1);
    }
    state.store(service(UPSTREAM_SERVICE, address, false));
    Map<String, String> labels = ImmutableMap.of(APP, NODE_CACHE);
    state.store(new DaemonSet(
        ObjectMeta.of(NAMESPACE, NODE_CACHE).withLabels(labels),
        LabelSelector.of(labels),
        new PodTemplate(
            labels,
            ImmutableMap.of(),
            PodSpec.builder()
                .hostNetwork(true)
                .dnsPolicy("Default")
                .containers(List.of(
                    container("node-cache", ImmutableMap.of("cpu", "25m", "memory", "5Mi"))))
                .tolerations(List.of(ImmutableMap.of("operator", "Exists")))
                .build()),
        IntOrString.of("10%"),
        IntOrString.of(0)));
  }

  private boolean isTaken(IpAddress address) {
    return state.list(Service.class).stream()
        .anyMatch(s -> s.spec().clusterIps().contains(address.toString()));
  }

  private void createNamespace() {
    if (state.get(Namespace.class, "", NAMESPACE).isEmpty()) {
      state.store(new Namespace(ObjectMeta.of("", NAMESPACE)));
    }
  }

  private static Service service(String name, IpAddress address, boolean metrics) {
    ServicePort udp = port("dns", Protocol.UDP, 53);
    ServicePort tcp = port("dns-tcp", Protocol.TCP, 53);
    return new Service(
        ObjectMeta.of(NAMESPACE, name).withLabels(ImmutableMap.of(APP, SERVICE)),
        ServiceSpec.builder()
            .selector(ImmutableMap.of(APP, SERVICE))
            .clusterIps(List.of(address.toString()))
            .ipFamilies(List.of(address.family()))
            .ports(
                metrics
                    ? List.of(udp, tcp, port("metrics", Protocol.TCP, 9153))
                    : List.of(udp, tcp))
            .build(),
        List.of(),
        List.of());
  }

  private static ServicePort port(String name, Protocol protocol, int port) {
    return new ServicePort(name, protocol, port, IntOrString.of(port), 0, null);
  }

  private static Deployment deployment(int replicas) {
    Map<String, String> labels = ImmutableMap.of(APP, SERVICE);
    return new Deployment(
        ObjectMeta.of(NAMESPACE, DEPLOYMENT).withLabels(labels),
        replicas,
        LabelSelector.of(labels),
        new PodTemplate(
            labels,
            ImmutableMap.of(),
            PodSpec.builder()
                .dnsPolicy("Default")
                .containers(
                    List.of(container("coredns", ImmutableMap.of("cpu", "100m", "memory", "70Mi"))))
                .tolerations(List.of(
                    ImmutableMap.of("key", "CriticalAddonsOnly", "operator", "Exists"),
                    ImmutableMap.of(
                        "key", "node-role.kubernetes.io/control-plane", "effect", "NoSchedule")))
                .build()),
        "RollingUpdate",
        IntOrString.of("25%"),
        IntOrString.of(1),
        0);
  }

  private static Container container(String name, Map<String, String> requests) {
    return new Container(
        name,
        "",
        List.of(
            new ContainerPort("dns", 53, Protocol.UDP, 0, ""),
            new ContainerPort("dns-tcp", 53, Protocol.TCP, 0, ""),
            new ContainerPort("metrics", 9153, Protocol.TCP, 0, "")),
        List.of(),
        List.of(),
        null,
        null,
        null,
        requests);
  }
}
