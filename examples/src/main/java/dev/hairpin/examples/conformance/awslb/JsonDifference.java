package dev.hairpin.examples.conformance.awslb;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Compares JSON values and names the place of the first difference. */
final class JsonDifference {
  private JsonDifference() {}

  static Optional<String> first(String path, JsonElement expected, JsonElement actual) {
    if (expected.isJsonObject() && actual.isJsonObject()) {
      return objects(path, expected.getAsJsonObject(), actual.getAsJsonObject());
    }
    if (expected.isJsonArray() && actual.isJsonArray()) {
      int common =
          Math.min(expected.getAsJsonArray().size(), actual.getAsJsonArray().size());
      for (int i = 0; i < common; i++) {
        Optional<String> difference = first(
            path + "[" + i + "]",
            expected.getAsJsonArray().get(i),
            actual.getAsJsonArray().get(i));
        if (difference.isPresent()) {
          return difference;
        }
      }
      return expected.getAsJsonArray().size() == actual.getAsJsonArray().size()
          ? Optional.empty()
          : different(path, expected, actual);
    }
    if (expected.isJsonPrimitive()
        && actual.isJsonPrimitive()
        && expected.getAsString().equals(actual.getAsString())
        && expected.getAsJsonPrimitive().isString()
            == actual.getAsJsonPrimitive().isString()) {
      return Optional.empty();
    }
    return expected.equals(actual) ? Optional.empty() : different(path, expected, actual);
  }

  private static Optional<String> objects(String path, JsonObject expected, JsonObject actual) {
    Set<String> names = new TreeSet<>(expected.keySet());
    names.addAll(actual.keySet());
    for (String name : names) {
      String place = path.isEmpty() ? name : path + "." + name;
      if (!actual.has(name)) {
        return Optional.of(place + ": missing, expected " + expected.get(name));
      }
      if (!expected.has(name)) {
        return Optional.of(place + ": not expected, but was " + actual.get(name));
      }
      Optional<String> difference = first(place, expected.get(name), actual.get(name));
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> different(String path, JsonElement expected, JsonElement actual) {
    return Optional.of(path + ": expected " + expected + " but was " + actual);
  }
}
