package dev.hairpin.whatif;

import dev.hairpin.analysis.Occupancy;
import dev.hairpin.whatif.Figure.How;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many connections the pod has that happens to have the most.
 *
 * <p>Each connection is placed by chance and stays where it is, so with few long connections some
 * pod has far more than its share: balls into bins. The bins are not equally likely in general
 * (zones, policy Local). With few connections the mean of the fullest is worked out exactly, else
 * it is that of seeded placements, with its interval of 95 %.
 */
final class HottestPods implements CapacityModel {
  private static final double MOST_STEPS = 2e6;
  private static final int RUNS = 400;
  private static final long MOST_CONNECTIONS = 100_000_000;

  @Override
  public List<Figure> figures(Load load) {
    Map<String, Map<String, Double>> openByTraffic = new TreeMap<>();
    for (Flow flow : load.flows()) {
      if (flow.way().arrives() && flow.openConnections() > 0) {
        openByTraffic
            .computeIfAbsent(flow.traffic().name(), name -> new TreeMap<>())
            .merge(flow.way().server(), flow.openConnections(), Double::sum);
      }
    }
    List<Figure> figures = new ArrayList<>();
    openByTraffic.forEach((name, open) -> {
      double[] weights = open.values().stream().mapToDouble(Double::doubleValue).toArray();
      long connections = Math.round(sum(weights));
      if (weights.length > 0 && connections >= 1 && connections <= MOST_CONNECTIONS) {
        figures.add(fullest(name, weights, connections, load.seed()));
      }
    });
    return figures;
  }

  private static double sum(double[] weights) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    return sum;
  }

  static Figure fullest(String name, double[] weights, long connections, long seed) {
    double sum = sum(weights);
    double[] shares = new double[weights.length];
    for (int i = 0; i < shares.length; i++) {
      shares[i] = weights[i] / sum;
    }
    Occupancy filled =
        Occupancy.of(shares, connections, new Occupancy.Effort(MOST_STEPS, RUNS, seed));
    boolean exact = filled.method() == Occupancy.Method.EXACT;
    double mean = filled.expectedMax();
    return new Figure(
        Metric.HOTTEST_POD,
        name,
        name,
        mean,
        mean - filled.maxInterval(),
        mean + filled.maxInterval(),
        Double.POSITIVE_INFINITY,
        exact ? How.EXACT : How.SIMULATED,
        connections + " connections on " + weights.length
            + (weights.length == 1 ? " pod" : " pods")
            + (exact ? "" : ", " + RUNS + " placements"));
  }
}
