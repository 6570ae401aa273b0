package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import dev.hairpin.api.Node;
import dev.hairpin.api.Service;
import dev.hairpin.dns.CoreDns;
import dev.hairpin.dns.upstream.StubZones;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.lb.AwsLoadBalancerController;
import dev.hairpin.lb.AwsLoadBalancers;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.whatif.CapacityReport;
import dev.hairpin.whatif.Figure;
import dev.hairpin.whatif.GrowthLimit;
import dev.hairpin.whatif.Headroom;
import dev.hairpin.whatif.Limits;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.Scenario;
import dev.hairpin.whatif.Traffic;
import dev.hairpin.whatif.WhatIf;
import dev.hairpin.whatif.ZoneMatrix;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits and laws that show on a whole cluster: zones, rules, quotas, and what breaks first. */
class CapacityLawsTest {

  private static Cluster eks() {
    return Cluster.builder()
        .eks(3)
        .build()
        .install(KubeProxy.newest())
        .install(CoreDns.eks())
        .install(AwsLoadBalancerController.eks("shop"));
  }

  private static String nodeOf(Cluster cluster, int index) {
    return cluster.state().list(Node.class).stream()
        .sorted(Comparator.comparing(Node::zone))
        .map(node -> node.metadata().name())
        .toList()
        .get(index);
  }

  private static final String NAMESPACE = """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      """;

  private static String service(String annotations, String spec) {
    return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop, annotations: {%s}}
        spec: {%s, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
        """.formatted(annotations, spec);
  }

  private static String balancer(String targetType, boolean crossZone) {
    String prefix = "service.beta.kubernetes.io/aws-load-balancer-";
    return service(
        prefix + "type: external, " + prefix + "scheme: internet-facing, " + prefix
            + "nlb-target-type: " + targetType + ", " + prefix
            + "attributes: load_balancing.cross_zone.enabled=" + crossZone,
        "type: LoadBalancer");
  }

  private static String pod(String name, String app, String node) {
    return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: shop, name: %s, labels: {app: %s}}
        spec:
          nodeName: %s
          containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]
        """.formatted(name, app, node);
  }

  /** So many pods on the first node, on the second, ..., each in a zone of its own. */
  private static Cluster web(String service, int... podsOfNode) {
    Cluster cluster = eks();
    StringBuilder yaml = new StringBuilder(NAMESPACE).append(service);
    for (int node = 0; node < podsOfNode.length; node++) {
      for (int i = 0; i < podsOfNode[node]; i++) {
        yaml.append(pod("web-" + node + "-" + i, "web", nodeOf(cluster, node)));
      }
    }
    cluster.apply(yaml.toString());
    return cluster.advance(Duration.ofMinutes(8));
  }

  private static String hostname(Cluster cluster) {
    Service web = cluster.state().get(Service.class, "shop", "web").orElseThrow();
    return web.loadBalancer().get(0).hostname();
  }

  private static Traffic shoppers() {
    return Traffic.between("internet", "service/shop/web").perSecond(90).named("shoppers");
  }

  /** Eight pods in a zone, two in another, none in the third, whose address clients still know. */
  @Test
  void withoutCrossZoneAZoneWithoutTargetsLosesItsThird() {
    Cluster cluster = web(balancer("ip", false), 8, 2, 0);
    Map<String, Double> byPod = new TreeMap<>();
    double lost = 0;
    AwsLoadBalancers aws = cluster.component(AwsLoadBalancers.class).orElseThrow();
    for (var node : aws.elb().loadBalancers().iterator().next().nodes()) {
      Shares shares = cluster.from("internet").sharesTo(node.publicAddress() + ":80");
      shares.byEndpoint().forEach((pod, share) -> byPod.merge(pod, share / 3, Double::sum));
      lost += shares.losses().getOrDefault(Reason.LB_NO_TARGET_IN_ZONE, 0.0) / 3;
    }

    assertThat(byPod.values().stream()
            .map(share -> String.format(Locale.ROOT, "%.1f %%", 100 * share))
            .sorted())
        .as("a third over eight, a third over two")
        .containsExactly(
            "16.7 %",
            "16.7 %", "4.2 %", "4.2 %", "4.2 %", "4.2 %", "4.2 %", "4.2 %", "4.2 %", "4.2 %");
    assertThat(lost).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(cluster.from("internet").sharesTo("http://" + hostname(cluster)).byZone())
        .as("once the name leaves the zone out")
        .containsOnlyKeys("us-west-2a", "us-west-2b");
  }

  /** From the balancer to a node two of three times, from there to a pod two of three times. */
  @Test
  void instanceModeWithCrossZoneCrossesTwiceIndependently() {
    Cluster cluster = web(balancer("instance", true), 1, 1, 1);

    CapacityReport report = WhatIf.on(cluster).traffic(shoppers().bytes(0, 1)).asIs();

    assertThat(report.total(Metric.CROSS_ZONE_BYTES).orElseThrow())
        .isCloseTo(90 * (2 / 3.0 + 2 / 3.0), within(1e-6));
  }

  /** Two thirds cross where nobody cares, none where each zone has its own; 60 % less was seen. */
  @Test
  void trafficThatPrefersItsZoneDoesNotCross() {
    assertThat(crossing("type: ClusterIP")).isCloseTo(2 / 3.0, within(1e-6));
    assertThat(crossing("type: ClusterIP, trafficDistribution: PreferClose")).isZero();
  }

  private static double crossing(String spec) {
    Cluster cluster = web(service("", spec), 1, 1, 1);
    cluster.apply(pod("client", "client", nodeOf(cluster, 0)));
    Traffic calls =
        Traffic.between("shop/client", "http://web.shop").bytes(0, 1).named("calls");
    return WhatIf.on(cluster)
        .traffic(calls)
        .asIs()
        .total(Metric.CROSS_ZONE_BYTES)
        .orElseThrow();
  }

  /** Two answer half of the questions each; of one that is left it is twice as much. */
  @Test
  void aCoreDnsPodLessLoadsTheOthers() {
    Cluster cluster = web(service("", "type: ClusterIP"), 1);
    WhatIf whatIf = WhatIf.on(cluster)
        .traffic(
            Traffic.between("shop/web-0-0", "http://web.shop").perSecond(100).named("calls"));

    Figure now = whatIf.asIs().worst(Metric.DNS_QUERIES).orElseThrow();
    Figure then = whatIf
        .given(Scenario.named("one").scaling("Deployment", "kube-system/coredns", 1))
        .worst(Metric.DNS_QUERIES)
        .orElseThrow();

    assertThat(now.subject()).isEqualTo("each of 2");
    assertThat(then.subject()).isEqualTo("each of 1");
    assertThat(then.value()).isCloseTo(2 * now.value(), within(1e-9));
  }

  /** What is sent from zone to zone is what crosses, and answers go the other way. */
  @Test
  void theMatrixOfZonesHasEveryByteInItsDirection() {
    Cluster cluster = web(service("", "type: ClusterIP"), 1, 1, 1);
    cluster.apply(pod("client", "client", nodeOf(cluster, 0)));
    Traffic calls = Traffic.between("shop/client", "http://web.shop")
        .perSecond(300)
        .bytes(1_000, 10_000)
        .named("calls");

    CapacityReport report = WhatIf.on(cluster).traffic(calls).asIs();
    ZoneMatrix matrix = report.zoneMatrix();

    assertThat(matrix.of("us-west-2a", "us-west-2b")).isCloseTo(100 * 1_000, within(0.01));
    assertThat(matrix.of("us-west-2b", "us-west-2a")).isCloseTo(100 * 10_000, within(0.01));
    assertThat(matrix.of("us-west-2a", "us-west-2a")).isCloseTo(100 * 11_000, within(0.01));
    assertThat(matrix.of("us-west-2b", "us-west-2c")).isZero();
    assertThat(matrix.crossing())
        .isCloseTo(report.total(Metric.CROSS_ZONE_BYTES).orElseThrow(), within(1e-6));
    assertThat(matrix).hasToString("""
        B/s from \\ to  us-west-2a  us-west-2b  us-west-2c
        us-west-2a      1,100,000     100,000     100,000
        us-west-2b      1,000,000           0           0
        us-west-2c      1,000,000           0           0
        """);
  }

  /** Behind the rules of the chain of Services, the j-th endpoint is found at the j-th rule. */
  @Test
  void theFirstPacketIsComparedWithSoManyRulesAsItsEndpointIsFarDownTheLadder() {
    double one = rulesExamined(1);
    double nine = rulesExamined(9);

    assertThat(rulesExamined(1)).isEqualTo(one);
    // A chance of a ninth each: (1 + 2 + ... + 9) / 9 = 5 jumps instead of one.
    assertThat(nine - one).isCloseTo(4, within(1e-6));
    assertThat(rulesExamined(19) - nine).isCloseTo(10 - 5, within(1e-6));
  }

  private static double rulesExamined(int pods) {
    Cluster cluster = web(service("", "type: ClusterIP"), 0, pods);
    cluster.apply(pod("client", "client", nodeOf(cluster, 0)));
    return WhatIf.on(cluster)
        .traffic(Traffic.between("shop/client", "http://web.shop").named("calls"))
        .asIs()
        .of(Metric.RULES_EXAMINED, "calls")
        .orElseThrow()
        .value();
  }

  @Test
  void probabilitiesArePrintedAsIptablesSavePrintsThem() {
    Cluster cluster = web(service("", "type: ClusterIP"), 0, 5);

    String rules = cluster
        .component(KubeProxies.class)
        .orElseThrow()
        .rulesOf(nodeOf(cluster, 0), IpFamily.IPV4)
        .orElseThrow()
        .save();

    assertThat(rules.lines().filter(line -> line.contains("shop/web -> ")))
        .extracting(line -> line.replaceAll(".*--probability (\\S+) .*", "$1"))
        .startsWith("0.20000000019", "0.25000000000", "0.33333333349", "0.50000000000");
    assertThat(dev.hairpin.iptables.RuleSet.parse(
                "*nat\n:A - [0:0]\n-A A -m statistic --mode random --probability 0.0031347962"
                    + " -j RETURN\nCOMMIT\n",
                IpFamily.IPV4)
            .save())
        .contains("--probability 0.00313479640 ");
  }

  /** With EKS's search list of four domains ten questions, with kubeadm's of three eight. */
  @ParameterizedTest
  @CsvSource({
    "web, 2, 2",
    "web.shop, 4, 4",
    "web.shop.svc, 6, 8",
    "web.shop.svc.cluster.local, 10, 2",
    "web.shop.svc.cluster.local., 2, 2",
    "api.github.com, 10, 2",
    "api.github.com., 2, 2",
    "a.b.c.d.example.com, 2, 2"
  })
  void aLookupOnEksAsksAsOftenAsWasPublished(String name, int ndots5, int ndots2) {
    Cluster eks = withNames(Cluster.eks(), CoreDns.eks());

    assertThat(questions(eks, "five", name)).isEqualTo(ndots5);
    assertThat(questions(eks, "two", name)).isEqualTo(ndots2);
  }

  @Test
  void outsideOfEksAnExternalNameCostsEightQuestionsInsteadOfTen() {
    Cluster kubeadm = withNames(Cluster.builder().kubeadm(1).build(), CoreDns.kubeadm());

    assertThat(questions(kubeadm, "five", "api.github.com")).isEqualTo(8);
    assertThat(questions(kubeadm, "five", "api.github.com.")).isEqualTo(2);
  }

  /** Published: 4 denials for each answer with a search list of four, 3 with one of three. */
  @Test
  void eachDomainOfTheSearchListIsADenialForEachAnswer() {
    assertThat(denialsForEachAnswer(withNames(Cluster.eks(), CoreDns.eks()))).isEqualTo(4);
    Cluster kubeadm = withNames(Cluster.builder().kubeadm(1).build(), CoreDns.kubeadm());
    assertThat(denialsForEachAnswer(kubeadm)).isEqualTo(3);
  }

  private static double denialsForEachAnswer(Cluster cluster) {
    var questions = cluster.lookup("shop/five", "api.github.com").questions();
    double denied =
        (double) questions.stream().filter(q -> q.answer().contains("NXDOMAIN")).count();
    return denied / (questions.size() - denied);
  }

  private static Cluster withNames(Cluster bare, CoreDns dns) {
    StubZones world = StubZones.withoutNames()
        .add("api.github.com.", 60, IpAddress.parse("198.51.100.1"))
        .add("a.b.c.d.example.com.", 60, IpAddress.parse("198.51.100.2"));
    Cluster cluster = bare.install(KubeProxy.newest()).install(dns.upstream(world));
    cluster.apply(NAMESPACE
        + service("", "type: ClusterIP")
        + client("five", "{}")
        + client("two", "{options: [{name: ndots, value: \"2\"}]}"));
    return cluster;
  }

  private static String client(String name, String dnsConfig) {
    return """
        ---
        apiVersion: v1
        kind: Pod
        metadata: {namespace: shop, name: %s}
        spec: {dnsConfig: %s, containers: [{name: c, image: i}]}
        """.formatted(name, dnsConfig);
  }

  private static int questions(Cluster cluster, String pod, String name) {
    return cluster.lookup("shop/" + pod, name).questions().size();
  }

  @Test
  void aReportSaysHowLargeTheRulesAreAndWhatWritingThemTakes() {
    CapacityReport small =
        WhatIf.on(web(service("", "type: ClusterIP"), 1, 1, 1)).asIs();
    CapacityReport large =
        WhatIf.on(web(service("", "type: ClusterIP"), 9, 9, 9)).asIs();

    Figure bytes = large.worst(Metric.RULE_BYTES).orElseThrow();
    assertThat(bytes.how()).isEqualTo(Figure.How.EXACT);
    assertThat(bytes.value())
        .isGreaterThan(1.5 * small.worst(Metric.RULE_BYTES).orElseThrow().value());
    Figure sync = large.worst(Metric.SYNC_SECONDS).orElseThrow();
    assertThat(sync.how()).isEqualTo(Figure.How.FITTED);
    assertThat(sync.value()).isBetween(0.0005, 0.01);
    assertThat(sync.low()).isLessThan(sync.value());
  }

  @Test
  void aReportSaysHowFarTheClusterIsFromWhatKubernetesIsTestedWith() {
    Cluster cluster = web(service("", "type: ClusterIP"), 8, 2, 0);

    CapacityReport report = WhatIf.on(cluster).asIs();

    assertThat(report.of(Metric.SCALE))
        .extracting(Figure::subject, Figure::value, Figure::limit)
        .contains(
            org.assertj.core.groups.Tuple.tuple("nodes", 3.0, 5_000.0),
            org.assertj.core.groups.Tuple.tuple("pods", 12.0, 150_000.0),
            org.assertj.core.groups.Tuple.tuple("Services of default", 1.0, 5_000.0),
            org.assertj.core.groups.Tuple.tuple("pods of " + nodeOf(cluster, 0), 9.0, 110.0));
  }

  /** 131,072 entries at 120 s of TIME_WAIT bear 1,092 connections a second, here of three nodes. */
  @Test
  void headroomSaysWhichLimitBreaksFirstAndAtWhichFactor() {
    Cluster cluster = web(balancer("ip", true), 1, 1, 1);
    WhatIf whatIf = WhatIf.on(cluster)
        .traffic(shoppers())
        .limits(Limits.DEFAULT.pod("shop/web-0-0", 60).pod("shop/web-1-0", 45));

    Headroom headroom = whatIf.headroom();

    Headroom.Break first = headroom.first().orElseThrow();
    assertThat(first.figure().metric()).isEqualTo(Metric.POD_REQUESTS);
    assertThat(first.figure().subject()).isEqualTo("shop/web-1-0");
    assertThat(first.factor()).isCloseTo(1.5, within(1e-6));
    Headroom.Break table = headroom.limits().stream()
        .filter(b -> b.figure().metric() == Metric.CONNTRACK)
        .findFirst()
        .orElseThrow();
    assertThat(table.factor()).as("30 a second on each node").isCloseTo(1_092 / 30.0, within(0.05));
    CapacityReport atIt = whatIf.given(Scenario.named("more").times(table.factor() * 1.0001));
    assertThat(atIt.overloaded()).anyMatch(f -> f.metric() == Metric.CONNTRACK);
    assertThat(whatIf
            .given(Scenario.named("less").times(table.factor() * 0.9999))
            .of(Metric.CONNTRACK))
        .noneMatch(Figure::isOver);
    assertThat(headroom.toString()).startsWith("""
        as is
        breaks first: pod requests shop/web-1-0 at 1.5 times the traffic: 45 req/s
        """);
  }

  /** The cache passes on r / (1 + 30 r) of r questions: that does not grow in proportion. */
  @Test
  void headroomIsFoundAlsoWhereALoadDoesNotGrowInProportion() {
    Cluster cluster = web(service("", "type: ClusterIP"), 1);
    WhatIf whatIf = WhatIf.on(cluster)
        .traffic(Traffic.between("shop/web-0-0", "http://web.shop").perSecond(1).named("calls"));

    assertThat(whatIf.headroom().limits())
        .allSatisfy(b -> assertThat(b.factor()).isGreaterThan(1))
        .extracting(b -> b.figure().metric())
        .contains(Metric.DNS_QUERIES, Metric.CLIENT_PORTS)
        .doesNotContain(Metric.DNS_UPSTREAM, Metric.CLUSTER_IPS, Metric.SCALE);
    assertThat(WhatIf.on(cluster).headroom())
        .hasToString("as is\nno limit depends on the traffic\n");
  }

  /** Three m5.large have 3 x 27 addresses for pods, of which two are the DNS servers'. */
  @Test
  void growthSaysAtWhichSizeWhichLimitBreaks() {
    Cluster cluster = eks();
    cluster.apply(NAMESPACE + """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {namespace: shop, name: web}
        spec:
          replicas: 1
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, image: i, ports: [{containerPort: 8080}]}]}
        """);
    WhatIf whatIf = WhatIf.on(cluster).settling(Duration.ofMinutes(1));
    long others = cluster.state().list(dev.hairpin.api.Pod.class).stream()
        .filter(p -> !p.metadata().namespace().equals("shop"))
        .count();

    GrowthLimit limit = whatIf
        .firstToBreak(1, 200, n -> Scenario.named(n + " pods").scaling("Deployment", "shop/web", n))
        .orElseThrow();

    assertThat(limit.size()).isEqualTo((int) (3 * 27 - others + 1));
    assertThat(limit.over().get(0).metric()).isEqualTo(Metric.PENDING_PODS);
    assertThat(limit).hasToString("at " + limit.size() + ": pods that wait shop/web: 1 pods");
    assertThat(whatIf.firstToBreak(
            1, 40, n -> Scenario.named(n + " pods").scaling("Deployment", "shop/web", n)))
        .isEmpty();
    assertThatThrownBy(() -> whatIf.firstToBreak(5, 4, n -> Scenario.named("none")))
        .hasMessage("no size is from 5 to 4");
  }

  /** A security group admits at most 60 sources and ports, and each range is one. */
  @Test
  void growthSaysAtHowManySourceRangesASecurityGroupIsFull() {
    GrowthLimit limit = growing(true);

    assertThat(limit.size()).isEqualTo(61);
    assertThat(limit.over().get(0).metric()).isEqualTo(Metric.QUOTA);
    assertThat(limit.over().get(0).subject()).startsWith("rules-per-security-group k8s-shop-web-");
  }

  /** AWS refuses the 51st listener, so it is the controller's failure that shows. */
  @Test
  void growthSaysAtHowManyPortsABalancerCannotBeMade() {
    GrowthLimit limit = growing(false);

    assertThat(limit.size()).isEqualTo(51);
    assertThat(limit.over()).singleElement().satisfies(f -> {
      assertThat(f.metric()).isEqualTo(Metric.BALANCER_FAILED);
      assertThat(f.subject()).isEqualTo("service shop/web");
      assertThat(f.remark()).contains("TooManyListeners");
    });
  }

  private static GrowthLimit growing(boolean ranges) {
    return WhatIf.on(web(balancer("ip", true), 1))
        .settling(Duration.ofMinutes(5))
        .firstToBreak(1, 70, n -> Scenario.named(n + "").applying(grown(ranges, n)))
        .orElseThrow();
  }

  private static String grown(boolean ranges, int n) {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < n; i++) {
      list.append(i == 0 ? "" : ", ")
          .append(
              ranges
                  ? "198.51." + i + ".0/24"
                  : "{name: p" + i + ", port: " + (8000 + i) + ", targetPort: 8080}");
    }
    String yaml = balancer("ip", true);
    return NAMESPACE
        + (ranges
            ? yaml.replace(
                "type: LoadBalancer,",
                "type: LoadBalancer, loadBalancerSourceRanges: [" + list + "],")
            : yaml.replace("{port: 80, targetPort: 8080}", list));
  }
}
