package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer in the cache, with one time to live for all its records. */
final class CachedAnswer {
  private static final int REPLY = Message.bits(Flag.QR, Flag.AA);
  private static final int KEPT = Message.bits(Flag.RD, Flag.CD);
  private static final int AUTHENTIC = Flag.AD.bit();

  /** RA, and the lower bits of the rcode. */
  private static final int STORED = Flag.RA.bit() | 0xf;

  /** Header, and type and class of the question. */
  private static final int QUESTION_OCTETS = 16;

  private final Message message;
  private final long ttl;
  private final Instant stored;
  private Instant lastHit = Instant.MIN;
  private int hits;

  /** The octets of all records without compression, or more than a datagram has if not plain. */
  private final int recordOctets;

  private Message aged;
  private long agedTtl;

  CachedAnswer(Message message, long ttl, Instant stored) {
    this.message = withTtl(message, ttl);
    this.ttl = ttl;
    this.stored = stored;
    this.aged = this.message;
    this.agedTtl = ttl;
    Message kept = this.message;
    int most = Math.max(
        kept.answers().size(),
        Math.max(kept.authorities().size(), kept.additionals().size()));
    // A single record of a section cannot be put into another order.
    this.recordOctets = most == 1
        ? kept.octets()
            - new Message(0, 0, kept.questions(), List.of(), List.of(), List.of()).octets()
        : Message.MAX_OCTETS;
  }

  long originalTtl() {
    return ttl;
  }

  Instant stored() {
    return stored;
  }

  /** The seconds that are left; negative once it is stale. */
  long ttl(Instant now) {
    return ttl - stored.until(now, ChronoUnit.SECONDS);
  }

  int hits() {
    return hits;
  }

  void setHits(int count, Instant now) {
    hits = count;
    lastHit = now;
  }

  /** Counts a hit; the count begins anew after a gap. */
  void hit(Instant now, Duration gap) {
    hits = lastHit.isBefore(now.minus(gap)) ? 1 : hits + 1;
    lastHit = now;
  }

  /**
   * The answer to a question. It is always authoritative: the original says so because some old
   * clients throw other answers away.
   */
  Message reply(Query query, long ttlNow) {
    boolean authentic =
        message.has(Flag.AD) && (query.dnssecOk() || query.message().has(Flag.AD));
    Message aged = ttlNow == ttl ? message : withTtl(message, ttlNow);
    return query
        .message()
        .reply(message.rcode())
        .with(Flag.AA, true)
        .with(Flag.RA, message.has(Flag.RA))
        .with(Flag.AD, authentic)
        .withRecords(aged.answers(), aged.authorities(), aged.additionals());
  }

  /** The answer to a plain question, or null if it has to be ordered, cut or explained further. */
  @Nullable
  Message plainReply(Message query, Instant now) {
    long left = ttl(now);
    int octets = QUESTION_OCTETS + query.questions().get(0).name().octets() + recordOctets;
    if (left <= 0 || octets > Message.PLAIN_UDP_OCTETS) {
      return null;
    }
    if (left != agedTtl) {
      aged = withTtl(message, left);
      agedTtl = left;
    }
    int flags = REPLY
        | (query.flags() & (KEPT | (message.flags() & AUTHENTIC)))
        | (message.flags() & STORED);
    return new Message(
        query.id(),
        flags,
        query.questions(),
        aged.answers(),
        aged.authorities(),
        aged.additionals());
  }

  /** The message with one time for all records, and without what EDNS says. */
  static Message withTtl(Message message, long ttl) {
    return message.withRecords(
        withTtl(message.answers(), ttl),
        withTtl(message.authorities(), ttl),
        withTtl(message.additionals(), ttl));
  }

  private static List<ResourceRecord> withTtl(List<ResourceRecord> records, long ttl) {
    if (records.isEmpty()) {
      return records;
    }
    List<ResourceRecord> changed = new ArrayList<>(records.size());
    for (ResourceRecord record : records) {
      if (!record.type().equals(RecordType.OPT)) {
        changed.add(record.withTtl(ttl));
      }
    }
    return changed;
  }
}
