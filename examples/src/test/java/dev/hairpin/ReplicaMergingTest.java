package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.analysis.Shares;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Pod;
import dev.hairpin.cluster.ApiServer;
import dev.hairpin.dns.ClusterDns;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.dns.ReplicaFault;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.Source;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Replicas of CoreDNS that answer alike are asked once, and the shares stay what they are. */
class ReplicaMergingTest {
  private static final Source APP = new Source.InPod("shop", "app");
  private static final List<String> NAMES = List.of(
      "api.example.com.", "web", "web.shop", "each.shop", "api.example.com", "nobody.example.com");

  /**
   * Questions that nobody answers are asked again, so the ways of the longer lists are too many.
   */
  private static final int FEW_QUESTIONS = 1;

  private static Cluster cluster(CoreDns dns, int replicas) {
    Cluster cluster = Cluster.builder()
        .eks(3)
        .build()
        .install(KubeProxy.newest())
        .install(dns.replicas(replicas)
            .upstream(StubZones.withoutNames()
                .add("api.example.com.", 60, IpAddress.parse("203.0.113.10"))));
    cluster.apply("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: shop, name: app, labels: {app: web}}
        spec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: shop, name: app-2, labels: {app: web}}
        spec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: web}
        spec: {selector: {app: web}, ports: [{port: 8080}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: each}
        spec: {clusterIP: None, selector: {app: web}, ports: [{port: 8080}]}
        """);
    return cluster.advance(Duration.ofMinutes(1));
  }

  private static List<String> replicas(Cluster cluster) {
    return cluster.state().list(Pod.class).stream()
        .filter(pod -> "kube-dns".equals(pod.metadata().labels().get("k8s-app")))
        .map(pod -> pod.key().namespacedName())
        .toList();
  }

  private static Map<Questions.Answer, Fraction> merged(Cluster cluster, String name) {
    return new Questions(cluster)
        .answers(APP, Target.parse("http://" + name + ":8080", cluster), lookup -> {});
  }

  /** The same by one walk for each way, in a copy of the network of its own. */
  private static Map<Questions.Answer, Fraction> everyWay(Cluster cluster, String name) {
    return Outcomes.ofFirst(choices -> cluster
        .wires()
        .walk(
            APP,
            (network, caller) -> Questions.Answer.of(
                cluster.lookups().lookup(APP, name, new OneWay(choices), network))));
  }

  /** A chooser that does not let on that all ways are visited. */
  private record OneWay(Chooser real) implements Chooser {
    @Override
    public boolean happens(long part, long total) {
      return real.happens(part, total);
    }

    @Override
    public int pick(int count) {
      return real.pick(count);
    }

    @Override
    public <S> void shuffle(List<S> things) {
      real.shuffle(things);
    }

    @Override
    public int draw(int count) {
      return real.draw(count);
    }
  }

  @Property(tries = 25)
  void whatIsMergedIsWhatEveryWayComesTo(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CoreDns dns = random.nextInt(4) == 0 ? CoreDns.eks().withNodeLocalCache() : CoreDns.eks();
    Cluster cluster = cluster(dns, 1 + random.nextInt(2));
    ClusterDns running = cluster.component(ClusterDns.class).orElseThrow();
    int names = NAMES.size();
    for (String replica : replicas(cluster)) {
      int fault = random.nextInt(6);
      if (fault == 0) {
        running.fault(replica, new ReplicaFault.Silent());
        names = FEW_QUESTIONS;
      } else if (fault == 1) {
        names = FEW_QUESTIONS;
        running.fault(replica, new ReplicaFault.Delayed(Duration.ofSeconds(6)));
      }
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      cluster.lookup("shop/app", NAMES.get(random.nextInt(NAMES.size()))); // fills a cache
    }
    if (random.nextInt(4) == 0) {
      cluster
          .api()
          .patch(
              new ObjectKey("Service", "kube-system", "kube-dns"),
              ApiServer.PatchType.MERGE,
              Map.of("spec", Map.of("sessionAffinity", "ClientIP")));
      cluster.advance(Duration.ofMinutes(1));
    }
    String name = NAMES.get(random.nextInt(names));

    assertThat(merged(cluster, name)).containsExactlyInAnyOrderEntriesOf(everyWay(cluster, name));
  }

  /** 20 replicas and five questions would be 3.2 million ways. */
  @Test
  void anOutsideNameIsAskedForOfManyReplicasAtOnce() {
    Cluster cluster = cluster(CoreDns.eks(), 20);

    assertThat(merged(cluster, "api.example.com").values()).containsExactly(Fraction.ONE);
    Shares shares = cluster.from("shop/app").sharesTo("each.shop:8080");
    assertThat(shares.byEndpoint()).hasSize(2).containsValue(0.5);
  }

  /**
   * One of four is silent. Whoever meets it asks once more, from another socket; so 15 of 16 are
   * answered, and who is not waits in vain twice.
   */
  @Test
  void aReplicaThatDoesNotAnswerIsToldFromTheOthers() {
    Cluster cluster = cluster(CoreDns.eks(), 4);
    cluster
        .component(ClusterDns.class)
        .orElseThrow()
        .fault(replicas(cluster).get(0), new ReplicaFault.Silent());

    Map<Questions.Answer, Fraction> merged = merged(cluster, "api.example.com.");

    assertThat(merged).containsExactlyInAnyOrderEntriesOf(everyWay(cluster, "api.example.com."));
    assertThat(merged.values().stream().map(Fraction::toDouble))
        .as("one address, one time-out")
        .hasSize(2);
  }

  /** Each of twenty could be asked each of several questions: millions of ways to one answer. */
  @Test
  void whatIsReadOffTracesIsAskedOfEqualReplicasOnce() {
    Cluster cluster = cluster(CoreDns.eks(), 20);
    assertThat(replicas(cluster)).hasSize(20);
    Connection app = cluster.from("shop/app-2");
    Map<String, Fraction> servers = app.distributionTo(
        "http://web.shop:8080", trace -> String.valueOf(trace.outcome().server()));

    assertThat(servers.values())
        .hasSize(2)
        .allSatisfy(share -> assertThat(share.toDouble()).isCloseTo(0.5, within(1e-9)));
    assertThat(app.distributionTo(
            "http://nobody.example.com:8080", trace -> trace.outcome().reason()))
        .containsOnlyKeys(Reason.NO_SUCH_NAME);
  }
}
