package dev.hairpin.lb.elb.alb;

import dev.hairpin.lb.elb.TargetDescription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The cookies by which a client keeps its target or target group.
 *
 * <p>Source: user guide for Application Load Balancers, "Sticky sessions". AWS encrypts what is in
 * them; here it is plain Base64, so that the model needs no memory of clients: what the client is
 * bound to and until when.
 */
final class StickyCookies {
  static final String TARGET = "AWSALB";
  static final String GROUP = "AWSALBTG";
  static final String APPLICATION = "AWSALBAPP";

  /** How long browsers keep the load balancer's own cookies; it re-issues them on each response. */
  private static final Duration LIFETIME = Duration.ofDays(7);

  private static final DateTimeFormatter EXPIRES =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  private StickyCookies() {}

  /** What a cookie binds a client to. */
  static String value(String to, Instant until) {
    String plain = until.getEpochSecond() + "|" + to;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads a cookie; nothing if it is not ours or no longer valid. */
  static Optional<String> read(HttpRequest request, String name, Instant now) {
    return request.cookie(name).flatMap(v -> decode(v, now));
  }

  private static Optional<String> decode(String value, Instant now) {
    byte[] plain;
    try {
      plain = Base64.getUrlDecoder().decode(value);
    } catch (IllegalArgumentException e) {
      // The client made it up; a load balancer treats such a cookie as none.
      return Optional.empty();
    }
    String text = new String(plain, StandardCharsets.UTF_8);
    int bar = text.indexOf('|');
    if (bar < 1 || bar > 18 || !text.substring(0, bar).matches("[0-9]+")) {
      return Optional.empty();
    }
    boolean valid = now.getEpochSecond() < Long.parseLong(text.substring(0, bar));
    return valid ? Optional.of(text.substring(bar + 1)) : Optional.empty();
  }

  static String of(TargetDescription target) {
    return target.id() + "|" + target.port();
  }

  /** The two Set-Cookie lines of a cookie of the load balancer's own. */
  static List<Header> lines(String name, String value, Instant now, boolean https) {
    String rest = "; Expires=" + EXPIRES.format(now.plus(LIFETIME)) + "; Path=/";
    return List.of(
        new Header("Set-Cookie", name + "=" + value + rest),
        new Header(
            "Set-Cookie",
            name + "CORS=" + value + rest + "; SameSite=None" + (https ? "; Secure" : "")));
  }

  /** The Set-Cookie lines that bind an application's cookie to a target: one of four shards. */
  static List<Header> applicationLines(String value, Instant now) {
    String rest = "; Expires=" + EXPIRES.format(now.plus(LIFETIME)) + "; Path=/";
    List<Header> lines = new ArrayList<>();
    lines.add(new Header("Set-Cookie", APPLICATION + "-0=" + value + rest));
    for (int shard = 1; shard < 4; shard++) {
      lines.add(new Header("Set-Cookie", APPLICATION + "-" + shard + "=_remove_" + rest));
    }
    return lines;
  }
}
