package dev.hairpin.benchmarks;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.kubeproxy.HostFacts;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration;
import dev.hairpin.iptables.kubeproxy.KubeProxyConfiguration.DetectLocalMode;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import dev.hairpin.iptables.kubeproxy.NodeProxy;
import dev.hairpin.iptables.kubeproxy.SyncResult;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.time.VirtualClock;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a kube-proxy take to work out a node's rules: all of them, and those of one
 * endpoint that changed?
 *
 * <p>ClusterIP Services with one port and 10 endpoints each, IPv4, v1.36. The floor is what the
 * names of the endpoints' chains cost: one SHA-256 each.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@State(Scope.Benchmark)
public class KubeProxySyncBenchmark {
  private static final int ENDPOINTS = 10;

  /** How many Services there are. */
  @Param({"1000", "10000"})
  public int services;

  private List<Change> cluster = List.of();
  private NodeProxy warm = start(List.of(), false);
  private NodeProxy warmWithText = start(List.of(), true);
  private Instant time = VirtualClock.EPOCH;
  private int round;

  /** Makes the cluster, and two kube-proxies that have synced it once. */
  @Setup
  public void makeCluster() {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      changes.add(new Change(null, service(i)));
      changes.add(new Change(null, slice(i, 0)));
    }
    cluster = changes;
    warm = start(cluster, false);
    warm.sync(time);
    warmWithText = start(cluster, true);
    warmWithText.sync(time);
  }

  private static NodeProxy start(List<Change> cluster, boolean keepsText) {
    NodeProxy proxy = NodeProxy.start(
        KubeProxyVersion.V1_36,
        KubeProxyConfiguration.DEFAULT.withDetection(DetectLocalMode.CLUSTER_CIDR, "10.0.0.0/8"),
        new HostFacts(
            Set.of(IpFamily.IPV4),
            Map.of(IpFamily.IPV4, IpAddress.parse("192.0.2.1")),
            List.of(IpAddress.parse("192.0.2.1")),
            true,
            Map.of()),
        new Node(
            ObjectMeta.of("", "a"),
            List.of(),
            "",
            false,
            List.of(),
            List.of(new NodeAddress("InternalIP", "192.0.2.1")),
            List.of(),
            Map.of()),
        Map.of(),
        keepsText);
    cluster.forEach(proxy::changed);
    return proxy;
  }

  private static Service service(int i) {
    return new Service(
        ObjectMeta.of("bench", "service-" + i),
        ServiceSpec.builder()
            .clusterIps(List.of("172." + (16 + (i >> 16)) + "." + (i >> 8 & 255) + "." + (i & 255)))
            .ipFamilies(List.of(IpFamily.IPV4))
            .ports(List.of(ServicePort.tcp("http", 80, 8080)))
            .build(),
        List.of(),
        List.of());
  }

  /** The slice of a Service; its first endpoint has another address in each round. */
  private static EndpointSlice slice(int i, int round) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int e = 0; e < ENDPOINTS; e++) {
      int n = i * ENDPOINTS + e;
      int net = e == 0 ? 128 + round % 100 : 0;
      String address = "10." + (net + (n >> 16)) + "." + (n >> 8 & 255) + "." + (n & 255);
      endpoints.add(new Endpoint(
          List.of(address), true, true, false, null, "b", null, List.of(), List.of(), null));
    }
    return new EndpointSlice(
        ObjectMeta.of("bench", "service-" + i + "-abcde")
            .withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, "service-" + i)),
        "IPv4",
        endpoints,
        List.of(new EndpointPort("http", Protocol.TCP, 8080, null)));
  }

  /** All rules from nothing: the objects are taken in and every chain is named and written. */
  @Benchmark
  public List<SyncResult> allRulesFromNothing() {
    return start(cluster, false).sync(time);
  }

  /** All rules from nothing, and the text for iptables-restore. */
  @Benchmark
  public List<SyncResult> allRulesAndTextFromNothing() {
    return start(cluster, true).sync(time);
  }

  /** A full sync after a first one, with the text: the node has moved to another zone. */
  @Benchmark
  public List<SyncResult> fullResyncWithText() {
    warmWithText.changed(new Change(null, nodeInZone(++round)));
    return warmWithText.sync(time);
  }

  private static Node nodeInZone(int zone) {
    return new Node(
        ObjectMeta.of("", "a").withLabels(Map.of(Node.ZONE_LABEL, "zone-" + zone)),
        List.of(),
        "",
        false,
        List.of(),
        List.of(new NodeAddress("InternalIP", "192.0.2.1")),
        List.of(),
        Map.of());
  }

  /** A slice of which one endpoint is another than when it was last taken. */
  private EndpointSlice nextSlice() {
    round++;
    int pass = round / services;
    return slice(Math.floorMod(round * 7919, services), pass + round % services);
  }

  /** One endpoint is replaced: its slice is taken in, and a partial sync follows. */
  @Benchmark
  public List<SyncResult> oneEndpointChanges() {
    warm.changed(new Change(null, nextSlice()));
    return warm.sync(time);
  }

  /** The same, with the text for iptables-restore. */
  @Benchmark
  public List<SyncResult> oneEndpointChangesWithText() {
    warmWithText.changed(new Change(null, nextSlice()));
    return warmWithText.sync(time);
  }

  /** The floor: one SHA-256 for each endpoint's chain. */
  @Benchmark
  public int hashesOfAllEndpoints() throws NoSuchAlgorithmException {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    int sum = 0;
    for (int i = 0; i < services * ENDPOINTS; i++) {
      byte[] text =
          ("bench/service-" + i + ":httptcp10.0.0.1:8080").getBytes(StandardCharsets.UTF_8);
      sum += sha.digest(text)[0];
    }
    return sum;
  }
}
