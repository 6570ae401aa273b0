package dev.hairpin.benchmarks;

import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.Client;
import dev.hairpin.lb.elb.ElasticLoadBalancing;
import dev.hairpin.lb.elb.HealthProbe;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.lb.elb.ListenerProtocol;
import dev.hairpin.lb.elb.LoadBalancer;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.TargetDescription;
import dev.hairpin.lb.elb.TargetGroup;
import dev.hairpin.lb.elb.Timings;
import dev.hairpin.lb.elb.TlsSession.ClientHello;
import dev.hairpin.lb.elb.VpcSketch;
import dev.hairpin.lb.elb.nlb.CompiledTargets;
import dev.hairpin.lb.elb.nlb.NetworkLoadBalancer;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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

/** How long does a Network Load Balancer take to choose the target of a new flow? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class NlbTargetChoice {
  /** Flows in the ring: 768 KiB, more than L1, less than L2 of a server. */
  private static final int RING = 1 << 16;

  private static final int TCP = 6;

  /** Targets of the group: the nodes of a small cluster, and the quota of a zone. */
  @Param({"3", "500"})
  int targets;

  private @Nullable CompiledTargets compiled;
  private @Nullable NetworkLoadBalancer readable;
  private final int[] source = new int[RING];
  private final int[] sourcePort = new int[RING];
  private final int[] sequence = new int[RING];
  private int destination;
  private int at;

  /** Makes the load balancer and the flows from a fixed seed. */
  @Setup
  public void prepare() {
    VpcSketch vpc = VpcSketch.of("10.0.0.0/16").subnet("a", "us-west-2a", "10.0.0.0/20");
    VirtualClock clock = new VirtualClock();
    ElasticLoadBalancing elb = new ElasticLoadBalancing(
        vpc, clock, request -> HealthProbe.Result.Answered.code(200), Timings.INSTANT, 1);
    String lb = elb.createLoadBalancer(LoadBalancer.network("nlb").subnets("a").build());
    String group =
        elb.createTargetGroup(TargetGroup.ips("ui", ListenerProtocol.TCP, 8080).build());
    elb.createListener(Listener.forwarding(lb, 80, ListenerProtocol.TCP, group));
    List<TargetDescription> pods = new ArrayList<>();
    for (int i = 0; i < targets; i++) {
      pods.add(TargetDescription.of("10.0." + (1 + i / 250) + "." + (1 + i % 250), 8080));
    }
    elb.registerTargets(group, pods);
    clock.advance(Duration.ZERO);
    NetworkLoadBalancer nlb = new NetworkLoadBalancer(elb, 7);
    readable = nlb;
    compiled = CompiledTargets.compile(nlb, lb);
    destination = elb.loadBalancer(lb).nodes().get(0).privateAddress().v4Bits();
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < RING; i++) {
      source[i] = random.nextInt();
      sourcePort[i] = 1024 + random.nextInt(64_000);
      sequence[i] = random.nextInt();
    }
  }

  /**
   * The floor: what it costs to fetch a flow.
   *
   * @return something made of all its parts
   */
  @Benchmark
  public int floor() {
    int i = at++ & (RING - 1);
    return source[i] ^ sourcePort[i] ^ sequence[i];
  }

  /**
   * The choice.
   *
   * @return the target
   */
  @Benchmark
  public int choose() {
    int i = at++ & (RING - 1);
    CompiledTargets table = compiled;
    return table == null
        ? -1
        : table.choose(0, TCP, source[i], sourcePort[i], destination, 80, sequence[i]);
  }

  /**
   * The baseline: the same choice told step by step, with security groups, health and the lines of
   * a trace.
   *
   * @return what becomes of the flow
   */
  @Benchmark
  public @Nullable Arrival readable() {
    int i = at++ & (RING - 1);
    NetworkLoadBalancer told = readable;
    if (told == null) {
      return null;
    }
    FiveTuple flow = new FiveTuple(
        Protocol.TCP,
        new SocketAddress(IpAddress.v4(source[i]), sourcePort[i]),
        new SocketAddress(IpAddress.v4(destination), 80));
    return told.connect(new NewFlow(flow, sequence[i], Client.IN_VPC, ClientHello.PLAIN));
  }
}
