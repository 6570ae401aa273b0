package dev.hairpin.dns;

import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.corefile.CoreDnsVersion;
import dev.hairpin.dns.corefile.Corefile;
import dev.hairpin.dns.resolver.ResolverLibrary;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.dns.upstream.Upstream;
import dev.hairpin.path.addon.AddOn;
import java.util.Optional;

/**
 * CoreDNS as an add-on of a cluster: without it names do not resolve.
 *
 * <pre>{@code
 * cluster.install(KubeProxy.newest()).install(CoreDns.eks());
 * cluster.lookup("ui/ui-1", "catalog.catalog");
 * }</pre>
 *
 * <p>It creates what the real add-on creates, if there is no Service {@code kube-system/kube-dns}
 * yet: this Service, with the tenth address of the block that the Service {@code kubernetes} has
 * its address from, and the Deployment {@code kube-system/coredns} of two pods. Questions travel as
 * any packet does: to the ClusterIP, by the rules of kube-proxy to one of the pods, and back. Where
 * no controller makes pods of the Deployment, as in a snapshot without {@code kube-system}, and
 * with {@link #askedDirectly}, CoreDNS is asked without a network between.
 *
 * <p>The programs that ask use one resolver library, glibc unless it is said otherwise. The setting
 * is immutable.
 */
public final class CoreDns implements AddOn {
  private static final int USUAL_REPLICAS = 2;

  private final CoreDnsSettings settings;

  private CoreDns(CoreDnsSettings settings) {
    this.settings = settings;
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
    return new CoreDns(new CoreDnsSettings(
        corefile,
        CoreDnsVersion.DEFAULT,
        StubZones.withoutNames(),
        ResolverLibrary.GLIBC,
        USUAL_REPLICAS,
        false,
        false));
  }

  /**
   * The add-on in another version of CoreDNS.
   *
   * @param version the version
   * @return the copy
   */
  public CoreDns version(CoreDnsVersion version) {
    return new CoreDns(new CoreDnsSettings(
        settings.corefile(),
        version,
        settings.upstream(),
        settings.library(),
        settings.replicas(),
        settings.direct(),
        settings.nodeCache()));
  }

  /**
   * The add-on in front of another resolver, which also stands for the nodes' own.
   *
   * @param upstream the resolver
   * @return the copy
   */
  public CoreDns upstream(Upstream upstream) {
    return new CoreDns(new CoreDnsSettings(
        settings.corefile(),
        settings.version(),
        upstream,
        settings.library(),
        settings.replicas(),
        settings.direct(),
        settings.nodeCache()));
  }

  /**
   * The add-on in a cluster whose programs use another resolver library.
   *
   * @param library the library
   * @return the copy
   */
  public CoreDns askedBy(ResolverLibrary library) {
    return new CoreDns(new CoreDnsSettings(
        settings.corefile(),
        settings.version(),
        settings.upstream(),
        library,
        settings.replicas(),
        settings.direct(),
        settings.nodeCache()));
  }

  /**
   * The add-on with another number of pods.
   *
   * @param replicas how many; 0 makes the Deployment without pods
   * @return the copy
   * @throws IllegalArgumentException if it is negative
   */
  public CoreDns replicas(int replicas) {
    if (replicas < 0) {
      throw new IllegalArgumentException(replicas + " replicas");
    }
    return new CoreDns(new CoreDnsSettings(
        settings.corefile(),
        settings.version(),
        settings.upstream(),
        settings.library(),
        replicas,
        settings.direct(),
        settings.nodeCache()));
  }

  /**
   * The add-on without pods: every question to the address of the cluster's DNS reaches CoreDNS,
   * whatever becomes of the network. Neither Deployment nor endpoints are made.
   *
   * @return the copy
   */
  public CoreDns askedDirectly() {
    return new CoreDns(new CoreDnsSettings(
        settings.corefile(),
        settings.version(),
        settings.upstream(),
        settings.library(),
        0,
        true,
        false));
  }

  /**
   * The add-on with NodeLocal DNSCache in front, as the manifests of Kubernetes set it up for
   * kube-proxy in iptables mode: on every node a cache listens at the address of kube-dns; it asks
   * CoreDNS over TCP at the Service {@code kube-dns-upstream} for names of the cluster, and the
   * node's own resolver for all others. Where its pod does not run, questions go on to kube-dns.
   *
   * @return the copy
   */
  public CoreDns withNodeLocalCache() {
    return new CoreDns(new CoreDnsSettings(
        settings.corefile(),
        settings.version(),
        settings.upstream(),
        settings.library(),
        settings.replicas(),
        false,
        true));
  }

  @Override
  public String name() {
    return "CoreDNS";
  }

  @Override
  public ClusterDns start(ClusterState state) {
    CoreDnsObjects objects = new CoreDnsObjects(state);
    objects.create(settings.direct() ? -1 : settings.replicas());
    if (settings.nodeCache()) {
      objects.createNodeCache();
    }
    return new ClusterDns(state, settings);
  }

  @Override
  public Optional<Component> fork(Component running, ClusterState fork) {
    return Optional.of(((ClusterDns) running).in(fork));
  }
}
