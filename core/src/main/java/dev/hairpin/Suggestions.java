package dev.hairpin;

import dev.hairpin.analysis.explain.Nearest;
import java.util.Collection;
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

  /** The one known name that is nearest, if it is near: a third of its letters at most differ. */
  static Optional<String> nearest(String name, Collection<String> known) {
    Optional<String> byPart = known.stream()
        .filter(k -> k.endsWith("/" + name) || k.contains(name))
        .sorted()
        .findFirst();
    return byPart.isPresent() ? byPart : Nearest.one(name, known);
  }
}
