package dev.hairpin.manifest;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/*
 * The layout of kubectl get -o yaml: two blanks a level, the dash of a list below the first letter of its name,
 * a text bare where it reads back as the same text.
 */
/** Trees as YAML. */
final class YamlWriter {
  private static final Pattern BARE =
      Pattern.compile("[A-Za-z0-9_./+][-A-Za-z0-9_./@+=%,;()$ ]*(?::[-A-Za-z0-9_./@+=%]+)*");

  private YamlWriter() {}

  static String write(Map<String, ?> tree) {
    StringBuilder out = new StringBuilder();
    map(out, tree, 0);
    return out.toString();
  }

  private static void map(StringBuilder out, Map<?, ?> map, int indent) {
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!first || out.isEmpty() || out.charAt(out.length() - 1) == '\n') {
        out.append(" ".repeat(indent));
      }
      first = false;
      out.append(scalar(String.valueOf(entry.getKey()))).append(':');
      value(out, entry.getValue(), indent);
    }
  }

  private static void value(StringBuilder out, @Nullable Object value, int indent) {
    if (value instanceof Map<?, ?> map && !map.isEmpty()) {
      out.append('\n');
      map(out, map, indent + 2);
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      out.append('\n');
      list(out, list, indent);
    } else {
      out.append(' ').append(leaf(value)).append('\n');
    }
  }

  private static void list(StringBuilder out, List<?> list, int indent) {
    for (Object item : list) {
      out.append(" ".repeat(indent)).append("- ");
      if (item instanceof Map<?, ?> map && !map.isEmpty()) {
        map(out, map, indent + 2);
      } else {
        // a list within a list is rare enough to be written in one line, which YAML reads as well
        out.append(leaf(item)).append('\n');
      }
    }
  }

  private static String leaf(@Nullable Object value) {
    return value instanceof String text ? scalar(text) : JsonWriter.write(value);
  }

  /** A text, quoted unless it reads back as the same text. */
  private static String scalar(String text) {
    boolean bare = BARE.matcher(text).matches()
        && !text.endsWith(" ")
        && text.equals(YamlScalars.resolve(text));
    if (bare) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    JsonWriter.text(out, text);
    return out.toString();
  }
}
