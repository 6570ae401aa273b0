package dev.hairpin;

import dev.hairpin.analysis.explain.Nearest;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the name that was probably meant by one that does not exist. */
public final class Suggestions {
  private Suggestions() {}

  /**
   * The error for a name that does not exist.
   *
   * @param what the kind of thing, such as {@code pod}
   * @param name the name given
   * @param known the names that exist
   * @return the error, with the nearest name or, if there are few, all of them
   */
  public static IllegalArgumentException unknown(
      String what, String name, Collection<String> known) {
    String hint = nearest(name, known)
        .map(n -> "; did you mean \"" + n + "\"?")
        .orElseGet(() -> known.isEmpty()
            ? "; there is none"
            : known.size() <= 8
                ? "; there are " + String.join(", ", List.copyOf(known))
                : "; there are " + known.size());
    return new IllegalArgumentException("no " + what + " \"" + name + "\"" + hint);
  }

  /**
   * The one known name that is meant most probably: one that the name is a part of, else the
   * nearest, of which a third of the letters differ at most. A name without namespace is held
   * against names without theirs, too.
   */
  static Optional<String> nearest(String name, Collection<String> known) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    return known.stream()
        .filter(k -> k.contains(name))
        .sorted()
        .findFirst()
        .or(() -> Nearest.one(name, known))
        .or(() -> known.stream()
            .filter(k -> k.indexOf('/') >= 0 && Nearest.isNear(name, withoutNamespace(k)))
            .min(Comparator.comparingInt((String k) -> Nearest.distance(name, withoutNamespace(k)))
                .thenComparing(Comparator.naturalOrder())));
  }

  private static String withoutNamespace(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
