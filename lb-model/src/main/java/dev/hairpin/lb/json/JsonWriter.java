package dev.hairpin.lb.json;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, lists, strings, numbers, booleans and null as JSON. */
public final class JsonWriter {
  private final StringBuilder out = new StringBuilder();
  private final int indent;

  private JsonWriter(int indent) {
    this.indent = indent;
  }

  /**
   * The JSON text of a value.
   *
   * @param value the value
   * @param indent spaces for each level; 0 writes one line
   * @return the text
   */
  public static String write(@Nullable Object value, int indent) {
    JsonWriter writer = new JsonWriter(indent);
    writer.value(value, 0);
    return writer.out.toString();
  }

  private void value(@Nullable Object value, int level) {
    if (value instanceof Map<?, ?> map) {
      object(map, level);
    } else if (value instanceof List<?> list) {
      array(list, level);
    } else if (value instanceof String text) {
      string(text);
    } else {
      out.append(value);
    }
  }

  private void object(Map<?, ?> map, int level) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      newLine(level + 1);
      string(String.valueOf(entry.getKey()));
      out.append(indent == 0 ? ":" : ": ");
      value(entry.getValue(), level + 1);
      out.append(entries.hasNext() ? "," : "");
    }
    newLine(level);
    out.append('}');
  }

  private void array(List<?> list, int level) {
    if (list.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    Iterator<?> items = list.iterator();
    while (items.hasNext()) {
      newLine(level + 1);
      value(items.next(), level + 1);
      out.append(items.hasNext() ? "," : "");
    }
    newLine(level);
    out.append(']');
  }

  private void newLine(int level) {
    if (indent > 0) {
      out.append('\n').append(" ".repeat(indent * level));
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u").append(String.format("%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
