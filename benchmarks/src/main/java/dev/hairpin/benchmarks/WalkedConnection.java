package dev.hairpin.benchmarks;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.walk.RuleWalker;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Fabric;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.NodeShape;
import dev.hairpin.path.Route;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** How long does a call take that walks the rules, as traces and exact shares do? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx3g")
@State(Scope.Thread)
public class WalkedConnection {

  /** How many Services there are. */
  @Param("10000")
  public int services;

  private final Network network = new Network(new VirtualClock());
  private final Chooser chooser = Chooser.seeded(7);
  private FlowRing ring = new FlowRing(1, ServiceKind.PLAIN);
  private @Nullable Host pod;
  private int next;

  /** Makes a node with the rules, and a pod that calls. */
  @Setup
  public void prepare() {
    RuleSet rules = ServiceRules.rules(ServiceRules.proxy(services, ServiceKind.PLAIN));
    Fabric fabric = new Fabric(network);
    IpAddress gateway = IpAddress.parse("192.0.2.254");
    fabric.gateway(gateway, 24, Route.Type.BLACKHOLE);
    fabric
        .node(NodeShape.ptp(
            "a", IpAddress.parse("192.0.2.1"), 24, Cidr.parse("100.64.0.0/16"), gateway))
        .filter(new RuleWalker(rules));
    pod = fabric.pod("pod", "a", IpAddress.v4(ServiceRules.POD_BLOCK + 10));
    ring = new FlowRing(services, ServiceKind.PLAIN);
  }

  /** A call that nobody answers, which ends at once. */
  @Benchmark
  public Outcome call() {
    int i = next++ & ring.mask;
    SocketAddress to = new SocketAddress(IpAddress.v4(ring.destination[i]), ServiceRules.PORT);
    Attempt attempt = network.call(
        Call.of(pod, Protocol.TCP, to, chooser).untraced().waiting(Duration.ofMillis(1)));
    attempt.abort();
    return attempt.outcome();
  }
}
