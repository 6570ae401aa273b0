package dev.hairpin.path.trace;

import dev.hairpin.render.Escape;
import java.util.ArrayList;
import java.util.List;

/** Draws a trace as a sequence diagram of Mermaid, to paste into an issue or a README. */
final class TraceMermaid {
  private TraceMermaid() {}

  static String print(Trace trace) {
    TraceScenes scenes = TraceScenes.of(trace);
    StringBuilder out = new StringBuilder("sequenceDiagram\n");
    for (int i = 0; i < scenes.lanes().size(); i++) {
      out.append("  participant H").append(i).append(" as ");
      out.append(Escape.mermaidWords(scenes.lanes().get(i))).append('\n');
    }
    TraceScenes.Scene before = null;
    for (TraceScenes.Scene scene : scenes.scenes()) {
      int lane = scenes.lane(scene);
      if (before != null && scenes.lane(before) != lane) {
        String what = scene.what().isEmpty() ? "" : "  " + scene.what();
        out.append("  H")
            .append(scenes.lane(before))
            .append(scene.reply() ? "-->>H" : "->>H")
            .append(lane)
            .append(": ")
            .append(Escape.mermaidWords(TraceScenes.ends(scene.in(), scene.in()) + what))
            .append('\n');
      }
      List<String> remarks = remarks(scene);
      if (!remarks.isEmpty()) {
        out.append("  Note over H").append(lane).append(": ");
        out.append(Escape.mermaidWords(String.join("\n", remarks))).append('\n');
      }
      before = scene;
    }
    if (!trace.outcome().delivered()) {
      String where = "H" + (before == null ? 0 : scenes.lane(before));
      out.append(before == null ? "  participant H0 as the caller\n" : "")
          .append("  Note over ")
          .append(where)
          .append(": NOT DELIVERED ")
          .append(trace.outcome().reason())
          .append('\n');
    }
    return out.toString();
  }

  /** What a reader must know of a scene: where it was sent and what was rewritten. */
  private static List<String> remarks(TraceScenes.Scene scene) {
    List<String> remarks = new ArrayList<>();
    for (Step step : scene.steps()) {
      if (step instanceof Step.RuleMatched rule && decides(rule)) {
        remarks.add(rule.chain() + "[" + rule.index() + "] " + rule.effect());
      } else if (step instanceof Step.Translated
          || step instanceof Step.MarkSet
          || step instanceof Step.Dropped
          || step instanceof Step.Rejected) {
        remarks.add(TraceText.line(step));
      }
    }
    return remarks;
  }

  /** Whether a rule does something to the packet, other than leading to another chain. */
  static boolean decides(Step.RuleMatched rule) {
    return !rule.effect().startsWith("-> ") && !rule.effect().equals("RETURN");
  }
}
