package dev.hairpin.lb.elb.alb;

import com.google.common.hash.Hashing;
import dev.hairpin.lb.elb.Attributes;
import dev.hairpin.lb.elb.Listener;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What an Application Load Balancer changes in the headers of a request before a target gets it.
 *
 * <p>Source: user guide for Application Load Balancers, "HTTP headers and Application Load
 * Balancers", "Load balancer attributes", "Request tracing".
 */
final class RequestRewriter {
  private static final Set<String> OWN = Set.of("x-forwarded-proto", "x-forwarded-port");

  private RequestRewriter() {}

  static List<Header> headers(
      HttpRequest request,
      SocketAddress client,
      Listener listener,
      Attributes attributes,
      List<Header> claims,
      String traceId) {
    List<Header> out = new ArrayList<>();
    boolean dropInvalid = attributes.flag("routing.http.drop_invalid_header_fields.enabled", false);
    for (Header header : request.headers()) {
      String name = header.name().toLowerCase(Locale.ROOT);
      boolean replaced = OWN.contains(name)
          || name.equals("x-forwarded-for")
          || name.equals("x-amzn-trace-id")
          || claims.stream().anyMatch(c -> c.name().equalsIgnoreCase(name));
      boolean invalid = !header.name().matches("[-A-Za-z0-9]+");
      if (name.equals("host")) {
        out.add(0, new Header("Host", host(header.value(), listener, attributes)));
      } else if (!replaced && !(dropInvalid && invalid)) {
        out.add(header);
      }
    }
    forwardedFor(request, client, attributes, out);
    boolean https = listener.protocol().isEncrypted();
    out.add(new Header("X-Forwarded-Proto", https ? "https" : "http"));
    out.add(new Header("X-Forwarded-Port", Integer.toString(listener.port())));
    out.add(new Header("X-Amzn-Trace-Id", trace(request, traceId)));
    if (https
        && attributes.flag("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", false)) {
      out.add(new Header("x-amzn-tls-version", AccessLog.TLS_PROTOCOL));
      out.add(new Header("x-amzn-tls-cipher-suite", AccessLog.TLS_CIPHER));
    }
    out.addAll(claims);
    return out;
  }

  /**
   * Without {@code routing.http.preserve_host_header.enabled} the listener's port is put behind the
   * host, unless it is the default of the protocol or there already.
   */
  private static String host(String value, Listener listener, Attributes attributes) {
    int standard = listener.protocol().isEncrypted() ? 443 : 80;
    boolean hasPort = value.lastIndexOf(':') > value.lastIndexOf(']');
    boolean keep = attributes.flag("routing.http.preserve_host_header.enabled", false);
    return keep || hasPort || listener.port() == standard ? value : value + ":" + listener.port();
  }

  private static void forwardedFor(
      HttpRequest request, SocketAddress client, Attributes attributes, List<Header> out) {
    String before = String.join(", ", request.headerValues("x-forwarded-for"));
    String mode = attributes.text("routing.http.xff_header_processing.mode", "append");
    if (mode.equals("preserve") && !before.isEmpty()) {
      out.add(new Header("X-Forwarded-For", before));
    } else if (mode.equals("append")) {
      boolean withPort = attributes.flag("routing.http.xff_client_port.enabled", false);
      IpAddress address = request.clientAddress();
      String own =
          withPort ? new SocketAddress(address, client.port()).toString() : address.toString();
      out.add(new Header("X-Forwarded-For", before.isEmpty() ? own : before + ", " + own));
    }
  }

  /** Keeps the client's Root and adds Self; without one the load balancer's id is the Root. */
  private static String trace(HttpRequest request, String traceId) {
    String before = request.header("x-amzn-trace-id").orElse("");
    return before.contains("Root=") ? "Self=" + traceId + ";" + before : "Root=" + traceId;
  }

  /** {@code 1-<8 hex of time>-<24 hex>}, the same for the same request at the same time. */
  static String traceId(HttpRequest request, SocketAddress client, Instant now) {
    String hex = Hashing.sha256()
        .hashString(request + "|" + client + "|" + now, StandardCharsets.UTF_8)
        .toString();
    return String.format(
        Locale.ROOT, "1-%08x-%s", now.getEpochSecond() & 0xffff_ffffL, hex.substring(0, 24));
  }
}
