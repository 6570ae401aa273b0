package dev.hairpin.lb.controller;

import dev.hairpin.render.Escape;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** How Go prints and parses, since the controller's texts show it. */
final class Go {
  private Go() {}

  /** A slice as {@code %v} prints it. */
  static String list(Collection<?> items) {
    return items.stream().map(String::valueOf).collect(Collectors.joining(" ", "[", "]"));
  }

  /** A {@code sets.String} as {@code %v} prints it. */
  static String set(Collection<String> items) {
    SortedSet<String> sorted = new TreeSet<>(items);
    return sorted.stream().map(i -> i + ":{}").collect(Collectors.joining(" ", "map[", "]"));
  }

  /** A string as {@code %q} prints it. */
  static String quoted(String text) {
    return Escape.go(text);
  }

  /** {@code strconv.ParseBool}. */
  static boolean parseBool(String text) {
    return switch (text) {
      case "1", "t", "T", "TRUE", "true", "True" -> true;
      case "0", "f", "F", "FALSE", "false", "False" -> false;
      default ->
        throw new ReconcileException(
            "strconv.ParseBool: parsing " + quoted(text) + ": invalid syntax");
    };
  }

  /** {@code strconv.ParseInt} to base 10 and 64 bits. */
  static long parseInt(String text) {
    String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new ReconcileException(
          "strconv.ParseInt: parsing " + quoted(text) + ": invalid syntax");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ReconcileException(
          "strconv.ParseInt: parsing " + quoted(text) + ": value out of range");
    }
  }
}
