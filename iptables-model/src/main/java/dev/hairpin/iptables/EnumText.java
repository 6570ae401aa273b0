package dev.hairpin.iptables;

import java.util.Set;

/** Lists of named bits, in the order of their declaration whatever order they were given in. */
final class EnumText {
  private EnumText() {}

  static <E extends Enum<E>> String join(E[] all, Set<E> chosen) {
    StringBuilder out = new StringBuilder();
    for (E value : all) {
      if (chosen.contains(value)) {
        if (!out.isEmpty()) {
          out.append(',');
        }
        out.append(value.name());
      }
    }
    return out.toString();
  }
}
