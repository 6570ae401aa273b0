package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Message;
import java.time.Duration;

/** What comes back for a question. */
public sealed interface Arrival {

  /**
   * How long after the question was sent.
   *
   * @return the delay; not negative
   */
  Duration after();

  /**
   * A message from the server.
   *
   * @param after how long after the question was sent
   * @param message the message
   * @param explanation who answered and why, for people; may be empty
   */
  record Answered(Duration after, Message message, String explanation) implements Arrival {
    /** Checks the delay. */
    public Answered {
      checkDelay(after);
    }

    /**
     * A message without explanation.
     *
     * @param after how long after the question was sent
     * @param message the message
     */
    public Answered(Duration after, Message message) {
      this(after, message, "");
    }
  }

  /**
   * Nobody listens there: an ICMP "port unreachable" for UDP, a reset for TCP.
   *
   * @param after how long after the question was sent
   */
  record Refused(Duration after) implements Arrival {
    /** Checks the delay. */
    public Refused {
      checkDelay(after);
    }
  }

  private static void checkDelay(Duration after) {
    if (after.isNegative()) {
      throw new IllegalArgumentException(
          "a reply cannot arrive " + after.negated() + " before its question");
    }
  }
}
