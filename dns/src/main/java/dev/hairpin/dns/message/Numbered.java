package dev.hairpin.dns.message;

import java.util.Optional;

/** Names that are a word and a number, as RFC 3597 writes unknown types and classes. */
final class Numbered {
  private Numbered() {}

  /**
   * Reads such a name.
   *
   * @param name the name in upper case
   * @param word the word before the number
   * @return the number, 0 to 65535, or nothing
   */
  static Optional<Integer> code(String name, String word) {
    String digits = name.startsWith(word) ? name.substring(word.length()) : "";
    if (digits.isEmpty()
        || digits.length() > 5
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    int code = Integer.parseInt(digits);
    return code > 0xffff ? Optional.empty() : Optional.of(code);
  }
}
