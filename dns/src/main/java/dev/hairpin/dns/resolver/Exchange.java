package dev.hairpin.dns.resolver;

import java.util.List;

/**
 * A question of a lookup, and everything that came back for it.
 *
 * @param query the question
 * @param arrivals what came back, by the time of arrival; also what came too late to matter
 */
public record Exchange(Query query, List<Arrival> arrivals) {

  /** Copies the list. */
  public Exchange {
    arrivals = List.copyOf(arrivals);
  }

  /** The question, an arrow, and the first thing that came back. */
  @Override
  public String toString() {
    return query + " -> " + outcome();
  }

  /**
   * What came of it, in words: the answer, {@code refused} or {@code no reply}.
   *
   * @return the words
   */
  public String outcome() {
    if (arrivals.isEmpty()) {
      return "no reply";
    }
    return arrivals.get(0) instanceof Arrival.Answered answered
        ? answered.reply().toString()
        : "refused";
  }
}
