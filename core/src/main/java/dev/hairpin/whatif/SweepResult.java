package dev.hairpin.whatif;

import dev.hairpin.render.BarChart;
import dev.hairpin.render.Escape;
import dev.hairpin.render.LineChart;
import dev.hairpin.render.TextTable;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rows of a sweep, or of a part of it.
 *
 * <p>{@link #merge} is associative and commutative, and merging a part twice changes nothing, so
 * parts can come from anywhere in any order. All numbers of a summary are worked out from the rows
 * in the order of their cells, never from sums that were rounded on the way: two results of the
 * same cells print the same digits.
 *
 * @param fingerprint of which sweep
 * @param rows the rows by cell
 */
public record SweepResult(String fingerprint, SortedMap<Integer, SweepRow> rows)
    implements Serializable {

  /** Copies the rows. */
  public SweepResult {
    rows = Collections.unmodifiableSortedMap(new TreeMap<>(rows));
  }

  /**
   * A part of a result.
   *
   * @param fingerprint of which sweep
   * @param rows the rows, in any order
   * @return the part
   * @throws IllegalArgumentException if two rows are of one cell and differ
   */
  public static SweepResult of(String fingerprint, Collection<SweepRow> rows) {
    SweepResult result = new SweepResult(fingerprint, new TreeMap<>());
    TreeMap<Integer, SweepRow> all = new TreeMap<>();
    rows.forEach(row -> put(all, row));
    return result.merge(new SweepResult(fingerprint, all));
  }

  /**
   * This part and another one together.
   *
   * @param other the other part
   * @return both
   * @throws IllegalArgumentException if they are of different sweeps, or say different things about
   *     one cell
   */
  public SweepResult merge(SweepResult other) {
    if (!fingerprint.equals(other.fingerprint)) {
      throw new IllegalArgumentException(
          "results of two sweeps cannot be merged: " + fingerprint + " and " + other.fingerprint);
    }
    TreeMap<Integer, SweepRow> all = new TreeMap<>(rows);
    other.rows.values().forEach(row -> put(all, row));
    return new SweepResult(fingerprint, all);
  }

  private static void put(Map<Integer, SweepRow> all, SweepRow row) {
    SweepRow known = all.putIfAbsent(row.cell(), row);
    if (known != null && !known.equals(row)) {
      throw new IllegalArgumentException("two results of cell " + row.cell() + " (\""
          + row.scenario() + "\", seed " + row.seed() + ") differ");
    }
  }

  /**
   * The distribution of a metric's worst figure over the seeds of a scenario.
   *
   * @param count how many seeds
   * @param mean the mean
   * @param low the smallest
   * @param median the middle one; of two the lower
   * @param high the largest
   * @param over in how many it was over its limit
   */
  public record Spread(int count, double mean, double low, double median, double high, int over) {

    private static Spread of(List<SweepRow.Worst> worst) {
      List<Double> values =
          new ArrayList<>(worst.stream().map(SweepRow.Worst::value).toList());
      double sum = 0;
      for (double value : values) {
        sum += value;
      }
      Collections.sort(values);
      int over = (int) worst.stream().filter(w -> w.value() > w.limit()).count();
      return new Spread(
          values.size(),
          sum / values.size(),
          values.get(0),
          values.get((values.size() - 1) / 2),
          values.get(values.size() - 1),
          over);
    }
  }

  /**
   * The spread of a metric in each scenario.
   *
   * @param metric the metric
   * @return the spreads by scenario, in the sweep's order; scenarios without a figure are left out
   */
  public Map<String, Spread> spread(Metric metric) {
    Map<String, Spread> spreads = new LinkedHashMap<>();
    byScenario(metric).forEach((name, worst) -> spreads.put(name, Spread.of(worst)));
    return spreads;
  }

  private Map<String, List<SweepRow.Worst>> byScenario(Metric metric) {
    Map<String, List<SweepRow.Worst>> byScenario = new LinkedHashMap<>();
    for (SweepRow row : rows.values()) {
      SweepRow.Worst worst = row.worst().get(metric);
      if (worst != null) {
        byScenario.computeIfAbsent(row.scenario(), name -> new ArrayList<>()).add(worst);
      }
    }
    return byScenario;
  }

  /**
   * The spreads of a metric as a table. The last column says of what the largest figure is: of
   * another pod or node than that of another scenario, it may have another limit.
   *
   * @param metric the metric
   * @return a row for each scenario
   */
  public TextTable table(Metric metric) {
    TextTable table =
        TextTable.of("scenario", "seeds", "mean", "least", "median", "most", "over", "most of");
    table.right("seeds", "mean", "least", "median", "most", "over");
    byScenario(metric).forEach((name, worst) -> {
      Spread s = Spread.of(worst);
      table.row(
          name,
          Integer.toString(s.count()),
          Escape.readable(s.mean()),
          Escape.readable(s.low()),
          Escape.readable(s.median()),
          Escape.readable(s.high()),
          s.over() + " of " + s.count(),
          largest(worst).subject());
    });
    return table;
  }

  /**
   * A chart of a metric over the scenarios, in their order: mean, and the largest of all seeds. For
   * many scenarios; see {@link #bars} for few.
   *
   * @param metric the metric
   * @return the chart, to be printed as SVG or comma-separated values
   * @throws IllegalArgumentException if no scenario has a figure of the metric
   */
  public LineChart chart(Metric metric) {
    List<Spread> spreads = List.copyOf(drawn(spread(metric), metric).values());
    double[] xs = new double[spreads.size()];
    double[] means = new double[spreads.size()];
    double[] most = new double[spreads.size()];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = i + 1.0;
      means[i] = spreads.get(i).mean();
      most[i] = spreads.get(i).high();
    }
    return new LineChart("worst " + metric.title(), "scenario", metric.unit())
        .line("mean over seeds", xs, means)
        .line("largest of all seeds", xs, most);
  }

  /**
   * A chart of a metric with a bar for each scenario: the largest of all seeds, of what it is, and
   * its limit. For so many scenarios as one can read the names of.
   *
   * @param metric the metric
   * @return the chart, to be printed as text or SVG
   * @throws IllegalArgumentException if no scenario has a figure of the metric
   */
  public BarChart bars(Metric metric) {
    BarChart chart = new BarChart("worst " + metric.title() + " of all seeds", metric.unit());
    drawn(byScenario(metric), metric).forEach((name, worst) -> {
      SweepRow.Worst most = largest(worst);
      chart.bar(name + ": " + most.subject(), most.value(), most.limit());
    });
    return chart;
  }

  private static SweepRow.Worst largest(List<SweepRow.Worst> worst) {
    return Collections.max(worst, Comparator.comparingDouble(SweepRow.Worst::value));
  }

  private static <V> Map<String, V> drawn(Map<String, V> byScenario, Metric metric) {
    if (byScenario.isEmpty()) {
      throw new IllegalArgumentException(
          "no scenario has a figure of " + metric + ", so there is nothing to draw");
    }
    return byScenario;
  }

  /**
   * All rows as comma-separated values, with all digits, so that equal results are equal bytes.
   *
   * @return the text
   */
  public String toCsv() {
    TextTable table = TextTable.of(
        "cell", "scenario", "seed", "metric", "worst", "unit", "limit", "total", "subject");
    for (SweepRow row : rows.values()) {
      row.worst()
          .forEach((metric, worst) -> table.row(
              Integer.toString(row.cell()),
              row.scenario(),
              Long.toString(row.seed()),
              metric.title(),
              Double.toString(worst.value()),
              metric.unit(),
              Double.isInfinite(worst.limit()) ? "" : Double.toString(worst.limit()),
              Double.toString(worst.total()),
              worst.subject()));
    }
    return table.toCsv();
  }
}
