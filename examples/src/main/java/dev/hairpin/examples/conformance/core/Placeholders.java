package dev.hairpin.examples.conformance.core;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The {@code $ipN} and {@code $portN} of a recording, which stand for values that were drawn: equal
 * names mean equal values, different names different ones.
 */
final class Placeholders {
  private final Map<String, String> values = new HashMap<>();
  private final Predicate<String> plausible;

  /** @param plausible whether a value may have been drawn */
  Placeholders(Predicate<String> plausible) {
    this.plausible = plausible;
  }

  /** Whether an expected leaf and an actual leaf are the same. */
  boolean same(@Nullable Object expected, @Nullable Object actual) {
    if (!(expected instanceof String name) || !name.startsWith("$") || actual == null) {
      return Trees.sameScalar(expected, actual);
    }
    String value = actual.toString();
    String known = values.get(name);
    if (known != null) {
      return known.equals(value);
    }
    if (values.containsValue(value) || !plausible.test(value)) {
      return false;
    }
    values.put(name, value);
    return true;
  }
}
