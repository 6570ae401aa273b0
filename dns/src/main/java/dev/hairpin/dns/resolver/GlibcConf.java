package dev.hairpin.dns.resolver;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code resolv.conf} as glibc 2.36 reads it.
 *
 * <p>Source: glibc {@code resolv/res_init.c}: the last of {@code search} and {@code domain} counts,
 * options add up over lines and are recognised by their beginning, values have upper bounds, more
 * than three servers are not used, and without a search list the domain of the host name is one.
 */
final class GlibcConf {
  private static final int MOST_SERVERS = 3;
  private static final int MOST_NDOTS = 15;
  private static final int MOST_TIMEOUT_SECONDS = 30;
  private static final int MOST_ATTEMPTS = 5;
  private static final int DNS_PORT = 53;
  private static final CharMatcher BLANK = CharMatcher.anyOf(" \t");

  final List<SocketAddress> servers = new ArrayList<>();
  final List<String> search = new ArrayList<>();
  int ndots = 1;
  int timeoutSeconds = 5;
  boolean timeoutIsSet;
  int attempts = 2;
  boolean rotate;
  boolean edns0;
  boolean trustAd;
  boolean useVc;
  boolean noAaaa;
  boolean noTldQuery;
  boolean singleRequest;
  boolean singleRequestReopen;

  private GlibcConf() {}

  static GlibcConf read(Host host) {
    GlibcConf conf = new GlibcConf();
    for (String line : Splitter.on('\n').split(host.resolvConf())) {
      conf.readLine(line);
    }
    if (conf.servers.isEmpty()) {
      conf.servers.add(new SocketAddress(IpAddress.parse("127.0.0.1"), DNS_PORT));
    }
    int dot = host.hostName().indexOf('.');
    if (conf.search.isEmpty() && dot >= 0) {
      conf.search.add(host.hostName().substring(dot + 1));
    }
    return conf;
  }

  private void readLine(String line) {
    if (line.startsWith(";") || line.startsWith("#")) {
      return;
    }
    int blank = BLANK.indexIn(line);
    if (blank < 0) {
      return;
    }
    List<String> words = Splitter.on(BLANK).omitEmptyStrings().splitToList(line.substring(blank));
    if (words.isEmpty()) {
      return;
    }
    switch (line.substring(0, blank)) {
      case "domain" -> {
        search.clear();
        search.add(words.get(0));
      }
      case "search" -> {
        search.clear();
        search.addAll(words);
      }
      case "nameserver" -> addServer(words.get(0));
      case "options" -> words.forEach(this::readOption);
      default -> {
        // sortlist, and what glibc does not know either
      }
    }
  }

  private void addServer(String text) {
    int zone = text.indexOf('%');
    IpAddress.tryParse(zone < 0 ? text : text.substring(0, zone))
        .filter(a -> servers.size() < MOST_SERVERS)
        .ifPresent(a -> servers.add(new SocketAddress(a, DNS_PORT)));
  }

  private void readOption(String option) {
    if (option.startsWith("ndots:")) {
      ndots = Math.min(leadingNumber(option, 6), MOST_NDOTS);
    } else if (option.startsWith("timeout:")) {
      timeoutSeconds = Math.min(leadingNumber(option, 8), MOST_TIMEOUT_SECONDS);
      timeoutIsSet = true;
    } else if (option.startsWith("attempts:")) {
      attempts = Math.min(leadingNumber(option, 9), MOST_ATTEMPTS);
    } else if (option.startsWith("rotate")) {
      rotate = true;
    } else if (option.startsWith("edns0")) {
      edns0 = true;
    } else if (option.startsWith("single-request-reopen")) {
      singleRequestReopen = true;
    } else if (option.startsWith("single-request")) {
      singleRequest = true;
    } else if (option.startsWith("no_tld_query") || option.startsWith("no-tld-query")) {
      noTldQuery = true;
    } else if (option.startsWith("use-vc")) {
      useVc = true;
    } else if (option.startsWith("trust-ad")) {
      trustAd = true;
    } else if (option.startsWith("no-aaaa")) {
      noAaaa = true;
    }
  }

  /**
   * The number that a text begins with at a place, as C's {@code atoi} reads it: 0 if there is
   * none.
   */
  static int leadingNumber(String text, int from) {
    long value = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        break;
      }
      value = Math.min(10 * value + (c - '0'), Integer.MAX_VALUE);
    }
    return (int) value;
  }
}
