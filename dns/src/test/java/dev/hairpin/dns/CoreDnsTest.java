package dev.hairpin.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Source;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoreDnsTest {
  private static final Source CLIENT = new Source.InPod("shop", "client");

  private static ClusterState shopWithClient() {
    ClusterState state = Clusters.shop();
    state.store(new Pod(
        ObjectMeta.of("shop", "client"),
        PodSpec.builder().build(),
        "Running",
        List.of("10.244.1.10"),
        "10.0.0.1",
        List.of()));
    return state;
  }

  private static List<String> asked(NameService.Lookup lookup) {
    return lookup.questions().stream().map(q -> q.name() + " " + q.type()).toList();
  }

  @Test
  void aPodFindsAServiceOfItsNamespaceByItsShortName() {
    ClusterDns dns = CoreDns.eks().start(shopWithClient());

    NameService.Lookup lookup = dns.lookup(CLIENT, "web", Chooser.seeded(1));

    assertThat(lookup.addresses()).containsExactly(IpAddress.parse("10.96.20.1"));
    assertThat(lookup.reason()).isEqualTo(Reason.DELIVERED);
    assertThat(asked(lookup))
        .containsExactly("web.shop.svc.cluster.local. A", "web.shop.svc.cluster.local. AAAA");
    assertThat(lookup.questions().get(0).explanation()).isEqualTo("kubernetes: Service shop/web");
  }

  @Test
  void aNameOutsideWalksTheSearchListBeforeItIsFound() {
    StubZones upstream =
        StubZones.withoutNames().add("api.example.com.", 60, IpAddress.parse("203.0.113.10"));
    ClusterDns dns = CoreDns.kubeadm().upstream(upstream).start(shopWithClient());

    NameService.Lookup lookup = dns.lookup(CLIENT, "api.example.com", Chooser.seeded(1));

    assertThat(lookup.addresses()).containsExactly(IpAddress.parse("203.0.113.10"));
    assertThat(lookup.questions()).hasSize(8);
  }

  @Test
  void aNameThatIsNowhereIsNotFound() {
    ClusterDns dns = CoreDns.eks().start(shopWithClient());

    NameService.Lookup lookup = dns.lookup(CLIENT, "nope", Chooser.seeded(1));

    assertThat(lookup.addresses()).isEmpty();
    assertThat(lookup.reason()).isEqualTo(Reason.NO_SUCH_NAME);
  }

  @Test
  void theServiceOfTheDnsGetsTheTenthAddress() {
    ClusterState state = Clusters.shop();
    state.store(Clusters.service("default", "kubernetes", "172.20.0.1"));

    CoreDns.eks().start(state);

    assertThat(new CoreDnsObjects(state).service().orElseThrow().spec().clusterIp())
        .isEqualTo("172.20.0.10");
  }
}
