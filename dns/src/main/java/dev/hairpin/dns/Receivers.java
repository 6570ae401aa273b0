package dev.hairpin.dns;

import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.resolver.Arrival;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who may get the questions of a flow, as far as the answers so far have not told.
 *
 * <p>The rules lead a flow to one of several pods, and pods of CoreDNS are alike as a rule. So it
 * is not asked which one it is until they would answer a question differently: their cache, a
 * fault, an access list for the address that they see. Then the chooser takes one of the answers,
 * and those who give it remain. A lookup of five questions over ten pods is walked once then,
 * instead of for each of 100,000 ways.
 */
final class Receivers {

  /**
   * Somebody, or nobody, who gets a question.
   *
   * @param client the address that the question arrives with
   * @param outcome how its way ended
   * @param replica the CoreDNS that answers; null if there is none
   */
  record Receiver(
      SocketAddress client, Outcome outcome, @Nullable Replica replica) {

    /** What comes back if nobody answers. */
    List<Arrival> silence() {
      return outcome.errno() == null
          ? List.of()
          : List.of(new Arrival.Refused(CoreDnsServers.ROUND_TRIP));
    }
  }

  private Map<Receiver, Fraction> possible = new LinkedHashMap<>();

  /**
   * Those at the ends of all ways.
   *
   * @param ends the ends with their probabilities
   * @param at who is at an end
   */
  Receivers(Map<Outcome, Fraction> ends, Function<Outcome, Receiver> at) {
    ends.forEach((end, chance) -> possible.merge(at.apply(end), chance, Fraction::plus));
  }

  /** One of those who may get the questions; all others would have answered so far as he has. */
  Receiver first() {
    return possible.keySet().iterator().next();
  }

  /**
   * What comes back for a question.
   *
   * @param question asks one of them, with choices of its own
   * @param chooser takes the answer
   * @return the answer
   */
  List<Arrival> ask(BiFunction<Receiver, Chooser, List<Arrival>> question, Chooser chooser) {
    if (possible.size() > 1) {
      Map<Object, Map<Receiver, Fraction>> alike = new LinkedHashMap<>();
      possible.forEach((receiver, chance) -> alike
          .computeIfAbsent(
              chooser.visit(choices -> told(question.apply(receiver, choices))),
              answer -> new LinkedHashMap<>())
          .put(receiver, chance));
      Map<Map<Receiver, Fraction>, Fraction> groups = new LinkedHashMap<>();
      alike.values().forEach(group -> groups.put(group, sum(group)));
      Fraction all = sum(possible);
      groups.replaceAll((group, chance) -> chance.over(all));
      possible = chooser.take(groups);
    }
    return question.apply(first(), chooser);
  }

  private static Fraction sum(Map<Receiver, Fraction> group) {
    return group.values().stream().reduce(Fraction.ZERO, Fraction::plus);
  }

  /** What a resolver makes of answers: not who gave them, nor how long they may be kept. */
  private static List<Arrival> told(List<Arrival> arrivals) {
    return arrivals.stream()
        .map(arrival -> arrival instanceof Arrival.Answered answered
            ? new Arrival.Answered(answered.after(), withoutTimes(answered.message()))
            : arrival)
        .toList();
  }

  private static Message withoutTimes(Message message) {
    return message.withRecords(
        withoutTimes(message.answers()),
        withoutTimes(message.authorities()),
        message.additionals());
  }

  private static List<ResourceRecord> withoutTimes(List<ResourceRecord> records) {
    return records.stream().map(record -> record.withTtl(0)).toList();
  }
}
