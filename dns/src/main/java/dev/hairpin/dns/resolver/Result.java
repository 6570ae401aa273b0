package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import java.util.List;

/** What a program gets from a lookup. */
public sealed interface Result {

  /**
   * Addresses.
   *
   * @param addresses the addresses in the order in which the library gives them; at least one, but
   *     for c-ares, which takes an answer of nothing but aliases for success
   */
  record Found(List<IpAddress> addresses) implements Result {
    /** Copies the list. */
    public Found {
      addresses = List.copyOf(addresses);
    }

    /** The addresses, separated by blanks. */
    @Override
    public String toString() {
      return String.join(" ", addresses.stream().map(IpAddress::toString).toList());
    }
  }

  /**
   * An error.
   *
   * @param code the library's own code, such as {@code EAI_NONAME} or {@code ENOTFOUND}; for Go the
   *     sentence without names, such as {@code no such host}
   * @param number the code's number; 0 where the library has none
   * @param text the library's own sentence
   */
  record Failed(String code, int number, String text) implements Result {
    @Override
    public String toString() {
      return code + ": " + text;
    }
  }
}
