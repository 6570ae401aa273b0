package dev.hairpin.dns.corefile;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a Corefile into words.
 *
 * <p>Source: the lexer of Caddy 1, which CoreDNS uses. Words are separated by white space. A word
 * may stand in double quotes, in which {@code \"} is a quote and any other backslash stands for
 * itself. A {@code #} outside of quotes begins a comment, even within a word.
 */
final class Lexer {
  private final String text;
  private final String file;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  Lexer(String text, String file) {
    this.text = text;
    this.file = file;
  }

  List<Token> tokens() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
        line += c == '\n' ? 1 : 0;
      } else if (c == '#') {
        skipComment();
      } else if (c == '"') {
        quoted();
      } else {
        bare();
      }
    }
    return tokens;
  }

  private void skipComment() {
    int end = text.indexOf('\n', at);
    at = end < 0 ? text.length() : end;
  }

  private void quoted() {
    int begun = line;
    StringBuilder word = new StringBuilder();
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c == '\\' && at < text.length() && text.charAt(at) == '"') {
        c = text.charAt(at++);
      }
      line += c == '\n' ? 1 : 0;
      word.append(c);
    }
    at++;
    tokens.add(new Token(word.toString(), file, begun));
  }

  private void bare() {
    int start = at;
    while (at < text.length()
        && !Character.isWhitespace(text.charAt(at))
        && text.charAt(at) != '#') {
      at++;
    }
    tokens.add(new Token(text.substring(start, at), file, line));
  }
}
