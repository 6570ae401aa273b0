package dev.hairpin.examples.console;

import dev.hairpin.examples.PlainErrors;
import dev.hairpin.render.Escape;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Something that was asked and makes no sense, said in a line: what is wrong, and what was probably
 * meant. It has no stack trace, which would tell a person at a prompt nothing.
 */
public final class Mistake extends RuntimeException {
  private static final long serialVersionUID = 1;

  Mistake(String message) {
    super(Escape.terminal(message), null, false, false);
  }

  /** Answers, with the errors that are for people turned into mistakes. All others are faults. */
  static <T> T orAnswer(Supplier<T> answer) {
    try {
      return answer.get();
    } catch (RuntimeException e) {
      if (!PlainErrors.include(e)) {
        throw e;
      }
      throw new Mistake(Objects.requireNonNullElse(e.getMessage(), e.toString()));
    }
  }
}
