package dev.hairpin.render;

/**
 * A drawing in SVG, of the few shapes that charts and maps need.
 *
 * <p>It needs nothing from outside: no style sheet, no font, no script. Coordinates are in pixels
 * from the upper left corner, and are written with at most two decimals. Not thread-safe.
 */
public final class Svg {

  /**
   * Colours that people with impaired colour vision can tell apart, in the order to use them. The
   * palette is that of Okabe and Ito, 2008.
   */
  public enum Colour {
    /** For what is as it should be. */
    BLUE("#0072b2", "#005a8c"),
    /** For what deserves a look. */
    ORANGE("#e69f00", "#7a5200"),
    /** For what is wrong. */
    RED("#d55e00", "#9c4300"),
    /** A further series. */
    GREEN("#009e73", "#00664a"),
    /** A further series. */
    PURPLE("#cc79a7", "#8f3d6a"),
    /** A further series. */
    SKY("#56b4e9", "#0f5f8f"),
    /** For frames and what is not the subject. */
    GREY("#999999", "#595959"),
    /** For grounds. */
    PALE("#e8e8e8", "#595959"),
    /** For text. */
    BLACK("#111111", "#111111");

    private final String code;
    private final String ink;

    Colour(String code, String ink) {
      this.code = code;
      this.ink = ink;
    }

    /**
     * The colour for the n-th series of a chart.
     *
     * @param index from 0; after the sixth they begin again
     * @return the colour
     */
    public static Colour ofSeries(int index) {
      return values()[Math.floorMod(index, 6)];
    }

    /** The code, such as {@code #0072b2}. */
    @Override
    public String toString() {
      return code;
    }
  }

  /*
   * Letters are written in a darker shade of their colour. It keeps a contrast of 4.5 to 1, which
   * WCAG 2.2 (1.4.3) asks for, against white and against PALE; BLACK does so against all others
   * but BLUE. RenderTest computes it.
   */

  /** Where the given point of a text is. */
  public enum Anchor {
    /** The point is where the text begins. */
    START,
    /** The point is below its middle. */
    MIDDLE,
    /** The point is where the text ends. */
    END
  }

  private static final int FONT_SIZE = 12;

  private final StringBuilder body = new StringBuilder();
  private final double width;
  private final double height;
  private final String title;

  /**
   * An empty drawing.
   *
   * @param width its width; positive
   * @param height its height; positive
   * @param title what it shows, for those who cannot see it
   * @throws IllegalArgumentException if a size is not positive
   */
  public Svg(double width, double height, String title) {
    if (!(width > 0) || !(height > 0)) {
      throw new IllegalArgumentException(
          "a drawing of " + width + " x " + height + " has no room for anything");
    }
    this.width = width;
    this.height = height;
    this.title = title;
  }

  /**
   * The width that a text takes at most, in the font of {@link #text}.
   *
   * @param text the text
   * @return pixels
   */
  public static double widthOf(String text) {
    return 7.3 * text.codePointCount(0, text.length());
  }

  /**
   * Draws a filled rectangle.
   *
   * @param x its left edge
   * @param y its upper edge
   * @param w its width; nothing is drawn if it is not positive
   * @param h its height
   * @param fill its colour
   * @param hint what a pointer over it shows; none if empty
   * @return this drawing
   */
  public Svg rect(double x, double y, double w, double h, Colour fill, String hint) {
    if (w > 0 && h > 0) {
      body.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\""
          .formatted(n(x), n(y), n(w), n(h), fill));
      body.append(hint.isEmpty() ? "/>\n" : "><title>" + Escape.xml(hint) + "</title></rect>\n");
    }
    return this;
  }

  /**
   * Draws a rectangle of which only the frame is seen.
   *
   * @param x its left edge
   * @param y its upper edge
   * @param w its width
   * @param h its height
   * @param stroke the frame's colour
   * @return this drawing
   */
  public Svg frame(double x, double y, double w, double h, Colour stroke) {
    body.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"none\" stroke=\"%s\"/>\n"
        .formatted(n(x), n(y), n(w), n(h), stroke));
    return this;
  }

  /**
   * Draws a straight line.
   *
   * @param x1 where it begins
   * @param y1 where it begins
   * @param x2 where it ends
   * @param y2 where it ends
   * @param stroke its colour
   * @param dashed whether it is dashed
   * @return this drawing
   */
  public Svg line(double x1, double y1, double x2, double y2, Colour stroke, boolean dashed) {
    body.append("<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" stroke=\"%s\"%s/>\n"
        .formatted(n(x1), n(y1), n(x2), n(y2), stroke, dashed ? " stroke-dasharray=\"4 3\"" : ""));
    return this;
  }

  /**
   * Draws a line through points.
   *
   * @param xs their distances from the left
   * @param ys their distances from the top, as many
   * @param stroke its colour
   * @return this drawing
   * @throws IllegalArgumentException if there are more of the ones than of the others
   */
  public Svg polyline(double[] xs, double[] ys, Colour stroke) {
    if (xs.length != ys.length) {
      throw new IllegalArgumentException(xs.length + " and " + ys.length + " make no points");
    }
    body.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").append(stroke);
    body.append("\" points=\"");
    for (int i = 0; i < xs.length; i++) {
      body.append(i == 0 ? "" : " ").append(n(xs[i])).append(',').append(n(ys[i]));
    }
    body.append("\"/>\n");
    return this;
  }

  /**
   * Draws a filled circle.
   *
   * @param x its middle
   * @param y its middle
   * @param radius its radius
   * @param fill its colour
   * @param hint what a pointer over it shows; none if empty
   * @return this drawing
   */
  public Svg circle(double x, double y, double radius, Colour fill, String hint) {
    body.append(
        "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\"".formatted(n(x), n(y), n(radius), fill));
    body.append(hint.isEmpty() ? "/>\n" : "><title>" + Escape.xml(hint) + "</title></circle>\n");
    return this;
  }

  /**
   * Draws an arrow, its head at the end.
   *
   * @param x1 where it begins
   * @param y1 where it begins
   * @param x2 where its head is
   * @param y2 where its head is
   * @param stroke its colour
   * @return this drawing
   */
  public Svg arrow(double x1, double y1, double x2, double y2, Colour stroke) {
    return arrow(x1, y1, x2, y2, stroke, false);
  }

  /**
   * Draws an arrow, its head at the end.
   *
   * @param x1 where it begins
   * @param y1 where it begins
   * @param x2 where its head is
   * @param y2 where its head is
   * @param stroke its colour
   * @param dashed whether its shaft is dashed
   * @return this drawing
   */
  public Svg arrow(double x1, double y1, double x2, double y2, Colour stroke, boolean dashed) {
    line(x1, y1, x2, y2, stroke, dashed);
    double angle = Math.atan2(y2 - y1, x2 - x1);
    double spread = 0.4;
    double size = 8;
    body.append("<polygon fill=\"%s\" points=\"%s,%s %s,%s %s,%s\"/>\n"
        .formatted(
            stroke,
            n(x2),
            n(y2),
            n(x2 - size * Math.cos(angle - spread)),
            n(y2 - size * Math.sin(angle - spread)),
            n(x2 - size * Math.cos(angle + spread)),
            n(y2 - size * Math.sin(angle + spread))));
    return this;
  }

  /**
   * Writes a line of text.
   *
   * @param x the point that {@code anchor} speaks of
   * @param y the line on which the letters stand
   * @param text the text
   * @param anchor which point of the text is given
   * @param colour its colour, of which a shade is taken that can be read
   * @return this drawing
   */
  public Svg text(double x, double y, String text, Anchor anchor, Colour colour) {
    String at = anchor == Anchor.START
        ? ""
        : " text-anchor=\"" + (anchor == Anchor.MIDDLE ? "middle" : "end") + "\"";
    body.append("<text x=\"%s\" y=\"%s\"%s fill=\"%s\">%s</text>\n"
        .formatted(n(x), n(y), at, colour.ink, Escape.xml(text)));
    return this;
  }

  /**
   * Begins a group of shapes, which a page can show and hide together.
   *
   * @param cssClass the group's class, a word
   * @return this drawing; {@link #endGroup} ends the group
   */
  public Svg group(String cssClass) {
    body.append("<g class=\"").append(Escape.xml(cssClass)).append("\">\n");
    return this;
  }

  /**
   * Ends the group begun last.
   *
   * @return this drawing
   */
  public Svg endGroup() {
    body.append("</g>\n");
    return this;
  }

  private static String n(double value) {
    return Escape.number(value, 2);
  }

  /** The element {@code svg}, complete: a file, or a part of a page. */
  @Override
  public String toString() {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\""
            .formatted(n(width), n(height))
        + " viewBox=\"0 0 %s %s\" role=\"img\" font-family=\"ui-monospace, monospace\""
            .formatted(n(width), n(height))
        + " font-size=\"" + FONT_SIZE + "\">\n"
        + "<title>" + Escape.xml(title) + "</title>\n"
        + "<rect class=\"ground\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
        + body
        + "</svg>\n";
  }
}
