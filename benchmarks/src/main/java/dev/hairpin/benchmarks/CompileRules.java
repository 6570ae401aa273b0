package dev.hairpin.benchmarks;

import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.iptables.kubeproxy.NodeProxy;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.fast.AffinityTable;
import dev.hairpin.path.fast.Decider;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.time.VirtualClock;
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

/** How long does it take until packets see a node's rules: all of them, and a changed endpoint? */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls prepare() before anything else
public class CompileRules {

  /** How many Services there are. */
  @Param({"10000"})
  public int services;

  private NodeProxy proxy;
  private RuleSet rules;
  private RuleCompiler warm;
  private Decider decider;
  private int round;

  /** Makes the rules, and a program of them. */
  @Setup
  public void prepare() {
    proxy = ServiceRules.proxy(services, ServiceKind.PLAIN);
    rules = ServiceRules.rules(proxy);
    warm = compiler();
    decider = new Decider(warm.compile(rules), new AffinityTable());
  }

  private static RuleCompiler compiler() {
    RuleCompiler compiler =
        new RuleCompiler(new ProgramPool(), IpFamily.IPV4, ServiceRules.nodeBlocks());
    compiler.localAddresses(ServiceRules.nodeAddresses());
    return compiler;
  }

  /** All rules of a node, from records to a program. */
  @Benchmark
  public DecisionProgram all() {
    return compiler().compile(rules);
  }

  /** One endpoint is replaced: kube-proxy syncs, the program follows, packets see it. */
  @Benchmark
  public DecisionProgram oneEndpoint() {
    round++;
    int service = Math.floorMod(round * 7919, services);
    proxy.changed(new Change(null, ServiceRules.slice(service, round, ServiceKind.PLAIN)));
    proxy.sync(VirtualClock.EPOCH);
    DecisionProgram program = warm.compile(ServiceRules.rules(proxy));
    decider.follow(program);
    return program;
  }
}
