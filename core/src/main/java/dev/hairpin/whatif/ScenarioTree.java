package dev.hairpin.whatif;

import dev.hairpin.Suggestions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A part of a scenario file, which knows its place. */
final class ScenarioTree {
  private final Map<?, ?> map;
  private final String place;

  ScenarioTree(Object tree, String place) {
    this.place = place;
    if (!(tree instanceof Map<?, ?> read)) {
      throw wrong("expected a mapping, but it is " + shown(tree));
    }
    this.map = read;
  }

  private static String shown(@Nullable Object value) {
    String text = String.valueOf(value);
    return "\"" + (text.length() > 60 ? text.substring(0, 60) + "..." : text) + "\"";
  }

  IllegalArgumentException wrong(String problem) {
    return new IllegalArgumentException(place + ": " + problem);
  }

  private IllegalArgumentException wrong(String key, String problem) {
    return new IllegalArgumentException(place + ": " + key + ": " + problem);
  }

  /** Runs what checks its own arguments, and says the place if it refuses them. */
  <T> T at(Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(place) ? e : wrong(message);
    }
  }

  void allow(String... keys) {
    for (String key : keys()) {
      if (!List.of(keys).contains(key)) {
        throw wrong(
            String.valueOf(Suggestions.unknown("field", key, List.of(keys)).getMessage()));
      }
    }
  }

  List<String> keys() {
    return map.keySet().stream().map(String::valueOf).toList();
  }

  boolean has(String key) {
    return map.get(key) != null;
  }

  ScenarioTree child(String key) {
    Object value = map.get(key);
    if (value == null) {
      throw wrong(key, "it is missing");
    }
    return new ScenarioTree(value, place + ": " + key);
  }

  List<ScenarioTree> list(String key) {
    return trees(map.get(key), place + ": " + key);
  }

  List<List<ScenarioTree>> lists(String key) {
    if (!(map.get(key) instanceof List<?> outer)) {
      throw wrong(key, "expected a list of lists");
    }
    List<List<ScenarioTree>> all = new ArrayList<>();
    for (int i = 0; i < outer.size(); i++) {
      all.add(trees(outer.get(i), place + ": " + key + "[" + i + "]"));
    }
    return all;
  }

  private static List<ScenarioTree> trees(@Nullable Object value, String place) {
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> items)) {
      throw new IllegalArgumentException(place + ": expected a list, but it is " + shown(value));
    }
    List<ScenarioTree> all = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Object item = items.get(i);
      all.add(new ScenarioTree(item == null ? Map.of() : item, place + "[" + i + "]"));
    }
    return all;
  }

  String text(String key) {
    Object value = map.get(key);
    if (value == null) {
      throw wrong(key, "it is missing");
    }
    if (value instanceof Map || value instanceof List) {
      throw wrong(key, "expected a text, but it is " + shown(value));
    }
    return value.toString();
  }

  String text(String key, String absent) {
    return has(key) ? text(key) : absent;
  }

  double number(String key, double absent) {
    Object value = map.get(key);
    if (value == null) {
      return absent;
    }
    if (!(value instanceof Number number)) {
      throw wrong(key, "expected a number, but it is " + shown(value));
    }
    return number.doubleValue();
  }

  int whole(String key) {
    if (!has(key)) {
      throw wrong(key, "it is missing");
    }
    return whole(key, 0);
  }

  int whole(String key, int absent) {
    Object value = map.get(key);
    if (value == null) {
      return absent;
    }
    if (!(value instanceof Integer number)) {
      throw wrong(key, "expected a whole number, but it is " + shown(value));
    }
    return number;
  }

  boolean flag(String key, boolean absent) {
    Object value = map.get(key);
    if (value == null) {
      return absent;
    }
    if (!(value instanceof Boolean flag)) {
      throw wrong(key, "expected true or false, but it is " + shown(value));
    }
    return flag;
  }
}
