package dev.hairpin.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A table with a heading: as aligned text, Markdown, comma-separated values, JSON or HTML.
 *
 * <pre>{@code
 * TextTable table = TextTable.of("pod", "load").right("load");
 * table.row("ui/ui-1", "120");
 * }</pre>
 *
 * <p>Not thread-safe while rows are added.
 */
public final class TextTable {
  private final List<String> columns;
  private final Set<Integer> right = new HashSet<>();
  private final List<List<String>> rows = new ArrayList<>();

  private TextTable(List<String> columns) {
    this.columns = columns;
  }

  /**
   * A table without rows.
   *
   * @param columns the heads of its columns, at least one
   * @return the table
   * @throws IllegalArgumentException if there is no column
   */
  public static TextTable of(String... columns) {
    if (columns.length == 0) {
      throw new IllegalArgumentException("a table has at least one column");
    }
    return new TextTable(List.of(columns));
  }

  /**
   * Moves columns to the right, as is usual for numbers.
   *
   * @param heads the heads of the columns
   * @return this table
   * @throws IllegalArgumentException if there is no such column
   */
  public TextTable right(String... heads) {
    for (String head : heads) {
      int index = columns.indexOf(head);
      if (index < 0) {
        throw new IllegalArgumentException(
            "no column \"" + head + "\"; there are " + String.join(", ", columns));
      }
      right.add(index);
    }
    return this;
  }

  /**
   * Adds a row.
   *
   * @param cells a cell for each column
   * @return this table
   * @throws IllegalArgumentException if there are more or fewer cells than columns
   */
  public TextTable row(String... cells) {
    return row(Arrays.asList(cells));
  }

  /**
   * Adds a row.
   *
   * @param cells a cell for each column
   * @return this table
   * @throws IllegalArgumentException if there are more or fewer cells than columns
   */
  public TextTable row(List<String> cells) {
    if (cells.size() != columns.size()) {
      throw new IllegalArgumentException(
          cells.size() + " cells do not fill the " + columns.size() + " columns " + columns);
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /**
   * The heads of the columns.
   *
   * @return the heads
   */
  public List<String> columns() {
    return columns;
  }

  /**
   * The rows so far.
   *
   * @return the cells of each row
   */
  public List<List<String>> rows() {
    return List.copyOf(rows);
  }

  /** Aligned text: two blanks between columns, no blanks at line ends. */
  @Override
  public String toString() {
    int[] widths = widths();
    StringBuilder out = new StringBuilder();
    line(out, columns, widths);
    rows.forEach(row -> line(out, row, widths));
    return out.toString();
  }

  private int[] widths() {
    int[] widths = columns.stream().mapToInt(TextTable::width).toArray();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    return widths;
  }

  private static int width(String text) {
    String shown = Escape.terminal(oneLine(text));
    return shown.codePointCount(0, shown.length());
  }

  private void line(StringBuilder out, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = Escape.terminal(oneLine(cells.get(i)));
      String pad = " ".repeat(Math.max(0, widths[i] - width(cell)));
      line.append(i == 0 ? "" : "  ").append(right.contains(i) ? pad + cell : cell + pad);
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }

  private static String oneLine(String text) {
    return text.replace('\n', ' ').replace('\r', ' ');
  }

  /**
   * A table of Markdown, as pull requests show it.
   *
   * @return the text; cells are words only, without formatting, links and elements of HTML
   */
  public String toMarkdown() {
    UnaryOperator<String> cell = Escape::markdown;
    StringBuilder out = new StringBuilder();
    out.append(joined(columns, cell, "| ", " | ", " |\n")).append('|');
    for (int i = 0; i < columns.size(); i++) {
      out.append(right.contains(i) ? " ---: |" : " --- |");
    }
    out.append('\n');
    rows.forEach(row -> out.append(joined(row, cell, "| ", " | ", " |\n")));
    return out.toString();
  }

  /**
   * Comma-separated values as RFC 4180 has them, but with line feeds alone.
   *
   * @return the text, the heads first
   */
  public String toCsv() {
    StringBuilder out = new StringBuilder(joined(columns, Escape::csv, "", ",", "\n"));
    rows.forEach(row -> out.append(joined(row, Escape::csv, "", ",", "\n")));
    return out.toString();
  }

  /**
   * A JSON array with an object for each row, all values strings.
   *
   * @return the text
   */
  public String toJson() {
    return rows.stream()
        .map(row -> {
          List<String> fields = new ArrayList<>();
          for (int i = 0; i < columns.size(); i++) {
            fields.add(Escape.json(columns.get(i)) + ": " + Escape.json(row.get(i)));
          }
          return "  {" + String.join(", ", fields) + "}";
        })
        .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  /**
   * A table of HTML.
   *
   * @return the element {@code table}; numbers' cells have the class {@code number}
   */
  public String toHtml() {
    StringBuilder out = new StringBuilder("<table>\n");
    html(out, columns, "th");
    rows.forEach(row -> html(out, row, "td"));
    return out.append("</table>\n").toString();
  }

  private void html(StringBuilder out, List<String> cells, String element) {
    out.append("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      out.append('<')
          .append(element)
          .append(right.contains(i) ? " class=\"number\">" : ">")
          .append(Escape.xml(cells.get(i)))
          .append("</")
          .append(element)
          .append('>');
    }
    out.append("</tr>\n");
  }

  private static String joined(
      List<String> cells, UnaryOperator<String> cell, String before, String between, String after) {
    return cells.stream().map(cell).collect(Collectors.joining(between, before, after));
  }
}
