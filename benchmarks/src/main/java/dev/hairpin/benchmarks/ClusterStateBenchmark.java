package dev.hairpin.benchmarks;

import dev.hairpin.Cluster;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.cluster.ClusterSnapshot;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Building, forking and changing a cluster of 5,000 nodes, 150,000 pods and 10,000 Services. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx1200m")
public class ClusterStateBenchmark {
  private ApiServer server = LargeCluster.build();

  /** JMH's worker thread writes the state. */
  @Setup
  public void adopt() {
    server.state().adopt();
  }

  /**
   * Builds the cluster from objects.
   *
   * @return the cluster
   */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public ApiServer build() {
    return LargeCluster.build();
  }

  /**
   * Builds the cluster from objects, with all controllers and kubelets, and lets them settle: every
   * Service has its EndpointSlice and its Endpoints then.
   *
   * @return the cluster
   */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public Cluster buildAndSettle() {
    Cluster cluster = Cluster.builder().kubeadm(1).build();
    LargeCluster.fill(cluster.api());
    return cluster.advance(Duration.ZERO);
  }

  /**
   * The same with 10,000 Deployments and their ReplicaSets, that own the pods: each has its status
   * then.
   *
   * @return the cluster
   */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public Cluster buildOwnedAndSettle() {
    Cluster cluster = Cluster.builder().kubeadm(1).build();
    LargeCluster.fillOwned(cluster.api());
    return cluster.advance(Duration.ZERO);
  }

  /**
   * Forks state and allocators.
   *
   * @return the fork
   */
  @Benchmark
  public ApiServer fork() {
    return server.fork(server.state().fork(new VirtualClock()));
  }

  /**
   * Forks and changes one pod of the fork, whose index of pods is copied by that.
   *
   * @return the fork
   */
  @Benchmark
  public ApiServer forkAndChangeAPod() {
    ApiServer fork = fork();
    Pod pod = fork.state().list(Pod.class).iterator().next();
    fork.state().store(pod.withMetadata(pod.metadata().withLabels(Map.of("changed", "yes"))));
    return fork;
  }

  /**
   * Makes a snapshot for readers.
   *
   * @return the snapshot
   */
  @Benchmark
  public ClusterSnapshot snapshot() {
    return server.state().snapshot();
  }
}
