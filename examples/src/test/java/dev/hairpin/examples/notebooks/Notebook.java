package dev.hairpin.examples.notebooks;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import jdk.jshell.JShell;
import jdk.jshell.SourceCodeAnalysis;

/** A notebook's text, and what of it matters. */
final class Notebook {
  private final JsonArray cells;

  Notebook(String json) {
    cells = JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("cells");
  }

  private static String text(JsonElement lines) {
    if (!lines.isJsonArray()) {
      return lines.getAsString();
    }
    return lines.getAsJsonArray().asList().stream()
        .map(JsonElement::getAsString)
        .collect(Collectors.joining());
  }

  /** The outputs of the cells with code, as a person sees them. */
  String outputs() {
    StringBuilder out = new StringBuilder();
    for (JsonElement element : cells) {
      JsonObject cell = element.getAsJsonObject();
      if (!isCode(cell)) {
        continue;
      }
      cell.getAsJsonArray("source").forEach(l -> out.append("> ").append(l.getAsString()));
      out.append('\n');
      for (JsonElement one : cell.getAsJsonArray("outputs")) {
        JsonObject output = one.getAsJsonObject();
        String kind = output.get("output_type").getAsString();
        out.append("[").append(kind).append("]\n");
        if (output.has("data")) {
          output
              .getAsJsonObject("data")
              .asMap()
              .forEach((type, data) ->
                  out.append(type).append('\n').append(text(data)).append('\n'));
        } else if (output.has("text")) {
          out.append(text(output.get("text")));
        } else {
          out.append(output).append('\n');
        }
      }
    }
    return out.toString();
  }

  /** What the twin prints. */
  String printed() {
    StringBuilder out = new StringBuilder();
    for (JsonElement element : cells) {
      JsonObject cell = element.getAsJsonObject();
      if (isCode(cell)) {
        for (JsonElement output : cell.getAsJsonArray("outputs")) {
          printed(output.getAsJsonObject(), out);
        }
      }
    }
    return out.toString();
  }

  private static void printed(JsonObject output, StringBuilder out) {
    switch (output.get("output_type").getAsString()) {
      case "stream" -> out.append(text(output.get("text")));
      case "display_data" ->
        out.append(drawing(output.getAsJsonObject("data").keySet().iterator().next()))
            .append('\n');
      case "execute_result" ->
        out.append(text(output.getAsJsonObject("data").get("text/plain"))).append('\n');
      default -> throw new AssertionError("a cell failed: " + output);
    }
  }

  private static String drawing(String type) {
    return "(a drawing, " + type + ")\n";
  }

  static String json(Object tree) {
    return new Gson().toJson(tree);
  }

  private static boolean isCode(JsonObject cell) {
    return cell.get("cell_type").getAsString().equals("code");
  }

  /** The same cells for JShell: what is said as comments, results printed. */
  String toJsh() {
    StringBuilder out = new StringBuilder("""
        // Made from the notebook beside it. It needs only a JDK; README.md says how it is run.
        void print(Object o) { System.out.println(o); }
        void display(Object picture, String as) { print("(a drawing, " + as + ")\\n"); }
        """);
    try (JShell shell = JShell.create()) {
      for (JsonElement element : cells) {
        JsonObject cell = element.getAsJsonObject();
        String source = text(cell.get("source"));
        out.append('\n');
        if (!isCode(cell)) {
          source.lines().forEach(l -> out.append(("// " + l).strip()).append('\n'));
          continue;
        }
        for (String snippet : snippets(shell.sourceCodeAnalysis(), source)) {
          boolean shown = !snippet.endsWith(";") && !snippet.endsWith("}");
          out.append(shown ? "print(" + snippet + ");" : snippet).append('\n');
        }
      }
    }
    return out.toString();
  }

  private static List<String> snippets(SourceCodeAnalysis analysis, String source) {
    List<String> snippets = new ArrayList<>();
    String rest = source;
    while (!rest.isBlank()) {
      String remaining = analysis.analyzeCompletion(rest).remaining();
      snippets.add(rest.substring(0, rest.length() - remaining.length()).strip());
      rest = remaining;
    }
    return snippets;
  }
}
