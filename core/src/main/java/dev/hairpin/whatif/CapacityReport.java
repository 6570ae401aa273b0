package dev.hairpin.whatif;

import dev.hairpin.render.BarChart;
import dev.hairpin.render.Escape;
import dev.hairpin.render.TextTable;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The figures of a cluster under load, in one scenario.
 *
 * @param scenario the scenario's name
 * @param figures what was found, by metric and subject
 */
public record CapacityReport(String scenario, List<Figure> figures) implements Serializable {

  private static final Comparator<Figure> WORSE =
      Comparator.comparingDouble(Figure::loadFactor).thenComparingDouble(Figure::value);

  /** Copies the figures. */
  public CapacityReport {
    figures = List.copyOf(figures);
  }

  /**
   * The figures of a metric.
   *
   * @param metric the metric
   * @return its figures by subject
   */
  public List<Figure> of(Metric metric) {
    return figures.stream().filter(f -> f.metric() == metric).toList();
  }

  /**
   * The figure of a subject.
   *
   * @param metric the metric
   * @param subject the subject
   * @return the figure, or nothing
   */
  public Optional<Figure> of(Metric metric, String subject) {
    return figures.stream()
        .filter(f -> f.metric() == metric && f.subject().equals(subject))
        .findFirst();
  }

  /** {@return what is above its limit, the most overloaded first} */
  public List<Figure> overloaded() {
    return figures.stream()
        .filter(Figure::isOver)
        .sorted(Comparator.comparingDouble(Figure::loadFactor).reversed())
        .toList();
  }

  /**
   * The figure of a metric that is nearest to its limit, or largest where there are no limits.
   *
   * @param metric the metric
   * @return the figure, or nothing if there is none
   */
  public Optional<Figure> worst(Metric metric) {
    return of(metric).stream().max(WORSE);
  }

  /**
   * The figure of a metric that is nearest to its limit, or largest where there are no limits,
   * within a group.
   *
   * @param metric the metric
   * @param group such as a workload, see {@link Figure#group}
   * @return the figure, or nothing if there is none
   */
  public Optional<Figure> worst(Metric metric, String group) {
    return of(metric).stream().filter(f -> f.group().equals(group)).max(WORSE);
  }

  /**
   * What goes from zone to zone.
   *
   * @return octets each second; empty if the cluster's nodes have no zones
   */
  public ZoneMatrix zoneMatrix() {
    return ZoneMatrix.of(this);
  }

  /**
   * The sum of a metric over all subjects.
   *
   * @param metric the metric
   * @return the sum; nothing if there is no figure
   */
  public OptionalDouble total(Metric metric) {
    List<Figure> all = of(metric);
    return all.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(all.stream().mapToDouble(Figure::value).sum());
  }

  private TextTable table() {
    TextTable table = TextTable.of("what", "of", "value", "limit", "used", "how", "remark")
        .right("value", "limit", "used");
    for (Figure f : figures) {
      String value = Escape.readable(f.value());
      if (f.low() != f.high()) {
        value += " (" + Escape.readable(f.low()) + "-" + Escape.readable(f.high()) + ")";
      }
      table.row(
          f.metric().title(),
          f.subject(),
          value + " " + f.metric().unit(),
          Double.isInfinite(f.limit()) ? "" : Escape.readable(f.limit()),
          used(f),
          f.how().toString().toLowerCase(java.util.Locale.ROOT),
          f.remark());
    }
    return table;
  }

  private static String used(Figure f) {
    return f.isOver() ? (f.used() + " OVER").strip() : f.used();
  }

  /** The report as people read it: what is overloaded, then all figures. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(scenario).append('\n');
    List<Figure> over = overloaded();
    out.append(
        over.isEmpty()
            ? "nothing is over its limit\n"
            : over.stream().map(f -> "OVER  " + f + "\n").collect(Collectors.joining()));
    out.append('\n').append(table());
    if (!of(Metric.ZONE_TO_ZONE).isEmpty()) {
      out.append('\n').append(zoneMatrix());
    }
    return Escape.terminal(out.toString());
  }

  /**
   * The figures as comma-separated values, with all digits.
   *
   * @return the text
   */
  public String toCsv() {
    return Comparison.csv(List.of(this));
  }

  /**
   * The figures as JSON, with all digits; a limit is left out where there is none.
   *
   * @return the text
   */
  public String toJson() {
    return "{\n\"scenario\": " + Escape.json(scenario) + ",\n\"figures\": ["
        + figures.stream().map(CapacityReport::json).collect(Collectors.joining(",", "", "\n"))
        + "]\n}\n";
  }

  private static String json(Figure f) {
    return "\n  {\"metric\": " + Escape.json(f.metric().title())
        + ", \"subject\": " + Escape.json(f.subject())
        + (f.group().isEmpty() ? "" : ", \"group\": " + Escape.json(f.group()))
        + ", \"value\": " + f.value()
        + ", \"unit\": " + Escape.json(f.metric().unit())
        + ", \"low\": " + f.low()
        + ", \"high\": " + f.high()
        + (Double.isInfinite(f.limit()) ? "" : ", \"limit\": " + f.limit())
        + ", \"how\": " + Escape.json(f.how().toString())
        + (f.remark().isEmpty() ? "" : ", \"remark\": " + Escape.json(f.remark())) + "}";
  }

  /**
   * A chart of a metric: a bar for each subject, with its limit.
   *
   * @param metric the metric
   * @return the chart, to be printed as text or SVG
   */
  public BarChart chart(Metric metric) {
    BarChart chart = new BarChart(metric.title() + ", " + scenario, metric.unit());
    of(metric).forEach(f -> chart.bar(f.subject(), f.value(), f.limit()));
    return chart;
  }
}
