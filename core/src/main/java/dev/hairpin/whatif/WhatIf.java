package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.Suggestions;
import dev.hairpin.TrafficEngine;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.path.addon.AddOn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * Questions about a cluster under load.
 *
 * <pre>{@code
 * WhatIf whatIf = WhatIf.on(store)
 *     .traffic(Traffic.between("internet", "service/ui/ui-nlb").perSecond(400).requests(20))
 *     .limits(Limits.DEFAULT.pod("ui/ui", 3_000));
 * print(whatIf.compare(Scenario.named("a zone less").losingZone("us-west-2a")));
 * }</pre>
 *
 * <p>The cluster itself is never changed: each scenario happens on a {@linkplain Cluster#fork fork}
 * that is given some time to settle; {@linkplain Cluster#forkWithControllers controllers begin} in
 * that of a snapshot, so that it shows what follows. The same cluster, traffic, scenarios and seed
 * give the same bytes. Immutable, but as little thread-safe as its cluster.
 */
public final class WhatIf {

  /** Long enough for load balancers to be made and for pods of lost nodes to come up elsewhere. */
  public static final Duration SETTLING = Duration.ofMinutes(15);

  /** What reports call the cluster as it is; no scenario may be called the same beside it. */
  private static final String AS_IS = "as is";

  private static final Comparator<Figure> ORDER =
      Comparator.comparing(Figure::metric).thenComparing(Figure::subject);

  private static final List<CapacityModel> OWN = List.of(
      new ServingMeasures(),
      new HottestPods(),
      new NodeMeasures(),
      new RangeMeasures(),
      new EnvironmentMeasures(),
      new DnsMeasures(),
      new ZoneMeasures(),
      new ScaleMeasures());

  private final Cluster cluster;
  private final List<Traffic> traffic;
  private final Limits limits;
  private final Duration settling;
  private final long seed;
  private final WaysAsIs waysAsIs;

  private WhatIf(
      Cluster cluster,
      List<Traffic> traffic,
      Limits limits,
      Duration settling,
      long seed,
      WaysAsIs waysAsIs) {
    this.cluster = cluster;
    this.traffic = List.copyOf(traffic);
    this.limits = limits;
    this.settling = settling;
    this.seed = seed;
    this.waysAsIs = waysAsIs;
  }

  /**
   * Questions about a cluster without traffic.
   *
   * @param cluster the cluster; it must not change while questions are asked
   * @return the questions
   */
  public static WhatIf on(Cluster cluster) {
    return new WhatIf(
        cluster, List.of(), Limits.DEFAULT, SETTLING, 1, new WaysAsIs(cluster, List.of()));
  }

  /**
   * The same with more traffic.
   *
   * @param more the traffic
   * @return a copy
   * @throws IllegalArgumentException if two have one name
   */
  public WhatIf traffic(Traffic... more) {
    return traffic(Arrays.asList(more));
  }

  /**
   * The same with more traffic.
   *
   * @param more the traffic
   * @return a copy
   * @throws IllegalArgumentException if two have one name
   */
  public WhatIf traffic(List<Traffic> more) {
    List<Traffic> all = new ArrayList<>(traffic);
    all.addAll(more);
    Names.once("traffic", all, Traffic::name);
    return new WhatIf(cluster, all, limits, settling, seed, new WaysAsIs(cluster, all));
  }

  /**
   * The same with other capacities.
   *
   * @param newLimits the capacities
   * @return a copy
   * @throws IllegalArgumentException if they name a workload that no pod belongs to
   */
  public WhatIf limits(Limits newLimits) {
    TreeSet<String> known = new TreeSet<>();
    cluster.state().list(Pod.class).forEach(pod -> known.add(Workloads.of(pod, cluster.state())));
    for (String workload : newLimits.podRequestsPerSecond().keySet()) {
      if (!known.contains(workload)) {
        throw Suggestions.unknown("workload", workload, known);
      }
    }
    return new WhatIf(cluster, traffic, newLimits, settling, seed, waysAsIs);
  }

  /**
   * The same, where scenarios are given another time to settle.
   *
   * @param time how long, not negative; shows what users see that soon after the changes
   * @return a copy
   * @throws IllegalArgumentException if it is negative
   */
  public WhatIf settling(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("nothing settles in " + time);
    }
    return new WhatIf(cluster, traffic, limits, time, seed, waysAsIs);
  }

  /**
   * The same with another seed for what scenarios leave to chance and for what is simulated.
   *
   * @param newSeed the seed
   * @return a copy
   */
  public WhatIf seed(long newSeed) {
    return new WhatIf(cluster, traffic, limits, settling, newSeed, waysAsIs);
  }

  /**
   * The figures of the cluster as it is.
   *
   * @return the report
   * @throws IllegalArgumentException if traffic names something that does not exist
   */
  public CapacityReport asIs() {
    return report(AS_IS, new Load(cluster, traffic, limits, seed), List.of());
  }

  /**
   * The figures after some changes.
   *
   * @param scenario the changes
   * @return the report
   * @throws IllegalArgumentException if the scenario or the traffic names something that does not
   *     exist
   */
  public CapacityReport given(Scenario scenario) {
    Cluster fork = after(scenario);
    Load load = new Load(fork, scenario.of(traffic), limits, seed);
    return report(scenario.name(), load, untilNoticed(fork));
  }

  /**
   * By how much the traffic can grow until limits break.
   *
   * @return the limits that depend on the traffic, the first to break first
   * @throws IllegalArgumentException if traffic names something that does not exist
   */
  public Headroom headroom() {
    return headroom(AS_IS, new Load(cluster, traffic, limits, seed));
  }

  /**
   * The same after some changes.
   *
   * @param scenario the changes
   * @return the limits that depend on the traffic, the first to break first
   * @throws IllegalArgumentException if the scenario or the traffic names something that does not
   *     exist
   */
  public Headroom headroom(Scenario scenario) {
    return headroom(scenario.name(), new Load(after(scenario), scenario.of(traffic), limits, seed));
  }

  private Headroom headroom(String name, Load load) {
    return Headroom.of(name, factor -> limited(load.times(factor)));
  }

  /** The figures that have limits, from models that work nothing out that has none. */
  private static List<Figure> limited(Load load) {
    List<Figure> figures = new ArrayList<>();
    OWN.stream()
        .filter(model -> !(model instanceof HottestPods))
        .forEach(model -> figures.addAll(model.figures(load)));
    addOns(load, figures);
    return figures;
  }

  /**
   * The smallest size at which a limit breaks that does not break as it is, such as the number of
   * pods at which a subnet is empty, or that of Services at which a load balancer's quota is used.
   *
   * <pre>{@code
   * whatIf.firstToBreak(1, 500, n -> Scenario.named(n + " pods").scaling("Deployment", "ui/ui", n))
   * }</pre>
   *
   * <p>What is over at one size is taken to be over at all larger ones, so a few sizes are tried
   * and not all.
   *
   * @param least the smallest size that is tried
   * @param most the largest, not below the smallest
   * @param ofSize the changes that make the cluster so large
   * @return the size and what is over its limit; nothing if nothing is over at the largest
   * @throws IllegalArgumentException if the largest size is below the smallest, or as for
   *     {@link #given}
   */
  public Optional<GrowthLimit> firstToBreak(int least, int most, IntFunction<Scenario> ofSize) {
    if (most < least) {
      throw new IllegalArgumentException("no size is from " + least + " to " + most);
    }
    Set<GrowthLimit.Line> overNow = new HashSet<>();
    asIs().overloaded().forEach(f -> overNow.add(GrowthLimit.Line.of(f)));
    IntFunction<List<Figure>> over = size -> given(ofSize.apply(size)).overloaded().stream()
        .filter(f -> !overNow.contains(GrowthLimit.Line.of(f)))
        .toList();
    return GrowthLimit.search(least, most, over);
  }

  private Cluster after(Scenario scenario) {
    Cluster fork =
        scenario.changesCluster() ? cluster.forkWithControllers(Timing.INSTANT) : cluster.fork();
    scenario.applyTo(fork, seed);
    return fork.advance(settling);
  }

  /**
   * The figures as it is beside those after changes.
   *
   * @param scenarios the changes, each on a fork of its own
   * @return the comparison, the cluster as it is first
   * @throws IllegalArgumentException if two have one name, or one is called {@code as is}, or as
   *     for {@link #given}
   */
  public Comparison compare(Scenario... scenarios) {
    return compare(Arrays.asList(scenarios));
  }

  /**
   * The figures as it is beside those after changes.
   *
   * @param scenarios the changes, each on a fork of its own
   * @return the comparison, the cluster as it is first
   * @throws IllegalArgumentException if two have one name, or one is called {@code as is}, or as
   *     for {@link #given}
   */
  public Comparison compare(List<Scenario> scenarios) {
    List<String> names = new ArrayList<>(List.of(AS_IS));
    scenarios.forEach(scenario -> names.add(scenario.name()));
    Names.once("scenario", names, name -> name);
    List<CapacityReport> reports = new ArrayList<>();
    reports.add(asIs());
    scenarios.forEach(scenario -> reports.add(given(scenario)));
    return new Comparison(reports);
  }

  /**
   * What becomes of many connections that are really sent, through rules that are compiled and
   * tables that fill: what the exact shares of single connections do not show, such as a full
   * connection tracking table, source ports that run out, or affinity.
   *
   * <p>Every figure has its interval of 95 %: rates that of a binomial count, and the most entries
   * of a table one that holds for the maximum over the whole time, at least 2.7 deviations of a
   * single moment to each side, but never more than the table has room for. It says how much
   * another seed could differ; more connections make rates surer, and maxima longer watched.
   *
   * <p>All traffic goes at once, for as long as its rates need for so many connections. From 2,048
   * connections a second on it runs on all cores; with less, threads would wait for each other
   * longer than they work, and it runs on one. The result does not depend on how many there are.
   * What {@link TrafficEngine} does not carry is refused.
   *
   * @param connections how many, of all traffic together; at least 1
   * @return the report: new connections of pods, losses, and the fullest tables
   * @throws IllegalArgumentException if there is no connection or no rate, if traffic names
   *     something that does not exist, or goes by a way that the engine does not carry
   */
  public CapacityReport simulate(long connections) {
    return simulated(AS_IS, cluster, traffic, connections);
  }

  /**
   * The same after some changes.
   *
   * @param scenario the changes
   * @param connections how many, of all traffic together; at least 1
   * @return the report
   * @throws IllegalArgumentException as for {@link #simulate(long)}, or if the scenario names
   *     something that does not exist
   */
  public CapacityReport simulate(Scenario scenario, long connections) {
    return simulated(scenario.name(), after(scenario), scenario.of(traffic), connections);
  }

  private CapacityReport simulated(String name, Cluster sent, List<Traffic> its, long connections) {
    if (connections < 1) {
      throw new IllegalArgumentException(connections + " connections show nothing");
    }
    List<Figure> figures = new ArrayList<>(new Simulation(sent, its, limits, connections)
        .figures(seed, Runtime.getRuntime().availableProcessors()));
    figures.sort(ORDER);
    return new CapacityReport(name, figures);
  }

  private CapacityReport report(String name, Load load, List<Figure> more) {
    List<Figure> figures = new ArrayList<>(more);
    OWN.forEach(model -> figures.addAll(model.figures(load)));
    addOns(load, figures);
    figures.sort(ORDER);
    return new CapacityReport(name, figures);
  }

  private static void addOns(Load load, List<Figure> figures) {
    for (AddOn.Component component : load.cluster().components(AddOn.Component.class)) {
      if (component instanceof CapacityModel model) {
        figures.addAll(model.figures(load));
      }
    }
  }

  /**
   * What goes to nodes that are gone until the cluster has noticed: the exact share of today's ways
   * that lead over them, for the time in which nobody knows.
   */
  private List<Figure> untilNoticed(Cluster fork) {
    List<String> gone = new ArrayList<>();
    for (Node node : cluster.state().list(Node.class)) {
      String name = node.metadata().name();
      boolean ready =
          fork.state().get(Node.class, "", name).filter(Node::isReady).isPresent();
      if (node.isReady() && !ready) {
        gone.add(name);
      }
    }
    if (gone.isEmpty()) {
      return List.of();
    }
    double perSecond = 0;
    for (Flow flow : waysAsIs.flows()) {
      boolean fromThere = gone.contains(flow.sourceNode());
      if (!fromThere && flow.way().arrives() && gone.stream().anyMatch(flow.way()::touches)) {
        perSecond += flow.perSecond();
      }
    }
    double seconds = limits.nodeMonitorGraceSeconds();
    return List.of(Figure.of(
            Metric.LOST_UNTIL_NOTICED,
            String.join(" ", gone),
            perSecond * seconds,
            0,
            Figure.How.LAW)
        .because(Math.round(seconds) + " s until the nodes are taken for lost"));
  }
}
