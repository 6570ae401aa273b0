package dev.hairpin.lb.elb.cli;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** JSON as the AWS CLI writes it: four spaces, members in the order of the API's model. */
final class JsonFormat {
  private JsonFormat() {}

  static String print(Map<String, ?> top) {
    StringBuilder out = new StringBuilder();
    value(top, "", out);
    return out.append('\n').toString();
  }

  private static void value(Object value, String indent, StringBuilder out) {
    String inner = indent + "    ";
    if (value instanceof Map<?, ?> map) {
      block(map.entrySet().iterator(), '{', '}', indent, out, (entry, o) -> {
        Map.Entry<?, ?> member = (Map.Entry<?, ?>) entry;
        text(String.valueOf(member.getKey()), o);
        o.append(": ");
        value(member.getValue(), inner, o);
      });
    } else if (value instanceof List<?> list) {
      block(list.iterator(), '[', ']', indent, out, (element, o) -> value(element, inner, o));
    } else if (value instanceof String text) {
      text(text, out);
    } else {
      out.append(value);
    }
  }

  private interface Printer {
    void print(Object element, StringBuilder out);
  }

  private static void block(
      Iterator<?> elements,
      char open,
      char close,
      String indent,
      StringBuilder out,
      Printer printer) {
    out.append(open);
    boolean any = elements.hasNext();
    while (elements.hasNext()) {
      out.append('\n').append(indent).append("    ");
      printer.print(elements.next(), out);
      if (elements.hasNext()) {
        out.append(',');
      }
    }
    if (any) {
      out.append('\n').append(indent);
    }
    out.append(close);
  }

  private static void text(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || c > '~') {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
