package dev.hairpin.lb.elb.nlb;

import dev.hairpin.lb.elb.Arrival;
import dev.hairpin.lb.elb.NewFlow;
import dev.hairpin.lb.elb.TlsSession;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * The access log of a Network Load Balancer, which has lines for TLS listeners only.
 *
 * <p>Source: user guide for Network Load Balancers, "Access logs", "Access log entries"; version
 * 2.0.
 */
public final class TlsAccessLog {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private TlsAccessLog() {}

  /**
   * The line of a connection that has ended.
   *
   * @param opened the connection
   * @param forwarded what became of it, at a TLS listener
   * @param listenerArn the listener
   * @param begun when it was opened
   * @param lasted how long it was open
   * @param receivedBytes from the client, decrypted
   * @param sentBytes to the client, before encryption
   * @return the line
   * @throws IllegalArgumentException if the load balancer ended no TLS
   */
  public static String line(
      NewFlow opened,
      Arrival.Forwarded forwarded,
      String listenerArn,
      Instant begun,
      Duration lasted,
      long receivedBytes,
      long sentBytes) {
    TlsSession tls = forwarded.tls();
    if (tls == null) {
      throw new IllegalArgumentException("only connections of TLS listeners are logged");
    }
    // .../listener/net/NAME/LB/LISTENER: the load balancer is all but the last part.
    String path = listenerArn.substring(listenerArn.indexOf("net/"));
    int slash = path.lastIndexOf('/');
    List<String> offered = opened.hello().protocols();
    String alpn = tls.applicationProtocol() == null ? "-" : tls.applicationProtocol();
    return String.join(
        " ",
        "tls",
        "2.0",
        TIME.format(begun.plus(lasted)),
        path.substring(0, slash),
        path.substring(slash + 1),
        opened.flow().source().toString(),
        opened.flow().destination().toString(),
        Long.toString(lasted.toMillis()),
        "0",
        Long.toString(receivedBytes),
        Long.toString(sentBytes),
        "-",
        tls.certificateArn(),
        "-",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "tlsv12",
        "-",
        tls.serverName() == null ? "-" : tls.serverName(),
        alpn,
        "-",
        offered.isEmpty() ? "-" : "\"" + String.join("\",\"", offered) + "\"",
        TIME.format(begun));
  }
}
