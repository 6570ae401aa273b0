package dev.hairpin.dns.resolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterLookupsTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 7);
  private final ClusterLookups lookups =
      new ClusterLookups(state, "cluster.local", ResolverLibrary.GLIBC);
  private final FakeServers servers =
      new FakeServers().knows("catalog.catalog.svc.cluster.local.", "172.20.83.84");
  private final Source pod = new Source.InPod("ui", "ui-0");

  private void storePod() {
    state.store(new Pod(
        ObjectMeta.of("ui", "ui-0"),
        PodSpec.builder()
            .dnsPolicy("None")
            .dnsConfig(java.util.Map.of(
                "nameservers", List.of("172.20.0.10"),
                "searches", List.of("ui.svc.cluster.local", "svc.cluster.local"),
                "options", List.of(java.util.Map.of("name", "ndots", "value", "5"))))
            .build(),
        "Running",
        List.of("10.0.1.7"),
        "",
        List.of()));
  }

  @Test
  void aPodSeesTheFilesThatItsKubeletGivesIt() {
    storePod();

    Host host = lookups.host(pod);

    assertThat(host.resolvConf()).isEqualTo("""
            search ui.svc.cluster.local svc.cluster.local
            nameserver 172.20.0.10
            options ndots:5
            """);
    assertThat(host.hosts()).endsWith("10.0.1.7\tui-0\n");
  }

  @Test
  void theFrontDoorIsToldEveryQuestion() {
    storePod();

    NameService.Lookup told =
        ClusterLookups.told(lookups.lookup(pod, "catalog.catalog", Chooser.seeded(1), servers));

    assertThat(told.reason()).isEqualTo(Reason.DELIVERED);
    assertThat(told.addresses()).hasToString("[172.20.83.84]");
    assertThat(told.questions())
        .containsExactly(
            new NameService.Asked("catalog.catalog.ui.svc.cluster.local.", "A", "NXDOMAIN", ""),
            new NameService.Asked("catalog.catalog.ui.svc.cluster.local.", "AAAA", "NXDOMAIN", ""),
            new NameService.Asked("catalog.catalog.svc.cluster.local.", "A", "172.20.83.84", ""),
            new NameService.Asked("catalog.catalog.svc.cluster.local.", "AAAA", "(no data)", ""));
  }

  @Test
  void aFailureHasAReason() {
    storePod();

    assertThat(ClusterLookups.told(lookups.lookup(pod, "nosuch", Chooser.seeded(1), servers))
            .reason())
        .isEqualTo(Reason.NO_SUCH_NAME);
    servers.isSilent("172.20.0.10");
    assertThat(ClusterLookups.told(lookups.lookup(pod, "nosuch", Chooser.seeded(1), servers))
            .reason())
        .isEqualTo(Reason.DNS_NO_ANSWER);
  }

  @Test
  void aPodThatDoesNotExistCannotAsk() {
    assertThatThrownBy(() -> lookups.host(pod)).hasMessage("no pod/ui/ui-0");
  }
}
