package dev.hairpin.dns.resolver;

import com.google.common.base.Splitter;
import java.nio.charset.StandardCharsets;

/** What resolver libraries have in common about names. */
final class Names {
  private static final int MOST_OCTETS_OF_A_LABEL = 63;
  private static final int MOST_OCTETS_OF_A_NAME = 255;

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

  /**
   * Whether a message can hold a name: labels of 1 to 63 octets, 255 octets with their lengths.
   *
   * <p>Source: RFC 1035 section 2.3.4.
   */
  static boolean fitsAMessage(String absolute) {
    if (absolute.equals(".")) {
      return true;
    }
    int octets = 1;
    for (String label : Splitter.on('.').split(absolute.substring(0, absolute.length() - 1))) {
      int length = label.getBytes(StandardCharsets.UTF_8).length;
      if (length == 0 || length > MOST_OCTETS_OF_A_LABEL) {
        return false;
      }
      octets += length + 1;
    }
    return octets <= MOST_OCTETS_OF_A_NAME;
  }
}
