package dev.hairpin.dns.kubernetes;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.plugin.UnwritableException;

/** Makes names of texts that come from objects and may be none. */
final class Names {
  private Names() {}

  /**
   * The name with this text.
   *
   * @throws UnwritableException if it cannot be written into a message
   */
  static DnsName of(String text) {
    try {
      return DnsName.parse(text);
    } catch (IllegalArgumentException e) {
      throw new UnwritableException(e);
    }
  }

  /** The absolute name of a text with or without its final dot; an empty text is the root. */
  static DnsName absolute(String text) {
    return text.isEmpty() ? DnsName.ROOT : of(text);
  }
}
