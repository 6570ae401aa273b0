package dev.hairpin.lb.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Copies of maps, in the order of their keys, so that output is the same in every JVM. */
final class Sorted {
  private Sorted() {}

  static <V> Map<String, V> copy(Map<String, V> map) {
    return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
