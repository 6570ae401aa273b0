package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Reachability;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Node;
import dev.hairpin.api.Service;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The laws by which teams reckon shares, each on a cluster where it can be seen. */
class SharesLawsTest {

  private static Cluster eks(int nodes) {
    return Cluster.builder()
        .eks(nodes)
        .build()
        .install(KubeProxy.newest())
        .install(AwsLoadBalancerController.eks("shop"));
  }

  private static String nodeOf(Cluster cluster, int index) {
    return List.copyOf(cluster.state().list(Node.class)).get(index).metadata().name();
  }

  private static String pod(Cluster cluster, String name, int node) {
    return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: default, name: %s, labels: {app: web}}
        spec:
          nodeName: %s
          containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]
        """.formatted(name, nodeOf(cluster, node));
  }

  private static String service(String policy, String targetType) {
    return """
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          namespace: default
          annotations:
            service.beta.kubernetes.io/aws-load-balancer-type: external
            service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing
            service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: %s
        spec:
          type: LoadBalancer
          externalTrafficPolicy: %s
          selector: {app: web}
          ports: [{port: 80, targetPort: 8080}]
        """.formatted(targetType, policy);
  }

  /** Pods {@code web-i} on the nodes of these numbers, behind one Service. */
  private static Cluster web(int nodes, String policy, String targetType, Integer... nodeOfPod) {
    Cluster cluster = eks(nodes);
    StringBuilder yaml = new StringBuilder(service(policy, targetType));
    for (int i = 0; i < nodeOfPod.length; i++) {
      yaml.append(pod(cluster, "web-" + i, nodeOfPod[i]));
    }
    cluster.apply(yaml.toString());
    return cluster.advance(Duration.ofMinutes(8));
  }

  private static Shares throughBalancer(Cluster cluster, String from) {
    Service web = cluster.state().get(Service.class, "default", "web").orElseThrow();
    return cluster.from(from).sharesTo("http://" + web.loadBalancer().get(0).hostname());
  }

  private static Shares throughClusterIp(Cluster cluster, String from) {
    Service web = cluster.state().get(Service.class, "default", "web").orElseThrow();
    return cluster.from(from).sharesTo(web.spec().clusterIp() + ":80");
  }

  private static void assertShares(Collection<Double> shares, double... expected) {
    List<Double> sorted = shares.stream().sorted().toList();
    assertThat(sorted).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(sorted.get(i)).isCloseTo(expected[i], within(1e-8));
    }
  }

  @Test
  void localPolicyGivesEachNodeItsPartWhateverItsPods() {
    Shares shares = throughBalancer(web(2, "Local", "instance", 0, 0, 1), "internet");

    assertShares(shares.byEndpoint().values(), 0.25, 0.25, 0.5);
    assertThat(shares.extraHop()).isZero();
    assertThat(shares.bySourceSeen()).containsOnlyKeys("203.0.113.7");
  }

  @Test
  void clusterPolicyGivesEachPodItsPartWhateverItsNodeAtThePriceOfHops() {
    Shares shares = throughBalancer(web(3, "Cluster", "instance", 0, 0, 1, 1, 1), "internet");

    assertShares(shares.byEndpoint().values(), 0.2, 0.2, 0.2, 0.2, 0.2);
    assertThat(shares.extraHop()).isCloseTo(1 - 1.0 / 3, within(1e-8));
    assertThat(shares.bySourceSeen()).hasSize(3).doesNotContainKey("203.0.113.7");
  }

  @Test
  void crossZoneOffGivesEachZoneItsPartWhateverItsTargets() {
    Shares shares =
        throughBalancer(web(2, "Cluster", "ip", 0, 0, 0, 0, 0, 0, 0, 0, 1, 1), "internet");

    double[] expected = new double[10];
    java.util.Arrays.fill(expected, 0.5 / 8);
    expected[8] = 0.25;
    expected[9] = 0.25;
    assertShares(shares.byEndpoint().values(), expected);
    assertThat(shares.zoneCrossings()).isZero();
  }

  @Test
  void podsThatCallEvenZonesLeaveTheirOwnInAllCasesButOne() {
    assertThat(throughClusterIp(web(3, "Cluster", "ip", 0, 1, 2, 0), "default/web-3")
            .zoneCrossings())
        .isCloseTo(0.5, within(1e-8));
    Cluster three = web(3, "Cluster", "ip", 0, 1, 2);
    assertThat(throughClusterIp(three, "node/" + nodeOf(three, 0)).zoneCrossings())
        .isCloseTo(2.0 / 3, within(1e-8));
    Cluster two = web(2, "Cluster", "ip", 0, 1);
    assertThat(throughClusterIp(two, "node/" + nodeOf(two, 0)).zoneCrossings())
        .isCloseTo(1.0 / 2, within(1e-8));
  }

  @Test
  void aClientThatIsATargetItselfFailsOnceInAsManyCasesAsThereAreTargets() {
    assertThat(lostByTheFirstPod(web(3, "Cluster", "instance", 0, 1, 2)))
        .isCloseTo(1.0 / 3, within(1e-8));
    assertThat(lostByTheFirstPod(web(1, "Cluster", "instance", 0)))
        .as("the only one")
        .isEqualTo(1);
  }

  private static double lostByTheFirstPod(Cluster cluster) {
    Reachability reach = cluster.reach("default/web");
    Reachability.Way balancer =
        reach.ways().stream().filter(w -> w.path().equals("LB")).findFirst().orElseThrow();
    Reachability.Source client = reach.sources().stream()
        .filter(s -> s.name().equals("default/web-0"))
        .findFirst()
        .orElseThrow();

    Map<Reason, Double> losses = reach.shares(client, balancer).orElseThrow().losses();

    assertThat(losses).containsOnlyKeys(Reason.REPLY_BYPASSED_NAT);
    return losses.getOrDefault(Reason.REPLY_BYPASSED_NAT, 0.0);
  }

  /** 14 addresses come in any of 87 billion orders; a program dials the first. */
  @Test
  void aHeadlessServiceIsReachedThroughEachOfItsAddressesAlike() {
    Cluster cluster = eks(3).install(CoreDns.eks());
    StringBuilder yaml = new StringBuilder("""
        apiVersion: v1
        kind: Namespace
        metadata: {name: default}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: default}
        spec: {clusterIP: None, selector: {app: web}, ports: [{port: 8080}]}
        """);
    for (int i = 0; i < 14; i++) {
      yaml.append(pod(cluster, "web-" + i, i % 3));
    }
    cluster.apply(yaml.toString());

    Shares shares = cluster.from("default/web-0").sharesTo("web.default:8080");
    assertThat(shares.ends()).hasSize(14);
    assertThat(shares.ends().values()).allMatch(Fraction.of(1, 14)::equals);
    assertThat(cluster
            .from("default/web-0")
            .distributionTo("web.default:8080", t -> String.valueOf(t.outcome().server())))
        .hasSize(14)
        .allSatisfy((server, share) -> assertThat(share).isEqualTo(Fraction.of(1, 14)));
  }

  @Test
  void tenConnectionsToThreePodsLeaveOneIdleOnceInTwentyCases() {
    Shares shares = throughClusterIp(web(3, "Cluster", "ip", 0, 1, 2), "internet");
    assertThat(shares.byEndpoint()).isEmpty();

    Cluster cluster = web(3, "Cluster", "ip", 0, 1, 2);
    assertThat(throughClusterIp(cluster, "node/" + nodeOf(cluster, 0)).of(10))
        .hasToString("10 connections: the busiest of 3 endpoints gets 4.93 on average, at most 8 in"
            + " 99 of 100 cases; P(an endpoint stays idle) 5.2 %");
  }
}
