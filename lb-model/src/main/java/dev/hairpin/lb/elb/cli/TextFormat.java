package dev.hairpin.lb.elb.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The format text of the AWS CLI: each structure is a line that begins with its name in capitals,
 * then its scalars in alphabetical order of their keys; what it contains follows on further lines.
 */
final class TextFormat {
  private TextFormat() {}

  static String print(Map<String, ?> top) {
    StringBuilder out = new StringBuilder();
    structure(null, top, Scalars.scalarKeys(List.of(top)), out);
    return out.toString();
  }

  private static void structure(
      @Nullable String name, Map<?, ?> map, List<String> scalarKeys, StringBuilder out) {
    List<String> cells = new ArrayList<>();
    for (String key : scalarKeys) {
      Object value = map.get(key);
      cells.add(value == null ? "" : Scalars.text(value));
    }
    if (!cells.isEmpty()) {
      if (name != null) {
        cells.add(0, Scalars.label(name));
      }
      out.append(String.join("\t", cells)).append('\n');
    }
    TreeSet<String> others = new TreeSet<>();
    map.keySet().forEach(k -> others.add(String.valueOf(k)));
    scalarKeys.forEach(others::remove);
    for (String key : others) {
      Object value = map.get(key);
      if (value instanceof Map<?, ?> inner) {
        structure(key, inner, Scalars.scalarKeys(List.of(inner)), out);
      } else if (value instanceof List<?> list) {
        list(key, list, out);
      }
    }
  }

  private static void list(String name, List<?> list, StringBuilder out) {
    List<String> scalarKeys = Scalars.scalarKeys(list);
    for (Object element : list) {
      if (element instanceof Map<?, ?> map) {
        structure(name, map, scalarKeys, out);
      } else {
        out.append(Scalars.label(name))
            .append('\t')
            .append(Scalars.text(element))
            .append('\n');
      }
    }
  }
}
