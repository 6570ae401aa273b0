package dev.hairpin.manifest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Builds a tree as JSON's {@code omitempty} does: what has its zero value is left out. */
final class TreeWriter {
  private final Map<String, Object> tree = new TreeMap<>();

  TreeWriter text(String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      tree.put(name, value);
    }
    return this;
  }

  TreeWriter always(String name, Object value) {
    tree.put(name, value instanceof Integer i ? (Object) (long) i : value);
    return this;
  }

  TreeWriter number(String name, long value) {
    if (value != 0) {
      tree.put(name, value);
    }
    return this;
  }

  TreeWriter optional(String name, @Nullable Object value) {
    if (value != null) {
      always(name, value instanceof Enum<?> ? value.toString() : value);
    }
    return this;
  }

  TreeWriter flag(String name, boolean value) {
    if (value) {
      tree.put(name, true);
    }
    return this;
  }

  TreeWriter time(String name, @Nullable Instant value) {
    if (value != null) {
      tree.put(name, value.toString());
    }
    return this;
  }

  TreeWriter map(String name, @Nullable Map<String, ?> value) {
    if (value != null && !value.isEmpty()) {
      tree.put(name, new TreeMap<String, Object>(value));
    }
    return this;
  }

  TreeWriter list(String name, Collection<?> values) {
    if (!values.isEmpty()) {
      List<Object> list = new ArrayList<>(values.size());
      for (Object value : values) {
        list.add(value instanceof Enum<?> ? value.toString() : value);
      }
      tree.put(name, list);
    }
    return this;
  }

  <T> TreeWriter list(String name, Collection<T> values, Function<T, Map<String, Object>> write) {
    return list(name, values.stream().map(write).toList());
  }

  TreeWriter object(String name, TreeWriter value) {
    return map(name, value.tree);
  }

  TreeWriter all(Map<String, ?> fields) {
    tree.putAll(fields);
    return this;
  }

  Map<String, Object> tree() {
    return tree;
  }
}
