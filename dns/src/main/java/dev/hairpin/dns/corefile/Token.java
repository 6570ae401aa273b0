package dev.hairpin.dns.corefile;

/**
 * A word of a Corefile.
 *
 * @param text the word without its quotes
 * @param file the file in which it stands
 * @param line the line, from 1
 */
public record Token(String text, String file, int line) {

  /** The line on which the word ends; a quoted word can have several lines. */
  int lastLine() {
    return line + (int) text.chars().filter(c -> c == '\n').count();
  }

  /** Whether the other word, which follows this one, stands on the same line. */
  boolean isFollowedOnItsLineBy(Token next) {
    return file.equals(next.file) && lastLine() == next.line;
  }
}
