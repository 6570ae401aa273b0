package dev.hairpin.lb.elb.cli;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The format table of the AWS CLI: a box for each structure, one bar more on each side for each
 * level. A table that is wider than the terminal is turned: every structure then has a line for
 * each member.
 */
final class TableFormat {
  /** The width that the CLI assumes when it does not write to a terminal. */
  private static final int TERMINAL_WIDTH = 80;

  private static final int PADDING = 4;

  private final List<Section> sections = new ArrayList<>();

  private TableFormat() {}

  static String print(String operation, Map<String, ?> top) {
    TableFormat format = new TableFormat();
    if (top.isEmpty()) {
      return "";
    }
    format.build(operation, top, 0);
    return format.render();
  }

  private static final class Section {
    final String title;
    final int level;
    List<String> headers = List.of();
    final List<List<String>> rows = new ArrayList<>();

    Section(String title, int level) {
      this.title = title;
      this.level = level;
    }

    /** The widest cell of each column. */
    List<Integer> columns() {
      List<Integer> widest = new ArrayList<>();
      widen(widest, headers);
      rows.forEach(row -> widen(widest, row));
      return widest;
    }

    private static void widen(List<Integer> widest, List<String> cells) {
      for (int i = 0; i < cells.size(); i++) {
        if (i == widest.size()) {
          widest.add(0);
        }
        widest.set(i, Math.max(widest.get(i), cells.get(i).length()));
      }
    }

    int width() {
      int cells = columns().stream().mapToInt(w -> w + PADDING).sum();
      return Math.max(title.length(), cells) + 2 + 2 * level;
    }

    Section turned() {
      if (rows.size() != 1 || headers.isEmpty()) {
        return this;
      }
      Section turned = new Section(title, level);
      for (int i = 0; i < headers.size(); i++) {
        turned.rows.add(List.of(headers.get(i), rows.get(0).get(i)));
      }
      return turned;
    }
  }

  // --- from structures to sections ---

  private void build(String title, Object current, int level) {
    if (current instanceof Map<?, ?> map && !map.isEmpty()) {
      structure(title, map, level);
    } else if (current instanceof List<?> list && !list.isEmpty()) {
      if (list.get(0) instanceof Map) {
        structures(title, list, level);
      } else {
        Section section = open(title, level);
        list.forEach(element -> section.rows.add(List.of(Scalars.text(element))));
      }
    }
  }

  private Section open(String title, int level) {
    Section section = new Section(title, level);
    sections.add(section);
    return section;
  }

  private void structure(String title, Map<?, ?> map, int level) {
    Section section = open(title, level);
    List<String> headers = Scalars.scalarKeys(List.of(map));
    if (headers.size() == 1) {
      section.rows.add(List.of(headers.get(0), cell(map, headers.get(0))));
    } else if (!headers.isEmpty()) {
      section.headers = headers;
      section.rows.add(headers.stream().map(h -> cell(map, h)).toList());
    }
    Scalars.otherKeys(List.of(map)).forEach(key -> member(map, key, level));
  }

  private void structures(String title, List<?> list, int level) {
    List<String> headers = Scalars.scalarKeys(list);
    List<String> others = Scalars.otherKeys(list);
    Section section = open(title, level);
    section.headers = headers;
    boolean first = true;
    for (Object element : list) {
      if (!first && !others.isEmpty()) {
        section = open(title, level);
        section.headers = headers;
      }
      first = false;
      Map<?, ?> map = Scalars.map(element);
      section.rows.add(headers.stream().map(h -> cell(map, h)).toList());
      others.forEach(key -> member(map, key, level));
    }
  }

  private void member(Map<?, ?> map, String key, int level) {
    Object value = map.get(key);
    if (value != null) {
      build(key, value, level + 1);
    }
  }

  private static String cell(Map<?, ?> map, String key) {
    Object value = map.get(key);
    return value == null ? "" : Scalars.text(value);
  }

  // --- from sections to boxes ---

  private String render() {
    int width = widest(sections);
    List<Section> shown = sections;
    if (width > TERMINAL_WIDTH) {
      shown = sections.stream().map(Section::turned).toList();
      width = widest(shown);
    }
    StringBuilder out = new StringBuilder();
    out.append("-".repeat(width)).append('\n');
    for (Section section : shown) {
      render(section, width - 2 * section.level, out);
    }
    return out.toString();
  }

  private static int widest(List<Section> sections) {
    return sections.stream().mapToInt(Section::width).max().orElse(0);
  }

  private static void render(Section section, int width, StringBuilder out) {
    String bars = "|".repeat(section.level);
    List<String> lines = new ArrayList<>();
    lines.add(centred(section.title, width, "|"));
    if (section.headers.isEmpty() && section.rows.isEmpty()) {
      lines.add("+" + "-".repeat(width - 2) + "+");
    }
    List<Integer> widths = scaled(section.columns(), width);
    if (!section.headers.isEmpty()) {
      lines.add(rule(widths));
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.size(); i++) {
        line.append(centred(section.headers.get(i), widths.get(i), i == 0 ? "|" : ""));
      }
      lines.add(line.toString());
    }
    if (!section.rows.isEmpty() && !widths.isEmpty()) {
      lines.add(rule(widths));
      for (List<String> row : section.rows) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.size(); i++) {
          line.append(left(row.get(i), widths.get(i), i == 0 ? "|" : ""));
        }
        lines.add(line.toString());
      }
      lines.add(rule(widths));
    }
    lines.forEach(line -> out.append(bars).append(line).append(bars).append('\n'));
  }

  /**
   * Stretches the columns to the width: in proportion, rounded half to even, then one by one, from
   * the left if too much is there and from the right if too little.
   */
  private static List<Integer> scaled(List<Integer> columns, int width) {
    List<Integer> scaled = new ArrayList<>();
    int sum = columns.stream().mapToInt(w -> w + PADDING).sum();
    for (int column : columns) {
      scaled.add((int) Math.rint((double) width / sum * (column + PADDING)));
    }
    if (scaled.isEmpty()) {
      return scaled;
    }
    int off = scaled.stream().mapToInt(Integer::intValue).sum() - width;
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < scaled.size(); i++) {
      order.add(i);
    }
    if (off < 0) {
      Collections.reverse(order);
    }
    for (int i = 0; off != 0; i = (i + 1) % order.size()) {
      int column = order.get(i);
      int step = off > 0 ? -1 : 1;
      scaled.set(column, scaled.get(column) + step);
      off += step;
    }
    return scaled;
  }

  private static String rule(List<Integer> widths) {
    StringBuilder rule = new StringBuilder("+");
    for (int i = 0; i < widths.size(); i++) {
      rule.append("-".repeat(widths.get(i) - (i == 0 ? 2 : 1))).append('+');
    }
    return rule.toString();
  }

  private static String centred(String text, int width, String leftEdge) {
    int before = width / 2 - text.length() / 2 - 1;
    String start = leftEdge + " ".repeat(Math.max(0, before)) + text;
    return start + " ".repeat(Math.max(0, width - 1 - start.length())) + "|";
  }

  private static String left(String text, int width, String leftEdge) {
    int padding = width >= text.length() + 2 + leftEdge.length() + 1 ? 2 : 0;
    String start = leftEdge + " ".repeat(padding) + text;
    return start + " ".repeat(Math.max(0, width - 1 - start.length())) + "|";
  }
}
