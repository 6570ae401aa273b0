package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Difference;
import dev.hairpin.analysis.Difference.Change;
import dev.hairpin.analysis.Difference.Kind;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each kind of change, made by a manifest that people really change. */
class DifferenceKindsTest {

  private static String web(int replicas, String service) {
    return """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {namespace: shop, name: web}
        spec:
          replicas: %d
          selector: {matchLabels: {app: web, tier: front}}
          template:
            metadata: {labels: {app: web, tier: front}}
            spec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {namespace: shop, name: web}
        spec: {%s, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        """.formatted(replicas, service);
  }

  private static final String JOB = """
      apiVersion: v1
      kind: Pod
      metadata: {namespace: shop, name: job, labels: {app: web}}
      spec: {containers: [{name: c, image: i, ports: [{containerPort: 9090}]}]}
      """;

  private static Cluster eks(String yaml) {
    Cluster cluster = Cluster.eks().install(KubeProxy.newest()).install(CoreDns.eks());
    cluster.apply(yaml);
    return cluster;
  }

  private static Difference change(String before, String after, double movedBy) {
    Cluster first = eks(before);
    Cluster second = first.fork();
    second.apply(after);
    return first.diff(second, movedBy);
  }

  private static List<Change> of(Difference difference, Kind kind) {
    return difference.changes().stream().filter(c -> c.kind() == kind).toList();
  }

  /** Three pods that serve and one that has the label and does not listen: a quarter is refused. */
  @Test
  void aSelectorThatMatchesForeignPodsLosesTheirPart() {
    Difference difference = change(web(3, "type: ClusterIP"), JOB, 0.05);

    assertThat(difference.isWorse()).isTrue();
    assertThat(of(difference, Kind.LOSES_MORE)).singleElement().satisfies(change -> {
      assertThat(change.to()).isEqualTo("shop/web 80/TCP via ClusterIP");
      assertThat(change.before()).isEqualTo("all arrive");
      assertThat(change.after()).isEqualTo("75.0 % arrive, CONNECTION_REFUSED_BY_POD 25.0 %");
    });
  }

  @Test
  void aNarrowerSelectorReachesMore() {
    String narrow =
        web(3, "type: ClusterIP").replace("selector: {app: web},", "selector: {tier: front},");

    Difference difference = change(web(3, "type: ClusterIP") + "---\n" + JOB, narrow, 0.05);

    assertThat(difference.isWorse()).isFalse();
    assertThat(of(difference, Kind.GAINED)).singleElement().satisfies(change -> {
      assertThat(change.before()).isEqualTo("75.0 % arrive, CONNECTION_REFUSED_BY_POD 25.0 %");
      assertThat(change.after()).isEqualTo("all arrive");
    });
  }

  @Test
  void aSelectorThatMatchesNothingIsTheEndForEverybodyInTheCluster() {
    String typo =
        web(3, "type: ClusterIP").replace("selector: {app: web},", "selector: {app: wbe},");

    Difference difference = change(web(3, "type: ClusterIP"), typo, 0.05);

    assertThat(of(difference, Kind.LOST)).singleElement().satisfies(change -> {
      assertThat(change.from()).isEqualTo("all pods, all nodes");
      assertThat(change.after()).isEqualTo("none arrives, NO_ENDPOINTS");
    });
  }

  @Test
  void aNodePortIsANewWay() {
    Difference difference = change(web(2, "type: ClusterIP"), web(2, "type: NodePort"), 0.05);

    assertThat(difference.isWorse()).isFalse();
    assertThat(difference.changes()).singleElement().satisfies(change -> {
      assertThat(change.kind()).isEqualTo(Kind.NEW_WAY);
      assertThat(change.to()).isEqualTo("shop/web 80/TCP via NodePort of every node");
    });
  }

  @Test
  void aWayThatGoesIsLostForThoseWhoUsedIt() {
    Difference difference = change(web(2, "type: NodePort"), web(2, "type: ClusterIP"), 0.05);

    assertThat(of(difference, Kind.LOST)).singleElement().satisfies(change -> {
      assertThat(change.to()).isEqualTo("shop/web 80/TCP via NodePort of every node");
      assertThat(change.after()).isEqualTo("the way is gone");
    });
  }

  /** Each of three zones kept its own; without the preference two of three connections leave. */
  @Test
  void trafficThatStayedInItsZoneCrossesWithoutTrafficDistribution() {
    String close = web(3, "type: ClusterIP, trafficDistribution: PreferClose");

    Difference difference = change(close, web(3, "type: ClusterIP"), 0.05);

    assertThat(of(difference, Kind.MORE_CROSS_ZONE)).singleElement().satisfies(change -> {
      assertThat(change.before()).isEqualTo("none");
      assertThat(change.after()).isEqualTo("0.67 crossings a connection");
    });
    assertThat(of(change(web(3, "type: ClusterIP"), close, 0.05), Kind.MORE_CROSS_ZONE))
        .isEmpty();
  }

  /** Of four pods each has 25 %, of five 20 %: each of the old ones loses 5 %. */
  @Test
  void aShareIsToldIfItMovesByMoreThanTheThreshold() {
    String four = web(4, "type: ClusterIP");
    String five = web(5, "type: ClusterIP");

    assertThat(of(change(four, five, 0.049), Kind.MOVED)).isNotEmpty();
    assertThat(of(change(four, five, 0.051), Kind.MOVED).stream()
            .filter(c -> c.before().startsWith("endpoint")))
        .isEmpty();
    assertThat(change(four, four, 0).changes()).isEmpty();
  }

  /** The identity of an ALB is its group: naming one makes another load balancer. */
  @Test
  void anIngressGroupReplacesTheLoadBalancer() {
    Cluster before = Clusters.store();
    Cluster after = before.fork();
    after.apply("""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          namespace: ui
          name: ui
          annotations:
            alb.ingress.kubernetes.io/scheme: internet-facing
            alb.ingress.kubernetes.io/target-type: ip
            alb.ingress.kubernetes.io/group.name: retail-app-group
        spec:
          ingressClassName: alb
          rules:
          - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: ui, port: {number: 80}}}}]}
        """);
    after.advance(Clusters.AWS_TAKES);

    Difference difference = before.diff(after);

    assertThat(difference.isWorse()).isTrue();
    assertThat(of(difference, Kind.BALANCER_REPLACED)).singleElement().satisfies(change -> {
      assertThat(change.from()).isEqualTo("Ingress ui/ui");
      assertThat(change.before()).startsWith("k8s-ui-ui-");
      assertThat(change.after()).startsWith("k8s-retailappgroup-");
    });
  }

  /** kube-proxy follows zone hints without the Service's annotation from v1.31 on. */
  @Test
  void anUpgradeOfKubeProxyKeepsTrafficInTheZone() {
    String yaml = web(3, "type: ClusterIP, trafficDistribution: PreferClose");
    Cluster old = Cluster.eks().install(KubeProxy.ofVersion(KubeProxyVersion.V1_30));
    Cluster now = Cluster.eks().install(KubeProxy.ofVersion(KubeProxyVersion.V1_36));
    old.apply(yaml);
    now.apply(yaml);

    Difference difference = old.diff(now);

    assertThat(difference.isWorse()).isFalse();
    assertThat(of(difference, Kind.MOVED)).isNotEmpty().allSatisfy(change -> {
      assertThat(change.before()).endsWith(" 33.3 %");
      assertThat(change.after()).endsWith(" 100.0 %");
    });
    assertThat(of(now.diff(old), Kind.MORE_CROSS_ZONE)).singleElement().satisfies(change -> {
      assertThat(change.before()).isEqualTo("none");
      assertThat(change.after()).isEqualTo("0.67 crossings a connection");
    });
  }
}
