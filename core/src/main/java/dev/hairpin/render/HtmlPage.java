package dev.hairpin.render;

/**
 * A page of HTML that needs nothing from the network: its style is in it, and it has no script
 * unless one is added. Not thread-safe.
 */
public final class HtmlPage {
  private static final String STYLE = """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 72em; color: #222; }
      body { padding: 0 1em; box-sizing: border-box; }
      table { border-collapse: collapse; margin: 1em 0; }
      th, td { border-bottom: 1px solid #ddd; padding: .2em .8em; text-align: left; }
      .number { text-align: right; font-variant-numeric: tabular-nums; }
      pre { background: #f6f6f6; padding: .8em; overflow-x: auto; }
      svg { max-width: 100%; height: auto; }
      .drawing { overflow-x: auto; }
      @media screen and (max-width: 48em) { .drawing svg { max-width: none; } }
      @media (prefers-color-scheme: dark) {
        body { color: #e6edf3; background: #0d1117; }
        th, td { border-color: #30363d; }
        pre { background: #161b22; }
        svg { filter: invert(1) hue-rotate(180deg); }
        svg .ground { fill: none; }
      }
      @media print { body { margin: 0; padding: 0; max-width: none; } svg { break-inside: avoid; } }
      """;

  private final String title;
  private final StringBuilder style = new StringBuilder(STYLE);
  private final StringBuilder body = new StringBuilder();

  /**
   * An empty page.
   *
   * @param title its title, also its first heading
   */
  public HtmlPage(String title) {
    this.title = title;
  }

  /**
   * Adds rules to the style sheet.
   *
   * @param css the rules
   * @return this page
   */
  public HtmlPage style(String css) {
    style.append(css.replace("</", "<\\/"));
    return this;
  }

  /**
   * Adds a heading.
   *
   * @param text its text
   * @return this page
   */
  public HtmlPage heading(String text) {
    body.append("<h2>").append(Escape.xml(text)).append("</h2>\n");
    return this;
  }

  /**
   * Adds a paragraph.
   *
   * @param text its text
   * @return this page
   */
  public HtmlPage paragraph(String text) {
    body.append("<p>").append(Escape.xml(text)).append("</p>\n");
    return this;
  }

  /**
   * Adds text whose blanks and line ends count.
   *
   * @param text the text
   * @return this page
   */
  public HtmlPage preformatted(String text) {
    body.append("<pre>").append(Escape.xml(text)).append("</pre>\n");
    return this;
  }

  /**
   * Adds a drawing. Where the screen is narrow it keeps its size and can be scrolled.
   *
   * @param svg the drawing, as {@link Svg#toString} gives it
   * @return this page
   */
  public HtmlPage drawing(String svg) {
    return element("<div class=\"drawing\">\n" + svg + "</div>");
  }

  /**
   * Adds an element as it is, such as what {@link TextTable#toHtml} gives.
   *
   * @param markup HTML that is safe already
   * @return this page
   */
  public HtmlPage element(String markup) {
    body.append(markup).append('\n');
    return this;
  }

  /** The whole page. */
  @Override
  public String toString() {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        + "<title>" + Escape.xml(title) + "</title>\n<style>\n" + style + "</style>\n</head>\n"
        + "<body>\n<h1>" + Escape.xml(title) + "</h1>\n" + body + "</body>\n</html>\n";
  }
}
