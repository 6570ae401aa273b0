package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.api.Pod;
import dev.hairpin.dns.ClusterDns;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.dns.DnsLoad;
import dev.hairpin.dns.ReplicaFault;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Trace;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class NamesOverTheNetworkTest {
  private static final String CLIENT = "shop/client";
  private static final String SHOP = """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: shop}
      spec:
        selector: {app: web}
        ports: [{port: 80, targetPort: 8080}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: web, namespace: shop, labels: {app: web}}
      spec:
        containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: client, namespace: shop}
      spec:
        containers: [{name: client, image: client}]
      """;

  private static Cluster shop(CoreDns dns) {
    Cluster cluster = Cluster.kubeadm().install(KubeProxy.newest()).install(dns);
    cluster.apply(SHOP);
    return cluster;
  }

  private static ClusterDns dnsOf(Cluster cluster) {
    return cluster.component(ClusterDns.class).orElseThrow();
  }

  private static List<String> coreDnsPods(Cluster cluster) {
    return cluster.state().list(Pod.class).stream()
        .filter(p -> p.metadata().name().startsWith("coredns-"))
        .map(p -> p.key().namespacedName())
        .toList();
  }

  private static void stop(Cluster cluster) {
    cluster.controllers().workloads().scale("Deployment", "kube-system", "coredns", 0);
    cluster.advance(Duration.ofSeconds(1));
  }

  @Test
  void aQuestionIsAnsweredByOneOfTheCoreDnsPods() {
    Cluster cluster = shop(CoreDns.kubeadm());

    NameService.Lookup lookup = cluster.lookup(CLIENT, "web");

    assertThat(lookup.reason()).isEqualTo(Reason.DELIVERED);
    assertThat(coreDnsPods(cluster)).hasSize(2);
    assertThat(dnsOf(cluster).load().rows())
        .singleElement()
        .satisfies(row -> assertThat(coreDnsPods(cluster)).contains(row.pod()));
  }

  @Test
  void bothQuestionsOfASocketReachTheSamePodAndManyLookupsSpread() {
    Cluster cluster = shop(CoreDns.kubeadm());

    for (int i = 0; i < 60; i++) {
      NameService.Lookup lookup = cluster.lookup(CLIENT, "web");
      Set<String> answered = lookup.questions().stream()
          .map(q -> q.explanation().substring(0, q.explanation().indexOf(':')))
          .collect(Collectors.toSet());
      assertThat(answered).hasSize(1);
    }

    DnsLoad load = dnsOf(cluster).load();
    assertThat(load.questions()).isEqualTo(120);
    assertThat(load.rows())
        .hasSize(2)
        .allSatisfy(row -> assertThat(row.questions()).isPositive());
  }

  @Test
  void withoutKubeProxyTheAddressOfTheDnsLeadsNowhere() {
    Cluster cluster = Cluster.kubeadm().install(CoreDns.kubeadm());
    cluster.apply(SHOP);

    NameService.Lookup lookup = cluster.lookup(CLIENT, "web");

    assertThat(lookup.addresses()).isEmpty();
    assertThat(lookup.reason()).isEqualTo(Reason.DNS_NO_ANSWER);
    assertThat(lookup.questions().get(0).explanation())
        .startsWith("udp to 10.96.0.10:53: SILENT_WORLD");
  }

  @Test
  void withoutReadyCoreDnsPodsTheQuestionsAreRejectedAndTheTraceSaysWhy() {
    Cluster cluster = shop(CoreDns.kubeadm());
    stop(cluster);

    NameService.Lookup lookup = cluster.lookup(CLIENT, "web");
    Trace trace = cluster.from(CLIENT).to("http://web");

    assertThat(lookup.reason()).isEqualTo(Reason.DNS_NO_ANSWER);
    assertThat(lookup.questions().get(0).answer()).isEqualTo("refused");
    assertThat(lookup.questions().get(0).explanation())
        .startsWith("udp to 10.96.0.10:53: NO_ENDPOINTS at node node-");
    assertThat(trace.outcome().reason()).isEqualTo(Reason.DNS_NO_ANSWER);
    assertThat(trace.outcome().decidedAt()).isEqualTo(lookup.questions().get(0).explanation());
  }

  @Test
  void aSilentPodCostsTheLookupsThatAreSentToItFiveSeconds() {
    Cluster cluster = shop(CoreDns.kubeadm().replicas(1));
    String pod = coreDnsPods(cluster).get(0);
    ClusterDns dns = dnsOf(cluster);

    dns.fault(pod, new ReplicaFault.Silent());
    NameService.Lookup lost = cluster.lookup(CLIENT, "web");
    dns.fault(pod, null);

    assertThat(lost.reason()).isEqualTo(Reason.DNS_NO_ANSWER);
    assertThat(lost.questions().get(0).explanation())
        .isEqualTo(pod + " was reached and did not answer");
    assertThat(cluster.lookup(CLIENT, "web").reason()).isEqualTo(Reason.DELIVERED);
  }

  @Test
  void anOverloadedPodDropsWhatIsTooMuchForASecond() {
    Cluster cluster = shop(CoreDns.kubeadm().replicas(1));
    ClusterDns dns = dnsOf(cluster);
    dns.fault(coreDnsPods(cluster).get(0), new ReplicaFault.Limited(4));

    assertThat(cluster.lookup(CLIENT, "web").reason()).isEqualTo(Reason.DELIVERED);
    assertThat(cluster.lookup(CLIENT, "web").reason()).isEqualTo(Reason.DELIVERED);
    NameService.Lookup third = cluster.lookup(CLIENT, "web");

    // The first two questions of the third lookup are lost and asked again five seconds later.
    assertThat(third.reason()).isEqualTo(Reason.DELIVERED);
    assertThat(third.questions()).hasSize(4);
    assertThat(dns.load().rows().get(0).dropped()).isEqualTo(2);
  }

  @Test
  void eachPodHasACacheOfItsOwn() {
    Cluster cluster = shop(CoreDns.eks());
    for (int i = 0; i < 40; i++) {
      cluster.lookup(CLIENT, "web");
    }

    assertThat(dnsOf(cluster).load().rows()).hasSize(2).allSatisfy(row -> {
      assertThat(row.cacheMisses()).isEqualTo(2);
      assertThat(row.cacheHits()).isEqualTo(row.questions() - 2);
    });
  }

  @Test
  void exactSharesLeaveNoTraceInTheCaches() {
    Cluster cluster = shop(CoreDns.eks());

    assertThat(cluster.from(CLIENT).sharesTo("http://web").toString()).contains("shop/web");

    assertThat(dnsOf(cluster).load().questions()).isZero();
    assertThat(cluster.from(CLIENT).sharesTo("http://web").toString())
        .isEqualTo(cluster.from(CLIENT).sharesTo("http://web").toString());
  }

  @Test
  void sharesCountTheLookupsThatALostPodFails() {
    Cluster cluster = shop(CoreDns.kubeadm());
    dnsOf(cluster).fault(coreDnsPods(cluster).get(0), new ReplicaFault.Silent());

    String shares = cluster.from(CLIENT).sharesTo("http://web").toString();

    // Every retry of glibc leaves from the same socket and reaches the same pod.
    assertThat(shares).contains("1/2").contains("DNS_NO_ANSWER");
  }

  @Test
  void nodeLocalCachesAnswerBesideThePodAndAskCoreDnsOverTcp() {
    StubZones internet =
        new StubZones().add("api.example.com.", 60, IpAddress.parse("203.0.113.10"));
    Cluster cluster = shop(CoreDns.kubeadm().upstream(internet).withNodeLocalCache());

    NameService.Lookup first = cluster.lookup(CLIENT, "web");
    NameService.Lookup second = cluster.lookup(CLIENT, "web");
    NameService.Lookup outside = cluster.lookup(CLIENT, "api.example.com.");

    assertThat(first.reason()).isEqualTo(Reason.DELIVERED);
    assertThat(first.questions().get(0).explanation())
        .startsWith("node-local-dns-")
        .contains("forward: 10.96.0.11:53 answered");
    assertThat(second.questions().get(0).explanation()).contains("cache: an answer of which");
    assertThat(outside.addresses()).containsExactly(IpAddress.parse("203.0.113.10"));
    assertThat(dnsOf(cluster).load().rows().stream()
            .filter(r -> r.pod().startsWith("kube-system/coredns-"))
            .mapToLong(DnsLoad.Row::questions)
            .sum())
        .isEqualTo(2);
  }

  @Test
  void withoutItsNodeLocalCacheANodeAsksCoreDnsItself() {
    Cluster cluster = shop(CoreDns.kubeadm().withNodeLocalCache());
    cluster.delete("DaemonSet", "kube-system/node-local-dns");
    cluster.advance(Duration.ofMinutes(1));

    assertThat(cluster.lookup(CLIENT, "web").questions().get(0).explanation())
        .startsWith("coredns-");
  }

  @Test
  void whoIsAskedDirectlyNeedsNoNetwork() {
    Cluster cluster = Cluster.kubeadm().install(CoreDns.kubeadm().askedDirectly());
    cluster.apply(SHOP);

    assertThat(coreDnsPods(cluster)).isEmpty();
    assertThat(cluster.lookup(CLIENT, "web").reason()).isEqualTo(Reason.DELIVERED);
  }

  @Test
  void onlyCoreDnsPodsHaveFaults() {
    Cluster cluster = shop(CoreDns.kubeadm());

    assertThatThrownBy(() -> dnsOf(cluster).fault(CLIENT, new ReplicaFault.Silent()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shop/client is no pod of CoreDNS");
  }
}
