package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.DnsName;

/** What resolver libraries have in common about names. */
final class Names {
  private Names() {}

  static boolean isAbsolute(String name) {
    return name.endsWith(".");
  }

  static String absolute(String name) {
    return isAbsolute(name) ? name : name + ".";
  }

  static int dots(String name) {
    return (int) name.chars().filter(c -> c == '.').count();
  }

  /** Whether a message can hold a name: labels of 1 to 63 octets, 255 octets in all. */
  static boolean fitsAMessage(String absolute) {
    return DnsName.tryParse(absolute).isPresent();
  }
}
