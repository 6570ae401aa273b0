package dev.hairpin.benchmarks;

import dev.hairpin.Cluster;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.elb.TargetState;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What do health checks cost that really walk from the load balancer over node ports, kube-proxy's
 * rules and the pods' network, in an interval in which nothing changes?
 *
 * <p>Every node is a target of every Ingress: {@code 20} Ingresses have 2,000 targets, {@code 1000}
 * have 100,000. Beside the first interval, whose checks are all walked, stands one of those that
 * follow, whose ways are known.
 */
@State(Scope.Benchmark)
@Fork(1)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class WalkedChecks {
  private static final Duration INTERVAL = Duration.ofSeconds(15);

  /** How many Ingresses; each has 100 targets. */
  @Param({"20", "1000"})
  public int ingresses;

  private IngressCluster content = new IngressCluster(0, "instance");
  private Cluster fresh = Cluster.of(content.state);
  private Cluster settled = fresh;

  private void make() {
    content = new IngressCluster(ingresses, "instance");
    fresh = Cluster.of(content.state).install(KubeProxy.newest());
    fresh.advance(Duration.ofSeconds(1));
  }

  /** Starts the controller; the first checks run when the clock moves. */
  private Cluster start() {
    fresh.install(AwsLoadBalancerController.eks("bench"));
    AwsLoadBalancers running = fresh.component(AwsLoadBalancers.class).orElseThrow();
    running.elb().setQuotas(running.elb().quotas().with("targets-per-alb", 10_000));
    fresh.advance(Duration.ZERO);
    return fresh;
  }

  /** Makes a cluster whose checks have been walked for some time, and looks that all are well. */
  @Setup
  public void settle() {
    make();
    settled = start();
    for (int i = 0; i < 6; i++) {
      settled.advance(INTERVAL);
    }
    long healthy =
        settled.component(AwsLoadBalancers.class).orElseThrow().elb().targetGroups().stream()
            .flatMap(g -> g.targets().stream())
            .map(TargetState::health)
            .filter(h -> h.toString().startsWith("healthy"))
            .count();
    if (healthy != ingresses * 100L) {
      throw new IllegalStateException(healthy + " targets are healthy");
    }
  }

  /** Makes a cluster in which the controller has not started. */
  @Setup(Level.Iteration)
  public void fill() {
    make();
  }

  /**
   * The controller starts, and every target is checked for the first time.
   *
   * @return the cluster
   */
  @Benchmark
  @Warmup(iterations = 1)
  @Measurement(iterations = 3)
  public Cluster first() {
    return start();
  }

  /**
   * Every target is checked once more.
   *
   * @return the cluster
   */
  @Benchmark
  @Warmup(iterations = 5)
  @Measurement(iterations = 9)
  public Cluster again() {
    return settled.advance(INTERVAL);
  }
}
