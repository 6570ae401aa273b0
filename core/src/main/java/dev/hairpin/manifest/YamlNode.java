package dev.hairpin.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a YAML text that knows its line. An aliased node is shared, not copied. */
sealed interface YamlNode {

  /** The line where the node begins, from 1. */
  int line();

  /** Text, number, boolean or null. */
  record Scalar(int line, @Nullable Object value) implements YamlNode {}

  /** A list. */
  record Sequence(int line, List<YamlNode> items) implements YamlNode {}

  /** An object; the keys in the order of the text. */
  record Mapping(int line, Map<String, YamlNode> fields) implements YamlNode {}

  /** The node as plain Java: maps, lists, texts, numbers, booleans and null. */
  static @Nullable Object plain(YamlNode node) {
    if (node instanceof Mapping mapping) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      mapping.fields.forEach((key, value) -> map.put(key, plain(value)));
      return map;
    }
    if (node instanceof Sequence sequence) {
      List<@Nullable Object> list = new ArrayList<>(sequence.items.size());
      sequence.items.forEach(item -> list.add(plain(item)));
      return list;
    }
    return ((Scalar) node).value;
  }

  /**
   * The line of the node at a path such as {@code spec.ports[0].port}, or of its nearest parent.
   */
  static int lineOf(YamlNode root, String path) {
    YamlNode at = root;
    int position = 0;
    while (position < path.length()) {
      char c = path.charAt(position);
      int end;
      @Nullable YamlNode next = null;
      if (c == '[') {
        end = path.indexOf(']', position);
        if (end < 0) {
          return at.line();
        }
        String inside = path.substring(position + 1, end++);
        next = at instanceof Sequence list ? item(list, inside) : field(at, inside);
      } else {
        int start = c == '.' ? position + 1 : position;
        end = start;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
          end++;
        }
        next = field(at, path.substring(start, end));
      }
      if (next == null) {
        return at.line();
      }
      at = next;
      position = end;
    }
    return at.line();
  }

  private static @Nullable YamlNode item(Sequence list, String index) {
    try {
      int i = Integer.parseInt(index);
      return i >= 0 && i < list.items.size() ? list.items.get(i) : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static @Nullable YamlNode field(YamlNode node, String name) {
    return node instanceof Mapping mapping ? mapping.fields.get(name) : null;
  }
}
