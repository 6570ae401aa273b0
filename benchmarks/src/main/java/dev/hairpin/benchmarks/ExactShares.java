package dev.hairpin.benchmarks;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.path.trace.Trace;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How long does it take to say where new connections of a pod to a ClusterIP end, and how often?
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ExactShares {

  /** How many endpoints the Service has, on 50 nodes. */
  @Param({"10", "1000", "5000"})
  private int endpoints;

  private Cluster cluster = QuestionCluster.of(1, 1, 1, 1);

  /** A pod that is no endpoint calls. */
  @Setup(Level.Trial)
  public void setup() {
    cluster = QuestionCluster.of(50, endpoints + 50, 1, endpoints);
    Shares shares = shares();
    if (shares.byEndpoint().size() != endpoints) {
      throw new IllegalStateException(shares.byEndpoint().size() + " endpoints are reached");
    }
  }

  private String source() {
    return "shop/web-" + (endpoints + 1);
  }

  /** The question when it was asked before and nothing has changed since. */
  @Benchmark
  public Shares shares() {
    return cluster.from(source()).sharesTo("172.30.0.1:80");
  }

  /** The baseline: one connection of those that one would have to sample, with its trace. */
  @Benchmark
  public Trace oneSample() {
    return cluster.from(source()).to("172.30.0.1:80");
  }

  /** The floor: the chances of the ladder alone. */
  @Benchmark
  public double[] floor() {
    double[] chances = new double[endpoints];
    double left = 1;
    for (int i = 0; i < endpoints; i++) {
      double taken = i == endpoints - 1 ? 1 : Math.rint(0x1p31 / (endpoints - i)) / 0x1p31;
      chances[i] = left * taken;
      left *= 1 - taken;
    }
    return chances;
  }
}
