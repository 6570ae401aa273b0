package dev.hairpin.lb.elb.cli;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** What the formats text and table share: which members are scalars, and how they are written. */
final class Scalars {
  private Scalars() {}

  static boolean isScalar(Object value) {
    return !(value instanceof Map) && !(value instanceof Collection);
  }

  /** As Python writes it: {@code True} and {@code False}. */
  static String text(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    return String.valueOf(value);
  }

  static Map<?, ?> map(Object value) {
    return (Map<?, ?>) value;
  }

  /** The keys of scalar members over all elements that are maps, sorted. */
  static List<String> scalarKeys(List<?> elements) {
    return keys(elements, true);
  }

  /** The keys of the other members over all elements that are maps, sorted. */
  static List<String> otherKeys(List<?> elements) {
    return keys(elements, false);
  }

  private static List<String> keys(List<?> elements, boolean scalar) {
    TreeSet<String> keys = new TreeSet<>();
    for (Object element : elements) {
      if (element instanceof Map<?, ?> map) {
        map.forEach((key, value) -> {
          if (isScalar(value) == scalar) {
            keys.add(String.valueOf(key));
          }
        });
      }
    }
    return List.copyOf(keys);
  }

  static String label(String key) {
    return key.toUpperCase(Locale.ROOT);
  }
}
