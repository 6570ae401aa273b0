package dev.hairpin.benchmarks;

import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.lb.elb.TargetState;
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
 * How long does the AWS Load Balancer Controller take for 1,000 Ingresses in 50 groups on 100 nodes
 * when it starts, and for one Ingress that changes?
 *
 * <p>Through the add-on: the controller's decisions, the account, the load balancers with their
 * rules and targets, and the first health check of every target. {@code 20} Ingresses, one group,
 * show how the time grows.
 */
@State(Scope.Benchmark)
@Fork(1)
public class IngressReconcile {

  /** How many Ingresses; 20 of them share a load balancer. */
  @Param({"20", "1000"})
  public int ingresses;

  /** What the targets are: two pods, or all nodes. */
  @Param({"ip", "instance"})
  public String targetType = "ip";

  private IngressCluster cluster = new IngressCluster(0, "ip");
  private IngressCluster settled = cluster;
  private int step;

  /** Makes a cluster in which the controller has not started. */
  @Setup(Level.Iteration)
  public void fill() {
    cluster = new IngressCluster(ingresses, targetType);
  }

  /** Makes a cluster in which all is done, and checks that it is. */
  @Setup
  public void settle() {
    settled = new IngressCluster(ingresses, targetType);
    AwsLoadBalancers running = settled.install();
    settled.settle();
    long healthy = running.elb().targetGroups().stream()
        .flatMap(g -> g.targets().stream())
        .map(TargetState::health)
        .filter(h -> h.toString().startsWith("healthy"))
        .count();
    long wanted = (long) ingresses * (targetType.equals("ip") ? 2 : 100);
    if (healthy != wanted) {
      throw new IllegalStateException(healthy + " targets are healthy, not " + wanted);
    }
  }

  /**
   * The controller starts.
   *
   * @return the load balancers
   */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  @Warmup(iterations = 12)
  @Measurement(iterations = 11)
  public AwsLoadBalancers cold() {
    AwsLoadBalancers running = cluster.install();
    cluster.settle();
    return running;
  }

  /**
   * An Ingress gets another path.
   *
   * @return the cluster
   */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  @Warmup(iterations = 3, time = 2)
  @Measurement(iterations = 5, time = 1)
  public Object oneChanged() {
    step++;
    int i = Math.floorMod(step * 7919, ingresses);
    settled.state.store(settled.ingress(i, "/v" + step));
    settled.settle();
    return settled;
  }
}
