package dev.hairpin.iptables;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of a line, as iptables-restore splits it: by blanks, with double quotes in which a
 * backslash takes the next character as it is. A closing quote ends the word.
 */
final class Words {

  /** A word and where it stands; a quoted word is never an option. */
  record Word(String text, int column, boolean quoted) {
    boolean isOption() {
      return !quoted && text.length() > 1 && text.charAt(0) == '-';
    }

    boolean isNot() {
      return !quoted && text.equals("!");
    }
  }

  private final List<Word> words;
  private final int line;
  private final int endColumn;
  private int next;

  private Words(List<Word> words, int line, int endColumn) {
    this.words = words;
    this.line = line;
    this.endColumn = endColumn;
  }

  /** Splits a part of a text that holds no line feed. */
  static Words split(String text, int from, int to, int line) {
    List<Word> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    int i = from;
    while (i < to) {
      char c = text.charAt(i);
      if (isBlank(c)) {
        i++;
        continue;
      }
      int start = i;
      word.setLength(0);
      boolean quoted = false;
      while (i < to && !isBlank(text.charAt(i))) {
        c = text.charAt(i++);
        if (c != '"') {
          word.append(c);
          continue;
        }
        quoted = true;
        boolean closed = false;
        while (i < to && !closed) {
          c = text.charAt(i++);
          if (c == '\\' && i < to) {
            word.append(text.charAt(i++));
          } else if (c == '"') {
            closed = true;
          } else {
            word.append(c);
          }
        }
        if (!closed) {
          throw new RuleException(
              RuleException.Reason.SYNTAX, line, start - from + 1, "the quote is not closed");
        }
        break;
      }
      words.add(new Word(word.toString(), start - from + 1, quoted));
    }
    return new Words(words, line, to - from + 1);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
  }

  boolean hasNext() {
    return next < words.size();
  }

  Word next(String expected) {
    if (!hasNext()) {
      throw new RuleException(
          RuleException.Reason.SYNTAX, line, endColumn, "expected " + expected + ", found the end");
    }
    return words.get(next++);
  }

  /** Looks at the next word; there must be one. */
  Word peek() {
    return words.get(next);
  }

  /** Cuts {@code --option=value} in two, as getopt_long does, and gives the option. */
  Word cutAtEquals(Word option) {
    int equals = option.text.indexOf('=');
    if (equals < 0 || !option.text.startsWith("--")) {
      return option;
    }
    words.set(
        --next, new Word(option.text.substring(equals + 1), option.column + equals + 1, true));
    return new Word(option.text.substring(0, equals), option.column, false);
  }

  RuleException error(Word at, String message) {
    return new RuleException(RuleException.Reason.SYNTAX, line, at.column, message);
  }

  RuleException error(RuleException.Reason reason, Word at, String message) {
    return new RuleException(reason, line, at.column, message);
  }

  int line() {
    return line;
  }
}
