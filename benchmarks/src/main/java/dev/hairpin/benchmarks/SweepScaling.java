package dev.hairpin.benchmarks;

import dev.hairpin.api.Node;
import dev.hairpin.whatif.Limits;
import dev.hairpin.whatif.Scenario;
import dev.hairpin.whatif.Sweep;
import dev.hairpin.whatif.SweepResult;
import dev.hairpin.whatif.SweepRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
 * How long does a sweep over {@link BalancedCluster} take on one thread, and on two?
 *
 * <p>A thousand scenarios, each another one: {@code web} gets 1 to 20 pods and {@code client} 1 to
 * 5, and no node or one of nine is lost. The compiler works beside the first iterations, of two
 * threads beside ten, so they are for warming up. Garbage is collected for throughput, as the guide
 * recommends for sweeps.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 13)
@Measurement(iterations = 3)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseParallelGC")
@SuppressWarnings("NullAway.Init") // JMH calls scenarios() before anything else
public class SweepScaling {

  /** How many of the scenarios. */
  @Param({"1000"})
  private int cells;

  /** On how many threads. */
  @Param({"1", "2"})
  private int threads;

  private Sweep sweep;

  /** Makes the scenarios, with the names that nodes have. */
  @Setup
  public void scenarios() {
    List<String> nodes = BalancedCluster.make().state().list(Node.class).stream()
        .map(node -> node.metadata().name())
        .toList();
    sweep = new Sweep(
        BalancedCluster::make,
        List.of(BalancedCluster.SHOPPERS, BalancedCluster.CALLS),
        Limits.DEFAULT,
        IntStream.range(0, cells).mapToObj(cell -> scenario(cell, nodes)).toList(),
        1,
        1);
  }

  /**
   * The floor: arithmetic that shares nothing, for about as long on one thread. What two threads
   * gain here is all that the machine gives at this moment.
   *
   * @return what was worked out
   */
  @Benchmark
  public long floor() throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Callable<Long>> jobs = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int seed = i;
        jobs.add(() -> busy(seed));
      }
      long sum = 0;
      for (Future<Long> job : pool.invokeAll(jobs)) {
        sum += job.get();
      }
      return sum;
    } finally {
      pool.shutdownNow();
    }
  }

  private long busy(int seed) {
    long x = seed + 1L;
    for (long i = 0; i < 12_000_000L * cells / threads; i++) {
      x ^= x << 13;
      x ^= x >>> 7;
      x ^= x << 17;
    }
    return x;
  }

  /**
   * The whole sweep, with the base clusters that each thread makes.
   *
   * @return its result
   */
  @Benchmark
  public SweepResult sweep() {
    return SweepRunner.onAllCores().threads(threads).run(sweep);
  }

  private static Scenario scenario(int cell, List<String> nodes) {
    int web = 1 + cell % 20;
    int lost = cell / 20 % 10;
    int clients = 1 + cell / 200 % 5;
    Scenario scaled = Scenario.named(web + " and " + clients + " pods, less nodes[" + lost + "]")
        .scaling("Deployment", "shop/web", web)
        .scaling("Deployment", "shop/client", clients);
    return lost == 0 ? scaled : scaled.losingNode(nodes.get(lost));
  }
}
