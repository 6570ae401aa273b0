package dev.hairpin.benchmarks;

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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a sweep over {@link BalancedCluster} take on one thread, and on two? Each cell
 * scales {@code web} to 1 to 10 pods and loses no or one node.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@Fork(1)
public class SweepScaling {

  /** How many scenarios with a seed each. */
  @Param({"1000"})
  private int cells;

  /** On how many threads. */
  @Param({"1", "2"})
  private int threads;

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
    List<Scenario> scenarios = new ArrayList<>();
    for (int pods = 1; pods <= 10; pods++) {
      String name = pods + " pods";
      scenarios.add(Scenario.named(name).scaling("Deployment", "shop/web", pods));
      scenarios.add(Scenario.named(name + ", a node less")
          .scaling("Deployment", "shop/web", pods)
          .losingNodes(1));
    }
    Sweep sweep = new Sweep(
        BalancedCluster::make,
        List.of(BalancedCluster.SHOPPERS, BalancedCluster.CALLS),
        Limits.DEFAULT,
        scenarios,
        cells / scenarios.size(),
        1);
    return SweepRunner.onAllCores().threads(threads).run(sweep);
  }
}
