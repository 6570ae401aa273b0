package dev.hairpin.dns.corefile;

import java.util.ArrayList;
import java.util.List;

/**
 * Walks over the words of a plugin, line by line and block by block.
 *
 * <p>Source: the dispenser of Caddy 1. It stands before the first word at first. Not thread-safe.
 */
public final class Cursor {
  private final List<Token> tokens;
  private int at = -1;
  private int nesting;

  /**
   * A cursor before the first word.
   *
   * @param tokens the words, at least one
   */
  public Cursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  /**
   * Goes to the next word, on whatever line.
   *
   * @return false if there is none
   */
  public boolean next() {
    if (at + 1 >= tokens.size()) {
      at = tokens.size();
      return false;
    }
    at++;
    return true;
  }

  /**
   * Goes to the next word of the same line.
   *
   * @return false if there is none; the cursor stays
   */
  public boolean nextArg() {
    boolean more = at + 1 < tokens.size()
        && (at < 0 || tokens.get(at).isFollowedOnItsLineBy(tokens.get(at + 1)));
    at += more ? 1 : 0;
    return more;
  }

  /**
   * Goes to the first word of the next line of the block in braces that begins here.
   *
   * @return false if there is no block, or at its end
   */
  public boolean nextBlock() {
    if (nesting > 0) {
      boolean more = next() && !value().equals("}");
      nesting -= more ? 0 : 1;
      return more;
    }
    if (!nextArg()) {
      return false;
    }
    if (!value().equals("{")) {
      at--;
      return false;
    }
    if (!next() || value().equals("}")) {
      return false;
    }
    nesting++;
    return true;
  }

  /**
   * The word under the cursor.
   *
   * @return the word; empty before the first and after the last
   */
  public String value() {
    return at < 0 || at >= tokens.size() ? "" : tokens.get(at).text();
  }

  /**
   * The rest of the line, up to an opening brace.
   *
   * @return the words
   */
  public List<String> remainingArgs() {
    List<String> args = new ArrayList<>();
    while (nextArg()) {
      if (value().equals("{")) {
        at--;
        break;
      }
      args.add(value());
    }
    return args;
  }

  /**
   * The rest of the line, of which there must be exactly one word.
   *
   * @return the word
   * @throws CorefileException if there is not exactly one
   */
  public String onlyArg() {
    List<String> args = remainingArgs();
    if (args.size() != 1) {
      throw argError();
    }
    return args.get(0);
  }

  /**
   * Checks that nothing follows on the line.
   *
   * @throws CorefileException if something does
   */
  public void noArgs() {
    if (!remainingArgs().isEmpty()) {
      throw argError();
    }
  }

  /**
   * An error at the word under the cursor.
   *
   * @param problem what is wrong
   * @return the error, with file and line
   */
  public CorefileException error(String problem) {
    Token token = tokens.get(Math.min(Math.max(at, 0), tokens.size() - 1));
    return new CorefileException(
        token.file() + ":" + token.line() + " - Error during parsing: " + problem);
  }

  /**
   * The error that CoreDNS reports if a line has too few or too many words.
   *
   * @return the error, with file and line
   */
  public CorefileException argError() {
    return value().equals("{")
        ? error("Unexpected token '{', expecting argument")
        : error("Wrong argument count or unexpected line ending after '" + value() + "'");
  }
}
