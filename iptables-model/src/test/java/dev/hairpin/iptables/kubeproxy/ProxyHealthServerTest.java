package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Node;
import dev.hairpin.api.Taint;
import dev.hairpin.net.IpFamily;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProxyHealthServerTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration SYNC_PERIOD = Duration.ofSeconds(30);

  private static ProxyHealthServer server(KubeProxyVersion version) {
    return new ProxyHealthServer(version, SYNC_PERIOD, START);
  }

  private static Instant after(long seconds) {
    return START.plusSeconds(seconds);
  }

  private static Node tainted(String key) {
    return Fixtures.node("a", "192.0.2.1", "")
        .withSchedulability(false, List.of(new Taint(key, "1767225600", "NoSchedule")));
  }

  @Test
  void kubeProxyIsHealthyUntilAChangeHasWaitedForTwiceTheSyncPeriod() {
    ProxyHealthServer server = server(KubeProxyVersion.V1_36);
    server.updated(IpFamily.IPV4, after(1));
    server.queued(IpFamily.IPV4, after(10));
    server.queued(IpFamily.IPV4, after(60));

    assertThat(server.ask("/livez", after(69)).status()).isEqualTo(200);
    assertThat(server.ask("/livez", after(70)).status()).isEqualTo(503);
    assertThat(server.ask("/healthz", after(70)).status()).isEqualTo(503);

    server.updated(IpFamily.IPV4, after(71));

    assertThat(server.ask("/healthz", after(1000)).status()).isEqualTo(200);
  }

  @Test
  void beforeItsFirstSyncKubeProxyIsHealthy() {
    for (KubeProxyVersion version : KubeProxyVersion.values()) {
      ProxyHealthServer server = server(version);
      server.queued(IpFamily.IPV4, START);

      assertThat(server.isHealthy(after(1000))).isTrue();
    }
  }

  @Test
  void theSyncOfOneFamilyHidesTheOthersIn130Only() {
    for (KubeProxyVersion version : KubeProxyVersion.values()) {
      ProxyHealthServer server = server(version);
      server.updated(IpFamily.IPV4, START);
      server.updated(IpFamily.IPV6, START);
      server.queued(IpFamily.IPV4, after(1));
      server.queued(IpFamily.IPV6, after(1));
      server.updated(IpFamily.IPV4, after(2));

      assertThat(server.isHealthy(after(100))).isEqualTo(version == KubeProxyVersion.V1_30);
    }
  }

  @Test
  void aNodeThatIsAboutToGoFailsHealthzButNotLivez() {
    ProxyHealthServer server = server(KubeProxyVersion.V1_36);
    server.updated(IpFamily.IPV4, START);

    server.nodeChanged(tainted("ToBeDeletedByClusterAutoscaler"));

    assertThat(server.ask("/healthz", after(1)).status()).isEqualTo(503);
    assertThat(server.ask("/livez", after(1)).status()).isEqualTo(200);

    server.nodeChanged(tainted("node.kubernetes.io/unschedulable"));

    assertThat(server.ask("/healthz", after(1)).status()).isEqualTo(200);
  }

  @Test
  void v130TellsGosTimesWithTheMonotonicClock() {
    ProxyHealthServer server = server(KubeProxyVersion.V1_30);
    Instant now = START.plusMillis(2500);

    assertThat(server.ask("/healthz", now).body())
        .isEqualTo("{\"lastUpdated\": \"2026-01-01 00:00:02.5 +0000 UTC m=+2.500000000\","
            + "\"currentTime\": \"2026-01-01 00:00:02.5 +0000 UTC m=+2.500000000\","
            + " \"nodeEligible\": true}");
    assertThat(server.ask("/livez", START).body())
        .isEqualTo("{\"lastUpdated\": \"2026-01-01 00:00:00 +0000 UTC m=+0.000000000\","
            + "\"currentTime\": \"2026-01-01 00:00:00 +0000 UTC m=+0.000000000\"}");

    server.nodeChanged(tainted(ProxyHealthServer.TO_BE_DELETED));

    assertThat(server.ask("/healthz", START).body())
        .isEqualTo("{\"lastUpdated\": \"0001-01-01 00:00:00 +0000 UTC\","
            + "\"currentTime\": \"2026-01-01 00:00:00 +0000 UTC m=+0.000000000\","
            + " \"nodeEligible\": false}");
  }

  @Test
  void v136TellsTheHealthOfEachFamily() {
    ProxyHealthServer server = server(KubeProxyVersion.V1_36);
    server.updated(IpFamily.IPV4, after(1));
    server.updated(IpFamily.IPV6, after(2));
    server.queued(IpFamily.IPV6, after(3));

    assertThat(server.ask("/healthz", after(63)).body())
        .isEqualTo("{\"lastUpdated\":\"2026-01-01T00:00:02Z\","
            + "\"currentTime\":\"2026-01-01T00:01:03Z\",\"nodeEligible\":true,\"healthy\":false,"
            + "\"status\":{\"IPv4\":{\"lastUpdated\":\"2026-01-01T00:00:01Z\",\"healthy\":true},"
            + "\"IPv6\":{\"lastUpdated\":\"2026-01-01T00:00:02Z\",\"healthy\":false}}}");
    assertThat(
            server(KubeProxyVersion.V1_36).ask("/livez", START.plusMillis(120)).body())
        .isEqualTo("{\"lastUpdated\":\"2026-01-01T00:00:00.12Z\","
            + "\"currentTime\":\"2026-01-01T00:00:00.12Z\",\"healthy\":true}");
  }

  @Test
  void anyOtherPathIsNotFound() {
    HealthCheckServers.Answer answer = server(KubeProxyVersion.V1_36).ask("/", START);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("404 page not found\n");
    assertThat(answer.headers()).containsEntry("Content-Type", "text/plain; charset=utf-8");
  }
}
