package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.hairpin.Cluster;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.control.Timing;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.whatif.CapacityReport;
import dev.hairpin.whatif.Delta;
import dev.hairpin.whatif.Figure;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.Rollout;
import dev.hairpin.whatif.RolloutReport;
import dev.hairpin.whatif.Scenario;
import dev.hairpin.whatif.Traffic;
import dev.hairpin.whatif.WhatIf;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What-ifs of a cluster that was read from a dump, in which no controllers run by themselves. */
class SnapshotScenariosTest {
  private static final Traffic SHOPPERS =
      Traffic.between("internet", "service/ui/ui-nlb").named("shoppers").perSecond(400);
  private static final Traffic INSIDE =
      Traffic.between("ui/ui", "http://catalog.catalog").named("inside").perSecond(90);

  /** What a dump is asked of {@code kubectl get}; there are no ControllerRevisions, as a rule. */
  private static final Set<String> DUMPED = Set.of(
      "Node",
      "Namespace",
      "Service",
      "EndpointSlice",
      "Ingress",
      "Deployment",
      "ReplicaSet",
      "StatefulSet",
      "DaemonSet",
      "Pod");

  private final Cluster live = Clusters.store();

  @TempDir
  Path dir;

  private record Ran(int code, String out, String err) {}

  private static Ran run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = HairpinCommand.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
    return new Ran(code, out.toString(), err.toString());
  }

  private Path dump(Cluster cluster, Predicate<KubeObject> which) throws IOException {
    List<KubeObject> objects = cluster.state().kinds().stream()
        .flatMap(kind -> cluster.state().list(kind).stream())
        .filter(object -> DUMPED.contains(object.kind()))
        .filter(which)
        .toList();
    return Files.writeString(dir.resolve("dump.yaml"), Manifests.toYaml(objects));
  }

  private Cluster snapshot(Cluster cluster, Predicate<KubeObject> which) throws IOException {
    return new Clusters(1, KubeProxyVersion.V1_36).of(dump(cluster, which));
  }

  private Cluster snapshot() throws IOException {
    return snapshot(live, object -> true);
  }

  /** Sums of workloads and nodes, which names and addresses of new pods do not change. */
  private static Map<String, Double> sums(CapacityReport report) {
    Set<Metric> others = EnumSet.of(Metric.SUBNET_ADDRESSES, Metric.RULE_BYTES);
    Map<String, Double> sums = new TreeMap<>();
    for (Figure figure : report.figures()) {
      if (!others.contains(figure.metric())) {
        sums.merge(figure.metric() + " of " + figure.group(), figure.value(), Double::sum);
      }
    }
    return sums;
  }

  private static Map<String, String> addressesOf(Cluster cluster) {
    Map<String, String> addresses = new TreeMap<>();
    for (Pod pod : cluster.state().list(Pod.class)) {
      addresses.put(pod.key().namespacedName(), String.join(" ", pod.podIps()));
    }
    return addresses;
  }

  /** The model of the live cluster and the dump of it answer the same questions alike. */
  @Test
  void aDumpAnswersAsTheClusterThatItIsOf() throws IOException {
    String node = live.pod("ui/ui").spec().nodeName();
    WhatIf ofLive = WhatIf.on(live).traffic(SHOPPERS, INSIDE);
    WhatIf ofDump = WhatIf.on(snapshot()).traffic(SHOPPERS, INSIDE);
    for (Scenario scenario : List.of(
        Scenario.named("a zone less").losingZone("us-west-2a"),
        Scenario.named("a node less").losingNode(node),
        Scenario.named("any node less").losingNodes(1),
        Scenario.named("more pods").scaling("Deployment", "ui/ui", 6),
        Scenario.named("no pod").scaling("Deployment", "catalog/catalog", 0),
        Scenario.named("not ready").with(new Delta.NotReady("catalog/catalog")),
        Scenario.named("gone").with(new Delta.Delete("Deployment", "catalog/catalog")),
        Scenario.named("more traffic").times(2))) {
      Map<String, Double> there = sums(ofLive.given(scenario));
      Map<String, Double> here = sums(ofDump.given(scenario));
      assertThat(here).as(scenario.name()).containsOnlyKeys(there.keySet());
      here.forEach((figure, sum) -> assertThat(sum)
          .as(scenario.name() + ": " + figure)
          .isCloseTo(there.get(figure), withinPercentage(1e-9)));
    }
    assertThat(sums(ofDump.given(Scenario.named("more").scaling("Deployment", "ui/ui", 6)))
            .get("pod new connections of ui/ui"))
        .isCloseTo(400, within(1e-9));
  }

  @Test
  void aWorkloadWithoutPodsIsNotAskedForAgain() throws IOException {
    Scenario none = Scenario.named("no pod").scaling("Deployment", "ui/ui", 0);
    for (Cluster cluster : List.of(live, snapshot())) {
      assertThatThrownBy(() -> WhatIf.on(cluster).traffic(INSIDE).given(none))
          .hasMessage("ui/ui has no pod");
    }
  }

  /** What runs goes on as it was, and what it knows is what was dumped. */
  @Test
  void whereEverythingHadSettledControllersChangeNothing() throws IOException {
    Cluster snapshot = snapshot();
    Cluster fork = snapshot.forkWithControllers(Timing.INSTANT).advance(Duration.ofHours(1));

    for (String kind : DUMPED) {
      assertThat(fork.state().list(kind))
          .as(kind)
          .containsExactlyElementsOf(snapshot.state().list(kind));
    }
    assertThat(snapshot.isSnapshot()).isTrue();
    assertThat(fork.isSnapshot()).isFalse();
  }

  @Test
  void newPodsGetAddressesOfTheirOwnAndTheOthersKeepTheirs() throws IOException {
    Cluster bare = Cluster.builder().kubeadm(3).build();
    bare.apply("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {namespace: shop, name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: i}]}
        """);
    for (Cluster cluster : List.of(live, bare)) {
      Cluster snapshot = snapshot(cluster, object -> true);
      String workload = cluster == live ? "ui/ui" : "shop/web";
      Cluster fork = snapshot.forkWithControllers(Timing.INSTANT);
      fork.controllers()
          .workloads()
          .scale("Deployment", workload.split("/", -1)[0], workload.split("/", -1)[1], 12);
      Map<String, String> before = addressesOf(snapshot);
      Map<String, String> after = addressesOf(fork.advance(Duration.ZERO));

      assertThat(after).containsAllEntriesOf(before).hasSizeGreaterThan(before.size() + 8);
      Set<String> own = new HashSet<>();
      for (Pod pod : fork.state().list(Pod.class)) {
        assertThat(pod.isReady()).as(pod.key().toString()).isTrue();
        if (!pod.spec().hostNetwork()) {
          assertThat(own.add(pod.podIps().get(0))).as(pod.podIps().toString()).isTrue();
          Node node = fork.state().get(Node.class, "", pod.spec().nodeName()).orElseThrow();
          node.podCidrs()
              .forEach(block -> assertThat(
                      Cidr.parse(block).contains(IpAddress.parse(pod.podIps().get(0))))
                  .isTrue());
        }
      }
    }
  }

  @Test
  void whatControllersWouldMakeOnceMoreIsMissedWithWordsAndNothingElse() throws IOException {
    Scenario less = Scenario.named("less").losingNodes(1);
    String command = "; a dump in which something is to happen holds all of \"kubectl get ";
    assertThatThrownBy(() ->
            WhatIf.on(snapshot(live, o -> !o.kind().equals("ReplicaSet"))).given(less))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .startsWith("Pod assets/assets-")
        .contains(" belongs to ReplicaSet assets/assets-")
        .contains(", which is not in the snapshot" + command);
    assertThatThrownBy(() ->
            WhatIf.on(snapshot(live, o -> !o.kind().equals("Pod"))).given(less))
        .message()
        .startsWith("ReplicaSet assets/assets-")
        .contains(" tells of 1 pod, but its pods are not in the snapshot" + command);
    assertThatThrownBy(() ->
            WhatIf.on(snapshot(live, o -> !o.kind().matches("Pod|ReplicaSet"))).given(less))
        .message()
        .startsWith("Deployment assets/assets tells of 1 pod, but its ReplicaSets are not in the");
    Cluster noPods = snapshot(live, o -> !o.kind().equals("ReplicaSet"));
    assertThat(WhatIf.on(noPods)
            .traffic(SHOPPERS)
            .given(Scenario.named("twice").times(2))
            .of(Metric.POD_ARRIVALS))
        .as("traffic needs no controllers")
        .hasSize(1);
  }

  /**
   * {@code kubectl get all} does not list them; but where some are dumped they are what there is.
   */
  @Test
  void slicesThatWereNotDumpedFollowFromServicesAndPods() throws IOException {
    Cluster without = snapshot(live, o -> !o.kind().equals("EndpointSlice"));
    Cluster some = snapshot(
        live, o -> !o.kind().equals("EndpointSlice") || o.metadata().namespace().equals("ui"));

    assertThat(sums(WhatIf.on(without).traffic(SHOPPERS, INSIDE).asIs()))
        .isEqualTo(sums(WhatIf.on(live).traffic(SHOPPERS, INSIDE).asIs()));
    assertThat(WhatIf.on(some).traffic(INSIDE).asIs().of(Metric.LOST)).hasSize(1);
  }

  @Test
  void aRolloutOfADumpCostsWhatItCostsInTheCluster() throws IOException {
    Cluster realTime = Clusters.storeInRealTime();
    Traffic shoppers = Traffic.between("internet", "ingress/ui/ui").perSecond(30);
    RolloutReport there = Rollout.of(realTime, "ui/ui").under(shoppers).with(0);
    Path file = dump(realTime, object -> true);
    RolloutReport here = Rollout.of(
            new Clusters(1, KubeProxyVersion.V1_36).inRealTime(file), "ui/ui")
        .under(shoppers)
        .with(0);

    assertThat(here.lost()).containsOnlyKeys(there.lost().keySet());
    assertThat(here.lostConnections())
        .isCloseTo(there.lostConnections(), within(0.2 * there.lostConnections()));
    assertThatThrownBy(() -> Rollout.of(snapshot(), "ui/ui"))
        .hasMessage("nothing is ever updated in a snapshot; ask what"
            + " forkWithControllers(Timing.REALISTIC) makes of it");
  }

  @Test
  void theCommandAnswersOfADumpOrSaysWhatIsMissing() throws IOException {
    Path file = Files.writeString(dir.resolve("s.yaml"), """
        traffic: [{from: internet, to: ingress/ui/ui, connectionsPerSecond: 100}]
        scenarios:
          - {name: ten, changes: [scale: {name: ui/ui, replicas: 10}]}
          - {name: less, changes: [loseNodes: 1]}
        ...
        """);
    String dump = dump(live, object -> true).toString();
    Ran ran = run("whatif", "--cluster", dump, file.toString());
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out().replaceAll(" +", " "))
        .contains("pod requests of ui/ui, req/s 100 10 100\n");
    assertThat(run("sweep", "--cluster", dump, file.toString()).out()).startsWith("2 of 2 cells");
    Ran rollout = run("whatif", "--cluster", dump, "--rollout", "ui/ui", file.toString());
    assertThat(rollout.err()).isEmpty();
    assertThat(rollout.out()).contains("smallest safe preStop: ");

    dump(live, object -> !object.kind().equals("ReplicaSet"));
    for (Ran refused : List.of(
        run("whatif", "--cluster", dump, file.toString()),
        run("sweep", "--cluster", dump, file.toString()),
        run("whatif", "--cluster", dump, "--rollout", "ui/ui", file.toString()))) {
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).startsWith("hairpin: Pod assets/assets-").hasLineCount(1);
    }
  }

  /** One front end more than the nodes have room for: the update waits for its first new pod. */
  @Test
  void anUpdateThatIsStuckIsToldWithItsReason() throws IOException {
    Path manifests = Files.writeString(dir.resolve("full.yaml"), """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {namespace: shop, name: web}
        spec:
          replicas: 3
          strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: i, resources: {requests: {cpu: 1500m}}}]}
        """);
    Path none = Files.writeString(dir.resolve("none.yaml"), "traffic: []\n...\n");
    Ran ran =
        run("whatif", "--cluster", manifests.toString(), "--rollout", "shop/web", none.toString());

    assertThat(ran.code()).as(ran.err()).isEqualTo(1);
    assertThat(ran.out())
        .startsWith("the update of shop/web does not come to an end; for an hour nothing of it has"
            + " changed; shop/web-")
        .contains(" is not ready: 0/3 nodes are available: 3 Insufficient cpu");
  }

  /** The blocks of Services are those of the ServiceCIDR, or those that addresses in use lie in. */
  @Test
  void newServicesOfADumpGetAddressesWhereTheOthersHaveTheirs() throws IOException {
    Cluster snapshot = snapshot();
    assertThat(snapshot.api().config().serviceCidrs()).containsExactly(Cidr.parse("172.20.0.0/16"));
    snapshot.apply("""
        apiVersion: v1
        kind: Service
        metadata: {namespace: ui, name: new}
        spec: {ports: [{port: 80}], selector: {a: b}}
        """);
    String address =
        snapshot.state().get(Service.class, "ui", "new").orElseThrow().spec().clusterIp();
    assertThat(address).startsWith("172.20.");
    assertThat(WhatIf.on(snapshot).asIs().of(Metric.CLUSTER_IPS))
        .extracting(Figure::subject, Figure::remark)
        .containsExactly(tuple("172.20.0.0/16", "block guessed of the addresses in use"));
    assertThat(WhatIf.on(live).asIs().of(Metric.CLUSTER_IPS))
        .extracting(Figure::remark)
        .containsExactly("");
  }
}
