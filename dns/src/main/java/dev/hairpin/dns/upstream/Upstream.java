package dev.hairpin.dns.upstream;

import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Transport;
import java.time.Duration;

/** A server that questions are forwarded to. */
@FunctionalInterface
public interface Upstream {

  /**
   * Asks a question.
   *
   * @param query the question as it is sent
   * @param transport how it travels
   * @return what comes back
   */
  Response ask(Message query, Transport transport);

  /** What comes back when a server is asked. */
  sealed interface Response {}

  /**
   * A message came back.
   *
   * @param message the answer
   * @param delay how long it took
   */
  record Answered(Message message, Duration delay) implements Response {}

  /** Nothing comes back, ever. */
  record Lost() implements Response {}

  /** Nobody listens there; the asker is told so at once. */
  record Unreachable() implements Response {}
}
