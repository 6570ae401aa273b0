package dev.hairpin;

import com.google.common.base.CharMatcher;
import dev.hairpin.api.Node;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.addon.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a connection is to go.
 *
 * @param text the target as it was said
 * @param scheme {@code http}, {@code https}, {@code tcp}, {@code udp} or {@code sctp}; {@code icmp}
 *     for a host alone
 * @param host the name or address
 * @param address the address, if the host is one or names a node
 * @param port the port; 0 for a host alone
 * @param path the path of a URL with its query, or {@code /}
 */
record Target(
    String text, String scheme, String host, Optional<IpAddress> address, int port, String path) {

  private static final String EXPECTED =
      "expected a URL such as http://ui.ui/, host:port or udp://host:port";

  static Target parse(String text, Cluster cluster) {
    String rest = text.strip();
    String scheme = "tcp";
    int colon = rest.indexOf("://");
    if (colon >= 0) {
      scheme = rest.substring(0, colon).toLowerCase(Locale.ROOT);
      rest = rest.substring(colon + 3);
    }
    if (!List.of("http", "https", "tcp", "udp", "sctp").contains(scheme)) {
      throw new IllegalArgumentException(
          "target \"" + text + "\" has the unknown scheme \"" + scheme + "\"; " + EXPECTED);
    }
    boolean node = rest.startsWith("node/");
    if (node) {
      rest = rest.substring("node/".length());
    }
    int end = endOfAuthority(rest);
    String authority = rest.substring(0, end);
    String path = path(rest.substring(end));
    int bracket = authority.lastIndexOf(']');
    int portAt = authority.indexOf(':', Math.max(bracket, 0));
    boolean bareV6 = bracket < 0 && authority.indexOf(':', portAt + 1) >= 0 && portAt >= 0;
    String host = portAt < 0 || bareV6 ? authority : authority.substring(0, portAt);
    int port = portAt < 0 || bareV6
        ? defaultPort(scheme, text)
        : portOf(authority.substring(portAt + 1), text);
    host = withoutBrackets(host);
    if (host.isEmpty()) {
      throw new IllegalArgumentException("target \"" + text + "\" names no host; " + EXPECTED);
    }
    Optional<IpAddress> address = node ? nodeAddress(host, cluster) : IpAddress.tryParse(host);
    return new Target(text, scheme, host, address, port, path);
  }

  /** RFC 3986: what follows {@code //} goes on to the next slash, question mark or hash. */
  private static int endOfAuthority(String rest) {
    int end = CharMatcher.anyOf("/?#").indexIn(rest);
    return end < 0 ? rest.length() : end;
  }

  /** The path with the query, as it is sent: from a slash on, and without the fragment. */
  private static String path(String rest) {
    int hash = rest.indexOf('#');
    String sent = hash < 0 ? rest : rest.substring(0, hash);
    return sent.startsWith("/") ? sent : "/" + sent;
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /** Reads a host alone: a name or an address, or {@code node/NAME}. */
  static Target parseHost(String text, Cluster cluster) {
    String stripped = text.strip();
    boolean node = stripped.startsWith("node/");
    String host = node ? stripped.substring("node/".length()) : withoutBrackets(stripped);
    Optional<IpAddress> address = node ? nodeAddress(host, cluster) : IpAddress.tryParse(host);
    boolean name = !host.isEmpty() && CharMatcher.anyOf(":/?#[]").matchesNoneOf(host);
    if (address.isEmpty() && !name) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no host; expected a name, an address or node/NAME");
    }
    return new Target(text, "icmp", host, address, 0, "/");
  }

  private static int defaultPort(String scheme, String text) {
    return switch (scheme) {
      case "http" -> 80;
      case "https" -> 443;
      default ->
        throw new IllegalArgumentException("target \"" + text + "\" names no port; " + EXPECTED);
    };
  }

  private static int portOf(String digits, String text) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // falls through to the message below, which says more
    }
    throw new IllegalArgumentException(
        "target \"" + text + "\": port \"" + digits + "\" is not within 1-65535");
  }

  private static Optional<IpAddress> nodeAddress(String name, Cluster cluster) {
    Node node = cluster
        .state()
        .get(Node.class, "", name)
        .orElseThrow(() -> Suggestions.unknown("node", name, cluster.sources().nodeNames()));
    return Optional.of(node.internalIp(IpFamily.IPV4)
        .or(() -> node.internalIp(IpFamily.IPV6))
        .orElseThrow(
            () -> new IllegalArgumentException("node " + name + " has no internal address")));
  }

  Protocol protocol() {
    return switch (scheme) {
      case "udp" -> Protocol.UDP;
      case "sctp" -> Protocol.SCTP;
      default -> Protocol.TCP;
    };
  }

  String verb() {
    return switch (scheme) {
      case "http", "https" -> "calls";
      case "udp" -> "sends a datagram to";
      default -> "connects to";
    };
  }

  HttpRequest request() {
    return HttpRequest.get(scheme.equals("https") ? "https" : "http", host, path);
  }
}
