package dev.hairpin.whatif;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/** Names by which reports tell things apart. */
final class Names {
  private Names() {}

  /** Refuses a name that is used twice. */
  static <T> void once(String what, Collection<T> things, Function<T, String> name) {
    Set<String> names = new HashSet<>();
    for (T thing : things) {
      if (!names.add(name.apply(thing))) {
        throw new IllegalArgumentException(what + " \"" + name.apply(thing) + "\" is there twice");
      }
    }
  }
}
