package dev.hairpin.dns.plugin;

import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Reads the address that a reverse name spells. */
public final class ReverseNames {
  private static final String V4 = ".in-addr.arpa.";
  private static final String V6 = ".ip6.arpa.";

  private ReverseNames() {}

  /**
   * Reads a reverse name.
   *
   * @param lowerName the name in lower case
   * @return the address in its canonical text form; nothing if the name is not a complete reverse
   *     name
   */
  public static Optional<String> address(String lowerName) {
    if (lowerName.endsWith(V4)) {
      String dotted =
          String.join(".", reversed(lowerName.substring(0, lowerName.length() - V4.length())));
      return IpAddress.tryParse(dotted).filter(IpAddress::isV4).map(IpAddress::toString);
    }
    if (lowerName.endsWith(V6)) {
      List<String> nibbles = reversed(lowerName.substring(0, lowerName.length() - V6.length()));
      // Whole groups of four count; the original ignores what is left over.
      List<String> groups = new ArrayList<>();
      for (int i = 0; i + 4 <= nibbles.size(); i += 4) {
        groups.add(String.join("", nibbles.subList(i, i + 4)));
      }
      return IpAddress.tryParse(String.join(":", groups)).map(IpAddress::toString);
    }
    return Optional.empty();
  }

  private static List<String> reversed(String dotted) {
    List<String> labels = new ArrayList<>(List.of(dotted.split("\\.", -1)));
    Collections.reverse(labels);
    return labels;
  }
}
