package dev.hairpin.api;

import java.util.Optional;

/** Finds constants of enums by the texts that manifests write. */
final class Texts {
  private Texts() {}

  /** The constant that prints as a text, exactly. */
  static <E extends Enum<E>> Optional<E> find(E[] values, String text) {
    for (E value : values) {
      if (value.toString().equals(text)) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }
}
