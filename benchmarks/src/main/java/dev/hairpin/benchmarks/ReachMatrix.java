package dev.hairpin.benchmarks;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Reachability;
import dev.hairpin.analysis.Shares;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** How long does the matrix of 100 Services and 100 pods on 10 nodes take, with exact shares? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ReachMatrix {
  private Cluster cluster = QuestionCluster.of(1, 1, 1, 1);

  /** Three endpoints for each Service, a cluster of its own for every measurement. */
  @Setup(Level.Iteration)
  public void setup() {
    cluster = QuestionCluster.of(10, 100, 100, 3);
  }

  /** All of it, from a cluster that was never asked anything. */
  @Benchmark
  public Reachability matrix() {
    return cluster.reach();
  }

  /** The baseline: the same cells, each asked for by itself, for one Service of the hundred. */
  @Benchmark
  public int oneServiceCellByCell() {
    int ends = 0;
    for (int pod = 0; pod < 100; pod++) {
      Shares shares = cluster.from("shop/web-" + pod).sharesTo("172.30.0.1:80");
      ends += shares.size();
    }
    return ends;
  }
}
