package dev.hairpin.dns.resolver;

import dev.hairpin.net.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code InetAddress.getAllByName} of OpenJDK 17 to 25: the C library's {@code getaddrinfo}, and a
 * cache for each spelling of a name.
 *
 * <p>{@code AF_INET} stands for {@code -Djava.net.preferIPv4Stack=true}. A cached failure is told
 * with the bare name as its message.
 */
final class Jvm implements Resolver {
  private final Resolver library;
  private final JvmCachePolicy policy;
  private final InstantSource clock;
  private final Map<String, Entry> cache = new HashMap<>();

  private record Entry(Result result, @Nullable Instant expiry) {}

  Jvm(Resolver library, JvmCachePolicy policy, InstantSource clock) {
    this.library = library;
    this.policy = policy;
    this.clock = clock;
  }

  @Override
  public Lookup lookup(String name, AddressFamily family, NameServers servers) {
    Optional<IpAddress> literal = IpAddress.tryParse(name);
    if (literal.isPresent()) {
      return new Lookup(name, new Result.Found(List.of(literal.get())), List.of(), Duration.ZERO);
    }
    Entry entry = cache.get(name);
    if (entry != null) {
      if (entry.expiry == null || clock.instant().isBefore(entry.expiry)) {
        return new Lookup(name, entry.result, List.of(), Duration.ZERO);
      }
      cache.remove(name);
    }
    Lookup fresh = library.lookup(name, family, servers);
    Instant done = clock.instant().plus(fresh.took());
    Result told = told(name, fresh.result());
    if (told instanceof Result.Found) {
      keep(name, told, policy.success(), done);
    } else {
      keep(name, unknownHost(name), policy.failure(), done);
    }
    return new Lookup(name, told, fresh.exchanges(), fresh.took());
  }

  private void keep(String name, Result result, Duration howLong, Instant from) {
    if (!howLong.isZero()) {
      cache.put(name, new Entry(result, howLong.isNegative() ? null : from.plus(howLong)));
    }
  }

  /** The library's result as Java tells it: IPv4 addresses first, errors as an exception. */
  private static Result told(String name, Result result) {
    if (result instanceof Result.Found found) {
      List<IpAddress> ipv4First = new ArrayList<>(found.addresses());
      ipv4First.sort((a, b) -> Boolean.compare(!a.isV4(), !b.isV4()));
      return new Result.Found(ipv4First);
    }
    return unknownHost(name + ": " + ((Result.Failed) result).text());
  }

  private static Result.Failed unknownHost(String message) {
    return new Result.Failed("UnknownHostException", 0, message);
  }
}
