package dev.hairpin.dns.message;

/** The character strings of records: up to 255 octets, each held as an ISO 8859-1 character. */
final class Text {
  private Text() {}

  static void check(String octets) {
    if (octets.length() > 255) {
      throw new IllegalArgumentException(
          "a text of " + octets.length() + " octets is longer than the 255 of a string");
    }
    if (!octets.chars().allMatch(c -> c <= 255)) {
      throw new IllegalArgumentException("\"" + octets + "\" has a character that is no octet");
    }
  }

  /** The string between quotes, as a zone file writes it. */
  static String quote(String octets) {
    StringBuilder out = new StringBuilder(octets.length() + 2).append('"');
    for (int i = 0; i < octets.length(); i++) {
      char c = octets.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~') {
        out.append('\\').append((char) ('0' + c / 100));
        out.append((char) ('0' + c / 10 % 10)).append((char) ('0' + c % 10));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
