package dev.hairpin.dns.resolver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.net.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KubeletDnsTest {
  private static final String NODE_FILE = """
      # the node's own
      search old.example.com
      nameserver 10.0.0.2
      search us-west-2.compute.internal. cluster.local
      options timeout:2 edns0
      """;
  private static final KubeletDns KUBELET = new KubeletDns(
      List.of(IpAddress.parse("172.20.0.10")),
      "cluster.local",
      Optional.of(NODE_FILE),
      List.of(IpAddress.parse("10.0.1.5")));

  static Pod pod(PodSpec.Builder spec) {
    return new Pod(
        ObjectMeta.of("shop", "web-0"), spec.build(), "Running", List.of(), "", List.of());
  }

  @Test
  void aPodAsksTheClusterFirst() {
    assertThat(KUBELET.resolvConf(pod(PodSpec.builder()))).hasToString("""
            search shop.svc.cluster.local svc.cluster.local cluster.local us-west-2.compute.internal
            nameserver 172.20.0.10
            options ndots:5
            """);
  }

  @Test
  void aPodInTheNodesNetworkAsksAsTheNodeDoes() {
    assertThat(KUBELET.resolvConf(pod(PodSpec.builder().hostNetwork(true)))).hasToString("""
            search us-west-2.compute.internal cluster.local
            nameserver 10.0.0.2
            options timeout:2 edns0
            """);
    assertThat(KUBELET
            .resolvConf(
                pod(PodSpec.builder().hostNetwork(true).dnsPolicy("ClusterFirstWithHostNet")))
            .nameservers())
        .containsExactly("172.20.0.10");
  }

  @Test
  void thePodsConfigurationIsMergedByName() {
    Map<String, Object> config = Map.of(
        "nameservers", List.of("10.0.0.3", "172.20.0.10"),
        "searches", List.of("corp.internal", "cluster.local"),
        "options", List.of(Map.of("name", "ndots", "value", "2"), Map.of("name", "edns0")));

    assertThat(KUBELET.resolvConf(pod(PodSpec.builder().dnsConfig(config)))).hasToString("""
            search shop.svc.cluster.local svc.cluster.local cluster.local us-west-2.compute.internal corp.internal
            nameserver 172.20.0.10
            nameserver 10.0.0.3
            options ndots:2 edns0
            """);
  }

  @Test
  void withoutAPolicyOnlyTheConfigurationCounts() {
    Map<String, Object> config = Map.of("nameservers", List.of("9.9.9.9"));

    assertThat(KUBELET.resolvConf(pod(PodSpec.builder().dnsPolicy("None").dnsConfig(config))))
        .hasToString("nameserver 9.9.9.9\n");
  }

  @Test
  void theFourthServerIsCutWithAWarning() {
    Map<String, Object> config = Map.of("nameservers", List.of("10.0.0.3", "10.0.0.4", "10.0.0.5"));

    PodResolvConf file = KUBELET.resolvConf(pod(PodSpec.builder().dnsConfig(config)));

    assertThat(file.nameservers()).containsExactly("172.20.0.10", "10.0.0.3", "10.0.0.4");
    assertThat(file.events())
        .containsExactly(new PodResolvConf.Event(
            false,
            "DNSConfigForming",
            "Nameserver limits were exceeded, some nameservers have been omitted, the applied"
                + " nameserver line is: 172.20.0.10 10.0.0.3 10.0.0.4"));
  }

  @Test
  void theSearchListIsCutToThirtyTwoDomains() {
    List<String> many =
        IntStream.range(0, 40).mapToObj(i -> "d" + i + ".example.com").toList();

    PodResolvConf file =
        KUBELET.resolvConf(pod(PodSpec.builder().dnsConfig(Map.of("searches", many))));

    assertThat(file.searches()).hasSize(32).last().isEqualTo("d27.example.com");
    assertThat(file.events())
        .singleElement()
        .extracting(PodResolvConf.Event::message)
        .asString()
        .startsWith("Search Line limits were exceeded, some search paths have been omitted, the"
            + " applied search line is: shop.svc.cluster.local ");
  }

  @Test
  void theSearchListIsCutTo2048Characters() {
    List<String> many =
        IntStream.range(0, 20).mapToObj(i -> "x".repeat(180) + i + ".example").toList();

    PodResolvConf file =
        KUBELET.resolvConf(pod(PodSpec.builder().dnsConfig(Map.of("searches", many))));

    int length = String.join(" ", file.searches()).length();
    assertThat(length).isLessThanOrEqualTo(2048);
    assertThat(length + 1 + many.get(file.searches().size() - 4).length()).isGreaterThan(2048);
  }

  @Test
  void withoutClusterDnsThePodAsksAsTheNodeDoesAndTwoEventsSaySo() {
    KubeletDns kubelet = new KubeletDns(
        List.of(), "cluster.local", Optional.empty(), List.of(IpAddress.parse("10.0.1.5")));

    PodResolvConf file = kubelet.resolvConf(pod(PodSpec.builder()));

    assertThat(file).hasToString("search .\nnameserver 127.0.0.1\n");
    String sentence = "kubelet does not have ClusterDNS IP configured and cannot create Pod using"
        + " \"ClusterFirst\" policy. Falling back to \"Default\" policy.";
    assertThat(file.events())
        .containsExactly(
            new PodResolvConf.Event(true, "MissingClusterDNS", sentence),
            new PodResolvConf.Event(
                false, "MissingClusterDNS", "pod: \"web-0_shop()\". " + sentence));
  }

  @Test
  void anUnknownPolicyAndMalformedConfigurationAreRefused() {
    assertThatThrownBy(() -> KUBELET.resolvConf(pod(PodSpec.builder().dnsPolicy("First"))))
        .hasMessage("Pod shop/web-0: invalid DNSPolicy=First");
    Pod pod = pod(PodSpec.builder().dnsConfig(Map.of("searches", "corp.internal")));
    assertThatThrownBy(() -> KUBELET.resolvConf(pod))
        .hasMessage("Pod shop/web-0: spec.dnsConfig.searches is not a list of strings");
  }
}
