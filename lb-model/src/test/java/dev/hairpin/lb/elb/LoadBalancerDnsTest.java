package dev.hairpin.lb.elb;

import static dev.hairpin.lb.elb.ListenerProtocol.TCP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.trace.Fraction;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadBalancerDnsTest {
  private final Workshop w = new Workshop();
  private final LoadBalancerDns dns = new LoadBalancerDns(w.elb);

  private String networkOnNodes(String... attributes) {
    String lb = w.network(attributes);
    String group = w.group(TargetGroup.instances("ui", TCP, 30080));
    w.elb.createListener(Listener.forwarding(lb, 80, TCP, group));
    w.register(group, 30080, "i-0aa", "i-0bb", "i-0cc");
    w.settle();
    return lb;
  }

  private List<IpAddress> advertised(String lb) {
    return w.elb.loadBalancer(lb).nodes().stream().map(Node::advertisedAddress).toList();
  }

  private LoadBalancerDns.Answer resolve(String lb) {
    return dns.resolve(w.elb.loadBalancer(lb).dnsName(), IpFamily.IPV4).orElseThrow();
  }

  @Test
  void theNameHasTheFormOfItsType() {
    String network = w.network();
    String application = w.application();

    assertThat(w.elb.loadBalancer(network).dnsName())
        .isEqualTo("k8s-ui-uinlb-cad95071ca-dd7f4f2dcc1d8234.elb.us-west-2.amazonaws.com");
    assertThat(w.elb.loadBalancer(application).dnsName())
        .isEqualTo("k8s-retailappgroup-085b071a94-4760549480.us-west-2.elb.amazonaws.com");
    assertThat(application)
        .isEqualTo("arn:aws:elasticloadbalancing:us-west-2:111122223333:loadbalancer/app/"
            + "k8s-retailappgroup-085b071a94/0a8660221f21a335");
  }

  @Test
  void anInternetFacingNameGivesThePublicAddressOfEveryZone() {
    String lb = networkOnNodes();

    assertThat(resolve(lb).addresses()).isEqualTo(advertised(lb)).hasSize(3);
    assertThat(advertised(lb)).allMatch(a -> a.toString().startsWith("198.51.100."));
    assertThat(resolve(lb).timeToLive()).hasSeconds(60);
  }

  @Test
  void aZoneWithoutHealthyTargetLeavesTheAnswer() {
    String lb = networkOnNodes();
    w.fail("i-0bb");

    assertThat(resolve(lb).addresses())
        .containsExactly(advertised(lb).get(0), advertised(lb).get(2));
    assertThat(resolve(lb).removedZones()).containsExactly(Workshop.B);
  }

  @Test
  void ifNoZoneIsHealthyAllAreAnswered() {
    String lb = networkOnNodes();
    w.fail("i-0aa", "i-0bb", "i-0cc");

    assertThat(resolve(lb).addresses()).isEqualTo(advertised(lb));
    assertThat(resolve(lb).failOpen()).isTrue();
  }

  @Test
  void withCrossZoneEveryZoneIsHealthyAsLongAsOneTargetIs() {
    String lb = networkOnNodes(LoadBalancer.CROSS_ZONE, "true");
    w.fail("i-0aa", "i-0bb");

    assertThat(resolve(lb).addresses()).isEqualTo(advertised(lb));
  }

  @Test
  void aZonalNameGivesThatZone() {
    String lb = networkOnNodes();
    String name = "us-west-2b." + w.elb.loadBalancer(lb).dnsName();

    assertThat(dns.resolve(name, IpFamily.IPV4).orElseThrow().addresses())
        .containsExactly(advertised(lb).get(1));
  }

  @Test
  void zonalAffinityKeepsClientsOfTheVpcInTheirZone() {
    String lb = networkOnNodes("dns_record.client_routing_policy", "availability_zone_affinity");
    String name = w.elb.loadBalancer(lb).dnsName();

    assertThat(Outcomes.of(
            c -> dns.resolve(name, IpFamily.IPV4, Workshop.B, c).orElseThrow().addresses()))
        .containsOnlyKeys(List.of(advertised(lb).get(1)));
    w.fail("i-0bb");
    assertThat(Outcomes.of(c -> dns.resolve(name, IpFamily.IPV4, Workshop.B, c)
            .orElseThrow()
            .addresses()
            .size()))
        .containsOnlyKeys(2);
  }

  @Test
  void partialAffinityKeepsEightyFivePercent() {
    String lb =
        networkOnNodes("dns_record.client_routing_policy", "partial_availability_zone_affinity");
    String name = w.elb.loadBalancer(lb).dnsName();

    assertThat(Outcomes.of(c -> dns.resolve(name, IpFamily.IPV4, Workshop.B, c)
            .orElseThrow()
            .addresses()
            .size()))
        .containsEntry(1, Fraction.of(85, 100))
        .containsEntry(3, Fraction.of(15, 100));
  }

  @Test
  void nothingResolvesWhileTheLoadBalancerIsProvisioned() {
    Workshop slow = new Workshop(Timings.TYPICAL);
    LoadBalancerDns slowDns = new LoadBalancerDns(slow.elb);
    String lb = slow.network();
    String name = slow.elb.loadBalancer(lb).dnsName();

    slow.pass(149);
    assertThat(slow.elb.loadBalancer(lb).stateCode()).isEqualTo("provisioning");
    assertThat(slowDns.resolve(name, IpFamily.IPV4)).isEmpty();
    slow.pass(1);
    assertThat(slow.elb.loadBalancer(lb).stateCode()).isEqualTo("active");
    assertThat(slowDns.resolve(name + ".", IpFamily.IPV4)).isPresent();
  }

  @Test
  void theSameSeedGivesTheSameAddresses() {
    Workshop other = new Workshop();
    String lb = w.network();
    other.network();

    assertThat(other.elb.loadBalancer(lb).nodes())
        .isEqualTo(w.elb.loadBalancer(lb).nodes());
  }
}
