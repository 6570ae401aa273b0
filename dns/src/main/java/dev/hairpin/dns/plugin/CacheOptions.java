package dev.hairpin.dns.plugin;

import dev.hairpin.dns.corefile.CorefileException;
import dev.hairpin.dns.corefile.Cursor;
import dev.hairpin.dns.message.DnsName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The lines of the plugin cache. */
final class CacheOptions {
  private static final int MAX_TTL = 3600;
  private static final int MAX_DENIAL_TTL = 1800;
  private static final int MIN_TTL = 5;
  private static final int CAPACITY = 10_000;
  private static final Duration MAX_FAILURE = Duration.ofMinutes(5);

  List<DnsName> zones = List.of();
  int successCapacity = CAPACITY;
  int successMax = MAX_TTL;
  int successMin = MIN_TTL;
  int denialCapacity = CAPACITY;
  int denialMax = MAX_DENIAL_TTL;
  int denialMin = MIN_TTL;
  Duration failure = Duration.ofSeconds(5);
  int prefetchHits;
  Duration prefetchGap = Duration.ofMinutes(1);
  int prefetchPercentage = 10;
  Duration stale = Duration.ZERO;
  boolean verifyStale;
  boolean keepTtl;
  List<DnsName> successDisabled = List.of();
  List<DnsName> denialDisabled = List.of();

  static CacheOptions parse(Setup setup, Cursor cursor) {
    CacheOptions options = new CacheOptions();
    cursor.next();
    List<String> args = new ArrayList<>(cursor.remainingArgs());
    if (!args.isEmpty() && args.get(0).matches("-?\\d{1,9}")) {
      int ttl = Integer.parseInt(args.remove(0));
      if (ttl <= 0) {
        throw new CorefileException("cache TTL can not be zero or negative: " + ttl);
      }
      options.successMax = ttl;
      options.denialMax = ttl;
    }
    options.zones = setup.zones(args, cursor);
    while (cursor.nextBlock()) {
      options.line(cursor);
    }
    if (cursor.next()) {
      throw new CorefileException("this plugin can only be used once per Server Block");
    }
    return options;
  }

  private void line(Cursor cursor) {
    String property = cursor.value();
    List<String> args = cursor.remainingArgs();
    switch (property) {
      case "success" -> {
        int[] limits = limits(args, successCapacity, successMax, successMin, cursor);
        successCapacity = limits[0];
        successMax = limits[1];
        successMin = limits[2];
      }
      case "denial" -> {
        int[] limits = limits(args, denialCapacity, denialMax, denialMin, cursor);
        denialCapacity = limits[0];
        denialMax = limits[1];
        denialMin = limits[2];
      }
      case "prefetch" -> prefetch(args, cursor);
      case "serve_stale" -> serveStale(args, cursor);
      case "servfail" -> {
        if (args.size() != 1) {
          throw cursor.argError();
        }
        failure = Durations.parse(args.get(0));
        if (failure.isNegative()) {
          throw new CorefileException("invalid negative ttl for servfail");
        }
        if (failure.compareTo(MAX_FAILURE) > 0) {
          throw new CorefileException("caching SERVFAIL responses over 5 minutes is not permitted");
        }
      }
      case "disable" -> disable(args, cursor);
      case "keepttl" -> {
        if (!args.isEmpty()) {
          throw cursor.argError();
        }
        keepTtl = true;
      }
      default -> throw cursor.argError();
    }
  }

  private static int[] limits(List<String> args, int capacity, int max, int min, Cursor cursor) {
    if (args.isEmpty() || args.size() > 3) {
      throw cursor.argError();
    }
    int[] limits = {capacity, max, min};
    for (int i = 0; i < args.size(); i++) {
      limits[i] = number(args.get(i));
    }
    if (args.size() > 1 && limits[1] <= 0) {
      throw new CorefileException("cache TTL can not be zero or negative: " + limits[1]);
    }
    if (limits[2] < 0) {
      throw new CorefileException("cache min TTL can not be negative: " + limits[2]);
    }
    return limits;
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new CorefileException("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
  }

  private void prefetch(List<String> args, Cursor cursor) {
    if (args.isEmpty() || args.size() > 3) {
      throw cursor.argError();
    }
    prefetchHits = number(args.get(0));
    if (prefetchHits < 0) {
      throw new CorefileException("prefetch amount should be positive: " + prefetchHits);
    }
    if (args.size() > 1) {
      prefetchGap = Durations.parse(args.get(1));
    }
    if (args.size() > 2) {
      String text = args.get(2);
      if (!text.endsWith("%")) {
        throw new CorefileException(
            "last character of percentage should be `%`, but is: \"" + text + "\"");
      }
      prefetchPercentage = number(text.substring(0, text.length() - 1));
      if (prefetchPercentage < 10 || prefetchPercentage > 90) {
        throw new CorefileException(
            "percentage should fall in range [10, 90]: " + prefetchPercentage);
      }
    }
  }

  private void serveStale(List<String> args, Cursor cursor) {
    if (args.size() > 2) {
      throw cursor.argError();
    }
    stale = Duration.ofHours(1);
    if (!args.isEmpty()) {
      stale = Durations.parse(args.get(0));
      if (stale.isNegative()) {
        throw new CorefileException("invalid negative duration for serve_stale");
      }
    }
    if (args.size() > 1) {
      String mode = args.get(1).toLowerCase(Locale.ROOT);
      if (!mode.equals("verify") && !mode.equals("immediate")) {
        throw new CorefileException("invalid value for serve_stale refresh mode: " + mode);
      }
      verifyStale = mode.equals("verify");
    }
  }

  private void disable(List<String> args, Cursor cursor) {
    if (args.isEmpty()) {
      throw cursor.argError();
    }
    List<DnsName> disabled = args.size() == 1
        ? List.of(DnsName.ROOT)
        : Setup.names(args.subList(1, args.size()), cursor);
    switch (args.get(0)) {
      case "denial" -> denialDisabled = disabled;
      case "success" -> successDisabled = disabled;
      default -> throw cursor.error("cache type for disable must be success or denial");
    }
  }
}
