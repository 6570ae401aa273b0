package dev.hairpin.examples.conformance.dnsclient;

import dev.hairpin.dns.resolver.Exchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A question, recorded or of the model, in the form in which the two are compared.
 *
 * @param ms when it was sent
 * @param what name, type, server, protocol, EDNS size and AD bit
 * @param name the name
 * @param type the type
 * @param port the source port
 */
record Played(double ms, String what, String name, String type, int port) {

  static List<Played> of(RecordedRun run) {
    List<Played> all = new ArrayList<>();
    for (RecordedRun.Query q : run.queries()) {
      all.add(new Played(
          q.ms(),
          text(q.name(), q.type(), q.to(), q.proto(), q.edns(), q.ad()),
          q.name(),
          q.type(),
          q.srcPort()));
    }
    return all;
  }

  /** The questions of a lookup; of those in one segment only the first, as they are recorded. */
  static List<Played> of(List<Exchange> exchanges, Duration start) {
    List<Played> all = new ArrayList<>();
    for (Exchange exchange : exchanges) {
      var q = exchange.query();
      if (q.sameSegment()) {
        continue;
      }
      String name = q.question().name().toString();
      String type = q.question().type().toString();
      Integer edns = q.ednsSize().isPresent() ? q.ednsSize().getAsInt() : null;
      String what = text(
          name,
          type,
          q.server().address().toString(),
          q.protocol().lowerCase(),
          edns,
          q.authenticData());
      double ms = start.plus(q.at()).toNanos() / 1e6;
      all.add(new Played(ms, what, name, type, q.sourcePort()));
    }
    return all;
  }

  private static String text(
      String name,
      String type,
      String to,
      String protocol,
      @org.jspecify.annotations.Nullable Integer edns,
      boolean ad) {
    return name + " " + type + " to " + to + " by " + protocol
        + (edns == null ? "" : " edns " + edns) + (ad ? " ad" : "");
  }
}
