package dev.hairpin.whatif;

import dev.hairpin.render.BarChart;
import dev.hairpin.render.Escape;
import dev.hairpin.render.TextTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The worst figures of several scenarios side by side: a line for each metric and group, so that
 * what stands in a line is about one workload, one traffic, or any of the nodes. The matrix of
 * zones is not among them, since no pair of zones is worse than another.
 */
final class WorstFigures {

  private static final double ALIKE = 1e-6;

  private record Line(Metric metric, String group) {

    String name() {
      return metric.title() + (group.isEmpty() ? "" : " of " + group);
    }

    List<Figure> figures(CapacityReport report) {
      return report.of(metric).stream().filter(f -> f.group().equals(group)).toList();
    }

    Optional<Figure> worst(CapacityReport report) {
      return report.worst(metric, group);
    }
  }

  private final List<CapacityReport> reports;
  private final List<Line> lines;

  WorstFigures(List<CapacityReport> reports) {
    this.reports = reports;
    TreeSet<Line> sorted =
        new TreeSet<>(Comparator.comparing(Line::metric).thenComparing(Line::group));
    for (CapacityReport report : reports) {
      report.figures().stream()
          .filter(f -> f.metric() != Metric.ZONE_TO_ZONE)
          .forEach(f -> sorted.add(new Line(f.metric(), f.group())));
    }
    this.lines = List.copyOf(sorted);
  }

  TextTable table() {
    List<String> heads = new ArrayList<>(List.of("worst"));
    reports.forEach(report -> heads.add(report.scenario()));
    TextTable table = TextTable.of(heads.toArray(String[]::new));
    table.right(heads.subList(1, heads.size()).toArray(String[]::new));
    for (Line line : lines) {
      List<String> cells = new ArrayList<>(List.of(line.name() + ", " + line.metric.unit()));
      reports.forEach(
          report -> cells.add(line.worst(report).map(WorstFigures::cell).orElse("-")));
      table.row(cells);
    }
    return table;
  }

  private static String cell(Figure f) {
    String text = Escape.readable(f.value()) + (f.used().isEmpty() ? "" : " (" + f.used() + ")");
    return f.isOver() ? text + " OVER" : text;
  }

  /**
   * Which of several nodes, pods, zones or subnets it is that has the worst figure of a line, such
   * as {@code conntrack: node-1 (as is), node-2 (a zone less)}. Lines whose figures are all alike
   * have no such place.
   */
  List<String> places() {
    List<String> places = new ArrayList<>();
    for (Line line : lines) {
      Map<String, List<String>> scenarios = new LinkedHashMap<>();
      for (CapacityReport report : reports) {
        place(line, report)
            .ifPresent(place ->
                scenarios.computeIfAbsent(place, p -> new ArrayList<>()).add(report.scenario()));
      }
      if (!scenarios.isEmpty()) {
        places.add(line.name() + ": "
            + scenarios.entrySet().stream()
                .map(e -> e.getKey() + when(e.getValue()))
                .collect(Collectors.joining("; ")));
      }
    }
    return places;
  }

  /** A bar for each line of the metric and scenario. */
  BarChart chart(Metric metric) {
    BarChart chart = new BarChart("worst " + metric.title(), metric.unit());
    List<Line> bars = lines.stream().filter(line -> line.metric == metric).toList();
    for (Line line : bars) {
      String of = bars.size() == 1 || line.group.isEmpty() ? "" : line.group + ", ";
      for (CapacityReport report : reports) {
        line.worst(report).ifPresent(f -> chart.bar(of + report.scenario(), f.value(), f.limit()));
      }
    }
    return chart;
  }

  private String when(List<String> scenarios) {
    return scenarios.size() == reports.size() ? "" : " (" + String.join(", ", scenarios) + ")";
  }

  private static Optional<String> place(Line line, CapacityReport report) {
    List<Figure> figures = line.figures(report);
    Optional<Figure> worst = line.worst(report);
    if (worst.isEmpty()) {
      return Optional.empty();
    }
    long alike = figures.stream().filter(f -> isAlike(f, worst.get())).count();
    return alike == figures.size()
        ? Optional.empty()
        : Optional.of(
            worst.get().subject() + (alike == 1 ? "" : " and " + (alike - 1) + " like it"));
  }

  /** Endpoints of one ladder differ in the tenth digit, by what the rules' text can hold. */
  private static boolean isAlike(Figure one, Figure other) {
    return Math.abs(one.value() - other.value()) <= ALIKE * Math.abs(other.value())
        && (one.limit() == other.limit()
            || Math.abs(one.loadFactor() - other.loadFactor()) <= ALIKE * other.loadFactor());
  }
}
