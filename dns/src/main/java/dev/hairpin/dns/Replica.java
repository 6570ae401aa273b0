package dev.hairpin.dns;

import dev.hairpin.dns.message.Client;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.resolver.Arrival;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One pod that answers: a server with a cache of its own, and what may be wrong with it. */
final class Replica {
  private final String pod;
  private final CoreDnsServer server;
  private @Nullable ReplicaFault fault;
  private long second = Long.MIN_VALUE;
  private int inSecond;
  private long dropped;

  Replica(String pod, CoreDnsServer server) {
    this.pod = pod;
    this.server = server;
  }

  void fault(@Nullable ReplicaFault newFault) {
    fault = newFault;
  }

  /** What the pod had to do so far. */
  DnsLoad.Row load() {
    return new DnsLoad.Row(
        pod, server.questions() + dropped, dropped, server.cacheHits(), server.cacheMisses());
  }

  /**
   * Answers a question.
   *
   * @param at when it arrives
   * @param roundTrip what the way takes
   * @return the answer; nothing if there will be none
   */
  List<Arrival> ask(
      Message message,
      Client client,
      Chooser chooser,
      Instant at,
      Duration roundTrip,
      boolean rehearsal) {
    if (drops(at, rehearsal)) {
      return List.of();
    }
    Answer answer = server.answer(message, client, chooser, rehearsal);
    Duration late = fault instanceof ReplicaFault.Delayed delayed ? delayed.by() : Duration.ZERO;
    return answer
        .message()
        .<List<Arrival>>map(m -> List.of(new Arrival.Answered(
            roundTrip.plus(answer.took()).plus(late),
            m,
            shortName() + ": " + String.join("; ", answer.explain()))))
        .orElseGet(List::of);
  }

  private String shortName() {
    return pod.substring(pod.indexOf('/') + 1);
  }

  /** Why nothing came back. */
  String silence() {
    return pod + " was reached and did not answer"
        + (fault instanceof ReplicaFault.Limited ? ": it is overloaded" : "");
  }

  private boolean drops(Instant at, boolean rehearsal) {
    boolean drops = fault instanceof ReplicaFault.Silent
        || (fault instanceof ReplicaFault.Limited limited && isBeyond(limited, at, rehearsal));
    if (drops && !rehearsal) {
      dropped++;
    }
    return drops;
  }

  private boolean isBeyond(ReplicaFault.Limited limited, Instant at, boolean rehearsal) {
    int before = at.getEpochSecond() == second ? inSecond : 0;
    if (!rehearsal) {
      second = at.getEpochSecond();
      inSecond = before + 1;
    }
    return before >= limited.perSecond();
  }
}
