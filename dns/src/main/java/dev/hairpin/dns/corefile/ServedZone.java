package dev.hairpin.dns.corefile;

import dev.hairpin.dns.message.DnsName;
import java.util.List;
import java.util.Locale;

/**
 * A zone that a server block serves, and where.
 *
 * @param scheme how questions come: {@code dns}, {@code tls}, {@code https}, {@code grpc} or
 *     {@code quic}
 * @param zone the zone, in lower case
 * @param port the port, 1 to 65535
 */
public record ServedZone(String scheme, DnsName zone, int port) {
  private static final List<String> SCHEMES =
      List.of("dns", "tls", "https", "https3", "grpc", "quic");

  /**
   * Reads the key of a server block.
   *
   * @param key such as {@code .:53}, {@code example.org}, {@code 10.0.0.0/16} or {@code tls://.}
   * @return the zones; several for a block of addresses that does not end at an octet
   * @throws IllegalArgumentException if it is none
   */
  static List<ServedZone> parse(String key) {
    String rest = key.toLowerCase(Locale.ROOT);
    String scheme = "dns";
    for (String s : SCHEMES) {
      if (rest.startsWith(s + "://")) {
        scheme = s;
        rest = rest.substring(s.length() + 3);
      }
    }
    int colon = rest.lastIndexOf(':');
    String digits = colon < 0 || rest.indexOf(']') > colon ? "" : rest.substring(colon + 1);
    // The colons of an IPv6 block are part of the zone.
    boolean hasPort = !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    int port = defaultPort(scheme);
    if (hasPort) {
      port = digits.length() > 5 ? 0 : Integer.parseInt(digits);
      rest = rest.substring(0, colon);
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("invalid port in \"" + key + "\"");
    }
    String served = scheme;
    int at = port;
    return ZoneNames.expand(rest.isEmpty() ? "." : rest).stream()
        .map(zone -> new ServedZone(served, zone, at))
        .toList();
  }

  private static int defaultPort(String scheme) {
    return switch (scheme) {
      case "tls", "quic" -> 853;
      case "https", "https3", "grpc" -> 443;
      default -> 53;
    };
  }

  /** The key as CoreDNS prints it when it starts. */
  @Override
  public String toString() {
    return scheme + "://" + zone + ":" + port;
  }
}
