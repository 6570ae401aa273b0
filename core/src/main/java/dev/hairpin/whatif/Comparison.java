package dev.hairpin.whatif;

import dev.hairpin.render.BarChart;
import dev.hairpin.render.Escape;
import dev.hairpin.render.HtmlPage;
import dev.hairpin.render.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reports of several scenarios side by side.
 *
 * @param reports the reports, what the others are compared with first
 */
public record Comparison(List<CapacityReport> reports) {

  /**
   * Copies the reports.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Comparison {
    reports = List.copyOf(reports);
    if (reports.isEmpty()) {
      throw new IllegalArgumentException("nothing can be compared without a report");
    }
  }

  private TextTable table() {
    List<String> heads = new ArrayList<>(List.of("worst"));
    reports.forEach(report -> heads.add(report.scenario()));
    TextTable table = TextTable.of(heads.toArray(String[]::new));
    table.right(heads.subList(1, heads.size()).toArray(String[]::new));
    for (Metric metric : Metric.values()) {
      if (reports.stream().allMatch(r -> r.of(metric).isEmpty())) {
        continue;
      }
      List<String> cells = new ArrayList<>();
      cells.add(metric.title() + ", " + metric.unit());
      reports.forEach(report -> cells.add(cell(report.worst(metric))));
      table.row(cells);
    }
    return table;
  }

  private static String cell(Optional<Figure> worst) {
    if (worst.isEmpty()) {
      return "-";
    }
    Figure f = worst.get();
    String text = Escape.readable(f.value());
    if (!Double.isInfinite(f.limit()) && f.limit() > 0) {
      text += " (" + Escape.number(100 * f.loadFactor(), f.loadFactor() < 0.1 ? 1 : 0) + " %)";
    }
    return f.isOver() ? text + " OVER" : text;
  }

  /** A column for each scenario, with the worst figure of each metric; then what is overloaded. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(table().toString()).append('\n');
    for (CapacityReport report : reports) {
      List<Figure> over = report.overloaded();
      out.append(report.scenario())
          .append(over.isEmpty() ? ": nothing is over its limit\n" : ":\n");
      over.forEach(f -> out.append("  OVER  ").append(f).append('\n'));
    }
    return Escape.terminal(out.toString());
  }

  /**
   * The table of {@link #toString} for a pull request.
   *
   * @return Markdown
   */
  public String toMarkdown() {
    return table().toMarkdown();
  }

  /**
   * All figures of all scenarios as comma-separated values, with all digits.
   *
   * @return the text
   */
  public String toCsv() {
    return csv(reports);
  }

  static String csv(List<CapacityReport> reports) {
    TextTable table = TextTable.of(
        "scenario", "metric", "subject", "value", "unit", "low", "high", "limit", "how", "remark");
    for (CapacityReport report : reports) {
      for (Figure f : report.figures()) {
        table.row(
            report.scenario(),
            f.metric().title(),
            f.subject(),
            Double.toString(f.value()),
            f.metric().unit(),
            Double.toString(f.low()),
            Double.toString(f.high()),
            Double.isInfinite(f.limit()) ? "" : Double.toString(f.limit()),
            f.how().toString(),
            f.remark());
      }
    }
    return table.toCsv();
  }

  /**
   * All reports as a JSON array.
   *
   * @return the text
   */
  public String toJson() {
    return reports.stream()
        .map(CapacityReport::toJson)
        .collect(Collectors.joining(",\n", "[\n", "]\n"));
  }

  /**
   * A chart of the worst figure of a metric in each scenario.
   *
   * @param metric the metric
   * @return the chart, to be printed as text or SVG
   */
  public BarChart chart(Metric metric) {
    BarChart chart = new BarChart("worst " + metric.title(), metric.unit());
    for (CapacityReport report : reports) {
      report.worst(metric).ifPresent(f -> chart.bar(report.scenario(), f.value(), f.limit()));
    }
    return chart;
  }

  /**
   * A page with the comparison, charts of what has limits, and every report.
   *
   * @return HTML that needs nothing from the network
   */
  public String toHtml() {
    HtmlPage page = new HtmlPage("What if").element(table().toHtml());
    for (Metric metric : Metric.values()) {
      boolean limited = reports.stream()
          .flatMap(r -> r.of(metric).stream())
          .anyMatch(f -> !Double.isInfinite(f.limit()) && f.limit() > 0);
      if (limited) {
        page.drawing(chart(metric).toSvg());
      }
    }
    for (CapacityReport report : reports) {
      page.heading(report.scenario()).preformatted(report.toString());
    }
    return page.toString();
  }
}
