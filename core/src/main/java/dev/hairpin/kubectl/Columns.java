package dev.hairpin.kubectl;

import dev.hairpin.render.Escape;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines of cells in columns, as Go's {@code text/tabwriter} lays them out.
 *
 * <p>A column is as wide as its widest cell and the padding. It reaches over neighbouring lines
 * that have the cell; a line's last cell belongs to no column and is not padded.
 */
final class Columns {
  private static final String LINE_ENDS = "\f\n\r";

  private final int minimum;
  private final int padding;
  private final List<List<String>> lines = new ArrayList<>();

  Columns(int minimum, int padding) {
    this.minimum = minimum;
    this.padding = padding;
  }

  void line(List<String> cells) {
    lines.add(cells.stream().map(Columns::shown).toList());
  }

  void line(String... cells) {
    line(List.of(cells));
  }

  /**
   * A cell as kubectl's table printer writes it: cut at the first line end, with the escape
   * character as {@code ^[} (cli-runtime, {@code printers.WriteEscaped}). Other characters that
   * steer a terminal are shown as well.
   */
  private static String shown(String cell) {
    int end = 0;
    while (end < cell.length() && LINE_ENDS.indexOf(cell.charAt(end)) < 0) {
      end++;
    }
    String line = Escape.terminal(cell.substring(0, end).replace("\u001b", "^["));
    return end < cell.length() ? line + "..." : line;
  }

  @Override
  public String toString() {
    int[][] widths = new int[lines.size()][];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = new int[Math.max(0, lines.get(i).size() - 1)];
    }
    for (int i = 0; i < widths.length; i++) {
      for (int column = 0; column < widths[i].length; column++) {
        if (widths[i][column] == 0) {
          measure(widths, i, column);
        }
      }
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      List<String> cells = lines.get(i);
      for (int column = 0; column < cells.size(); column++) {
        String cell = cells.get(column);
        out.append(cell);
        if (column < widths[i].length) {
          out.append(" ".repeat(widths[i][column] - length(cell)));
        }
      }
      out.append('\n');
    }
    return out.toString();
  }

  /** Sets the width of a column from a line down to the last neighbour that has it. */
  private void measure(int[][] widths, int from, int column) {
    int width = minimum;
    int end = from;
    while (end < widths.length && column < widths[end].length) {
      width = Math.max(width, length(lines.get(end).get(column)) + padding);
      end++;
    }
    for (int i = from; i < end; i++) {
      widths[i][column] = width;
    }
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
