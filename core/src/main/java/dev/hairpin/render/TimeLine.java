package dev.hairpin.render;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of spans over one axis of seconds: what each clock does when.
 *
 * <pre>
 * t(s)     0    5    10   15
 * pod      |preStop |exit
 * node a   ----|synced
 * lost         ####
 * </pre>
 *
 * <p>Not thread-safe while it is filled.
 */
public final class TimeLine {
  private static final int TEXT_COLUMNS = 60;
  private static final int PLOT_WIDTH = 640;
  private static final int ROW_HEIGHT = 26;
  private static final int MARGIN = 10;
  private static final int TOP = 56;

  /** What a span is. */
  public enum Kind {
    /** It waits for something: drawn with {@code -}. */
    WAITING('-', Svg.Colour.PALE),
    /** It works: drawn with {@code =}. */
    ACTIVE('=', Svg.Colour.SKY),
    /** It loses something: drawn with {@code #}. */
    LOSS('#', Svg.Colour.RED);

    private final char mark;
    private final Svg.Colour colour;

    Kind(char mark, Svg.Colour colour) {
      this.mark = mark;
      this.colour = colour;
    }
  }

  private record Span(double from, double to, Kind kind, String label) {}

  private record Row(String name, List<Span> spans, String remark) {}

  private final String title;
  private final List<Row> rows = new ArrayList<>();
  private final double end;

  /**
   * An axis without rows.
   *
   * @param title what it shows
   * @param endSeconds where the axis ends; it begins at 0
   * @throws IllegalArgumentException if the end is not positive and finite
   */
  public TimeLine(String title, double endSeconds) {
    if (!(endSeconds > 0) || Double.isInfinite(endSeconds)) {
      throw new IllegalArgumentException("a time line cannot end at " + endSeconds + " s");
    }
    this.title = title;
    this.end = endSeconds;
  }

  /**
   * Adds a row without spans, below the others.
   *
   * @param name its name
   * @param remark what is said behind it; may be empty
   * @return this time line
   */
  public TimeLine row(String name, String remark) {
    rows.add(new Row(name, new ArrayList<>(), remark));
    return this;
  }

  /**
   * Adds a span to the last row. Parts outside the axis are not drawn.
   *
   * @param from when it begins, in seconds
   * @param to when it ends; the same for a moment
   * @param kind what it is
   * @param label what is written where it begins; may be empty
   * @return this time line
   * @throws IllegalStateException if there is no row
   * @throws IllegalArgumentException if it ends before it begins
   */
  public TimeLine span(double from, double to, Kind kind, String label) {
    if (rows.isEmpty()) {
      throw new IllegalStateException("a span needs a row");
    }
    if (!(to >= from)) {
      throw new IllegalArgumentException("a span cannot go from " + from + " s to " + to + " s");
    }
    rows.get(rows.size() - 1).spans.add(new Span(from, to, kind, label));
    return this;
  }

  /** At most eight marks, on whole seconds. */
  private double step() {
    return Ticks.step(end, 8, 1);
  }

  /** The time line in characters. */
  @Override
  public String toString() {
    int names = Math.max(4, rows.stream().mapToInt(r -> r.name.length()).max().orElse(0));
    StringBuilder out = new StringBuilder(title).append('\n');
    StringBuilder axis = new StringBuilder(" ".repeat(TEXT_COLUMNS + 8));
    for (double t = 0; t <= end; t += step()) {
      String text = Escape.number(t, 1);
      int at = column(t);
      axis.replace(at, at + text.length(), text);
    }
    append(out, "t(s)", names, axis.toString(), "");
    for (Row row : rows) {
      append(out, row.name, names, cells(row), row.remark);
    }
    return Escape.terminal(out.toString());
  }

  private int column(double seconds) {
    return (int) Math.round(Math.max(0, Math.min(seconds, end)) / end * TEXT_COLUMNS);
  }

  private String cells(Row row) {
    StringBuilder line = new StringBuilder(" ".repeat(TEXT_COLUMNS + 1));
    for (Span span : row.spans) {
      int from = column(span.from);
      int to = Math.max(column(span.to), from);
      for (int i = from; i < to; i++) {
        line.setCharAt(i, span.kind.mark);
      }
      if (span.from <= end && !span.label.isEmpty()) {
        String label = "|" + span.label;
        line.replace(from, Math.min(from + label.length(), line.length()), label);
      }
    }
    return line.toString();
  }

  private static void append(
      StringBuilder out, String name, int names, String cells, String remark) {
    String line = name + " ".repeat(names - name.length() + 2) + cells;
    String all = remark.isEmpty() ? line : line + "  " + remark;
    out.append(all.stripTrailing()).append('\n');
  }

  /**
   * The time line as a drawing.
   *
   * @return the element {@code svg}
   */
  public String toSvg() {
    double names = rows.stream().mapToDouble(r -> Svg.widthOf(r.name)).max().orElse(0);
    double remarks = rows.stream().mapToDouble(r -> Svg.widthOf(r.remark)).max().orElse(0);
    double left = names + 2 * MARGIN;
    double width = Math.max(left + PLOT_WIDTH + remarks + 3 * MARGIN, Svg.widthOf(title));
    double bottom = TOP + (double) ROW_HEIGHT * rows.size();
    Svg svg = new Svg(width, bottom + MARGIN, title);
    svg.text(MARGIN, 20, title, Svg.Anchor.START, Svg.Colour.BLACK);
    for (double t = 0; t <= end; t += step()) {
      double x = left + PLOT_WIDTH * t / end;
      svg.line(x, TOP - 8.0, x, bottom, Svg.Colour.PALE, false);
      svg.text(x, TOP - 12.0, Escape.number(t, 1) + " s", Svg.Anchor.MIDDLE, Svg.Colour.BLACK);
    }
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      double y = TOP + (double) ROW_HEIGHT * i;
      svg.text(left - MARGIN, y + 14, row.name, Svg.Anchor.END, Svg.Colour.BLACK);
      row.spans.forEach(span -> draw(svg, span, left, y));
      svg.text(left + PLOT_WIDTH + MARGIN, y + 14, row.remark, Svg.Anchor.START, Svg.Colour.BLACK);
    }
    return svg.toString();
  }

  private void draw(Svg svg, Span span, double left, double y) {
    double from = Math.max(0, Math.min(span.from, end));
    double to = Math.max(0, Math.min(span.to, end));
    double x = left + PLOT_WIDTH * from / end;
    String hint = Escape.number(span.from, 2) + " s to " + Escape.number(span.to, 2) + " s"
        + (span.label.isEmpty() ? "" : ": " + span.label);
    svg.rect(x, y, PLOT_WIDTH * (to - from) / end, 18, span.kind.colour, hint);
    if (span.from <= end && !span.label.isEmpty()) {
      svg.line(x, y, x, y + 18, Svg.Colour.BLACK, false);
      svg.text(x + 3, y + 14, span.label, Svg.Anchor.START, Svg.Colour.BLACK);
    }
  }
}
