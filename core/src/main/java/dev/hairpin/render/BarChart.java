package dev.hairpin.render;

import java.util.ArrayList;
import java.util.List;

/**
 * Bars beside one another's labels, each with the limit that it should not pass.
 *
 * <p>A bar above its limit is red and has a mark in the text form too, so that nobody needs to see
 * the colour. Not thread-safe while bars are added.
 */
public final class BarChart {
  private static final int BAR_HEIGHT = 16;
  private static final int ROW_HEIGHT = 22;
  private static final int PLOT_WIDTH = 420;
  private static final int TEXT_WIDTH = 40;
  private static final int TOP = 34;
  private static final int MARGIN = 10;

  private record Bar(String label, double value, double limit) {
    boolean isOver() {
      return value > limit;
    }
  }

  private final String title;
  private final String unit;
  private final List<Bar> bars = new ArrayList<>();

  /**
   * A chart without bars.
   *
   * @param title what it shows
   * @param unit the unit of the values; may be empty
   */
  public BarChart(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /**
   * Adds a bar.
   *
   * @param label its label
   * @param value how long it is; finite and not negative
   * @return this chart
   * @throws IllegalArgumentException if the value cannot be drawn
   */
  public BarChart bar(String label, double value) {
    return bar(label, value, Double.POSITIVE_INFINITY);
  }

  /**
   * Adds a bar with a limit.
   *
   * @param label its label
   * @param value how long it is; finite and not negative
   * @param limit what it should not pass, not negative; infinite if there is no limit
   * @return this chart
   * @throws IllegalArgumentException if the value or the limit cannot be drawn
   */
  public BarChart bar(String label, double value, double limit) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("a bar of length " + value + " cannot be drawn");
    }
    if (!(limit >= 0)) {
      throw new IllegalArgumentException("a limit of " + limit + " cannot be drawn");
    }
    bars.add(new Bar(label, value, limit));
    return this;
  }

  private double longest() {
    double most = 0;
    for (Bar bar : bars) {
      most = Math.max(most, bar.value);
      if (Double.isFinite(bar.limit)) {
        most = Math.max(most, bar.limit);
      }
    }
    return most;
  }

  private String valueText(Bar bar) {
    String text = Escape.readable(bar.value) + (unit.isEmpty() ? "" : " " + unit);
    return Double.isFinite(bar.limit)
        ? text + " of " + Escape.readable(bar.limit) + (bar.isOver() ? "  OVER" : "")
        : text;
  }

  /** The chart in characters: a bar a line, its limit as {@code |}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(title).append('\n');
    int labels = bars.stream().mapToInt(b -> b.label.length()).max().orElse(0);
    double scale = longest() == 0 ? 0 : TEXT_WIDTH / longest();
    for (Bar bar : bars) {
      char[] cells = " ".repeat(TEXT_WIDTH + 1).toCharArray();
      java.util.Arrays.fill(cells, 0, (int) Math.round(bar.value * scale), '#');
      if (Double.isFinite(bar.limit)) {
        cells[(int) Math.round(bar.limit * scale)] = '|';
      }
      out.append("  ")
          .append(bar.label)
          .append(" ".repeat(labels - bar.label.length() + 2))
          .append(cells)
          .append(' ')
          .append(valueText(bar))
          .append('\n');
    }
    return Escape.terminal(out.toString());
  }

  /**
   * The chart as a drawing.
   *
   * @return the element {@code svg}
   */
  public String toSvg() {
    double labels = bars.stream().mapToDouble(b -> Svg.widthOf(b.label)).max().orElse(0);
    double values =
        bars.stream().mapToDouble(b -> Svg.widthOf(valueText(b))).max().orElse(0);
    double left = labels + 2 * MARGIN;
    double width =
        Math.max(left + PLOT_WIDTH + values + 2 * MARGIN, Svg.widthOf(title) + 2 * MARGIN);
    Svg svg = new Svg(width, TOP + ROW_HEIGHT * bars.size() + MARGIN, title);
    svg.text(MARGIN, 20, title, Svg.Anchor.START, Svg.Colour.BLACK);
    double scale = longest() == 0 ? 0 : PLOT_WIDTH / longest();
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
      double y = TOP + ROW_HEIGHT * i;
      double base = y + BAR_HEIGHT - 4;
      svg.text(left - MARGIN, base, bar.label, Svg.Anchor.END, Svg.Colour.BLACK);
      svg.rect(left, y, PLOT_WIDTH, BAR_HEIGHT, Svg.Colour.PALE, "");
      svg.rect(
          left,
          y,
          bar.value * scale,
          BAR_HEIGHT,
          bar.isOver() ? Svg.Colour.RED : Svg.Colour.BLUE,
          bar.label + ": " + valueText(bar));
      if (Double.isFinite(bar.limit)) {
        double x = left + bar.limit * scale;
        svg.line(x, y - 2, x, y + BAR_HEIGHT + 2, Svg.Colour.BLACK, false);
      }
      svg.text(
          left + PLOT_WIDTH + MARGIN,
          base,
          valueText(bar),
          Svg.Anchor.START,
          bar.isOver() ? Svg.Colour.RED : Svg.Colour.BLACK);
    }
    return svg.toString();
  }
}
