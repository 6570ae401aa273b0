package dev.hairpin.dns.resolver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Namespace;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeInfo;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.ClusterDns;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Source;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The counts are those that were measured from a pod of EKS with glibc 2.36 and musl 1.2.3: search
 * list of four domains, A and AAAA.
 */
class AmplificationTest {
  private static final Source POD = new Source.InPod("ui", "ui-0");
  private static final List<String> NAMES = List.of(
      "ui",
      "ui.ui",
      "ui.ui.svc",
      "ui.ui.svc.cluster.local",
      "api.github.com",
      "a.b.c.d.e.example.com");

  private static ClusterDns eks(ResolverLibrary library) {
    ClusterState state = new ClusterState(new VirtualClock(), 1);
    state.store(new Node(
        ObjectMeta.of("", "node").withLabels(Map.of("topology.kubernetes.io/region", "us-west-2")),
        List.of(),
        "",
        false,
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        new NodeInfo("v1.36.3", "", "", "", "amd64")));
    state.store(new Namespace(ObjectMeta.of("", "ui")));
    state.store(new Service(
        ObjectMeta.of("ui", "ui"),
        ServiceSpec.builder()
            .clusterIps(List.of("172.20.31.7"))
            .ports(List.of(ServicePort.tcp("http", 80, 8080)))
            .build(),
        List.of(),
        List.of()));
    state.store(new Pod(
        ObjectMeta.of("ui", "ui-0"),
        PodSpec.builder().nodeName("node").build(),
        "Running",
        List.of("10.42.1.9"),
        "",
        List.of()));
    StubZones internet = StubZones.withoutNames()
        .add("api.github.com.", 60, IpAddress.parse("203.0.113.10"))
        .add("a.b.c.d.e.example.com.", 60, IpAddress.parse("203.0.113.11"));
    return CoreDns.eks().upstream(internet).askedBy(library).start(state);
  }

  @Test
  void namesCostAPodOfEksWhatTheyCostWithGlibc() {
    assertThat(eks(ResolverLibrary.GLIBC).amplification(POD, NAMES)).hasToString("""
        glibc-2.36                  ndots:5     ndots:2   final dot
        ui                                2           2   2 (fails)
        ui.ui                             4           4   2 (fails)
        ui.ui.svc                         6           8   2 (fails)
        ui.ui.svc.cluster.local          10           2           2
        api.github.com                   10           2           2
        a.b.c.d.e.example.com             2           2           2""");
  }

  @Test
  void muslNeverWalksTheSearchListForNamesWithEnoughDots() {
    assertThat(eks(ResolverLibrary.MUSL).amplification(POD, NAMES)).hasToString("""
        musl-1.2.3                  ndots:5     ndots:2   final dot
        ui                                2           2   2 (fails)
        ui.ui                             4           4   2 (fails)
        ui.ui.svc                         6   2 (fails)   2 (fails)
        ui.ui.svc.cluster.local          10           2           2
        api.github.com                   10           2           2
        a.b.c.d.e.example.com             2           2           2""");
  }
}
