package dev.hairpin.benchmarks;

import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.fast.AffinityTable;
import dev.hairpin.path.fast.Decider;
import dev.hairpin.path.fast.Decision;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.Draws;
import dev.hairpin.path.fast.FlowBatch;
import dev.hairpin.path.fast.ProgramPool;
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
 * How long does a compiled program take to decide a new connection: look-up of the Service, policy,
 * choice of the endpoint, translation, filter, masquerading?
 *
 * <p>IPv4, TCP, Services with one port and 10 endpoints, rules of kube-proxy v1.36; the callers are
 * pods of the node, the Services are called evenly. What it is measured against is
 * {@link ConnectionBaselines}, on tables of the same sizes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx6g")
@State(Scope.Thread)
@SuppressWarnings(
    "NullAway.Init") // JMH sets the parameters and calls compile() before anything else
public class NewConnection {
  static final int BATCH = 1_024;
  private static final long SEED = 7;

  /** How many Services there are. */
  @Param({"1000", "10000", "100000"})
  public int services;

  /** Which Services there are. */
  @Param("PLAIN")
  public ServiceKind kind;

  private FlowRing ring = new FlowRing(1, ServiceKind.PLAIN);
  private Decider decider;
  private FlowBatch batch = FlowBatch.of(IpFamily.IPV4, BATCH);
  private int link;
  private int next;
  private long number;

  /** Compiles the node's rules. */
  @Setup
  public void compile() {
    RuleCompiler compiler =
        new RuleCompiler(new ProgramPool(), IpFamily.IPV4, ServiceRules.nodeBlocks());
    compiler.localAddresses(ServiceRules.nodeAddresses());
    DecisionProgram program =
        compiler.compile(ServiceRules.rules(ServiceRules.proxy(services, kind)));
    decider = new Decider(program, new AffinityTable());
    link = program.link(Protocol.TCP, "eth0");
    ring = new FlowRing(services, kind);
    for (int i = 0; i < BATCH; i++) {
      batch.link[i] = link;
      batch.ports[i] = FlowRing.ports(i);
    }
    for (int i = 0; i <= ring.mask; i++) {
      long decision = one();
      boolean reached =
          Decision.accepted(decision) && Decision.target(decision) != Decision.NO_TARGET;
      if (!reached) {
        throw new IllegalStateException(
            "a call that does not arrive: " + Decision.verdict(decision));
      }
    }
  }

  /** One connection, one call. */
  @Benchmark
  public long one() {
    int i = next++ & ring.mask;
    return decider.decide(
        link, ring.source[i], ring.destination[i], FlowRing.ports(i), Draws.at(SEED, number++));
  }

  /** Connections in batches of 1,024. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long[] batch() {
    int first = next & ring.mask;
    next += BATCH;
    System.arraycopy(ring.source, first, batch.source, 0, BATCH);
    System.arraycopy(ring.destination, first, batch.destination, 0, BATCH);
    Draws.fill(SEED, number, batch.draw, 0, BATCH);
    number += BATCH;
    decider.decide(batch, 0, BATCH);
    return batch.decisions;
  }
}
