package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An answer in the cache, with one time to live for all its records. */
final class CachedAnswer {
  private final Message message;
  private final long ttl;
  private final Instant stored;
  private Instant lastHit = Instant.MIN;
  private int hits;

  CachedAnswer(Message message, long ttl, Instant stored) {
    this.message = withTtl(message, ttl);
    this.ttl = ttl;
    this.stored = stored;
  }

  long originalTtl() {
    return ttl;
  }

  Instant stored() {
    return stored;
  }

  /** The seconds that are left; negative once it is stale. */
  long ttl(Instant now) {
    return ttl - Duration.between(stored, now).toSeconds();
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
