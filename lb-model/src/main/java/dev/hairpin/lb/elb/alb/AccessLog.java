package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.TlsSession;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The access log of an Application Load Balancer.
 *
 * <p>Source: user guide for Application Load Balancers, "Access logs", "Access log entries"; the
 * field conn_trace_id is of 2023-11.
 */
final class AccessLog {
  /** The model negotiates no ciphers: every TLS session is of this protocol and suite. */
  static final String TLS_PROTOCOL = "TLSv1.2";

  static final String TLS_CIPHER = "ECDHE-RSA-AES128-GCM-SHA256";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
          "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
      .withZone(ZoneOffset.UTC);

  private AccessLog() {}

  /** What a line says; null and -1 stand for what did not happen. */
  record Entry(
      HttpRequest request,
      Instant begun,
      Duration took,
      String loadBalancerArn,
      SocketAddress client,
      boolean https,
      int listenerPort,
      @Nullable TlsSession tls,
      int status,
      @Nullable SocketAddress target,
      @Nullable Integer targetStatus,
      long sentBytes,
      @Nullable String targetGroupArn,
      String traceId,
      String priority,
      String actions,
      @Nullable String redirectUrl,
      String errorReason,
      RequestCheck.Finding finding) {}

  static String line(Entry e) {
    HttpRequest request = e.request;
    String times = e.target == null ? "-1 -1 -1" : "0.000 " + seconds(e.took) + " 0.000";
    String targetText = e.target == null ? "-" : e.target.toString();
    String targetStatus = e.targetStatus == null ? "-" : Integer.toString(e.targetStatus);
    return String.join(
        " ",
        type(e),
        TIME.format(e.begun.plus(e.took)),
        e.loadBalancerArn.substring(e.loadBalancerArn.indexOf("app/")),
        e.client.toString(),
        targetText,
        times,
        Integer.toString(e.status),
        targetStatus,
        Long.toString(request.headBytes() + request.bodyBytes()),
        Long.toString(e.sentBytes),
        quoted(request.method() + " " + url(e) + " " + request.version()),
        quoted(request.header("user-agent").orElse("-")),
        e.https ? TLS_CIPHER : "-",
        e.https ? TLS_PROTOCOL : "-",
        e.targetGroupArn == null ? "-" : e.targetGroupArn,
        quoted("Root=" + e.traceId),
        quoted(e.tls == null || e.tls.serverName() == null ? "-" : e.tls.serverName()),
        quoted(e.tls == null ? "-" : e.tls.certificateArn()),
        e.priority,
        TIME.format(e.begun),
        quoted(e.actions),
        quoted(e.redirectUrl == null ? "-" : e.redirectUrl),
        quoted(e.errorReason),
        quoted(targetText),
        quoted(targetStatus),
        quoted(e.finding.classification().text()),
        quoted(e.finding.reason()),
        "TID_" + e.traceId.replace("-", "").substring(1));
  }

  private static String type(Entry e) {
    if (e.request.isWebSocket()) {
      return e.https ? "wss" : "ws";
    }
    if (e.request.isGrpc()) {
      return "grpcs";
    }
    if (e.request.version() == HttpVersion.HTTP_2) {
      return "h2";
    }
    return e.https ? "https" : "http";
  }

  private static String url(Entry e) {
    String host = e.request.host() == null ? "-" : e.request.host();
    return (e.https ? "https" : "http") + "://" + host + ":" + e.listenerPort + e.request.target();
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\"", "\\x22") + "\"";
  }

  private static String seconds(Duration d) {
    return String.format(Locale.ROOT, "%.3f", d.toMillis() / 1000.0);
  }
}
