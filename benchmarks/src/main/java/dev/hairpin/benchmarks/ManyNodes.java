package dev.hairpin.benchmarks;

import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.compile.RuleCompiler;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.fast.DecisionProgram;
import dev.hairpin.path.fast.ProgramPool;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
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
 * What do further nodes cost: the rules and the program of one that starts beside others, and a
 * changed endpoint that all of them see?
 *
 * <p>Services of 10 endpoints without Local policies; every node has a block of pods of its own.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH calls prepare() before anything else
public class ManyNodes {

  /** How many Services there are. */
  @Param({"1000", "10000"})
  public int services;

  /** How many nodes there are, all of which were looked at. */
  @Param("100")
  public int nodes;

  private ClusterState state;
  private KubeProxies proxies;
  private int round;

  /** Makes the cluster, and looks at every node. */
  @Setup
  public void prepare() {
    state = new ClusterState(new VirtualClock(), 1);
    for (int n = 0; n < nodes; n++) {
      state.store(new Node(
          ObjectMeta.of("", "n" + n),
          List.of("100.64." + n + ".0/24"),
          "",
          false,
          List.of(),
          List.of(new NodeAddress("InternalIP", "192.0.2." + n)),
          List.of(),
          Map.of()));
    }
    for (int s = 0; s < services; s++) {
      state.store(ServiceRules.service(s, ServiceKind.PLAIN));
      state.store(ServiceRules.slice(s, 0, ServiceKind.PLAIN));
    }
    proxies = KubeProxy.newest().start(state);
    all();
  }

  private DecisionProgram program(int node) {
    return proxies.programOf("n" + node, IpFamily.IPV4).orElseThrow();
  }

  private int all() {
    int routines = 0;
    for (int n = 0; n < nodes; n++) {
      routines += program(n).hashCode();
    }
    return routines;
  }

  /** The baseline: rules and program of a node that shares nothing. */
  @Benchmark
  public DecisionProgram nodeAlone() {
    RuleCompiler compiler =
        new RuleCompiler(new ProgramPool(), IpFamily.IPV4, ServiceRules.nodeBlocks());
    compiler.localAddresses(ServiceRules.nodeAddresses());
    return compiler.compile(ServiceRules.rules(ServiceRules.proxy(services, ServiceKind.PLAIN)));
  }

  /** kube-proxy starts on a node beside others: its rules and its program. */
  @Benchmark
  public DecisionProgram furtherNode() {
    int node = 1 + ++round % (nodes - 1);
    proxies.restart("n" + node);
    return program(node);
  }

  /** One endpoint is replaced, and one node looks at it. */
  @Benchmark
  public DecisionProgram changeSeenByOne() {
    change();
    return program(0);
  }

  /** One endpoint is replaced, and all nodes look at it. */
  @Benchmark
  public int changeSeenByAll() {
    change();
    return all();
  }

  private void change() {
    round++;
    int service = Math.floorMod(round * 7919, services);
    state.store(ServiceRules.slice(service, round, ServiceKind.PLAIN));
  }
}
