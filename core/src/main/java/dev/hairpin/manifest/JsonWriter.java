package dev.hairpin.manifest;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Trees as JSON in one line. */
final class JsonWriter {
  private JsonWriter() {}

  static String write(@Nullable Object tree) {
    StringBuilder out = new StringBuilder();
    write(out, tree);
    return out.toString();
  }

  private static void write(StringBuilder out, @Nullable Object tree) {
    if (tree instanceof Map<?, ?> map) {
      char separator = '{';
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(separator);
        text(out, String.valueOf(entry.getKey()));
        out.append(':');
        write(out, entry.getValue());
        separator = ',';
      }
      out.append(map.isEmpty() ? "{}" : "}");
    } else if (tree instanceof List<?> list) {
      char separator = '[';
      for (Object item : list) {
        out.append(separator);
        write(out, item);
        separator = ',';
      }
      out.append(list.isEmpty() ? "[]" : "]");
    } else if (tree == null || tree instanceof Number || tree instanceof Boolean) {
      out.append(tree);
    } else {
      text(out, tree.toString());
    }
  }

  static void text(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          if (c < 0x20 || (c >= 0x7f && c < 0xa0) || Character.isSurrogate(c) || c == 0xfeff) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
