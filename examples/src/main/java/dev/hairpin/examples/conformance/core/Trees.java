package dev.hairpin.examples.conformance.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Compares trees of maps, lists, texts, numbers and booleans. */
final class Trees {
  private Trees() {}

  /** The path and the two values of the first place where trees differ. */
  static Optional<String> firstDifference(@Nullable Object expected, @Nullable Object actual) {
    return firstDifference("", expected, actual, Trees::sameScalar);
  }

  /**
   * The path and the two values of the first place where trees differ.
   *
   * @param path the path of the trees
   * @param sameScalar whether an expected leaf and an actual leaf are the same
   */
  static Optional<String> firstDifference(
      String path,
      @Nullable Object expected,
      @Nullable Object actual,
      BiPredicate<@Nullable Object, @Nullable Object> sameScalar) {
    if (expected instanceof Map<?, ?> left && actual instanceof Map<?, ?> right) {
      Set<String> keys = new TreeSet<>();
      left.keySet().forEach(k -> keys.add(String.valueOf(k)));
      right.keySet().forEach(k -> keys.add(String.valueOf(k)));
      for (String key : keys) {
        Optional<String> difference = firstDifference(
            path.isEmpty() ? key : path + "." + key, left.get(key), right.get(key), sameScalar);
        if (difference.isPresent()) {
          return difference;
        }
      }
      return Optional.empty();
    }
    if (expected instanceof List<?> left && actual instanceof List<?> right) {
      for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
        Optional<String> difference = firstDifference(
            path + "[" + i + "]",
            i < left.size() ? left.get(i) : "(nothing)",
            i < right.size() ? right.get(i) : "(nothing)",
            sameScalar);
        if (difference.isPresent()) {
          return difference;
        }
      }
      return Optional.empty();
    }
    return sameScalar.test(expected, actual)
        ? Optional.empty()
        : Optional.of(path + ": expected " + shown(expected) + ", got " + shown(actual));
  }

  /** Numbers are the same if their values are. */
  static boolean sameScalar(@Nullable Object expected, @Nullable Object actual) {
    if (expected instanceof Number left && actual instanceof Number right) {
      return left.toString().equals(right.toString());
    }
    return expected == null ? actual == null : expected.equals(actual);
  }

  /** The same tree without objects that have nothing in them, which a recording may leave out. */
  static @Nullable Object withoutEmpty(@Nullable Object tree) {
    if (tree instanceof List<?> list) {
      List<@Nullable Object> items = new ArrayList<>();
      list.forEach(item -> items.add(withoutEmpty(item)));
      return items;
    }
    if (!(tree instanceof Map<?, ?> map)) {
      return tree;
    }
    Map<String, @Nullable Object> kept = new LinkedHashMap<>();
    map.forEach((name, value) -> {
      @Nullable Object inner = withoutEmpty(value);
      boolean empty = inner == null || (inner instanceof Map<?, ?> nested && nested.isEmpty());
      if (!empty) {
        kept.put(String.valueOf(name), inner);
      }
    });
    return kept;
  }

  private static String shown(@Nullable Object value) {
    return value == null ? "nothing" : String.valueOf(value).replace("\n", "\\n");
  }
}
