package dev.hairpin.examples;

import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.util.stream.Collectors;

/** Prints what a name cost. */
public final class LookupText {
  private LookupText() {}

  /**
   * Prints the questions and the result.
   *
   * @param lookup what came of a name
   * @return a line for each question, and one for the result
   */
  public static String of(NameService.Lookup lookup) {
    StringBuilder out = new StringBuilder();
    int width =
        lookup.questions().stream().mapToInt(q -> q.name().length()).max().orElse(0);
    int answerWidth =
        lookup.questions().stream().mapToInt(q -> q.answer().length()).max().orElse(0);
    int number = 0;
    for (NameService.Asked asked : lookup.questions()) {
      String line = String.format(
          java.util.Locale.ROOT,
          "  %2d %-" + Math.max(1, width) + "s  %-4s  %-" + Math.max(1, answerWidth) + "s  %s",
          ++number,
          asked.name(),
          asked.type(),
          asked.answer(),
          asked.explanation());
      out.append(line.stripTrailing()).append('\n');
    }
    String result = lookup.reason() == Reason.DELIVERED
        ? lookup.addresses().stream().map(Object::toString).collect(Collectors.joining(" "))
        : lookup.reason() + ": " + lookup.reason().sentence();
    int questions = lookup.questions().size();
    return out.append("  ")
        .append(lookup.name())
        .append(" -> ")
        .append(result)
        .append("   (")
        .append(questions)
        .append(questions == 1 ? " question)\n" : " questions)\n")
        .toString();
  }
}
