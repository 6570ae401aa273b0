package dev.hairpin.whatif;

import dev.hairpin.whatif.Figure.How;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * How many connections the pod has that happens to have the most.
 *
 * <p>Each connection is placed by chance and stays where it is, so with few long connections some
 * pod has far more than its share: balls into bins. The bins are not equally likely in general
 * (zones, policy Local), so it is simulated: placements of all open connections, seeded, and the
 * mean of their maxima with its interval of 95 %.
 */
final class HottestPods implements CapacityModel {
  private static final int RUNS = 400;
  private static final int MOST_DRAWS = 400_000;
  private static final double TWO_SIDED_95 = 1.96;

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
      double mean = open.values().stream().mapToDouble(Double::doubleValue).sum();
      long connections = Math.round(mean);
      if (open.size() > 1 && connections >= 1 && connections <= MOST_DRAWS / 2) {
        double[] weights =
            open.values().stream().mapToDouble(Double::doubleValue).toArray();
        figures.add(simulate(name, weights, (int) connections, load.seed()));
      }
    });
    return figures;
  }

  static Figure simulate(String name, double[] weights, int connections, long seed) {
    double[] upTo = new double[weights.length];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i];
      upTo[i] = sum;
    }
    int runs = Math.max(2, Math.min(RUNS, MOST_DRAWS / connections));
    SplittableRandom random = new SplittableRandom(seed);
    int[] bins = new int[weights.length];
    double total = 0;
    double squares = 0;
    for (int run = 0; run < runs; run++) {
      java.util.Arrays.fill(bins, 0);
      int most = 0;
      for (int i = 0; i < connections; i++) {
        int at = java.util.Arrays.binarySearch(upTo, random.nextDouble() * sum);
        int bin = Math.min(at >= 0 ? at + 1 : -at - 1, bins.length - 1);
        most = Math.max(most, ++bins[bin]);
      }
      total += most;
      squares += (double) most * most;
    }
    double mean = total / runs;
    double variance = Math.max(0, (squares - runs * mean * mean) / (runs - 1));
    double half = TWO_SIDED_95 * Math.sqrt(variance / runs);
    return new Figure(
        Metric.HOTTEST_POD,
        name,
        mean,
        mean - half,
        mean + half,
        Double.POSITIVE_INFINITY,
        How.SIMULATED,
        connections + " connections on " + weights.length + " pods, " + runs + " placements");
  }
}
