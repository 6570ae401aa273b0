package dev.hairpin.analysis;

import dev.hairpin.analysis.Reachability.Source;
import dev.hairpin.analysis.Reachability.SourceKind;
import dev.hairpin.analysis.Reachability.Way;
import dev.hairpin.render.Escape;
import dev.hairpin.render.Svg;
import dev.hairpin.render.TextTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The matrix of one port of a Service as people read it: sources that fare alike in a line, node
 * ports that do in a column.
 */
final class ReachTable {
  private static final int MOST_NAMES = 3;
  private static final double CELL = 26;
  private static final double LINE = 20;
  private static final double MARGIN = 12;

  private record Cell(String sign, String reasons) {
    static Cell of(Shares shares) {
      return new Cell(
          Reachability.sign(shares), shares.losses().isEmpty() ? "" : Reachability.reasons(shares));
    }
  }

  private record Column(String label, List<Cell> cells) {}

  private record Row(String label, List<Cell> cells) {}

  private record Alike(SourceKind kind, List<Cell> cells) {}

  private final String title;
  private final List<Column> columns;
  private final List<Row> rows;

  private ReachTable(String title, List<Column> columns, List<Row> rows) {
    this.title = title;
    this.columns = columns;
    this.rows = rows;
  }

  static List<ReachTable> of(Reachability reach) {
    Map<String, List<Way>> byPort = new LinkedHashMap<>();
    reach
        .ways()
        .forEach(way -> byPort
            .computeIfAbsent(way.service() + "  " + way.port(), k -> new ArrayList<>())
            .add(way));
    List<ReachTable> tables = new ArrayList<>();
    byPort.forEach((title, ways) -> tables.add(table(title, ways, reach)));
    return tables;
  }

  private static ReachTable table(String title, List<Way> ways, Reachability reach) {
    List<Column> columns = columns(ways, reach);
    Map<Alike, List<Source>> groups = new LinkedHashMap<>();
    List<Source> sources = reach.sources();
    for (int i = 0; i < sources.size(); i++) {
      int row = i;
      List<Cell> cells = columns.stream().map(c -> c.cells.get(row)).toList();
      groups
          .computeIfAbsent(new Alike(sources.get(i).kind(), cells), k -> new ArrayList<>())
          .add(sources.get(i));
    }
    List<Row> rows = new ArrayList<>();
    groups.forEach((alike, members) ->
        rows.add(new Row(nameOf(alike.kind(), members, sources), alike.cells())));
    return new ReachTable(title, columns, rows);
  }

  /** Node ports that fare alike from everywhere are one column. */
  private static List<Column> columns(List<Way> ways, Reachability reach) {
    Map<Object, List<Way>> groups = new LinkedHashMap<>();
    Map<Object, List<Cell>> cells = new LinkedHashMap<>();
    for (Way way : ways) {
      List<Cell> column = reach.column(way).stream().map(Cell::of).toList();
      Object key = way.path().equals("NodePort") ? column : way;
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(way);
      cells.put(key, column);
    }
    List<Column> columns = new ArrayList<>();
    groups.forEach((key, members) -> {
      boolean all = members.size() > 1
          && members.size()
              == ways.stream().filter(w -> w.path().equals("NodePort")).count();
      String at = some(members.stream().map(Way::at).toList());
      String label =
          members.size() == 1 ? members.get(0).label() : all ? "NodePort" : "NodePort@" + at;
      columns.add(new Column(label, cells.getOrDefault(key, List.of())));
    });
    return columns;
  }

  private static String nameOf(SourceKind kind, List<Source> members, List<Source> all) {
    if (members.size() == 1) {
      Source only = members.get(0);
      return kind == SourceKind.NODE ? "node " + only.name() : only.name();
    }
    if (members.size() == all.stream().filter(s -> s.kind() == kind).count()) {
      return kind.toString();
    }
    TreeSet<String> nodes =
        members.stream().map(Source::node).collect(Collectors.toCollection(TreeSet::new));
    boolean whole = members.size()
        == all.stream()
            .filter(s -> s.kind() == kind && nodes.contains(s.node()))
            .count();
    if (kind == SourceKind.POD && whole && nodes.size() <= MOST_NAMES) {
      return "pods on " + String.join(", ", nodes);
    }
    return kind + " " + some(members.stream().map(Source::name).toList());
  }

  private static String some(List<String> names) {
    List<String> first = names.subList(0, Math.min(MOST_NAMES, names.size()));
    int more = names.size() - first.size();
    return String.join(", ", first) + (more == 0 ? "" : " and " + more + " more");
  }

  /** Each line of the legend: what is lost for one reason, from where and by which way. */
  private List<String> legend() {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    for (Row row : rows) {
      for (int i = 0; i < columns.size(); i++) {
        String reasons = row.cells.get(i).reasons();
        if (!reasons.isEmpty()) {
          byReason
              .computeIfAbsent(reasons, r -> new ArrayList<>())
              .add(row.label + " via " + columns.get(i).label);
        }
      }
    }
    List<String> lines = new ArrayList<>();
    byReason.forEach((reason, places) -> lines.add(reason + ": " + some(places)));
    lines.sort(Comparator.naturalOrder());
    return lines;
  }

  @Override
  public String toString() {
    List<String> heads = new ArrayList<>(List.of("from \\ via"));
    columns.forEach(c -> heads.add(c.label));
    TextTable table = TextTable.of(heads.toArray(String[]::new));
    for (Row row : rows) {
      List<String> cells = new ArrayList<>(List.of(row.label));
      row.cells.forEach(c -> cells.add(c.sign));
      table.row(cells);
    }
    StringBuilder out = new StringBuilder(oneLine(title)).append('\n').append(table);
    legend().forEach(line -> out.append("  ").append(oneLine(line)).append('\n'));
    return Escape.terminal(out.toString());
  }

  private static String oneLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ');
  }

  private double labels() {
    return rows.stream().mapToDouble(r -> Svg.widthOf(r.label)).max().orElse(0) + 2 * MARGIN;
  }

  private double columnWidth(int column) {
    return Math.max(CELL, Svg.widthOf(columns.get(column).label)) + MARGIN;
  }

  private double width() {
    double width = labels();
    for (int i = 0; i < columns.size(); i++) {
      width += columnWidth(i);
    }
    double text = Math.max(
        Svg.widthOf(title), legend().stream().mapToDouble(Svg::widthOf).max().orElse(0));
    return Math.max(width, text) + 2 * MARGIN;
  }

  private double height() {
    return (rows.size() + legend().size() + 3) * LINE + MARGIN;
  }

  static String toSvg(List<ReachTable> tables) {
    double width = tables.stream().mapToDouble(ReachTable::width).max().orElse(200);
    double height = tables.stream().mapToDouble(ReachTable::height).sum() + LINE;
    Svg svg = new Svg(width, height, "who reaches which Service by which way");
    double y = LINE;
    for (ReachTable table : tables) {
      table.draw(svg, y);
      y += table.height();
    }
    return svg.toString();
  }

  private void draw(Svg svg, double top) {
    svg.text(MARGIN, top, title, Svg.Anchor.START, Svg.Colour.BLACK);
    double x = labels();
    for (int i = 0; i < columns.size(); i++) {
      double width = columnWidth(i);
      svg.text(
          x + width / 2, top + LINE, columns.get(i).label, Svg.Anchor.MIDDLE, Svg.Colour.BLACK);
      for (int r = 0; r < rows.size(); r++) {
        Cell cell = rows.get(r).cells.get(i);
        double y = top + (r + 1) * LINE + 5;
        String hint = rows.get(r).label + " via " + columns.get(i).label + ": "
            + (cell.reasons.isEmpty() ? "all arrive" : cell.reasons);
        svg.rect(x + 1, y, width - 2, LINE - 2, colour(cell), hint);
        svg.text(x + width / 2, y + 13, cell.sign, Svg.Anchor.MIDDLE, Svg.Colour.BLACK);
      }
      x += width;
    }
    for (int r = 0; r < rows.size(); r++) {
      svg.text(
          MARGIN, top + (r + 1) * LINE + 18, rows.get(r).label, Svg.Anchor.START, Svg.Colour.BLACK);
    }
    double y = top + (rows.size() + 1) * LINE + 18;
    for (String line : legend()) {
      svg.text(MARGIN, y, line, Svg.Anchor.START, Svg.Colour.GREY);
      y += LINE;
    }
  }

  private static Svg.Colour colour(Cell cell) {
    return switch (cell.sign) {
      case "." -> Svg.Colour.PALE;
      case "X" -> Svg.Colour.RED;
      default -> Svg.Colour.ORANGE;
    };
  }
}
