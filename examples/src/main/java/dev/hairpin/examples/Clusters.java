package dev.hairpin.examples;

import static java.util.stream.Collectors.toSet;

import dev.hairpin.Cluster;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.manifest.Manifest;
import dev.hairpin.manifest.ManifestSet;
import dev.hairpin.manifest.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Ready-made clusters with everything installed: kube-proxy, CoreDNS and the AWS controller. */
public final class Clusters {
  /** The name that the examples' EKS cluster has in its AWS account. */
  public static final String NAME = "eks-workshop";

  /** How long a load balancer takes until it is active and its targets are healthy, and more. */
  static final Duration AWS_TAKES = Duration.ofMinutes(5);

  private final long seed;
  private final KubeProxyVersion version;

  Clusters(long seed, KubeProxyVersion version) {
    this.seed = seed;
    this.version = version;
  }

  /**
   * The cluster of the EKS workshop, with nothing in it: three nodes in three zones, kube-proxy,
   * CoreDNS and the AWS Load Balancer Controller.
   *
   * @return the cluster
   */
  public static Cluster eks() {
    return new Clusters(1, KubeProxyVersion.V1_36).emptyEks();
  }

  /**
   * The retail store of the EKS workshop in {@link #eks}, five minutes after it was applied, when
   * the load balancers are there.
   *
   * @return the cluster
   */
  public static Cluster store() {
    return new Clusters(1, KubeProxyVersion.V1_36).retailStore();
  }

  /**
   * The retail store where things take the time that they take: controllers, kubelets with their
   * hooks, and kube-proxies that wait between syncs. For questions about rollouts; three front
   * ends, fifteen minutes after the store was applied.
   *
   * @return the cluster
   */
  public static Cluster storeInRealTime() {
    return storeInRealTime(Duration.ofSeconds(1), Timings.TYPICAL);
  }

  static Cluster storeInRealTime(Duration minSyncPeriod, Timings aws) {
    return new Clusters(1, KubeProxyVersion.V1_36).retailStoreInRealTime(minSyncPeriod, aws);
  }

  Cluster retailStoreInRealTime() {
    return retailStoreInRealTime(Duration.ofSeconds(1), Timings.TYPICAL);
  }

  private Cluster retailStoreInRealTime(Duration minSyncPeriod, Timings aws) {
    Cluster cluster = emptyInRealTime(minSyncPeriod, aws);
    cluster.apply(manifests("retail-store"));
    cluster.advance(AWS_TAKES);
    cluster.controllers().workloads().scale("Deployment", "ui", "ui", 3);
    return cluster.advance(AWS_TAKES.multipliedBy(2));
  }

  /**
   * The cluster of manifests where things take their time: of {@linkplain Dump a dump} with its
   * nodes and controllers that go on, else on the nodes of {@link #eks}, fifteen minutes after they
   * were applied.
   */
  Cluster inRealTime(Path path) {
    ManifestSet set = Manifests.load(path);
    Duration minSyncPeriod = Duration.ofSeconds(1);
    if (Dump.is(set)) {
      return installInRealTime(Dump.cluster(set, seed), minSyncPeriod, Timings.TYPICAL)
          .advance(AWS_TAKES)
          .forkWithControllers(Timing.REALISTIC);
    }
    Cluster cluster = emptyInRealTime(minSyncPeriod, Timings.TYPICAL);
    cluster.apply(set);
    return cluster.advance(AWS_TAKES.multipliedBy(3));
  }

  private Cluster emptyInRealTime(Duration minSyncPeriod, Timings aws) {
    return installInRealTime(
        Cluster.builder().eks(3).seed(seed).timing(Timing.REALISTIC).build(), minSyncPeriod, aws);
  }

  private Cluster installInRealTime(Cluster cluster, Duration minSyncPeriod, Timings aws) {
    return cluster
        .install(KubeProxy.ofVersion(version)
            .withPacing(KubeProxy.Pacing.REAL)
            .withConfiguration(KubeProxyConfiguration.DEFAULT.withMinSyncPeriod(minSyncPeriod)))
        .install(CoreDns.eks())
        .install(AwsLoadBalancerController.eks(NAME).withTimings(aws));
  }

  Cluster emptyEks() {
    return install(Cluster.builder().eks(3).seed(seed).build());
  }

  Cluster retailStore() {
    Cluster cluster = emptyEks();
    cluster.apply(manifests("retail-store"));
    return cluster.advance(AWS_TAKES);
  }

  /** A cluster of manifests: of {@linkplain Dump a dump}, else on the nodes of {@link #eks}. */
  Cluster of(Path path) {
    ManifestSet set = Manifests.load(path);
    if (Dump.is(set)) {
      return install(Dump.cluster(set, seed)).advance(AWS_TAKES);
    }
    Cluster cluster = emptyEks();
    cluster.apply(set);
    return cluster.advance(AWS_TAKES);
  }

  /**
   * The cluster after a change of its manifests. What was applied goes on, with the load balancers
   * that it has; but a dump with nodes, and a cluster with another kube-proxy, are made anew.
   *
   * @param before the cluster of the manifests before
   * @param from the manifests before
   * @param to the manifests after
   * @param partial whether what {@code to} lacks stays
   * @param then makes clusters as they are after the change
   */
  Cluster changed(Cluster before, Path from, Path to, boolean partial, Clusters then) {
    ManifestSet now = Manifests.load(to);
    if (!partial && (then.version != version || Dump.is(now))) {
      return then.of(to);
    }
    Cluster after = before.forkWithControllers(Timing.INSTANT);
    after.apply(now);
    if (partial) {
      return after.advance(AWS_TAKES);
    }
    Set<ObjectKey> kept = now.objects().stream().map(KubeObject::key).collect(toSet());
    for (KubeObject object : Manifests.load(from).objects()) {
      if (!kept.contains(object.key())) {
        ObjectKey gone = object.key();
        after.delete(gone.kind(), gone.namespace().isEmpty() ? gone.name() : gone.namespacedName());
      }
    }
    return after.advance(AWS_TAKES);
  }

  /** The manifests of several files and folders on the nodes of {@link #eks}. */
  static Cluster of(List<Path> paths) {
    Clusters clusters = new Clusters(1, KubeProxyVersion.V1_36);
    if (paths.size() == 1) {
      return clusters.of(paths.get(0));
    }
    List<Manifest> manifests = new ArrayList<>();
    paths.forEach(path -> manifests.addAll(Manifests.load(path).manifests()));
    Cluster cluster = clusters.emptyEks();
    cluster.apply(new ManifestSet(manifests));
    return cluster.advance(AWS_TAKES);
  }

  private Cluster install(Cluster cluster) {
    return cluster
        .install(KubeProxy.ofVersion(version))
        .install(CoreDns.eks())
        .install(AwsLoadBalancerController.eks(NAME).withTimings(Timings.TYPICAL));
  }

  /** Manifests that come with the program. */
  static ManifestSet manifests(String name) {
    return Manifests.load(resource("/manifests/" + name));
  }

  /** The folders and files of manifests that come with the program, such as {@code changes}. */
  static List<String> manifestNames() {
    Path root = resource("/manifests");
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .filter(name -> !name.isEmpty())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the manifests of the program itself", e);
    }
  }

  /** A file or folder beside this class's own, also where that is in a jar. */
  private static Path resource(String name) {
    try {
      URI uri = Objects.requireNonNull(Clusters.class.getResource(name), name).toURI();
      if (uri.getScheme().equals("jar")) {
        return inJar(uri).getPath(name);
      }
      return Path.of(uri);
    } catch (URISyntaxException | IOException e) {
      throw new IllegalStateException("cannot read " + name + " of the program itself", e);
    }
  }

  private static FileSystem inJar(URI uri) throws IOException {
    try {
      return FileSystems.newFileSystem(uri, Map.of());
    } catch (FileSystemAlreadyExistsException e) {
      return FileSystems.getFileSystem(uri);
    }
  }
}
