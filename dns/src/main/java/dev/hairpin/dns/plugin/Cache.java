package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import dev.hairpin.dns.message.Flag;
import dev.hairpin.dns.message.Message;
import dev.hairpin.dns.message.Question;
import dev.hairpin.dns.message.Rcode;
import dev.hairpin.dns.message.RecordType;
import dev.hairpin.dns.message.ResourceRecord;
import dev.hairpin.dns.message.Transport;
import dev.hairpin.dns.plugin.Responses.Kind;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plugin cache.
 *
 * <p>Source: CoreDNS 1.11.3 and 1.13.1. Every record of an answer gets one time to live, also in
 * the first answer, which does not come out of the cache.
 */
final class Cache implements Plugin, AnswerCache {
  private static final String NAME = "cache";
  private static final long MAX_RECORD_TTL = 3600;
  private static final long MIN_RECORD_TTL = 5;

  /** The original has 256 shards of at least four places. */
  private static final int LEAST_CAPACITY = 1024;

  private final CacheOptions options;
  private final Map<Key, CachedAnswer> successes;
  private final Map<Key, CachedAnswer> denials;
  private long hits;
  private long misses;

  /** What tells answers apart: neither class nor client, transport or size. */
  private record Key(DnsName name, RecordType type, boolean dnssecOk, boolean checkingDisabled) {}

  private Cache(CacheOptions options) {
    this.options = options;
    this.successes = bounded(options.successCapacity);
    this.denials = bounded(options.denialCapacity);
  }

  static Cache setUp(Setup setup, Cursor cursor) {
    Cache cache = new Cache(CacheOptions.parse(setup, cursor));
    setup.share(Cache.class, cache);
    setup.share(AnswerCache.class, cache);
    return cache;
  }

  /** How answers about names in a zone pass. */
  Passage passage(DnsName zone) {
    if (Setup.match(options.zones, zone) == null) {
      return options.zones.stream().anyMatch(z -> z.isIn(zone)) ? Passage.KEPT : Passage.FREE;
    }
    return new Passage(
        Setup.match(options.successDisabled, zone) != null,
        Setup.match(options.denialDisabled, zone) != null,
        options.successMin,
        options.successMax,
        options.denialMin,
        options.denialMax);
  }

  private static Map<Key, CachedAnswer> bounded(int capacity) {
    int most = Math.max(capacity, LEAST_CAPACITY);
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Key, CachedAnswer> eldest) {
        return size() > most;
      }
    };
  }

  @Override
  public Handler before(Handler next) {
    return query -> serve(query, next);
  }

  private Reply serve(Query asked, Handler next) {
    // What plugins behind do to the question is not seen before the cache.
    Query query = asked.copyWith(asked.message());
    if (Setup.match(options.zones, query.name()) == null) {
      return next.serve(query);
    }
    Key key =
        new Key(query.name(), query.type(), query.dnssecOk(), query.message().has(Flag.CD));
    Instant now = query.exchange().now();
    CachedAnswer cached = find(key, now);
    boolean counted = !query.exchange().isRehearsal();
    if (cached == null) {
      misses += counted ? 1 : 0;
      return next.serve(query).map(m -> remember(query, key, m));
    }
    hits += counted ? 1 : 0;
    long ttl = cached.ttl(now);
    if (ttl < 0) {
      if (options.verifyStale) {
        Reply fresh = next.serve(query);
        Message message = fresh.message();
        if (message != null
            && (message.rcode().equals(Rcode.NOERROR) || message.rcode().equals(Rcode.NXDOMAIN))) {
          return fresh.map(m -> remember(query, key, m));
        }
      } else {
        refresh(query, key, cached, next);
      }
      query.exchange().note(NAME, "a stale answer, " + -ttl + " s too old");
      ttl = 0;
    } else {
      if (counted && wantsPrefetch(cached, now)) {
        refresh(query, key, cached, next);
      }
      query.exchange().note(NAME, "an answer of which " + ttl + " s are left");
    }
    return Reply.written(cached.reply(query, options.keepTtl ? cached.originalTtl() : ttl));
  }

  @Override
  public @Nullable Message plainHit(Message query, Instant now, boolean counted) {
    Question question = query.questions().get(0);
    if (options.prefetchHits > 0
        || options.keepTtl
        || Setup.match(options.zones, question.name()) == null) {
      return null;
    }
    CachedAnswer cached =
        find(new Key(question.name(), question.type(), false, query.has(Flag.CD)), now);
    Message hit = cached == null ? null : cached.plainReply(query, now);
    hits += hit != null && counted ? 1 : 0;
    return hit;
  }

  @Override
  public long hits() {
    return hits;
  }

  @Override
  public long misses() {
    return misses;
  }

  private @Nullable CachedAnswer find(Key key, Instant now) {
    CachedAnswer denial = denials.get(key);
    if (denial != null && isUsable(denial, now)) {
      return denial;
    }
    CachedAnswer success = successes.get(key);
    return success != null && isUsable(success, now) ? success : null;
  }

  private boolean isUsable(CachedAnswer cached, Instant now) {
    long ttl = cached.ttl(now);
    return ttl > 0 || (!options.stale.isZero() && -ttl < options.stale.toSeconds());
  }

  private boolean wantsPrefetch(CachedAnswer cached, Instant now) {
    if (options.prefetchHits <= 0) {
      return false;
    }
    cached.hit(now, options.prefetchGap);
    long threshold = (long) Math.ceil(options.prefetchPercentage / 100.0 * cached.originalTtl());
    return cached.hits() >= options.prefetchHits && cached.ttl(now) <= threshold;
  }

  /**
   * Asks anew in the background, over TCP so that nothing is cut, without keeping the client
   * waiting.
   */
  private void refresh(Query query, Key key, CachedAnswer old, Handler next) {
    if (query.exchange().isRehearsal()) {
      return;
    }
    Exchange background = new Exchange(query.exchange().now(), query.exchange().chooser());
    Query again = new Query(query.message(), query.client().over(Transport.TCP), background);
    Message answer = next.serve(again).message();
    if (answer == null) {
      return;
    }
    Kind kind = Responses.kind(answer);
    remember(again, key, answer);
    if (kind == Kind.SUCCESS || kind == Kind.DELEGATION) {
      denials.remove(key);
    }
    CachedAnswer renewed = denials.getOrDefault(key, successes.get(key));
    if (renewed != null) {
      renewed.setHits(old.hits(), query.exchange().now());
    }
  }

  /** Keeps an answer if it may be kept, and gives all its records the same time. */
  private Message remember(Query query, Key key, Message message) {
    Kind kind = Responses.kind(message);
    long ttl = ttl(message, kind);
    boolean kept = !query.exchange().isRehearsal()
        && !message.has(Flag.TC)
        && kind != Kind.OTHER_ERROR
        && kind != Kind.META
        && ttl > 0
        && Responses.fits(query, message);
    if (kept) {
      boolean success = kind == Kind.SUCCESS || kind == Kind.DELEGATION;
      List<DnsName> disabled = success ? options.successDisabled : options.denialDisabled;
      if (Setup.match(disabled, message.question().name()) == null) {
        (success ? successes : denials)
            .put(key, new CachedAnswer(message, ttl, query.exchange().now()));
      }
    }
    boolean authentic =
        message.has(Flag.AD) && (query.dnssecOk() || query.message().has(Flag.AD));
    return CachedAnswer.withTtl(message, ttl).with(Flag.AD, authentic);
  }

  private long ttl(Message message, Kind kind) {
    if (kind == Kind.SERVER_ERROR) {
      return options.failure.toSeconds();
    }
    boolean denial = kind == Kind.NO_DATA || kind == Kind.NO_NAME;
    long min = denial ? options.denialMin : options.successMin;
    long max = denial ? options.denialMax : options.successMax;
    return Math.min(Math.max(least(message, kind), min), max);
  }

  /**
   * The least time of all records; the time that an SOA record itself has counts, its minimum not.
   */
  private static long least(Message message, Kind kind) {
    if (kind != Kind.SUCCESS && kind != Kind.NO_DATA && kind != Kind.NO_NAME) {
      return MIN_RECORD_TTL;
    }
    long least = MAX_RECORD_TTL;
    boolean none = true;
    for (List<ResourceRecord> section :
        List.of(message.answers(), message.authorities(), message.additionals())) {
      for (ResourceRecord record : section) {
        if (!record.type().equals(RecordType.OPT)) {
          least = Math.min(least, record.ttl());
          none = false;
        }
      }
    }
    return none ? MIN_RECORD_TTL : least;
  }
}
