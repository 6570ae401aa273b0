package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.Message;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a server wants to know of its plugin cache: plain hits, and how often it hits. */
public interface AnswerCache {

  /**
   * Answers a plain question (see {@link Message#isPlainQuestion}) from the cache, if nothing is
   * left to chance or to other plugins in it.
   *
   * @param query the question
   * @param now the time
   * @param counted whether it counts as a hit
   * @return the answer, which fits into any datagram without compression; null if the chain has to
   *     be asked
   */
  @Nullable
  Message plainHit(Message query, Instant now, boolean counted);

  /**
   * How often the cache knew the answer.
   *
   * @return the number of hits
   */
  long hits();

  /**
   * How often it had to ask.
   *
   * @return the number of misses
   */
  long misses();
}
