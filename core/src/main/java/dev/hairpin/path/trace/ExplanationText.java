package dev.hairpin.path.trace;

import dev.hairpin.render.Escape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Draws an explanation as a card. */
final class ExplanationText {
  private static final int COLUMNS = 80;
  private static final int LABEL = 12;

  private ExplanationText() {}

  static String print(Explanation e) {
    StringBuilder out = new StringBuilder(e.headline()).append("   ").append(e.reason());
    if (e.cause() != e.reason()) {
      out.append(", ").append(e.cause());
    }
    if (!e.decidedAt().isEmpty()) {
      out.append("   at ").append(clean(e.decidedAt()));
    }
    out.append('\n');
    String rule = e.rule();
    if (rule != null) {
      out.append("  ").append(clean(rule)).append('\n');
    }
    line(out, "about", e.subject());
    line(out, "client sees", e.clientSees());
    line(out, "because", e.because());
    if (!e.preventedBy().isEmpty()) {
      out.append("  who should have prevented it:\n");
      line(out, "", e.preventedBy());
    }
    line(out, "fix", String.join(" | ", e.fixes()));
    line(out, "did you mean", String.join(" | ", e.didYouMean()));
    line(out, "see also", e.seeAlso().isEmpty() ? "" : "incident " + e.seeAlso());
    return out.toString();
  }

  /** A labelled text, wrapped under itself; nothing where the text is empty. */
  private static void line(StringBuilder out, String label, String text) {
    if (text.isEmpty()) {
      return;
    }
    String colon = label.isEmpty() ? "  " : ": ";
    String head = "  " + label + " ".repeat(LABEL - label.length()) + colon;
    for (String line : wrapped(clean(text), COLUMNS - head.length())) {
      out.append(head).append(line).append('\n');
      head = " ".repeat(head.length());
    }
  }

  private static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : Arrays.asList(text.split(" ", -1))) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() > 0 ? " " : "").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Names come from manifests; what would move the cursor of a terminal is shown as a question. */
  private static String clean(String text) {
    return Escape.terminal(text.replace('\n', ' '));
  }
}
