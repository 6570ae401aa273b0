package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.TrafficEngine;
import dev.hairpin.api.Node;
import dev.hairpin.path.fast.Fate;
import dev.hairpin.path.fast.TrafficCounts;
import dev.hairpin.path.fast.TrafficLoad;
import dev.hairpin.whatif.Figure.How;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Figures from connections that are really sent through compiled rules and tables, where the exact
 * shares say nothing: tables that fill, source ports that run out, affinity that remembers.
 *
 * <p>All traffic runs through the same tables at once, at its rates. Its connections stay open for
 * the mean time of all of it, which by Little's law leaves as many open.
 */
final class Simulation {

  /**
   * Connections of a batch come at one moment of virtual time, so it must be short against the two
   * minutes in which tables keep what is closed.
   */
  private static final double BATCH_SECONDS = 2;

  private static final int SMALLEST_BATCH = 512;
  private static final int LARGEST_BATCH = 32_768;

  /**
   * In smaller batches threads wait for each other longer than they work. With batches of
   * {@link #BATCH_SECONDS} that is less than 2,048 connections a second.
   */
  private static final int BATCH_FOR_THREADS = 4_096;

  private static final double TWO_SIDED_95 = 1.96;

  /**
   * How many deviations of a single moment a maximum over time stays near its mean with at least 95
   * %. By the inequality of Borell, Tsirelson, Ibragimov and Sudakov, the greatest of variables
   * that are normal, however many there are and however they depend on each other, is further than
   * t deviations away with a probability of at most 2 exp(-t^2 / 2); that is 5 % at the square root
   * of 2 ln 40.
   */
  private static final double MAXIMUM_95 = Math.sqrt(2 * Math.log(40));

  private final Cluster cluster;
  private final List<Traffic> traffic;
  private final Limits limits;
  private final long connections;
  private final double perSecond;

  /** Of traffic with some rate; the other one sends nothing. */
  Simulation(Cluster cluster, List<Traffic> traffic, Limits limits, long connections) {
    this.cluster = cluster;
    this.traffic = traffic.stream().filter(t -> t.connectionsPerSecond() > 0).toList();
    this.limits = limits;
    this.connections = connections;
    this.perSecond =
        this.traffic.stream().mapToDouble(Traffic::connectionsPerSecond).sum();
    if (this.traffic.isEmpty()) {
      throw new IllegalArgumentException("no traffic with a rate above 0, so nothing is simulated");
    }
  }

  List<Figure> figures(long seed, int threads) {
    TrafficEngine engine = TrafficEngine.of(cluster);
    Map<String, String> nameOfStream = new HashMap<>();
    for (Traffic some : traffic) {
      String target = TargetNames.resolve(some.to(), cluster);
      engine.stream(some.from(), target, some.connectionsPerSecond());
      nameOfStream.merge(some.from() + " to " + target, some.name(), (a, b) -> a + " and " + b);
    }
    int batch = (int) Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, perSecond * BATCH_SECONDS));
    double open = traffic.stream().mapToDouble(Traffic::openConnections).sum();
    int table = smallestTable();
    TrafficCounts counts = engine
        .load(TrafficLoad.DEFAULT
            .seed(seed)
            .perSecond(perSecond)
            .lasting(Duration.ofNanos(Math.round(open / perSecond * 1e9)))
            .conntrackMax(table)
            .batch(batch)
            .threads(batch < BATCH_FOR_THREADS ? 1 : threads))
        .run(connections);
    List<Figure> figures = new ArrayList<>();
    counts.perPod().forEach((pod, count) -> {
      if (count > 0) {
        figures.add(
            rate(Metric.POD_ARRIVALS, pod, workloadOf(pod), count, Double.POSITIVE_INFINITY));
      }
    });
    counts
        .perStream()
        .forEach((stream, fates) -> fates.forEach((fate, count) -> {
          if (fate != Fate.DELIVERED) {
            String what = nameOfStream.getOrDefault(stream, stream) + ": " + fate;
            figures.add(rate(Metric.LOST, what, what, count, 0));
          }
        }));
    counts.conntrackPeak().forEach((node, peak) -> figures.add(fullest(node, peak, table)));
    return figures;
  }

  /**
   * The most entries of a node's table. At a moment their number is a sum of many connections that
   * come independently of each other, so about normal, with a variance of at most its mean.
   */
  private Figure fullest(String node, int peak, int table) {
    double half = MAXIMUM_95 * Math.sqrt(peak);
    return new Figure(
        Metric.CONNTRACK,
        node,
        "",
        peak,
        Math.max(0, peak - half),
        Math.min(Math.max(peak, table), peak + half),
        tableOf(node),
        How.SIMULATED,
        "the most within " + Math.round(connections / perSecond) + " s");
  }

  /** Connections of one kind as a rate, with the interval of a binomial count. */
  private Figure rate(Metric metric, String subject, String group, long count, double limit) {
    double scale = perSecond / connections;
    double half = TWO_SIDED_95 * Math.sqrt(count * (1 - (double) count / connections));
    return new Figure(
        metric,
        subject,
        group,
        count * scale,
        Math.max(0, count - half) * scale,
        (count + half) * scale,
        limit,
        How.SIMULATED,
        count + " of " + connections + " connections");
  }

  private String workloadOf(String pod) {
    return Workloads.of(pod, cluster.state()).orElse("");
  }

  private double tableOf(String node) {
    return cluster
        .state()
        .get(Node.class, "", node)
        .map(found -> limits.conntrackOf(NodeMeasures.cores(found)))
        .orElse(Double.POSITIVE_INFINITY);
  }

  /** The engine gives all nodes one size. */
  private int smallestTable() {
    return cluster.state().list(Node.class).stream()
        .mapToInt(
            node -> (int) Math.min(Integer.MAX_VALUE, limits.conntrackOf(NodeMeasures.cores(node))))
        .min()
        .orElse(0);
  }
}
