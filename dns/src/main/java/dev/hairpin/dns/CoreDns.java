package dev.hairpin.dns;

import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.resolver.ResolverLibrary;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.AddOn;
import java.util.List;
import java.util.Map;

/**
 * CoreDNS as an add-on of a cluster: without it names do not resolve.
 *
 * <pre>{@code
 * cluster.install(CoreDns.eks());
 * cluster.lookup("ui/ui-1", "catalog.catalog");
 * }</pre>
 *
 * <p>It creates the Service {@code kube-system/kube-dns} if there is none, with the tenth address
 * of the block that the Service {@code kubernetes} has its address from. The programs that ask use
 * one resolver library, glibc unless it is said otherwise. The setting is immutable.
 */
public final class CoreDns implements AddOn {
  private static final String NAMESPACE = "kube-system";
  private static final String SERVICE = "kube-dns";

  /** The tenth address, as kubeadm and EKS give it to the cluster's DNS; the first is the API's. */
  private static final int TENTH_AFTER_FIRST = 9;

  private static final String USUAL_ADDRESS = "10.96.0.10";

  private final Corefile corefile;
  private final CoreDnsVersion version;
  private final Upstream upstream;
  private final ResolverLibrary library;

  private CoreDns(
      Corefile corefile, CoreDnsVersion version, Upstream upstream, ResolverLibrary library) {
    this.corefile = corefile;
    this.version = version;
    this.upstream = upstream;
    this.library = library;
  }

  /**
   * CoreDNS as EKS configures it, in front of a resolver that knows no name.
   *
   * @return the add-on
   */
  public static CoreDns eks() {
    return of(Corefile.eks());
  }

  /**
   * CoreDNS as kubeadm configures it, in front of a resolver that knows no name.
   *
   * @return the add-on
   */
  public static CoreDns kubeadm() {
    return of(Corefile.kubeadm());
  }

  /**
   * CoreDNS with a configuration, in front of a resolver that knows no name.
   *
   * @param corefile the configuration
   * @return the add-on
   */
  public static CoreDns of(Corefile corefile) {
    return new CoreDns(
        corefile, CoreDnsVersion.DEFAULT, StubZones.withoutNames(), ResolverLibrary.GLIBC);
  }

  /**
   * The add-on in another version of CoreDNS.
   *
   * @param newVersion the version
   * @return the copy
   */
  public CoreDns version(CoreDnsVersion newVersion) {
    return new CoreDns(corefile, newVersion, upstream, library);
  }

  /**
   * The add-on in front of another resolver, which also stands for the nodes' own.
   *
   * @param newUpstream the resolver
   * @return the copy
   */
  public CoreDns upstream(Upstream newUpstream) {
    return new CoreDns(corefile, version, newUpstream, library);
  }

  /**
   * The add-on in a cluster whose programs use another resolver library.
   *
   * @param newLibrary the library
   * @return the copy
   */
  public CoreDns askedBy(ResolverLibrary newLibrary) {
    return new CoreDns(corefile, version, upstream, newLibrary);
  }

  @Override
  public String name() {
    return "CoreDNS";
  }

  @Override
  public ClusterDns start(ClusterState state) {
    if (state.get(Service.class, NAMESPACE, SERVICE).isEmpty()) {
      createService(state);
    }
    return new ClusterDns(state, corefile, version, upstream, library);
  }

  /** The Service of the cluster's DNS. */
  static java.util.Optional<Service> serviceOf(ClusterState state) {
    return state.get(Service.class, NAMESPACE, SERVICE);
  }

  private static void createService(ClusterState state) {
    if (state.get(Namespace.class, "", NAMESPACE).isEmpty()) {
      state.store(new Namespace(ObjectMeta.of("", NAMESPACE)));
    }
    IpAddress address = state
        .get(Service.class, "default", "kubernetes")
        .flatMap(api -> IpAddress.tryParse(api.spec().clusterIp()))
        .map(first -> first.plus(TENTH_AFTER_FIRST))
        .orElse(IpAddress.parse(USUAL_ADDRESS));
    Map<String, String> labels = Map.of("k8s-app", SERVICE);
    state.store(new Service(
        ObjectMeta.of(NAMESPACE, SERVICE).withLabels(labels),
        ServiceSpec.builder()
            .selector(labels)
            .clusterIps(List.of(address.toString()))
            .ipFamilies(List.of(address.family()))
            .ports(List.of(
                port("dns", Protocol.UDP, 53),
                port("dns-tcp", Protocol.TCP, 53),
                port("metrics", Protocol.TCP, 9153)))
            .build(),
        List.of(),
        List.of()));
  }

  private static ServicePort port(String name, Protocol protocol, int port) {
    return new ServicePort(name, protocol, port, dev.hairpin.api.IntOrString.of(port), 0, null);
  }
}
