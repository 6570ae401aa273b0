package dev.hairpin.benchmarks;

import dev.hairpin.Cluster;
import dev.hairpin.whatif.CapacityReport;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.WhatIf;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a connection cost that a what-if sends through NLB, node and pod of
 * {@link BalancedCluster}, on all cores, with those that were closed in the tables for two minutes
 * more? 100 million must take 40 s at most: 400 ns each.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 4)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms4g", "-Xmx4g", "-XX:+UseTransparentHugePages"})
public class SimulatedConnections {
  private static final int CONNECTIONS = 4_000_000;
  private static final int MANY = 100_000_000;

  /** New connections each second; 121 times as many are in the tables, most of them twice. */
  @Param({"2500", "5000"})
  private int perSecond;

  private WhatIf whatIf = WhatIf.on(Cluster.builder().eks(1).build());

  /** The cluster, which JMH's worker thread writes. */
  @Setup
  public void prepare() {
    whatIf =
        WhatIf.on(BalancedCluster.make()).traffic(BalancedCluster.SHOPPERS.perSecond(perSecond));
  }

  /**
   * Through the nodes' rules and tables.
   *
   * @return what became of them
   */
  @Benchmark
  @OperationsPerInvocation(CONNECTIONS)
  public CapacityReport simulate() {
    return simulated(CONNECTIONS);
  }

  /**
   * The same for as many as the bound speaks of, in which the beginning, when the tables fill, is a
   * small part.
   *
   * @return what became of them
   */
  @Benchmark
  @OperationsPerInvocation(MANY)
  @Warmup(iterations = 1)
  @Measurement(iterations = 2)
  public CapacityReport simulateMany() {
    return simulated(MANY);
  }

  private CapacityReport simulated(int connections) {
    CapacityReport report = whatIf.simulate(connections);
    if (report.total(Metric.LOST).orElse(0) > 0) {
      throw new IllegalStateException("connections were lost:\n" + report);
    }
    return report;
  }
}
