package dev.hairpin.dns.view;

import java.util.ArrayList;
import java.util.List;

/**
 * A word of an expression: a name, a number, a text in quotes, or an operator.
 *
 * @param kind which of them
 * @param text what it says; a text without its quotes
 * @param at where it begins
 */
record Word(Kind kind, String text, int at) {

  /** The kinds of words; the last word of every expression is its end. */
  enum Kind {
    NAME,
    NUMBER,
    TEXT,
    OPERATOR,
    END
  }

  private static final List<String> OPERATORS = List.of(
      "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[",
      "]", ",", "?", ":");

  /** Whether this is an operator or a name that says so. */
  boolean is(String operator) {
    return (kind == Kind.OPERATOR || kind == Kind.NAME) && text.equals(operator);
  }

  /**
   * Cuts an expression into words.
   *
   * @param in the expression
   * @return its words and the end
   * @throws IllegalArgumentException if something is no word, with where
   */
  static List<Word> of(String in) {
    List<Word> words = new ArrayList<>();
    int i = 0;
    while (i < in.length()) {
      char c = in.charAt(i);
      int start = i;
      if (Character.isWhitespace(c)) {
        i++;
      } else if (c == '\'' || c == '"') {
        i = quoted(in, start, words);
      } else if (c >= '0' && c <= '9') {
        i = end(in, i);
        words.add(new Word(Kind.NUMBER, in.substring(start, i), start));
      } else if (Character.isLetter(c) || c == '_') {
        i = end(in, i);
        words.add(new Word(Kind.NAME, in.substring(start, i), start));
      } else {
        String operator = OPERATORS.stream()
            .filter(o -> in.startsWith(o, start))
            .findFirst()
            .orElseThrow(() -> error(in, "unrecognized character: '" + c + "'", start));
        words.add(new Word(Kind.OPERATOR, operator, start));
        i += operator.length();
      }
    }
    words.add(new Word(Kind.END, "", in.length()));
    return List.copyOf(words);
  }

  private static int end(String in, int from) {
    int i = from;
    while (i < in.length() && (Character.isLetterOrDigit(in.charAt(i)) || in.charAt(i) == '_')) {
      i++;
    }
    return i;
  }

  private static int quoted(String in, int start, List<Word> words) {
    StringBuilder word = new StringBuilder();
    int i = start + 1;
    while (i < in.length() && in.charAt(i) != in.charAt(start)) {
      char c = in.charAt(i++);
      if (c == '\\' && i < in.length()) {
        char escaped = in.charAt(i++);
        c = switch (escaped) {
          case 'n' -> '\n';
          case 't' -> '\t';
          case 'r' -> '\r';
          case '\\', '\'', '"' -> escaped;
          default -> throw error(in, "unable to unescape string", start);
        };
      }
      word.append(c);
    }
    if (i >= in.length()) {
      throw error(in, "literal not terminated", start);
    }
    words.add(new Word(Kind.TEXT, word.toString(), start));
    return i + 1;
  }

  /** What is wrong at a place of an expression. */
  static IllegalArgumentException error(String in, String problem, int index) {
    return new IllegalArgumentException(problem + " (1:" + (index + 1) + ") in " + in);
  }
}
