package dev.hairpin.benchmarks;

import dev.hairpin.Cluster;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.net.IpFamily;
import java.time.Duration;
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
 * What does a fork of a running cluster of 5,000 nodes, 150,000 pods and 10,000 Services cost, with
 * its controllers and kubelets, and the first change after it?
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx1200m")
public class ForkBenchmark {

  /**
   * What is installed: nothing, or kube-proxy, of which a node's rules were looked at, and CoreDNS.
   */
  @Param({"controllers", "addons"})
  public String running = "controllers";

  private Cluster cluster = Cluster.builder().kubeadm(1).build();
  private int next;

  /** Fills the cluster and lets it settle; JMH's worker thread writes it. */
  @Setup
  public void fill() {
    cluster = Cluster.builder().kubeadm(1).build();
    LargeCluster.fill(cluster.api());
    cluster.advance(Duration.ZERO);
    if (running.equals("addons")) {
      cluster.install(KubeProxy.newest()).install(CoreDns.kubeadm());
      rules(cluster);
    }
  }

  /**
   * Forks the cluster.
   *
   * @return the fork
   */
  @Benchmark
  public Cluster fork() {
    return cluster.fork();
  }

  /**
   * Forks the cluster, and one of the fork's pods ceases to be ready: its slice and its Endpoints
   * are written.
   *
   * @return the fork
   */
  @Benchmark
  public Cluster forkAndChangeAPod() {
    Cluster fork = cluster.fork();
    int pod = (next++ & 0xffff) * 2;
    fork.controllers().kubelets().setReady("ns-" + pod / 15 % 100, "pod-" + pod, false);
    return fork.advance(Duration.ZERO);
  }

  /**
   * The same, and somebody looks at the rules of a node: they are brought in line with the change.
   * Without kube-proxy one is installed in the fork and started from nothing, which is the
   * baseline.
   *
   * @return the rules
   */
  @Benchmark
  public RuleSet forkChangeAPodAndLookAtRules() {
    Cluster fork = forkAndChangeAPod();
    if (running.equals("controllers")) {
      fork.install(KubeProxy.newest());
    }
    return rules(fork);
  }

  private static RuleSet rules(Cluster of) {
    return of.component(KubeProxies.class)
        .flatMap(proxies -> proxies.rulesOf("node-0", IpFamily.IPV4))
        .orElseThrow();
  }

  /**
   * Forks the cluster and loses a node of the fork.
   *
   * @return the fork
   */
  @Benchmark
  public Cluster forkAndLoseANode() {
    Cluster fork = cluster.fork();
    fork.controllers().nodes().lose("node-" + (next++ % 5_000));
    return fork.advance(Duration.ZERO);
  }
}
