package dev.hairpin.dns.plugin;

import dev.hairpin.dns.message.DnsName;

/**
 * How answers about a zone pass the plugin cache: whether they pass it without being kept, and
 * which times to live they get on the way.
 *
 * @param answers whether answers with records are not kept
 * @param denials whether denials are not kept
 * @param answerMin the least time of answers, in seconds
 * @param answerMax the greatest time of answers, in seconds
 * @param denialMin the least time of denials, in seconds
 * @param denialMax the greatest time of denials, in seconds
 */
public record Passage(
    boolean answers,
    boolean denials,
    long answerMin,
    long answerMax,
    long denialMin,
    long denialMax) {
  private static final long ANY = Long.MAX_VALUE;

  /** Without a cache on the way. */
  static final Passage FREE = new Passage(true, true, 0, ANY, 0, ANY);

  /** Through a cache that keeps what passes. */
  static final Passage KEPT = new Passage(false, false, 0, ANY, 0, ANY);

  /**
   * The passage through the cache of a server block, if it has one.
   *
   * @param setup the block, with its plugins set up
   * @param zone the zone
   * @return the passage of answers about names in the zone
   */
  public static Passage of(Setup setup, DnsName zone) {
    return setup.shared(Cache.class).map(cache -> cache.passage(zone)).orElse(FREE);
  }

  /**
   * The time that an answer gets.
   *
   * @param ttl its own time, in seconds
   * @return the time with which it leaves the server
   */
  public long answerTtl(long ttl) {
    return Math.min(Math.max(ttl, answerMin), answerMax);
  }

  /**
   * The time that a denial gets.
   *
   * @param ttl its own time, in seconds
   * @return the time with which it leaves the server
   */
  public long denialTtl(long ttl) {
    return Math.min(Math.max(ttl, denialMin), denialMax);
  }
}
