package dev.hairpin.iptables;

/** Words as the tools quote them: {@code xtables_save_string} of libxtables. */
final class Quoting {
  private Quoting() {}

  /**
   * Appends a word, in quotes if it holds anything but letters, digits, {@code _} and {@code -}.
   */
  static void append(StringBuilder out, String word) {
    if (isPlain(word)) {
      out.append(word);
      return;
    }
    out.append('"');
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c == '"' || c == '\'' || c == '\\') {
        out.append('\\');
      }
      out.append(c);
    }
    out.append('"');
  }

  static String quoted(String word) {
    StringBuilder out = new StringBuilder(word.length() + 2);
    append(out, word);
    return out.toString();
  }

  private static boolean isPlain(String word) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      boolean plain = (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || c == '_'
          || c == '-';
      if (!plain) {
        return false;
      }
    }
    return !word.isEmpty();
  }
}
