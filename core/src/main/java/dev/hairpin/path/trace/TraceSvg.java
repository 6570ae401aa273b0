package dev.hairpin.path.trace;

import dev.hairpin.render.Svg;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws a trace in lanes: a column for each host, an arrow for each way from host to host, and in
 * the column what the host rewrote. Reply arrows are dashed.
 */
final class TraceSvg {
  private static final double LANE = 236;
  private static final double GAP = 12;
  private static final double HEAD = 52;
  private static final double ROW = 34;
  private static final double LINE = 16;
  private static final int NAME = 30;

  private TraceSvg() {}

  /** The drawing; each scene is a group of class {@code scene}, and so is the end. */
  static Svg draw(Trace trace) {
    TraceScenes scenes = TraceScenes.of(trace);
    int lanes = Math.max(1, scenes.lanes().size());
    double height = HEAD + 2 * ROW;
    for (TraceScenes.Scene scene : scenes.scenes()) {
      height += ROW + LINE * rewrites(scene).size();
    }
    double width = GAP + lanes * (LANE + GAP);
    Svg svg = new Svg(width, height, trace.question() + ": " + trace.outcome());
    for (int i = 0; i < scenes.lanes().size(); i++) {
      double x = GAP + i * (LANE + GAP);
      svg.rect(x, GAP, LANE, height - 2 * GAP, Svg.Colour.PALE, scenes.lanes().get(i));
      head(svg, x + LANE / 2, scenes.lanes().get(i));
    }
    double y = HEAD + LINE;
    TraceScenes.Scene before = null;
    for (TraceScenes.Scene scene : scenes.scenes()) {
      svg.group("scene");
      double middle = middle(scenes.lane(scene));
      Svg.Colour colour = scene.reply() ? Svg.Colour.GREEN : Svg.Colour.BLUE;
      if (before != null) {
        double from = middle(scenes.lane(before));
        String what = scene.what().isEmpty() ? "" : "  " + scene.what();
        svg.text(
            Math.min(Math.max((from + middle) / 2, GAP + LANE), width - GAP - LANE),
            y - 6,
            TraceScenes.ends(scene.in(), scene.in()) + what,
            Svg.Anchor.MIDDLE,
            Svg.Colour.BLACK);
        svg.arrow(from, y, middle, y, colour, scene.reply());
      } else {
        svg.circle(middle, y, 4, colour, "");
      }
      for (String rewrite : rewrites(scene)) {
        y += LINE;
        svg.text(middle, y, rewrite, Svg.Anchor.MIDDLE, Svg.Colour.RED);
      }
      y += ROW;
      svg.endGroup();
      before = scene;
    }
    Outcome outcome = trace.outcome();
    return svg.group("scene")
        .text(
            before == null ? width / 2 : middle(scenes.lane(before)),
            y,
            outcome.delivered() ? "DELIVERED" : "X " + outcome.reason(),
            Svg.Anchor.MIDDLE,
            outcome.delivered() ? Svg.Colour.GREEN : Svg.Colour.RED)
        .endGroup();
  }

  private static double middle(int lane) {
    return GAP + lane * (LANE + GAP) + LANE / 2;
  }

  /** The kind of a host above its name, which is cut where the lane ends. */
  private static void head(Svg svg, double x, String host) {
    String kind = "";
    String name = host;
    for (HostKind known : HostKind.values()) {
      String words = known.toString();
      if (host.startsWith(words + " ")) {
        kind = words;
        name = host.substring(words.length() + 1);
      }
    }
    if (kind.isEmpty() && host.indexOf('/') > 0) {
      kind = HostKind.POD.toString();
    }
    int zone = name.lastIndexOf(" (");
    if (zone > 0 && name.endsWith(")")) {
      kind += ", " + name.substring(zone + 2, name.length() - 1);
      name = name.substring(0, zone);
    }
    svg.text(x, GAP + LINE, kind, Svg.Anchor.MIDDLE, Svg.Colour.BLACK);
    svg.text(x, GAP + 2 * LINE, cut(name), Svg.Anchor.MIDDLE, Svg.Colour.BLACK);
  }

  private static String cut(String name) {
    return name.length() <= NAME ? name : name.substring(0, NAME - 1) + "\u2026";
  }

  /** What a scene does to the packet, a line each, the new end between asterisks. */
  private static List<String> rewrites(TraceScenes.Scene scene) {
    List<String> lines = new ArrayList<>();
    for (Step step : scene.steps()) {
      if (step instanceof Step.Translated t) {
        lines.add(t.kind().name().replace("UN_", "un-") + " *" + t.after() + "*");
      } else if (step instanceof Step.Dropped) {
        lines.add("DROP");
      } else if (step instanceof Step.Rejected r) {
        lines.add("REJECT " + r.with());
      }
    }
    return lines;
  }
}
