package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.Cluster;
import dev.hairpin.TrafficEngine;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.path.fast.ConnectionEngine;
import dev.hairpin.path.fast.Fate;
import dev.hairpin.path.fast.TrafficCounts;
import dev.hairpin.path.fast.TrafficLoad;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Millions of connections against the exact shares of the packet walker. */
class TrafficEngineTest {
  private static final TrafficLoad BRISK =
      TrafficLoad.DEFAULT.perSecond(10_000).lasting(Duration.ofMillis(200)).lingering(false);

  private static String url(Cluster cluster) {
    Service nlb = cluster.state().get(Service.class, "ui", "ui-nlb").orElseThrow();
    return "http://" + nlb.loadBalancer().get(0).hostname();
  }

  /** Every count must be within 4 standard deviations of what the exact share says. */
  private static void assertEqualWithinFourSigma(TrafficCounts counts, Shares shares) {
    long n = counts.connections();
    Map<String, Double> expected = new HashMap<>();
    shares
        .ends()
        .forEach((end, share) -> expected.merge(
            end.arrives() ? end.endpoint().substring(0, end.endpoint().lastIndexOf(':')) : "lost",
            share.toDouble(),
            Double::sum));
    Map<String, Long> got = new HashMap<>(counts.perPod());
    got.values().removeIf(v -> v == 0);
    got.put("lost", n - counts.delivered());
    assertThat(counts.fates()).doesNotContainKey(Fate.UNDECIDED);
    got.keySet().forEach(k -> expected.putIfAbsent(k, 0.0));
    expected.forEach((who, share) -> assertThat((double) got.getOrDefault(who, 0L))
        .as("%s: %s of %s, exact shares %s", who, got.getOrDefault(who, 0L), n, shares)
        .isBetween(
            n * share - 4 * Math.sqrt(n * share * (1 - share)) - 1e-6,
            n * share + 4 * Math.sqrt(n * share * (1 - share)) + 1e-6));
  }

  @Test
  void aLoadBalancersTargetsPodsAndZonesGetTheirExactShares() {
    Cluster store = Clusters.store();

    TrafficCounts counts =
        TrafficEngine.of(store).stream("internet", url(store), 1).load(BRISK).run(200_000);

    assertThat(counts.delivered()).isEqualTo(200_000);
    assertEqualWithinFourSigma(counts, store.from("internet").sharesTo(url(store)));
    assertThat(counts.perTarget().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(200_000);
    assertThat(counts.perZone().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(200_000);
  }

  @Test
  void podsReachAServiceByItsNameInExactShares() {
    Cluster store = Clusters.store();
    Pod ui = store.pod("ui/ui");

    TrafficCounts counts = TrafficEngine.of(store).stream(
            "ui/" + ui.metadata().name(), "http://catalog.catalog", 1)
        .load(BRISK)
        .run(50_000);

    assertEqualWithinFourSigma(
        counts, store.from("ui/" + ui.metadata().name()).sharesTo("http://catalog.catalog"));
  }

  @Property(tries = 25, seed = "20260125")
  void randomClustersGiveTheExactSharesOfTheWalker(@ForAll long seed) {
    assertRandomClusterGivesItsExactShares(seed, BRISK.seed(seed), 20_000);
  }

  /** The samples of the law: ten million for each cluster, on two threads. */
  @Property(tries = 2, seed = "107")
  void tenMillionSamplesComeWithinFourDeviationsOfTheExactShares(@ForAll long seed) {
    assertRandomClusterGivesItsExactShares(
        seed, BRISK.seed(seed).batch(8_192).threads(2), 10_000_000);
  }

  private static void assertRandomClusterGivesItsExactShares(
      long seed, TrafficLoad load, long connections) {
    SplittableRandom random = new SplittableRandom(seed);
    Cluster cluster =
        (random.nextBoolean() ? Cluster.kubeadm() : Cluster.eks()).install(KubeProxy.newest());
    int replicas = 1 + random.nextInt(5);
    boolean externalLocal = random.nextBoolean();
    boolean internalLocal = random.nextInt(3) == 0;
    cluster.apply("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop}
        spec:
          replicas: %d
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: client, namespace: shop}
        spec:
          replicas: 1
          selector: {matchLabels: {app: client}}
          template:
            metadata: {labels: {app: client}}
            spec: {containers: [{name: client, image: client}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec:
          type: NodePort
          selector: {app: web}
          externalTrafficPolicy: %s
          internalTrafficPolicy: %s
          ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
        """.formatted(
            replicas, externalLocal ? "Local" : "Cluster", internalLocal ? "Local" : "Cluster"));
    Service web = cluster.state().get(Service.class, "shop", "web").orElseThrow();
    String vip = "tcp://" + web.spec().clusterIp() + ":80";
    String node = cluster.pod("shop/web").spec().nodeName();
    String client = "shop/" + cluster.pod("shop/client").metadata().name();
    String webPod = "shop/" + cluster.pod("shop/web").metadata().name();
    String[][] questions = {
      {client, vip},
      {webPod, vip},
      {"internet/203.0.113.7", "tcp://node/" + node + ":30080"},
      {"internet/203.0.113.7", "tcp://node/" + anotherThan(node, cluster) + ":30080"},
      {client, "tcp://node/" + anotherThan(node, cluster) + ":30080"},
      {client, "tcp://" + cluster.pod(webPod).podIps().get(0) + ":8080"},
      {client, "tcp://" + cluster.pod(webPod).podIps().get(0) + ":9999"},
    };
    String[] question = questions[random.nextInt(questions.length)];

    TrafficCounts counts =
        TrafficEngine.of(cluster).stream(question[0], question[1], 1).load(load).run(connections);

    assertEqualWithinFourSigma(counts, cluster.from(question[0]).sharesTo(question[1]));
  }

  private static String anotherThan(String node, Cluster cluster) {
    return cluster.state().list(dev.hairpin.api.Node.class).stream()
        .map(n -> n.metadata().name())
        .filter(n -> !n.equals(node))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void oneAtATimeBatchesAndThreadsDecideAlike() {
    Cluster store = Clusters.store();
    TrafficEngine engine = TrafficEngine.of(store).stream("internet", url(store), 2).stream(
        "ui/ui", "http://catalog.catalog", 1);
    ConnectionEngine single = engine.load(BRISK.batch(1)).start();
    ConnectionEngine batches = engine.load(BRISK.batch(512)).start();
    ConnectionEngine threads = engine.load(BRISK.batch(4096).threads(2)).start();

    for (int i = 0; i < 3000; i++) {
      assertThat(single.connect()).isEqualTo(Fate.DELIVERED);
      if (i % 100 == 99) {
        batches.run(100);
        assertThat(batches.counts().perPod()).isEqualTo(single.counts().perPod());
      }
    }
    threads.run(3000);

    assertThat(withoutPeaks(batches.counts())).isEqualTo(withoutPeaks(single.counts()));
    assertThat(withoutPeaks(threads.counts())).isEqualTo(withoutPeaks(single.counts()));
    assertThat(batches.lastEndpoint()).isEqualTo(single.lastEndpoint());
  }

  /** The same batches give the same, down to who is evicted from full tables. */
  @Property(tries = 20, seed = "20261125")
  void anyNumberOfThreadsGivesTheSameCounts(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 9) int threads, @ForAll boolean lingers) {
    Cluster store = Clusters.store();
    TrafficEngine engine = TrafficEngine.of(store).stream("internet", url(store), 2).stream(
        "ui/ui", "http://catalog.catalog", 1);
    TrafficLoad load = BRISK.seed(seed).lingering(lingers).batch(300).conntrackMax(500);
    ConnectionEngine one = engine.load(load).start();
    ConnectionEngine many = engine.load(load.threads(threads)).start();

    for (int i = 0; i < 4; i++) {
      assertThat(many.run(1000)).isEqualTo(one.run(1000));
      assertThat(many.lastEndpoint()).isEqualTo(one.lastEndpoint());
    }
    assertThat(many.connect()).isEqualTo(one.connect());
    assertThat(one.counts().fates()).containsKeys(Fate.DELIVERED, Fate.TABLE_FULL);
  }

  /** Peaks are taken at the ends of batches, which differ. */
  private static TrafficCounts withoutPeaks(TrafficCounts c) {
    return new TrafficCounts(
        c.connections(),
        c.fates(),
        c.perStream(),
        c.perPod(),
        c.perNode(),
        c.perZone(),
        c.enteredNode(),
        c.perTarget(),
        c.crossZone(),
        Map.of());
  }

  @Test
  void tablesHoldWhatIsOpenAndWhatLingers() {
    Cluster store = Clusters.store();
    TrafficEngine engine = TrafficEngine.of(store).stream("internet", url(store), 1);
    TrafficLoad load =
        TrafficLoad.DEFAULT.perSecond(100).lasting(Duration.ofSeconds(2)).batch(10);

    Map<String, Integer> forgotten =
        engine.load(load.lingering(false)).run(20_000).conntrackPeak();
    Map<String, Integer> lingering = engine.load(load).run(20_000).conntrackPeak();

    long entries = forgotten.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(entries).isBetween(200L, 600L);
    long more = lingering.values().stream().mapToInt(Integer::intValue).sum();
    // 122 s of connections instead of 2, at every node on the way.
    assertThat(more).isBetween(entries * 30, entries * 80);
  }

  @Test
  void aFullTableDropsNewConnectionsOnly() {
    Cluster store = Clusters.store();
    TrafficLoad load = TrafficLoad.DEFAULT
        .perSecond(100)
        .lasting(Duration.ofSeconds(60))
        .batch(10)
        .conntrackMax(500);

    TrafficCounts counts =
        TrafficEngine.of(store).stream("internet", url(store), 1).load(load).run(6_000);

    assertThat(counts.fates().get(Fate.TABLE_FULL)).isGreaterThan(1000);
    assertThat(counts.delivered()).isGreaterThanOrEqualTo(500);
    assertThat(counts.conntrackPeak().values()).allMatch(peak -> peak <= 500);
  }

  @Test
  void whatTheEngineDoesNotCarryIsRefusedWithItsReason() {
    Cluster store = Clusters.store();
    TrafficEngine engine = TrafficEngine.of(store);

    assertThatThrownBy(engine::start).hasMessage("no traffic: add a stream");
    assertThatThrownBy(() ->
            TrafficEngine.of(store).stream("node/x", "tcp://10.0.0.1:80", 1).start())
        .hasMessageContaining("connections of pods and of clients outside only");
    assertThatThrownBy(() ->
            TrafficEngine.of(store).stream("internet", "http://nowhere", 1).start())
        .hasMessageContaining("could not resolve host: nowhere");
    assertThatThrownBy(() -> TrafficEngine.of(store).stream("internet", "tcp://1.2.3.4:5", -1))
        .hasMessageContaining("it must be above 0");
    assertThatThrownBy(() -> TrafficEngine.of(store).stream("internet/203.0.113.7", url(store), 1)
            .load(TrafficLoad.DEFAULT.perSecond(100_000))
            .start())
        .hasMessageContaining("1 clients have 28232 ports, too few for 100000 open connections");
  }
}
