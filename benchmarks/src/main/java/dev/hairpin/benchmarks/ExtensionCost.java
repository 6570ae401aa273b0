package dev.hairpin.benchmarks;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.hairpin.Cluster;
import dev.hairpin.junit.HairpinTest;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
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
 * What does {@link HairpinTest} add to a run of JUnit, for each class and for each test?
 *
 * <p>Each run is one of the launcher's, with discovery. The cluster has three nodes, ten Services
 * of two pods each, a Network Load Balancer, kube-proxy, CoreDNS and the AWS controller.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ExtensionCost {
  private static final int TESTS = 100;

  /**
   * What is run: a hundred tests of a class, or classes of one test each that connects. The plain
   * tests, without the extension, are the baseline.
   */
  @Param({
    "plain tests",
    "tests with a cluster",
    "tests that connect",
    "tests that change and connect",
    "one class",
    "two classes of one cluster",
    "two classes of two clusters"
  })
  public String run = "plain tests";

  private final Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
      .enableTestEngineAutoRegistration(true)
      .enableTestExecutionListenerAutoRegistration(false)
      .build());
  private LauncherDiscoveryRequest request =
      LauncherDiscoveryRequestBuilder.request().build();

  /** The classes of a run. */
  private static List<Class<?>> classesOf(String run) {
    return switch (run) {
      case "plain tests" -> List.of(Plain.class);
      case "tests with a cluster" -> List.of(Idle.class);
      case "tests that connect" -> List.of(Connecting.class);
      case "tests that change and connect" -> List.of(Changing.class);
      case "one class" -> List.of(First.class);
      case "two classes of one cluster" -> List.of(First.class, Second.class);
      case "two classes of two clusters" -> List.of(First.class, Other.class);
      default -> throw new IllegalArgumentException("no run \"" + run + "\"");
    };
  }

  /** Chooses the classes, and tries whether their tests pass. */
  @Setup
  public void choose() {
    List<ClassSelector> selectors =
        classesOf(run).stream().map(c -> selectClass(c)).toList();
    request = LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    launcher.execute(request, summary);
    if (summary.getSummary().getTestsFailedCount() > 0
        || summary.getSummary().getTestsSucceededCount() == 0) {
      IllegalStateException failed =
          new IllegalStateException("not all tests of " + run + " passed");
      summary.getSummary().getFailures().forEach(f -> failed.addSuppressed(f.getException()));
      throw failed;
    }
  }

  /** Runs the classes. */
  @Benchmark
  public void execute() {
    launcher.execute(request, new TestExecutionListener[0]);
  }

  /** Builds the cluster, as a test's author would. */
  public static class Shop implements Supplier<Cluster> {
    @Override
    public Cluster get() {
      Cluster cluster = Cluster.builder().eks(3).allAddOns().build();
      cluster.apply(IntStream.range(0, 10)
          .mapToObj(i -> """
              apiVersion: apps/v1
              kind: Deployment
              metadata: {name: web-%1$d, namespace: shop}
              spec:
                replicas: 2
                selector: {matchLabels: {app: web-%1$d}}
                template:
                  metadata: {labels: {app: web-%1$d}}
                  spec:
                    containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]
              ---
              apiVersion: v1
              kind: Service
              metadata:
                name: web-%1$d
                namespace: shop
                annotations: {service.beta.kubernetes.io/aws-load-balancer-type: external}
              spec:
                type: %2$s
                selector: {app: web-%1$d}
                ports: [{port: 80, targetPort: 8080}]
              ---
              """.formatted(i, i == 0 ? "LoadBalancer" : "ClusterIP"))
          .reduce(
              "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n", String::concat));
      return cluster.advance(Duration.ofMinutes(5));
    }
  }

  /** The same cluster, declared apart, so that it is built a second time. */
  public static final class OtherShop extends Shop {}

  private static void connect(Cluster cluster) {
    Trace trace = cluster.from("shop/web-1").to("http://web-2");
    if (!trace.outcome().delivered()) {
      throw new AssertionError(trace.toString());
    }
  }

  static class Plain {
    @RepeatedTest(TESTS)
    void passes() {}
  }

  @HairpinTest(cluster = Shop.class)
  static class Idle {
    @RepeatedTest(TESTS)
    void takesACluster(Cluster cluster) {}
  }

  @HairpinTest(cluster = Shop.class)
  static class Connecting {
    @RepeatedTest(TESTS)
    void connects(Cluster cluster) {
      connect(cluster);
    }
  }

  @HairpinTest(cluster = Shop.class)
  static class Changing {
    @RepeatedTest(TESTS)
    void changesAndConnects(Cluster cluster) {
      cluster.controllers().workloads().scale("Deployment", "shop", "web-2", 3);
      cluster.advance(Duration.ZERO);
      connect(cluster);
    }
  }

  @HairpinTest(cluster = Shop.class)
  static class First {
    @Test
    void connects(Cluster cluster) {
      connect(cluster);
    }
  }

  @HairpinTest(cluster = Shop.class)
  static class Second {
    @Test
    void connects(Cluster cluster) {
      connect(cluster);
    }
  }

  @HairpinTest(cluster = OtherShop.class)
  static class Other {
    @Test
    void connects(Cluster cluster) {
      connect(cluster);
    }
  }
}
