package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
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
        ? summary(answered.message())
        : "refused";
  }

  /**
   * Who answered and why, as whoever carried the question tells it.
   *
   * @return the explanation of the first answer; empty without answer
   */
  public String explanation() {
    return arrivals.stream()
        .filter(Arrival.Answered.class::isInstance)
        .map(a -> ((Arrival.Answered) a).explanation())
        .findFirst()
        .orElse("");
  }

  private static String summary(Message message) {
    StringBuilder text = new StringBuilder();
    if (message.rcode().code() != 0) {
      text.append(message.rcode());
    } else if (message.answers().isEmpty()) {
      text.append("(no data)");
    }
    for (ResourceRecord answer : message.answers()) {
      text.append(text.isEmpty() ? "" : ", ");
      if (!answer.type().equals(RecordType.A) && !answer.type().equals(RecordType.AAAA)) {
        text.append(answer.type()).append(' ');
      }
      text.append(answer.data());
    }
    return message.has(Flag.TC) ? text.append(" (truncated)").toString() : text.toString();
  }
}
