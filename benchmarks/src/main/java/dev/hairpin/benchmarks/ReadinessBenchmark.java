package dev.hairpin.benchmarks;

import dev.hairpin.api.Condition;
import dev.hairpin.api.Container;
import dev.hairpin.api.Node;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.cluster.GeneratedNames;
import dev.hairpin.cluster.endpoints.EndpointsController;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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
 * How long does a change of one pod's readiness take until its slice and its Endpoints are written
 * and the watchers told?
 *
 * <p>The pods whose readiness flips are drawn by a fixed seed: from the whole cluster, so that in
 * the large cluster nearly every one is out of the processor's caches, or from ten Services of it,
 * which stay there. The difference is what memory costs; the work is the same.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ReadinessBenchmark {
  private static final int RING = 1 << 14;

  /** How many Services; a cluster of 10,000 with 15 pods each has 150,000 pods. */
  @Param({"10", "1000", "10000"})
  public int services;

  /** How many pods a Service has. */
  @Param({"15", "500"})
  public int podsPerService;

  /** From how many Services the pods are drawn that flip; 0 for all. */
  @Param({"0", "10"})
  public int drawnFrom;

  private ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final List<Pod> ring = new ArrayList<>(RING);
  private int next;

  /** Makes the cluster and lets its controllers settle. */
  @Setup
  public void fill() {
    int perService = services > 1000 ? 15 : podsPerService;
    state = new ClusterState(new VirtualClock(), 1);
    int nodes = Math.max(3, services * perService / 30);
    for (int i = 0; i < nodes; i++) {
      state.store(new Node(
          ObjectMeta.of("", "node-" + i).withLabels(Map.of(Node.ZONE_LABEL, "zone-" + i % 3)),
          List.of(),
          "",
          false,
          List.of(),
          List.of(),
          List.of(Condition.of("Ready", true)),
          Map.of("cpu", "4")));
    }
    List<Pod> pods = new ArrayList<>();
    for (int s = 0; s < services; s++) {
      Map<String, String> labels =
          Map.of("app", "app-" + s, "tier", "web", "pod-template-hash", "h" + s);
      state.store(new Service(
          ObjectMeta.of("shop", "app-" + s),
          ServiceSpec.builder()
              .selector(Map.of("app", "app-" + s))
              .clusterIps(List.of(IpAddress.parse("10.96.0.1").plus(s).toString()))
              .ipFamilies(List.of(IpFamily.IPV4))
              .ports(List.of(ServicePort.tcp("http", 80, 8080)))
              .build(),
          List.of(),
          List.of()));
      for (int p = 0; p < perService; p++) {
        int number = pods.size();
        Pod pod = new Pod(
            ObjectMeta.of("shop", "app-" + s + "-" + p).withLabels(labels),
            PodSpec.builder()
                .nodeName("node-" + number % nodes)
                .containers(List.of(Container.of("c", 8080)))
                .build(),
            "Running",
            List.of(IpAddress.parse("10.244.0.0").plus(number).toString()),
            "",
            List.of(Condition.of("Ready", true)));
        pods.add((Pod) state.store(pod));
      }
    }
    EndpointsController.start(
        state, new GeneratedNames(1), Duration.ZERO, EndpointsController.DEFAULT_MAX_PER_SLICE);
    state.clock().advance(Duration.ZERO);
    SplittableRandom random = new SplittableRandom(1);
    int drawn = drawnFrom == 0 ? pods.size() : drawnFrom * perService;
    for (int i = 0; i < RING; i++) {
      ring.add(pods.get(random.nextInt(drawn)));
    }
  }

  /**
   * Flips one pod.
   *
   * @return the version of the state after it
   */
  @Benchmark
  public long oneReadinessChange() {
    Pod pod = state
        .get(Pod.class, "shop", ring.get(next++ & (RING - 1)).metadata().name())
        .orElseThrow();
    state.store(pod.withConditions(List.of(new Condition(
        "Ready", pod.isReady() ? "False" : "True", "", "", Instant.ofEpochSecond(next)))));
    state.clock().advance(Duration.ZERO);
    return state.resourceVersion();
  }
}
