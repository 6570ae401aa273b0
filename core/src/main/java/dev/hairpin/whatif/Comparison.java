package dev.hairpin.whatif;

import dev.hairpin.render.BarChart;
import dev.hairpin.render.Escape;
import dev.hairpin.render.HtmlPage;
import dev.hairpin.render.TextTable;
import java.util.List;
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
    return new WorstFigures(reports).table();
  }

  /**
   * A column for each scenario, with the worst figure of each metric and workload; then what is
   * overloaded, and where the worst figures are.
   */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(table().toString()).append('\n');
    for (CapacityReport report : reports) {
      List<Figure> over = report.overloaded();
      out.append(report.scenario())
          .append(over.isEmpty() ? ": nothing is over its limit\n" : ":\n");
      over.forEach(f -> out.append("  OVER  ").append(f).append('\n'));
    }
    List<String> places = new WorstFigures(reports).places();
    if (!places.isEmpty()) {
      out.append("where the worst is:\n");
      places.forEach(place -> out.append("  ").append(place).append('\n'));
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
        "scenario",
        "metric",
        "subject",
        "group",
        "value",
        "unit",
        "low",
        "high",
        "limit",
        "how",
        "remark");
    for (CapacityReport report : reports) {
      for (Figure f : report.figures()) {
        table.row(
            report.scenario(),
            f.metric().title(),
            f.subject(),
            f.group(),
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
   * A chart of the worst figure of a metric in each scenario, for each workload or traffic if there
   * are several.
   *
   * @param metric the metric
   * @return the chart, to be printed as text or SVG
   */
  public BarChart chart(Metric metric) {
    return new WorstFigures(reports).chart(metric);
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
