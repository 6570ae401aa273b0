package dev.hairpin.render;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/** Lines through points, for what changes with time or size. Not thread-safe while it is filled. */
public final class LineChart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 320;
  private static final int LEFT = 80;
  private static final int RIGHT = 20;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final int TICKS = 5;

  private static final class Series {
    private final String name;
    private final double[] xs;
    private final double[] ys;

    Series(String name, double[] xs, double[] ys) {
      this.name = name;
      this.xs = xs.clone();
      this.ys = ys.clone();
    }
  }

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final List<Series> series = new ArrayList<>();

  /**
   * A chart without lines.
   *
   * @param title what it shows
   * @param xLabel what goes to the right, with its unit
   * @param yLabel what goes up, with its unit
   */
  public LineChart(String title, String xLabel, String yLabel) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
  }

  /**
   * Adds a line.
   *
   * @param name its name
   * @param xs the points' distances to the right, rising; at least one
   * @param ys their heights, as many; finite
   * @return this chart
   * @throws IllegalArgumentException if these make no points that can be drawn
   */
  public LineChart line(String name, double[] xs, double[] ys) {
    boolean finite = Arrays.stream(xs).allMatch(Double::isFinite)
        && Arrays.stream(ys).allMatch(Double::isFinite);
    if (xs.length != ys.length || xs.length == 0 || !finite) {
      throw new IllegalArgumentException("line \"" + name + "\": " + xs.length + " and " + ys.length
          + " numbers make no points that can be drawn");
    }
    series.add(new Series(name, xs, ys));
    return this;
  }

  /** The points as comma-separated values: series, x, y. */
  public String toCsv() {
    TextTable table = TextTable.of("series", xLabel, yLabel);
    for (Series line : series) {
      for (int i = 0; i < line.xs.length; i++) {
        table.row(line.name, Escape.number(line.xs[i], 6), Escape.number(line.ys[i], 6));
      }
    }
    return table.toCsv();
  }

  /**
   * The chart as a drawing. The vertical axis begins at zero, or below where values are negative.
   *
   * @return the element {@code svg}
   */
  public String toSvg() {
    double minX =
        series.stream().flatMapToDouble(s -> Arrays.stream(s.xs)).min().orElse(0);
    double maxX =
        series.stream().flatMapToDouble(s -> Arrays.stream(s.xs)).max().orElse(1);
    double minY = Math.min(
        0, series.stream().flatMapToDouble(s -> Arrays.stream(s.ys)).min().orElse(0));
    double maxY =
        series.stream().flatMapToDouble(s -> Arrays.stream(s.ys)).max().orElse(1);
    double spanX = maxX > minX ? maxX - minX : 1;
    double spanY = maxY > minY ? maxY - minY : 1;
    double plotWidth = WIDTH - LEFT - RIGHT;
    double plotHeight = HEIGHT - TOP - BOTTOM;
    Svg svg = new Svg(WIDTH, HEIGHT + 20.0 * series.size(), title);
    svg.text(LEFT, 20, title, Svg.Anchor.START, Svg.Colour.BLACK);
    for (double tick : ticks(minY, spanY, 0)) {
      double y = TOP + plotHeight * (1 - (tick - minY) / spanY);
      svg.line(LEFT, y, (double) LEFT + plotWidth, y, Svg.Colour.PALE, false);
      svg.text(LEFT - 6.0, y + 4, Escape.readable(tick), Svg.Anchor.END, Svg.Colour.BLACK);
    }
    boolean whole =
        series.stream().flatMapToDouble(s -> Arrays.stream(s.xs)).allMatch(x -> x == Math.rint(x));
    for (double tick : ticks(minX, spanX, whole ? 1 : 0)) {
      double x = LEFT + plotWidth * (tick - minX) / spanX;
      svg.line(x, TOP + plotHeight, x, TOP + plotHeight + 4, Svg.Colour.GREY, false);
      svg.text(
          x, TOP + plotHeight + 16, Escape.readable(tick), Svg.Anchor.MIDDLE, Svg.Colour.BLACK);
    }
    double middle = LEFT + plotWidth / 2;
    svg.text(middle, TOP + plotHeight + 34, xLabel, Svg.Anchor.MIDDLE, Svg.Colour.BLACK);
    svg.text(6, TOP - 8.0, yLabel, Svg.Anchor.START, Svg.Colour.BLACK);
    for (int i = 0; i < series.size(); i++) {
      Series line = series.get(i);
      Svg.Colour colour = Svg.Colour.ofSeries(i);
      double[] xs =
          Arrays.stream(line.xs).map(x -> LEFT + plotWidth * (x - minX) / spanX).toArray();
      double[] ys = Arrays.stream(line.ys)
          .map(y -> TOP + plotHeight * (1 - (y - minY) / spanY))
          .toArray();
      svg.polyline(xs, ys, colour);
      double y = HEIGHT + 20.0 * i;
      svg.line(LEFT, y, LEFT + 24.0, y, colour, false);
      svg.text(LEFT + 32.0, y + 4, line.name, Svg.Anchor.START, Svg.Colour.BLACK);
    }
    return svg.toString();
  }

  /** Marks of an axis at round numbers, or at whole ones alone. */
  private static double[] ticks(double from, double span, double least) {
    double step = Ticks.step(span, TICKS, least);
    double first = Math.ceil(from / step);
    double last = Math.floor((from + span) / step * (1 + 1e-12));
    return DoubleStream.iterate(first, n -> n <= last, n -> n + 1)
        .map(n -> n * step)
        .toArray();
  }
}
