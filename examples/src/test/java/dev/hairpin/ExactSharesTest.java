package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hairpin.analysis.Reachability;
import dev.hairpin.analysis.Shares;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.iptables.kubeproxy.KubeProxy;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.Source;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Outcome;
import dev.hairpin.path.trace.Trace;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Holds the shares that are worked out with alike endpoints merged equal to those of every single
 * way, and to samples, on random clusters.
 *
 * <p>The number of samples for a question is the system property {@code hairpin.samples}, 2,000 by
 * default; 10,000,000 take hours.
 */
class ExactSharesTest {
  private static final int SAMPLES = Integer.getInteger("hairpin.samples", 2_000);

  /** A cluster with one Service of each kind of policy, and questions about it. */
  private record World(Cluster cluster, List<String> sources, List<String> targets) {

    static World of(SplittableRandom random, int most, boolean mayRemember) {
      int nodes = 1 + random.nextInt(4);
      boolean blocks = random.nextBoolean();
      int pods = random.nextInt(most);
      StringBuilder yaml = new StringBuilder();
      for (int i = 0; i < nodes; i++) {
        yaml.append("""
            ---
            apiVersion: v1
            kind: Node
            metadata: {name: n%1$d, labels: {topology.kubernetes.io/zone: z%2$d}}
            spec: {%3$s}
            status: {addresses: [{type: InternalIP, address: 192.168.10.%4$d}]}
            """.formatted(
                i,
                i % 3,
                blocks ? "podCIDR: 10.244.%d.0/24, podCIDRs: [10.244.%d.0/24]".formatted(i, i) : "",
                i + 1));
      }
      StringBuilder endpoints = new StringBuilder();
      List<String> sources = new ArrayList<>(List.of("internet"));
      for (int i = 0; i < nodes; i++) {
        sources.add("node/n" + i);
      }
      for (int i = 0; i <= pods; i++) {
        int node = random.nextInt(nodes);
        String ip = "10.244." + node + "." + (10 + i);
        boolean deaf = random.nextInt(6) == 0;
        yaml.append("""
            ---
            apiVersion: v1
            kind: Pod
            metadata: {namespace: shop, name: web-%d}
            spec: {nodeName: n%d, containers: [{name: c, image: i, ports: [{containerPort: %d}]}]}
            status: {phase: Running, podIP: %s, podIPs: [{ip: %s}]}
            """.formatted(i, node, deaf ? 9 : 8080, ip, ip));
        sources.add("shop/web-" + i);
        if (i < pods) {
          endpoints.append("""
                - addresses: [%s]
                  nodeName: n%d
                  conditions: {ready: true, serving: true, terminating: false}
              """.formatted(ip, node));
        }
      }
      boolean local = random.nextBoolean();
      boolean affine = mayRemember && random.nextInt(4) == 0;
      yaml.append("""
          ---
          apiVersion: v1
          kind: Service
          metadata: {namespace: shop, name: web}
          spec:
            type: LoadBalancer
            clusterIP: 10.96.0.50
            clusterIPs: [10.96.0.50]
            ipFamilies: [IPv4]
            externalTrafficPolicy: %s
            internalTrafficPolicy: %s
            sessionAffinity: %s
            ports: [{port: 80, targetPort: 8080, nodePort: 30080, protocol: TCP}]
          status: {loadBalancer: {ingress: [{ip: 192.0.2.77}]}}
          """.formatted(
              local ? "Local" : "Cluster",
              random.nextInt(4) == 0 ? "Local" : "Cluster",
              affine ? "ClientIP" : "None"));
      if (pods > 0) {
        yaml.append("""
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              {namespace: shop, name: web-1, labels: {kubernetes.io/service-name: web}}
            addressType: IPv4
            ports: [{name: "", port: 8080, protocol: TCP}]
            endpoints:
            """).append(endpoints);
      }
      ClusterState state = new ClusterState(new VirtualClock(), 1);
      Manifests.parse(yaml.toString(), "test").objects().forEach(state::store);
      Cluster cluster = Cluster.of(state).install(KubeProxy.newest());
      return new World(
          cluster,
          sources,
          List.of("10.96.0.50:80", "node/n0:30080", "192.0.2.77:80", "10.244.0.10:8080"));
    }
  }

  /** Every way by itself, each in a copy of its own. */
  private static Map<Shares.End, Fraction> everyWay(Cluster cluster, String from, String to) {
    Source source = cluster.sources().find(from);
    Target target = Target.parse(to, cluster);
    Questions questions = new Questions(cluster);
    return Outcomes.of(choices -> {
      cluster.wires().forgetQuestions();
      return questions
          .walked(source, target, target.address().orElseThrow(), 0, choices)
          .end();
    });
  }

  @Property(tries = 40)
  void mergedSharesAreTheSumsOfEverySingleWay(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    World world = World.of(random, 9, true);
    for (int i = 0; i < 4; i++) {
      String from = world.sources.get(random.nextInt(world.sources.size()));
      for (String to : world.targets) {
        Shares shares = world.cluster.from(from).sharesTo(to);

        assertThat(shares.isExact()).isTrue();
        assertThat(shares.ends())
            .as(from + " to " + to)
            .containsExactlyInAnyOrderEntriesOf(everyWay(world.cluster, from, to));
        assertThat(shares.ends().values().stream().reduce(Fraction.ZERO, Fraction::plus))
            .isEqualTo(Fraction.ONE);
      }
    }
  }

  @Property(tries = 15)
  void everyCellOfTheMatrixIsWhatItsSourceGetsByItself(@ForAll long seed) {
    World world = World.of(new SplittableRandom(seed), 9, true);
    // An earlier caller that affinity remembers fares unlike its neighbours.
    world.cluster.from("shop/web-0").to("10.96.0.50:80");

    Reachability reach = world.cluster.reach("shop/web");

    for (Reachability.Way way : reach.ways()) {
      String target = switch (way.path()) {
        case "ClusterIP" -> "10.96.0.50:80";
        case "NodePort" -> "node/" + way.at() + ":30080";
        default -> "192.0.2.77:80";
      };
      for (Reachability.Source source : reach.sources()) {
        String from =
            source.kind() == Reachability.SourceKind.NODE ? "node/" + source.name() : source.name();
        assertThat(reach.shares(source, way).orElseThrow().ends())
            .as(from + " to " + target)
            .isEqualTo(world.cluster.from(from).sharesTo(target).ends());
      }
    }
  }

  @Property(tries = 12)
  void manySampledConnectionsComeWithinFourDeviationsOfTheShares(
      @ForAll long seed, @ForAll @IntRange(max = 3) int target) {
    SplittableRandom random = new SplittableRandom(seed);
    World world = World.of(random, 60, false);
    String from = world.sources.get(random.nextInt(world.sources.size()));
    String to = world.targets.get(target);
    Shares shares = world.cluster.from(from).sharesTo(to);

    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < SAMPLES; i++) {
      seen.merge(nameOf(world.cluster.from(from).to(to)), 1, Integer::sum);
    }

    Map<String, Double> expected = new HashMap<>(shares.byEndpoint());
    shares.losses().forEach((reason, share) -> expected.merge(reason.name(), share, Double::sum));
    assertThat(expected.keySet()).containsAll(seen.keySet());
    // Chi-square over all ends: its mean is the degrees of freedom, its deviation their root of 2.
    double chi = 0;
    for (Map.Entry<String, Double> end : expected.entrySet()) {
      double mean = SAMPLES * end.getValue();
      double off = seen.getOrDefault(end.getKey(), 0) - mean;
      chi += off * off / mean;
    }
    int freedom = expected.size() - 1;
    assertThat(chi).isLessThanOrEqualTo(freedom + 5 * Math.sqrt(2.0 * freedom) + 8);
    assertThat(shares.byEndpoint().values().stream().mapToDouble(d -> d).sum())
        .isCloseTo(shares.arriving().toDouble(), within(1e-12));
  }

  private static String nameOf(Trace trace) {
    Outcome outcome = trace.outcome();
    return outcome.delivered()
        ? outcome.server() + ":" + outcome.serverAddress().port()
        : outcome.reason().name();
  }

  @Test
  void aQuestionLeavesNoTraceInTheCluster() {
    World world = World.of(new SplittableRandom(7), 9, true);
    Trace before = world.cluster.fork().from("internet").to("node/n0:30080");

    world.cluster.from("internet").sharesTo("node/n0:30080");

    assertThat(world.cluster.from("internet").to("node/n0:30080")).hasToString(before.toString());
  }
}
