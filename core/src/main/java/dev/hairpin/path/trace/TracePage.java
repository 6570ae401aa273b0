package dev.hairpin.path.trace;

import com.google.common.base.Splitter;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.render.Escape;
import dev.hairpin.render.HtmlPage;

/**
 * A trace as a page to step through: the lanes above, and below a card for each host with the
 * packet, the rules that matched and what they did. The page needs nothing from the network;
 * without its script, and on paper, all cards are seen.
 */
final class TracePage {
  private static final String STYLE = """
      h1 { font-size: 1.3em; overflow-wrap: anywhere; }
      ol.scenes { list-style: none; padding: 0; }
      ol.scenes > li { border: 1px solid #ccc; border-radius: 8px; padding: .4em 1em; margin: .8em 0; }
      ol.scenes h2 { font-size: 1em; margin: .3em 0; }
      ol.scenes h3 { font-size: .85em; margin: .6em 0 .2em; color: #57606a; }
      ol.scenes ul { margin: .2em 0; padding-left: 1.4em; }
      code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
      code.rule { display: block; border-left: 3px solid #999; padding-left: .6em; margin: .2em 0; }
      code.decides { border-color: #d55e00; background: #fff3e6; }
      mark { background: #ffedd5; color: #8a2f0b; font-weight: 700; }
      .delivered { color: #00694d; } .lost { color: #a34700; }
      nav { display: none; } .stepping nav { display: block; }
      button { font: inherit; padding: .3em .9em; }
      .stepping ol.scenes > li { display: none; } .stepping ol.scenes > li.now { display: block; }
      .stepping g.scene { opacity: .4; } .stepping g.scene.seen { opacity: 1; }
      @media (prefers-color-scheme: dark) {
        ol.scenes > li { border-color: #30363d; } ol.scenes h3 { color: #8b949e; }
        code.decides { background: #3a2410; } mark { background: #4a2508; color: #fdba74; }
        .delivered { color: #3fd6a4; } .lost { color: #ffa657; }
      }
      @media print {
        nav { display: none !important; }
        .stepping ol.scenes > li { display: block; break-inside: avoid; }
        .stepping g.scene { opacity: 1; }
      }
      """;

  /** Shows one card at a time; names of the cluster never get into it. */
  private static final String SCRIPT = """
      <script>
      (function () {
        var cards = Array.prototype.slice.call(document.querySelectorAll("ol.scenes > li"));
        var groups = Array.prototype.slice.call(document.querySelectorAll("g.scene"));
        var at = 0;
        function show(to) {
          at = Math.max(0, Math.min(cards.length - 1, to));
          cards.forEach(function (card, i) { card.classList.toggle("now", i === at); });
          groups.forEach(function (group, i) { group.classList.toggle("seen", i <= at); });
          document.getElementById("place").textContent = (at + 1) + " of " + cards.length;
        }
        document.body.classList.add("stepping");
        document.getElementById("back").onclick = function () { show(at - 1); };
        document.getElementById("next").onclick = function () { show(at + 1); };
        document.addEventListener("keydown", function (event) {
          if (event.key === "ArrowRight") { show(at + 1); }
          if (event.key === "ArrowLeft") { show(at - 1); }
          if (event.key === "Home") { show(0); }
          if (event.key === "End") { show(cards.length - 1); }
        });
        show(0);
      })();
      </script>""";

  private TracePage() {}

  static String print(Trace trace) {
    TraceScenes scenes = TraceScenes.of(trace);
    StringBuilder cards = new StringBuilder("<ol class=\"scenes\" aria-live=\"polite\">\n");
    int number = 1;
    for (TraceScenes.Scene scene : scenes.scenes()) {
      card(cards, number++, scene);
    }
    cards.append("<li>").append(end(trace)).append("</li>\n</ol>");
    return new HtmlPage(trace.question())
        .style(STYLE)
        .drawing(TraceSvg.draw(trace).toString())
        .element("<nav aria-label=\"steps\"><button id=\"back\" type=\"button\">back</button> "
            + "<button id=\"next\" type=\"button\">next</button> <span id=\"place\"></span>"
            + " (arrow keys step, too)</nav>")
        .element(cards.toString())
        .element(SCRIPT)
        .toString();
  }

  private static void card(StringBuilder out, int number, TraceScenes.Scene scene) {
    out.append("<li><h2>")
        .append(number)
        .append(". ")
        .append(scene.reply() ? "reply at " : "")
        .append(Escape.xml(scene.host()))
        .append("</h2>\n<p><code>")
        .append(packet(scene.in(), scene.in()));
    if (!scene.in().equals(scene.out())) {
      out.append("</code><br>becomes <code>").append(packet(scene.out(), scene.in()));
    }
    out.append("</code> ").append(Escape.xml(scene.what())).append("</p>\n");
    for (Hop hop : scene.hops()) {
      if (!hop.stage().isEmpty()) {
        out.append("<h3>").append(Escape.xml(hop.stage())).append("</h3>\n");
      }
      out.append("<ul>\n");
      for (Step step : TraceText.worthTelling(hop.steps())) {
        step(out, step);
      }
      String nowhere = TraceText.jumpsToNowhere(hop.steps());
      if (!nowhere.isEmpty()) {
        out.append("<li>").append(nowhere).append("</li>\n");
      }
      out.append("</ul>\n");
    }
    out.append("</li>\n");
  }

  private static void step(StringBuilder out, Step step) {
    String text = String.join(" ", Splitter.on('\n').trimResults().split(TraceText.line(step)));
    out.append("<li>").append(Escape.xml(text.strip()));
    if (step instanceof Step.RuleMatched rule) {
      out.append("<code class=\"rule")
          .append(TraceMermaid.decides(rule) ? " decides" : "")
          .append("\">")
          .append(Escape.xml(rule.rule()))
          .append("</code>");
    }
    out.append("</li>\n");
  }

  /** A packet's ends, what changed marked by colour and by asterisks. */
  private static String packet(FiveTuple packet, FiveTuple before) {
    return end(packet, packet.source(), packet.source().equals(before.source()))
        + " &gt; "
        + end(packet, packet.destination(), packet.destination().equals(before.destination()));
  }

  private static String end(FiveTuple packet, SocketAddress end, boolean same) {
    String text = Escape.xml(TraceText.end(packet, end));
    return same ? text : "<mark>*" + text + "*</mark>";
  }

  private static String end(Trace trace) {
    Outcome outcome = trace.outcome();
    return "<h2 class=\"" + (outcome.delivered() ? "delivered" : "lost") + "\">"
        + Escape.xml(outcome.toString()) + "</h2>\n<pre>"
        + Escape.xml(TraceText.ending(trace).strip()) + "</pre>";
  }
}
