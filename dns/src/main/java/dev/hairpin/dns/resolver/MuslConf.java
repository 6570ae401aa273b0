package dev.hairpin.dns.resolver;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * {@code resolv.conf} as musl 1.2.3 reads it.
 *
 * <p>Source: musl {@code src/network/resolvconf.c}: lines that do not fit into 256 octets are
 * skipped, only {@code ndots}, {@code attempts} and {@code timeout} are known, and the last of
 * {@code search} and {@code domain} counts.
 */
final class MuslConf {
  private static final int MOST_SERVERS = 3;
  private static final int LONGEST_LINE = 254;
  private static final int DNS_PORT = 53;
  private static final CharMatcher SPACE = CharMatcher.anyOf(" \t\r\f\u000b");

  final List<SocketAddress> servers = new ArrayList<>();
  List<String> search = List.of();
  int ndots = 1;
  int attempts = 2;
  int timeoutSeconds = 5;

  private MuslConf() {}

  static MuslConf read(Host host) {
    MuslConf conf = new MuslConf();
    for (String line : Splitter.on('\n').split(host.resolvConf())) {
      if (line.length() <= LONGEST_LINE) {
        conf.readLine(line);
      }
    }
    if (conf.servers.isEmpty()) {
      conf.servers.add(new SocketAddress(IpAddress.parse("127.0.0.1"), DNS_PORT));
    }
    return conf;
  }

  private void readLine(String line) {
    int space = SPACE.indexIn(line);
    if (space < 0) {
      return;
    }
    List<String> words = Splitter.on(SPACE).omitEmptyStrings().splitToList(line.substring(space));
    switch (line.substring(0, space)) {
      case "options" -> {
        ndots = option(line, "ndots:", 15).orElse(ndots);
        attempts = option(line, "attempts:", 10).orElse(attempts);
        timeoutSeconds = option(line, "timeout:", 60).orElse(timeoutSeconds);
      }
      case "nameserver" -> {
        if (servers.size() < MOST_SERVERS && !words.isEmpty()) {
          IpAddress.tryParse(words.get(0))
              .ifPresent(a -> servers.add(new SocketAddress(a, DNS_PORT)));
        }
      }
      case "domain", "search" -> search = words;
      default -> {
        // nothing that musl knows
      }
    }
  }

  /** A value anywhere in the line, even in the middle of a word. */
  private static OptionalInt option(String line, String name, int most) {
    int at = line.indexOf(name);
    int value = at + name.length();
    if (at < 0 || value >= line.length() || !Character.isDigit(line.charAt(value))) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Math.min(GlibcConf.leadingNumber(line, value), most));
  }
}
