package dev.hairpin.dns.resolver;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code resolv.conf} as Go 1.22 reads it.
 *
 * <p>Source: Go {@code src/net/dnsconfig_unix.go}.
 */
final class GoConf {
  private static final int MOST_SERVERS = 3;
  private static final int MOST_NDOTS = 15;
  private static final int DNS_PORT = 53;
  private static final CharMatcher BLANK = CharMatcher.anyOf(" \t\r\n");

  final List<SocketAddress> servers = new ArrayList<>();
  final List<String> search = new ArrayList<>();
  int ndots = 1;
  int timeoutSeconds = 5;
  int attempts = 2;
  boolean rotate;
  boolean singleRequest;
  boolean useTcp;
  boolean trustAd;

  private GoConf() {}

  static GoConf read(Host host) {
    GoConf conf = new GoConf();
    for (String line : Splitter.on('\n').split(host.resolvConf())) {
      if (!line.startsWith(";") && !line.startsWith("#")) {
        conf.readLine(Splitter.on(BLANK).omitEmptyStrings().splitToList(line));
      }
    }
    if (conf.servers.isEmpty()) {
      conf.servers.add(new SocketAddress(IpAddress.parse("127.0.0.1"), DNS_PORT));
      conf.servers.add(new SocketAddress(IpAddress.parse("::1"), DNS_PORT));
    }
    int dot = host.hostName().indexOf('.');
    if (conf.search.isEmpty() && dot >= 0 && dot < host.hostName().length() - 1) {
      conf.search.add(Names.absolute(host.hostName().substring(dot + 1)));
    }
    return conf;
  }

  private void readLine(List<String> words) {
    if (words.isEmpty()) {
      return;
    }
    switch (words.get(0)) {
      case "nameserver" -> {
        if (words.size() > 1 && servers.size() < MOST_SERVERS) {
          String text = words.get(1);
          int zone = text.indexOf('%');
          IpAddress.tryParse(zone < 0 ? text : text.substring(0, zone))
              .ifPresent(a -> servers.add(new SocketAddress(a, DNS_PORT)));
        }
      }
      case "domain" -> {
        if (words.size() > 1) {
          search.clear();
          search.add(Names.absolute(words.get(1)));
        }
      }
      case "search" -> {
        search.clear();
        for (String domain : words.subList(1, words.size())) {
          if (!domain.equals(".")) {
            search.add(Names.absolute(domain));
          }
        }
      }
      case "options" -> words.subList(1, words.size()).forEach(this::readOption);
      default -> {
        // nothing that matters to queries
      }
    }
  }

  private void readOption(String option) {
    if (option.startsWith("ndots:")) {
      ndots = Math.min(GlibcConf.leadingNumber(option, 6), MOST_NDOTS);
    } else if (option.startsWith("timeout:")) {
      timeoutSeconds = Math.max(GlibcConf.leadingNumber(option, 8), 1);
    } else if (option.startsWith("attempts:")) {
      attempts = Math.max(GlibcConf.leadingNumber(option, 9), 1);
    } else {
      switch (option) {
        case "rotate" -> rotate = true;
        case "single-request", "single-request-reopen" -> singleRequest = true;
        case "use-vc", "usevc", "tcp" -> useTcp = true;
        case "trust-ad" -> trustAd = true;
        default -> {
          // edns0 is always on; no-reload and unknown options change no question
        }
      }
    }
  }
}
