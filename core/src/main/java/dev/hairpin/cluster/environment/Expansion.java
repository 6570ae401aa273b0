package dev.hairpin.cluster.environment;

import java.util.function.UnaryOperator;

/**
 * Replaces {@code $(NAME)} in values, commands and arguments.
 *
 * <p>Source: {@code third_party/forked/golang/expansion}. {@code $$} is an escaped {@code $};
 * everything else after a {@code $} stays as it is, and so does an open bracket that is never
 * closed. What is put in is not expanded again.
 */
public final class Expansion {
  private Expansion() {}

  /**
   * Expands a text.
   *
   * @param text the text
   * @param lookup gives the replacement of a name; for an unknown one the reference itself, as
   *     {@link #unknown} makes it
   * @return the expanded text
   */
  public static String expand(String text, UnaryOperator<String> lookup) {
    if (text.indexOf('$') < 0) {
      return text;
    }
    int lastClose = text.lastIndexOf(')'); // searched once, so that "$($($(" costs no more
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    for (int i = 0; i + 1 < text.length(); i++) {
      if (text.charAt(i) != '$') {
        continue;
      }
      out.append(text, copied, i);
      char next = text.charAt(i + 1);
      int close = next == '(' && i < lastClose ? text.indexOf(')', i + 2) : -1;
      if (close >= 0) {
        out.append(lookup.apply(text.substring(i + 2, close)));
        i = close;
      } else if (next == '$') {
        out.append('$');
        i++;
      } else if (next == '(') {
        out.append("$(");
        i++;
      } else {
        out.append('$').append(next);
        i++;
      }
      copied = i + 1;
    }
    return out.append(text, Math.min(copied, text.length()), text.length()).toString();
  }

  /**
   * A reference as it is written, which is what an unknown name expands to.
   *
   * @param name the name
   * @return {@code $(name)}
   */
  public static String unknown(String name) {
    return "$(" + name + ")";
  }
}
