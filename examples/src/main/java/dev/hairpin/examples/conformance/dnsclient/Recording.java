package dev.hairpin.examples.conformance.dnsclient;

import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordData;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.resolver.Arrival;
import dev.hairpin.dns.resolver.NameServers;
import dev.hairpin.dns.resolver.Query;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network that gives the replies of a recording, in their order.
 *
 * <p>A recording does not always say which question a reply belongs to, and its times have the
 * noise of a busy machine. So a reply goes to the earliest question of its name and type that has
 * none yet and was sent in the last 900 ms; a further one is a repetition for the last such
 * question. Replies come after microseconds, in the recorded order; those that were late by 100 ms
 * or more are as late here.
 */
final class Recording implements NameServers, Chooser {
  private static final double NOISE_MS = 1.0;
  private static final double USUAL_MS = 900;
  private static final double LATE_MS = 100;
  private static final double IMPATIENT_MS = 250;

  private final RecordedRun run;
  private final List<String> servers;
  private final List<IpAddress> addresses;
  private final Map<Integer, List<Integer>> repliesOf = new HashMap<>();
  private final List<RecordedRun.Reply> unclaimed = new ArrayList<>();
  private final List<Integer> unsent = new ArrayList<>();
  private int sent;
  private int picked;

  /**
   * A recording to play back.
   *
   * @param run the recording
   * @param servers the addresses of its name servers, in the order of {@code resolv.conf}
   * @param addresses the addresses that the answers held
   */
  Recording(RecordedRun run, List<String> servers, List<IpAddress> addresses) {
    this.run = run;
    this.servers = servers;
    this.addresses = addresses;
    for (int query = 0; query < run.queries().size(); query++) {
      unsent.add(query);
    }
    for (int reply = 0; reply < run.replies().size(); reply++) {
      int query = questionOf(run.replies().get(reply));
      if (query >= 0) {
        repliesOf.computeIfAbsent(query, q -> new ArrayList<>()).add(reply);
      } else {
        unclaimed.add(run.replies().get(reply));
      }
    }
  }

  private int questionOf(RecordedRun.Reply reply) {
    int last = -1;
    boolean byTcp = false;
    for (int i = 0; i < run.queries().size(); i++) {
      RecordedRun.Query query = run.queries().get(i);
      double age = reply.ms() - query.ms();
      if (!query.name().equalsIgnoreCase(reply.name()) || age < -NOISE_MS) {
        continue;
      }
      byTcp |= query.proto().equals("tcp");
      if (query.type().equals(reply.type()) && mayAnswer(reply, query)) {
        if (!repliesOf.containsKey(i) && age < USUAL_MS) {
          return i;
        }
        last = i;
      }
    }
    // A further reply after the change to TCP answers a question that the recorder did not see.
    return byTcp ? -1 : last;
  }

  private static boolean mayAnswer(RecordedRun.Reply reply, RecordedRun.Query query) {
    return (reply.from() == null || reply.from().equals(query.to()))
        && (reply.dstPort() == null || reply.dstPort() == query.srcPort());
  }

  @Override
  public List<Arrival> send(Query query) {
    if (!query.sameSegment()) {
      sent++;
    }
    int recorded = take(query);
    List<Arrival> arrivals = new ArrayList<>();
    for (int reply : repliesOf.getOrDefault(recorded, List.of())) {
      arrivals.add(new Arrival.Answered(
          delay(query, recorded, reply), message(query, recorded, run.replies().get(reply))));
    }
    if (query.sameSegment()) {
      arrivals.addAll(repliesWithoutQuestion(query));
    }
    if (recorded >= 0 && arrivals.isEmpty() && wasRefused(recorded)) {
      arrivals.add(new Arrival.Refused(Duration.ofNanos(500)));
    }
    return arrivals;
  }

  /**
   * Whether a question without reply seems to have met a closed port, which was not recorded: the
   * library did not wait, but asked again at once from another socket, or gave up.
   */
  private boolean wasRefused(int recorded) {
    RecordedRun.Query query = run.queries().get(recorded);
    for (RecordedRun.Query later :
        run.queries().subList(recorded + 1, run.queries().size())) {
      if (later.name().equals(query.name()) && later.type().equals(query.type())) {
        return later.srcPort() != query.srcPort() && later.ms() - query.ms() < IMPATIENT_MS;
      }
    }
    return run.elapsedMs() - query.ms() < IMPATIENT_MS;
  }

  /** The recorded question that this is: the first of its kind that was not played yet. */
  private int take(Query query) {
    for (int i : unsent) {
      RecordedRun.Query candidate = run.queries().get(i);
      if (candidate.name().equalsIgnoreCase(query.question().name().toString())
          && candidate.type().equals(query.question().type().toString())
          && candidate.to().equals(query.server().address().toString())
          && candidate.proto().equals(query.protocol().lowerCase())) {
        unsent.remove(Integer.valueOf(i));
        return i;
      }
    }
    return -1;
  }

  /** The recorder saw only the first question of a TCP segment, and the replies to both. */
  private List<Arrival> repliesWithoutQuestion(Query query) {
    List<Arrival> arrivals = new ArrayList<>();
    for (int i = 0; i < run.replies().size(); i++) {
      RecordedRun.Reply reply = run.replies().get(i);
      if (reply.name().equalsIgnoreCase(query.question().name().toString())
          && reply.type().equals(query.question().type().toString())
          && unclaimed.contains(reply)) {
        arrivals.add(new Arrival.Answered(delay(query, -1, i), message(query, -1, reply)));
      }
    }
    return arrivals;
  }

  private Duration delay(Query query, int recorded, int reply) {
    long now = query.at().toNanos();
    long due = now - now % 1_000_000 + (reply + 1) * 1_000L;
    double age = recorded < 0
        ? 0
        : run.replies().get(reply).ms() - run.queries().get(recorded).ms();
    if (age >= LATE_MS) {
      due += (long) (age * 1_000_000);
    }
    return Duration.ofNanos(Math.max(0, due - now));
  }

  private Message message(Query query, int recorded, RecordedRun.Reply reply) {
    Message bare = query
        .message()
        .reply(Rcode.byName(reply.rcode()).orElseThrow())
        .with(Flag.AA, reply.aa() == null || reply.aa())
        .with(Flag.TC, recorded >= 0 && isAskedAgainByTcp(recorded));
    return bare.withRecords(records(query, reply), List.of(), List.of());
  }

  private boolean isAskedAgainByTcp(int recorded) {
    RecordedRun.Query query = run.queries().get(recorded);
    return query.proto().equals("udp")
        && run.queries().stream()
            .anyMatch(q ->
                q.proto().equals("tcp") && q.ms() >= query.ms() && q.name().equals(query.name()));
  }

  /** As many of the known addresses as there are records, after aliases for the rest. */
  private List<ResourceRecord> records(Query query, RecordedRun.Reply reply) {
    DnsName name = query.question().name();
    List<ResourceRecord> known = addresses.stream()
        .filter(a -> a.isV4() == reply.type().equals("A"))
        .limit(reply.answers())
        .map(a -> new ResourceRecord(name, 30, RecordData.of(a)))
        .toList();
    List<ResourceRecord> records = new ArrayList<>();
    for (int alias = known.size(); alias < reply.answers(); alias++) {
      records.add(new ResourceRecord(name, 30, new RecordData.Cname(name)));
    }
    records.addAll(known);
    return records;
  }

  @Override
  public boolean happens(long part, long total) {
    throw new IllegalStateException("resolver libraries leave nothing to chance but picks");
  }

  @Override
  public int draw(int count) {
    return pick(count);
  }

  /** Chooses as the recorded run did: the server of a rotation, or which goroutine is first. */
  @Override
  public int pick(int count) {
    if (sent >= run.queries().size()) {
      return 0;
    }
    RecordedRun.Query next = run.queries().get(sent);
    if (!run.client().startsWith("go-")) {
      return Math.max(0, servers.indexOf(next.to()));
    }
    String first = servers.get((2 * picked++) % servers.size());
    if (!run.resolvConf().contains("rotate") || servers.size() == 1) {
      return next.type().equals("A") ? 0 : 1;
    }
    // Whose turn it is under rotate is decided before the questions race to the wire.
    for (RecordedRun.Query query : run.queries().subList(sent, run.queries().size())) {
      if (query.name().equals(next.name()) && query.type().equals("A")) {
        return query.to().equals(first) ? 0 : 1;
      }
    }
    return 0;
  }
}
