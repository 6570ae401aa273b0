package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.Node;
import dev.hairpin.iptables.kubeproxy.HealthCheckServers.Answer;
import dev.hairpin.net.IpFamily;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server that tells whether this kube-proxy keeps up with the cluster: {@code /livez} for
 * those who would restart it, and {@code /healthz} for load balancers, which is also unhealthy
 * while the node is about to go away.
 *
 * <p>kube-proxy is unhealthy if a change has been waiting for twice the sync period.
 *
 * <p>Source: {@code pkg/proxy/healthcheck/proxier_health.go} of v1.30 and {@code proxy_health.go}
 * of v1.36.
 */
public final class ProxyHealthServer {

  /** The taint by which the cluster autoscaler announces that it will remove a node. */
  static final String TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler";

  /** The time of something that never happened, as Go has it. */
  private static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

  private static final DateTimeFormatter GO_TEXT =
      time("uuuu-MM-dd HH:mm:ss").appendLiteral(" +0000 UTC").toFormatter(Locale.ROOT);
  private static final DateTimeFormatter RFC_3339 =
      time("uuuu-MM-dd'T'HH:mm:ss").appendLiteral('Z').toFormatter(Locale.ROOT);

  private final KubeProxyVersion version;
  private final Duration patience;
  private final Instant started;
  private final Map<IpFamily, Instant> updated = new EnumMap<>(IpFamily.class);
  private final Map<IpFamily, Instant> oldestQueued = new EnumMap<>(IpFamily.class);
  private boolean nodeEligible;

  private static DateTimeFormatterBuilder time(String pattern) {
    return new DateTimeFormatterBuilder()
        .appendPattern(pattern)
        .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true);
  }

  ProxyHealthServer(KubeProxyVersion version, Duration syncPeriod, Instant started) {
    this(version, syncPeriod.multipliedBy(2), started, true);
  }

  private ProxyHealthServer(
      KubeProxyVersion version, Duration patience, Instant started, boolean nodeEligible) {
    this.version = version;
    this.patience = patience;
    this.started = started;
    this.nodeEligible = nodeEligible;
  }

  /** An independent copy. */
  ProxyHealthServer copy() {
    ProxyHealthServer copy = new ProxyHealthServer(version, patience, started, nodeEligible);
    copy.updated.putAll(updated);
    copy.oldestQueued.putAll(oldestQueued);
    return copy;
  }

  /** v1.30 has one entry for both families, so that either's sync passes for both. */
  private IpFamily entryOf(IpFamily family) {
    return version.watchesHealthByFamily() ? family : IpFamily.IPV4;
  }

  /** A change waits for the next sync of a family. */
  void queued(IpFamily family, Instant now) {
    // Before its first sync kube-proxy is healthy, however long that takes.
    if (updated.containsKey(entryOf(family))) {
      oldestQueued.putIfAbsent(entryOf(family), now);
    }
  }

  /** A family's sync has succeeded. */
  void updated(IpFamily family, Instant now) {
    oldestQueued.remove(entryOf(family));
    updated.put(entryOf(family), now);
  }

  void nodeChanged(Node node) {
    nodeEligible = node.metadata().deletionTimestamp() == null
        && node.taints().stream().noneMatch(taint -> taint.key().equals(TO_BE_DELETED));
  }

  /**
   * Whether kube-proxy keeps up.
   *
   * @param now the time
   * @return what {@code /livez} says
   */
  public boolean isHealthy(Instant now) {
    return oldestQueued.keySet().stream().allMatch(family -> isHealthy(family, now));
  }

  private boolean isHealthy(IpFamily family, Instant now) {
    @Nullable Instant queued = oldestQueued.get(family);
    return queued == null || Duration.between(queued, now).compareTo(patience) < 0;
  }

  /**
   * Whether the node is to stay: it is not being deleted, and the cluster autoscaler does not want
   * to remove it.
   *
   * @return whether it counts as a target of load balancers
   */
  public boolean isNodeEligible() {
    return nodeEligible;
  }

  /**
   * Answers a request.
   *
   * @param path the path, such as {@code /healthz}
   * @param now the time
   * @return 200 or 503 with JSON; 404 for any other path
   */
  public Answer ask(String path, Instant now) {
    return switch (path) {
      case "/healthz" -> answer(now, true);
      case "/livez" -> answer(now, false);
      default -> new Answer(404, headers("text/plain; charset=utf-8"), "404 page not found\n");
    };
  }

  private static Map<String, String> headers(String contentType) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", contentType);
    headers.put("X-Content-Type-Options", "nosniff");
    return headers;
  }

  private Answer answer(Instant now, boolean ofNode) {
    boolean good = isHealthy(now) && (nodeEligible || !ofNode);
    // Old releases synced without a change too, and whoever reads the answer of a healthy
    // kube-proxy may expect a recent time.
    Instant last =
        good ? now : updated.values().stream().max(Instant::compareTo).orElse(NEVER);
    String body = version.reportsHealthByFamily()
        ? byFamily(last, now, ofNode)
        : "{\"lastUpdated\": \"" + goText(last) + "\",\"currentTime\": \"" + goText(now) + "\""
            + (ofNode ? ", \"nodeEligible\": " + nodeEligible : "") + "}";
    return new Answer(good ? 200 : 503, headers("application/json"), body);
  }

  private String byFamily(Instant last, Instant now, boolean ofNode) {
    StringBuilder body = new StringBuilder(256)
        .append("{\"lastUpdated\":\"")
        .append(rfc3339(last))
        .append("\",\"currentTime\":\"")
        .append(rfc3339(now))
        .append('"');
    if (ofNode) {
      body.append(",\"nodeEligible\":").append(nodeEligible);
    }
    body.append(",\"healthy\":").append(isHealthy(now));
    String before = ",\"status\":{";
    for (Map.Entry<IpFamily, Instant> entry : updated.entrySet()) {
      body.append(before)
          .append('"')
          .append(entry.getKey())
          .append("\":{\"lastUpdated\":\"")
          .append(rfc3339(entry.getValue()))
          .append("\",\"healthy\":")
          .append(isHealthy(entry.getKey(), now))
          .append('}');
      before = ",";
    }
    return body.append(updated.isEmpty() ? "}" : "}}").toString();
  }

  private static String rfc3339(Instant time) {
    return RFC_3339.format(time.atOffset(ZoneOffset.UTC));
  }

  /** A time as Go prints it, with the reading of the monotonic clock since the process started. */
  private String goText(Instant time) {
    String text = GO_TEXT.format(time.atOffset(ZoneOffset.UTC));
    if (time.equals(NEVER)) {
      return text;
    }
    Duration running = Duration.between(started, time);
    return text
        + String.format(Locale.ROOT, " m=+%d.%09d", running.toSeconds(), running.toNanosPart());
  }
}
