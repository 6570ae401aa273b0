package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Listener;
import java.util.Locale;

/**
 * Where a redirect leads.
 *
 * <p>Source: user guide for Application Load Balancers, "Redirect actions". The Location always
 * names the port, as observed.
 */
final class Redirects {
  private Redirects() {}

  static String location(Action.Redirect redirect, HttpRequest request, Listener listener) {
    String protocol = listener.protocol().isEncrypted() ? "HTTPS" : "HTTP";
    String host = request.host() == null ? "" : request.host();
    String path = request.path().startsWith("/") ? request.path().substring(1) : request.path();
    String port = Integer.toString(listener.port());
    String query = fill(redirect.query(), protocol, host, port, path, request.query());
    return fill(redirect.protocol(), protocol, host, port, path, "").toLowerCase(Locale.ROOT)
        + "://"
        + fill(redirect.host(), protocol, host, port, path, "")
        + ":"
        + fill(redirect.port(), protocol, host, port, path, "")
        + fill(redirect.path(), protocol, host, port, path, "")
        + (query.isEmpty() ? "" : "?" + query);
  }

  /** One pass from left to right, so that what the client sent is never expanded itself. */
  private static String fill(
      String template, String protocol, String host, String port, String path, String query) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      int open = template.indexOf("#{", at);
      int close = open < 0 ? -1 : template.indexOf('}', open);
      if (close < 0) {
        break;
      }
      out.append(template, at, open);
      String name = template.substring(open + 2, close);
      switch (name) {
        case "protocol" -> out.append(protocol.toLowerCase(Locale.ROOT));
        case "host" -> out.append(host);
        case "port" -> out.append(port);
        case "path" -> out.append(path);
        case "query" -> out.append(query);
        default -> out.append(template, open, close + 1);
      }
      at = close + 1;
    }
    return out.append(template.substring(Math.min(at, template.length()))).toString();
  }
}
