package dev.hairpin.iptables.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/**
 * Asks the kernel of this machine: rules are printed by us, loaded by the real iptables-restore
 * into network namespaces, and real TCP and UDP calls are compared with the model. The rules are
 * those that kube-proxy writes for drawn Services, and drawn ones beyond it. A difference counts if
 * it comes again, see {@link SecondLook}; the message names the call, and the smallest rules that
 * have it.
 *
 * <p>Runs as root on Linux and is skipped elsewhere. What is drawn is the same in every build;
 * {@code -Dhairpin.kernel.rounds=N} draws N times as many clusters, others for every N.
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

  private static final SecondLook<RandomServices.Plan> SERVICES = new SecondLook<>(
      (plan, twins) -> new RandomServices(plan, twins.net()).experiment(twins.kernel()),
      RandomServices.Plan::smaller);

  private static final SecondLook<RandomRules.Plan> RULES = new SecondLook<>(
      (plan, twins) -> new RandomRules(plan, twins.net()).experiment(), RandomRules.Plan::smaller);

  private static final List<TwinCluster> TWINS_BUILT = new ArrayList<>();
  private static final Tally TALLY = new Tally();
  private static int compared;

  @Provide
  Arbitrary<List<RandomServices.Plan>> services() {
    return RandomServices.plans().list().ofSize(BATCH);
  }

  @Provide
  Arbitrary<List<RandomRules.Plan>> rules() {
    return RandomRules.plans().list().ofSize(BATCH);
  }

  @Property(
      tries = 28,
      seed = "2811",
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void servicesFareInTheKernelAsInTheModel(@ForAll("services") List<RandomServices.Plan> plans) {
    compare(plans, Addressing.V4, SERVICES);
  }

  @Property(
      tries = 14,
      seed = "1461",
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void servicesOfIpv6FareInTheKernelAsInTheModel(
      @ForAll("services") List<RandomServices.Plan> plans) {
    compare(plans, Addressing.V6, SERVICES);
  }

  @Property(
      tries = 10,
      seed = "1041",
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void rulesBeyondKubeProxysDoInTheKernelWhatTheyDoInTheModel(
      @ForAll("rules") List<RandomRules.Plan> plans) {
    compare(plans, Addressing.V4, RULES);
  }

  @Property(tries = 6, seed = "661", edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void rulesOfIpv6BeyondKubeProxysDoInTheKernelWhatTheyDoInTheModel(
      @ForAll("rules") List<RandomRules.Plan> plans) {
    compare(plans, Addressing.V6, RULES);
  }

  @AfterContainer
  static void everyCallHadItsShareOfEndpoints() {
    close();
    assertThat(TALLY.deviations()).as(TALLY.toString()).isBetween(-Tally.ALLOWED, Tally.ALLOWED);
    List<String> passing = new ArrayList<>(SERVICES.passing());
    passing.addAll(RULES.passing());
    assertThat(passing)
        .as("what differed once and not again, in %d clusters; so many are no accident", compared)
        .hasSizeLessThanOrEqualTo(2 + compared / 50);
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

  /** Compares many at the same time, and then once more, one at a time, those that differed. */
  private static <P> void compare(List<P> plans, Addressing net, SecondLook<P> look) {
    List<TwinCluster> twins = twins(net);
    ExecutorService workers = Executors.newFixedThreadPool(twins.size());
    List<Future<Map<P, AssertionError>>> running = new ArrayList<>();
    for (int t = 0; t < twins.size(); t++) {
      int first = t;
      running.add(workers.submit(() -> {
        Map<P, AssertionError> differing = new LinkedHashMap<>();
        for (int i = first; i < plans.size(); i += twins.size()) {
          P plan = plans.get(i);
          look.difference(plan, twins.get(first), TALLY)
              .ifPresent(difference -> differing.put(plan, difference));
        }
        return differing;
      }));
    }
    workers.shutdown();
    Map<P, AssertionError> differing = new LinkedHashMap<>();
    running.forEach(part -> differing.putAll(result(part)));
    compared += plans.size();
    differing.forEach((plan, difference) -> look.again(plan, difference, twins.get(0)));
  }

  private static <T> T result(Future<T> part) {
    try {
      return part.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
