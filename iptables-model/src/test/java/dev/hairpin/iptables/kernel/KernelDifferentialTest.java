package dev.hairpin.iptables.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/**
 * Asks the kernel of this machine: rules are printed by us, loaded by the real iptables-restore
 * into network namespaces, and real TCP and UDP calls are compared with the model. The rules are
 * those that kube-proxy writes for random Services, and random ones beyond it. What differs is
 * shrunk to few Services or rules; the message names the call.
 *
 * <p>Runs as root on Linux and is skipped elsewhere. {@code -Dhairpin.kernel.rounds=N} tries N
 * times as many clusters.
 */
@AddLifecycleHook(KernelDifferentialTest.NeedsKernel.class)
class KernelDifferentialTest {

  /** So many clusters are compared at the same time, since most of the time is spent waiting. */
  private static final int TWINS = 6;

  private static final int BATCH = TWINS * Integer.getInteger("hairpin.kernel.rounds", 1);

  /** Skips visibly where the kernel cannot be asked. */
  static final class NeedsKernel implements SkipExecutionHook {
    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
      String missing = KernelLab.missing();
      if (missing != null && !AskedKernel.isRequired()) {
        return SkipResult.skip("the kernel is not asked: " + missing);
      }
      assertThat(missing).as("the kernel must be asked here").isNull();
      return SkipResult.doNotSkip();
    }
  }

  private static final List<TwinCluster> TWINS_BUILT = new ArrayList<>();
  private static boolean ended;
  private static final Tally TALLY = new Tally();

  @Provide
  Arbitrary<List<RandomServices.Plan>> services() {
    return RandomServices.plans().list().ofSize(BATCH);
  }

  @Provide
  Arbitrary<List<RandomRules.Plan>> rules() {
    return RandomRules.plans().list().ofSize(BATCH);
  }

  @Property(tries = 28, edgeCases = EdgeCasesMode.NONE)
  void servicesFareInTheKernelAsInTheModel(@ForAll("services") List<RandomServices.Plan> plans) {
    compare(plans, Addressing.V4, KernelDifferentialTest::experiment);
  }

  @Property(tries = 14, edgeCases = EdgeCasesMode.NONE)
  void servicesOfIpv6FareInTheKernelAsInTheModel(
      @ForAll("services") List<RandomServices.Plan> plans) {
    compare(plans, Addressing.V6, KernelDifferentialTest::experiment);
  }

  @Property(tries = 10, edgeCases = EdgeCasesMode.NONE)
  void rulesBeyondKubeProxysDoInTheKernelWhatTheyDoInTheModel(
      @ForAll("rules") List<RandomRules.Plan> plans) {
    compare(plans, Addressing.V4, (plan, t) -> new RandomRules(plan, t.net()).experiment());
  }

  @Property(tries = 6, edgeCases = EdgeCasesMode.NONE)
  void rulesOfIpv6BeyondKubeProxysDoInTheKernelWhatTheyDoInTheModel(
      @ForAll("rules") List<RandomRules.Plan> plans) {
    compare(plans, Addressing.V6, (plan, t) -> new RandomRules(plan, t.net()).experiment());
  }

  private static Experiment experiment(RandomServices.Plan plan, TwinCluster twins) {
    return new RandomServices(plan, twins.net()).experiment(twins.kernel());
  }

  @AfterContainer
  static void everyCallHadItsShareOfEndpoints() {
    end();
    assertThat(TALLY.deviations()).as(TALLY.toString()).isBetween(-Tally.ALLOWED, Tally.ALLOWED);
  }

  /** Takes down what there is; a search for a smaller sample that is still at it finds the end. */
  private static synchronized void end() {
    ended = true;
    close();
  }

  private static void close() {
    TWINS_BUILT.forEach(TwinCluster::close);
    TWINS_BUILT.clear();
  }

  /** The clusters of a family; those of the other are taken down, since no property needs both. */
  private static List<TwinCluster> twins(Addressing net) {
    if (TWINS_BUILT.isEmpty() || TWINS_BUILT.get(0).net() != net) {
      close();
      for (int i = 0; i < TWINS; i++) {
        TWINS_BUILT.add(new TwinCluster(net, "" + (char) ('a' + i)));
      }
    }
    return TWINS_BUILT;
  }

  /** One at a time: a search for a smaller sample that took too long may still be at it. */
  private static synchronized <P> void compare(
      List<P> plans, Addressing net, BiFunction<P, TwinCluster, Experiment> experiment) {
    if (ended) {
      throw new IllegalStateException("the tests have ended");
    }
    List<TwinCluster> twins = twins(net);
    ExecutorService workers = Executors.newFixedThreadPool(twins.size());
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < twins.size(); t++) {
      int first = t;
      TwinCluster pair = twins.get(t);
      running.add(workers.submit(() -> {
        for (int i = first; i < plans.size(); i += twins.size()) {
          Comparison.run(pair, experiment.apply(plans.get(i), pair), TALLY);
        }
      }));
    }
    workers.shutdown();
    @org.jspecify.annotations.Nullable Throwable failure = null;
    for (Future<?> part : running) {
      try {
        part.get();
      } catch (ExecutionException e) {
        failure = e.getCause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    if (failure instanceof AssertionError wrong) {
      throw wrong;
    } else if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }
}
