package dev.hairpin.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.Cluster;
import dev.hairpin.api.Node;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WhatIfInputsTest {
  private final Cluster cluster = Cluster.builder().eks(3).build();

  @Test
  void negativeFiguresOfTrafficAreRefused() {
    Traffic traffic = Traffic.between("internet", "10.0.0.1:80").named("t");
    assertThatThrownBy(() -> traffic.perSecond(-1))
        .hasMessage("traffic \"t\": connectionsPerSecond -1.0 is not a number from 0 on");
    assertThatThrownBy(() -> traffic.perSecond(Double.NaN))
        .hasMessage("traffic \"t\": connectionsPerSecond NaN is not a number from 0 on");
    assertThatThrownBy(() -> traffic.lasting(Duration.ofSeconds(-2)))
        .hasMessage("traffic \"t\": secondsPerConnection -2.0 is not a number from 0 on");
    assertThatThrownBy(() -> traffic.requests(0))
        .hasMessage("traffic \"t\": requestsPerConnection 0.0 is not a number from 1 on");
    assertThatThrownBy(() -> traffic.bytes(1, Double.POSITIVE_INFINITY))
        .hasMessage("traffic \"t\": responseBytes Infinity is not a number from 0 on");
  }

  /** Nobody has so much; worked out, it would be no number any more. */
  @Test
  void figuresOfTrafficBeyondAllBoundsAreRefused() {
    Traffic traffic = Traffic.between("internet", "10.0.0.1:80").named("t");
    assertThatThrownBy(() -> traffic.bytes(0, 1).perSecond(1e200))
        .hasMessage("traffic \"t\": 1.0E200 octets each second cannot be, 1.0E100 could");
    assertThatThrownBy(() ->
            traffic.bytes(0, 0).perSecond(1e90).lasting(Duration.ofSeconds(1_000_000_000_000_000L)))
        .hasMessage("traffic \"t\": 1.0E105 open connections cannot be, 1.0E100 could");
    assertThat(traffic.lasting(Duration.ofDays(400_000)).secondsPerConnection())
        .as("longer than nanoseconds can say")
        .isEqualTo(400_000 * 86_400.0);
  }

  @Test
  void capacitiesArePositive() {
    assertThatThrownBy(() -> Limits.DEFAULT.pod("ui/ui", 0))
        .hasMessage("capacity podRequestsPerSecond of ui/ui is 0.0, but it must be positive");
    assertThatThrownBy(() -> new Limits(java.util.Map.of(), 0, 0, 1, 1))
        .hasMessage("capacity coreDnsReplicas is 0.0, but it must be positive");
  }

  @Test
  void unknownNamesAreAnsweredWithTheNameThatWasMeant() {
    WhatIf whatIf = WhatIf.on(cluster);
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").losingZone("us-west-2x")))
        .hasMessage("no zone \"us-west-2x\"; did you mean \"us-west-2a\"?");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").losingNode("nowhere")))
        .message()
        .startsWith("no node \"nowhere\"; there are ip-10-42-128-10");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").scaling("Deployment", "ui/u", 3)))
        .hasMessage("no Deployment \"ui/u\"; there is none");
    assertThatThrownBy(() -> whatIf.limits(Limits.DEFAULT.pod("ui/ui", 10)))
        .hasMessage("no workload \"ui/ui\"; there is none");
    assertThatThrownBy(
            () -> whatIf.traffic(Traffic.between("internet", "service/ui/ui")).asIs())
        .message()
        .startsWith("no Service \"ui/ui\"");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").with(new Delta.LoseNodes(4))))
        .hasMessage("4 nodes cannot be lost, there are 3");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").scaling("Deployment", "a/b", -1)))
        .hasMessage("Deployment a/b cannot have -1 replicas, but 0 to 150000");
    assertThatThrownBy(() -> new Delta.Scale("Deployment", "a/b", 2_000_000_000))
        .hasMessage("Deployment a/b cannot have 2000000000 replicas, but 0 to 150000");
    assertThatThrownBy(() -> whatIf.given(Scenario.named("x").times(-2)))
        .hasMessage("traffic cannot be multiplied by -2.0");
  }

  /** Nodes of no zone are not a zone without a name. */
  @Test
  void aZoneHasAName() {
    Cluster bare = Cluster.builder().kubeadm(2).build();
    assertThatThrownBy(() -> WhatIf.on(bare).given(Scenario.named("x").losingZone("")))
        .hasMessage("no zone \"\"; there is none");
  }

  @Test
  void aNodeIsLostOnce() {
    String first = cluster.state().list(Node.class).iterator().next().metadata().name();
    Scenario less = Scenario.named("x").losingNode(first);
    assertThat(WhatIf.on(cluster).given(less.losingNodes(2)).of(Metric.NODE_REQUESTS))
        .isEmpty();
    assertThatThrownBy(() -> WhatIf.on(cluster).given(less.losingNodes(3)))
        .hasMessage("3 nodes cannot be lost, there are 2");
  }

  /** The API lets them; a report must come to an end all the same. */
  @Test
  void ownersThatOwnEachOtherEndNoReport() {
    String set = """
        ---
        apiVersion: apps/v1
        kind: ReplicaSet
        metadata:
          name: %s
          namespace: default
          ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: %s, uid: u, controller: true}]
        spec:
          replicas: 1
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec: {containers: [{name: c, image: i}]}
        """;
    cluster.apply(set.formatted("one", "other") + set.formatted("other", "one"));

    assertThat(WhatIf.on(cluster).asIs().of(Metric.SCALE, "pods").orElseThrow().value())
        .isEqualTo(2);
  }

  /** Also in a namespace that is called as clients outside are. */
  @Test
  void aPodIsNoClientOutsideWhateverItsNamespaceIsCalled() {
    cluster.apply("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: internet-shop}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: web, namespace: internet-shop}
        spec: {containers: [{name: c, image: i}]}
        """);
    for (String from : List.of("internet-shop/web", "pod/internet-shop/web")) {
      assertThat(WhatIf.on(cluster)
              .traffic(Traffic.between(from, "10.0.0.1:80").perSecond(10).named("t"))
              .asIs()
              .of(Metric.CLIENT_PORTS, "internet-shop/web")
              .orElseThrow()
              .value())
          .as(from)
          .isEqualTo(10 * 60.0);
    }
  }

  @Test
  void aSimulationNeedsConnectionsAndARate() {
    Traffic traffic = Traffic.between("internet", "10.0.0.1:80").named("t");
    assertThatThrownBy(() -> WhatIf.on(cluster).traffic(traffic).simulate(0))
        .hasMessage("0 connections show nothing");
    assertThatThrownBy(() -> WhatIf.on(cluster).traffic(traffic.perSecond(0)).simulate(10))
        .hasMessage("no traffic with a rate above 0, so nothing is simulated");
    assertThatThrownBy(() -> WhatIf.on(cluster).simulate(10))
        .hasMessage("no traffic with a rate above 0, so nothing is simulated");
  }

  /**
   * Three m5.large with 27 addresses each: of 100 pods 19 wait, and three subnets hold the rest.
   */
  @Test
  void whatIsScaledBeyondTheAddressesOfNodesWaits() {
    cluster.apply("""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: default}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: i}]}
        """);
    CapacityReport now = WhatIf.on(cluster).asIs();
    CapacityReport many =
        WhatIf.on(cluster).given(Scenario.named("x").scaling("Deployment", "default/web", 100));

    assertThat(now.of(Metric.PENDING_PODS)).isEmpty();
    assertThat(now.total(Metric.SUBNET_ADDRESSES)).hasValue(3 + 1);
    assertThat(many.of(Metric.PENDING_PODS)).hasSize(1).allMatch(Figure::isOver);
    double waiting = many.total(Metric.PENDING_PODS).orElseThrow();
    assertThat(many.total(Metric.POD_ADDRESSES)).hasValue(100 - waiting);
    assertThat(many.of(Metric.SUBNET_ADDRESSES)).hasSize(3).allSatisfy(subnet -> {
      assertThat(subnet.limit()).isEqualTo(8_192 - 5);
      assertThat(subnet.value()).as("three interfaces and their pods").isBetween(28.0, 30.0);
      assertThat(subnet.remark()).isEqualTo("room for 7317 pods on 271 more full m5.large");
    });
    assertThat(now.of(Metric.ENVIRONMENT, "default").orElseThrow().value())
        .as("KUBERNETES_ and seven more")
        .isBetween(300.0, 500.0);
  }

  @Test
  void aNameIsUsedOnce() {
    Traffic traffic = Traffic.between("internet", "10.0.0.1:80").named("t");
    assertThatThrownBy(() -> WhatIf.on(cluster).traffic(traffic, traffic))
        .hasMessage("traffic \"t\" is there twice");
    assertThatThrownBy(() ->
            WhatIf.on(cluster).compare(Scenario.named("x"), Scenario.named("x").times(2)))
        .hasMessage("scenario \"x\" is there twice");
    assertThatThrownBy(() -> WhatIf.on(cluster).compare(Scenario.named("as is").times(2)))
        .hasMessage("scenario \"as is\" is there twice");
  }

  @Test
  void theClusterItselfIsNeverChanged() {
    long version = cluster.state().resourceVersion();
    CapacityReport report = WhatIf.on(cluster).given(Scenario.named("x").losingZone("us-west-2a"));
    assertThat(cluster.state().resourceVersion()).isEqualTo(version);
    assertThat(report.of(Metric.NODE_REQUESTS)).hasSize(2);
    assertThat(WhatIf.on(cluster).asIs().of(Metric.NODE_REQUESTS)).hasSize(3);
  }

  /** Unequal weights, so no closed form: two balls on bins of 3/4 and 1/4 have E[max] 26/16. */
  @Test
  void theHottestPodIsExactForFewConnections() {
    Figure figure = HottestPods.fullest("t", new double[] {1.5, 0.5}, 2, 42);
    assertThat(figure.how()).isEqualTo(Figure.How.EXACT);
    assertThat(figure.value()).isCloseTo(26 / 16.0, within(1e-12));
    assertThat(figure.low()).isEqualTo(figure.high()).isEqualTo(figure.value());
    Figure even = HottestPods.fullest("t", new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 100, 1);
    assertThat(even.value()).isCloseTo(15.125, within(0.001));
  }

  /** 10,000 connections on 10 pods: published as 1.048 of the mean, from 300 placements. */
  @Test
  void theHottestPodIsSimulatedWithinItsIntervalForMany() {
    Figure figure =
        HottestPods.fullest("t", new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 10_000, 7);
    assertThat(figure.how()).isEqualTo(Figure.How.SIMULATED);
    assertThat(figure.remark()).isEqualTo("10000 connections on 10 pods, 400 placements");
    assertThat(figure.value()).isCloseTo(1_048, within(4.0));
    assertThat(figure.high() - figure.low()).isBetween(1.0, 8.0);
  }
}
