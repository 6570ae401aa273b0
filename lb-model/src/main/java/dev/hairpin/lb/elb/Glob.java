package dev.hairpin.lb.elb;

/**
 * The patterns of rule conditions: {@code *} stands for any characters, {@code ?} for exactly one.
 *
 * <p>Matching costs at most pattern length times text length and never recurses.
 */
public final class Glob {
  private Glob() {}

  /**
   * Whether a text is of a pattern.
   *
   * @param pattern the pattern
   * @param text the text
   * @param ignoreCase whether ASCII letters of either case are the same
   * @param escapes whether a backslash takes the meaning from the character after it, as in
   *     query-string conditions
   * @return true if the whole text matches
   */
  public static boolean matches(String pattern, String text, boolean ignoreCase, boolean escapes) {
    return matches(pattern, text, 0, text.length(), ignoreCase, escapes);
  }

  /**
   * Whether a part of a text is of a pattern.
   *
   * @param pattern the pattern
   * @param text the text
   * @param from where the part begins
   * @param to where it ends, exclusive
   * @param ignoreCase as above
   * @param escapes as above
   * @return true if the whole part matches
   */
  public static boolean matches(
      String pattern, String text, int from, int to, boolean ignoreCase, boolean escapes) {
    int p = 0;
    int t = from;
    int afterStar = -1;
    int retryAt = -1;
    while (t < to) {
      boolean escaped = escapes && p + 1 < pattern.length() && pattern.charAt(p) == '\\';
      if (!escaped && p < pattern.length() && pattern.charAt(p) == '*') {
        afterStar = ++p;
        retryAt = t;
      } else if (p < pattern.length() && one(pattern, p, escaped, text.charAt(t), ignoreCase)) {
        p += escaped ? 2 : 1;
        t++;
      } else if (afterStar >= 0) {
        p = afterStar;
        t = ++retryAt;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  private static boolean one(String pattern, int at, boolean escaped, char c, boolean ignoreCase) {
    char wanted = pattern.charAt(escaped ? at + 1 : at);
    return (wanted == '?' && !escaped) || wanted == c || (ignoreCase && lower(wanted) == lower(c));
  }

  /**
   * The lower-case form of an ASCII letter.
   *
   * @param c any character
   * @return the letter, or the character itself if it is none
   */
  public static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }

  /**
   * The number of wildcards in a pattern.
   *
   * @param pattern the pattern
   * @param escapes whether a backslash takes the meaning from the character after it
   * @return how many {@code *} and {@code ?} it has
   */
  public static int wildcards(String pattern, boolean escapes) {
    int count = 0;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (escapes && c == '\\') {
        i++;
      } else if (c == '*' || c == '?') {
        count++;
      }
    }
    return count;
  }
}
