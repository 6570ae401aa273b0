package dev.hairpin.dns.resolver;

import java.time.Duration;

/**
 * How long a JVM keeps the results of lookups.
 *
 * <p>Source: the security properties {@code networkaddress.cache.ttl} and
 * {@code networkaddress.cache.negative.ttl}, in OpenJDK 17 to 25. TTLs of DNS records play no part.
 *
 * @param success how long addresses are kept; zero for not at all, negative for ever
 * @param failure how long a failure is kept; zero for not at all, negative for ever
 */
public record JvmCachePolicy(Duration success, Duration failure) {

  /** What a JVM without a security manager does: 30 s for addresses, 10 s for failures. */
  public static final JvmCachePolicy DEFAULT =
      new JvmCachePolicy(Duration.ofSeconds(30), Duration.ofSeconds(10));
}
