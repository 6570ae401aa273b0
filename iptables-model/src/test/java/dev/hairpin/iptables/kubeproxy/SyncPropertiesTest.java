package dev.hairpin.iptables.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.api.ServiceType;
import dev.hairpin.api.SessionAffinity;
import dev.hairpin.api.TrafficPolicy;
import dev.hairpin.cluster.Change;
import dev.hairpin.iptables.Drift;
import dev.hairpin.iptables.RestoreOptions;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Laws of a proxier, on clusters that change at random. */
class SyncPropertiesTest {
  static final HostFacts HOST = new HostFacts(
      Set.of(IpFamily.IPV4),
      Map.of(IpFamily.IPV4, IpAddress.parse("192.0.2.1")),
      List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("127.0.0.1")),
      true,
      Map.of());

  /** A cluster of a few Services, drawn from a seed. */
  static final class Cluster {
    private final Random random;
    private final Map<String, Service> services = new TreeMap<>();
    private final Map<String, EndpointSlice> slices = new TreeMap<>();

    Cluster(long seed) {
      random = new Random(seed);
    }

    /** Changes a Service or its slice, and tells how. */
    Change change() {
      String name = "s" + random.nextInt(5);
      if (random.nextBoolean()) {
        boolean gone = random.nextInt(5) == 0;
        return changed(services, name, gone ? null : service(name));
      }
      boolean gone = random.nextInt(5) == 0;
      return changed(slices, name, gone ? null : slice(name));
    }

    private static <T extends dev.hairpin.api.KubeObject> Change changed(
        Map<String, T> objects, String name, @Nullable T now) {
      @Nullable T before = now == null ? objects.remove(name) : objects.put(name, now);
      return before == null && now == null
          ? new Change(null, Fixtures.node("other", "192.0.2.9", ""))
          : new Change(before, now);
    }

    private Service service(String name) {
      int n = name.charAt(1) - '0';
      ServiceType type = random.nextInt(3) == 0
          ? ServiceType.CLUSTER_IP
          : random.nextBoolean() ? ServiceType.NODE_PORT : ServiceType.LOAD_BALANCER;
      boolean outside = type != ServiceType.CLUSTER_IP;
      boolean affinity = random.nextInt(4) == 0;
      TrafficPolicy external = random.nextBoolean() ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER;
      Protocol protocol = random.nextBoolean() ? Protocol.TCP : Protocol.UDP;
      boolean vip = type == ServiceType.LOAD_BALANCER && random.nextBoolean();
      return new Service(
          ObjectMeta.of("shop", name),
          ServiceSpec.builder()
              .type(type)
              .clusterIps(List.of("10.96.0." + (n + 1)))
              .ipFamilies(List.of(IpFamily.IPV4))
              .externalIps(random.nextInt(3) == 0 ? List.of("203.0.113." + n) : List.of())
              .externalTrafficPolicy(outside ? external : null)
              .internalTrafficPolicy(
                  random.nextInt(4) == 0 ? TrafficPolicy.LOCAL : TrafficPolicy.CLUSTER)
              .loadBalancerSourceRanges(
                  random.nextBoolean() ? List.of("198.18.0.0/15", "192.0.2.0/24") : List.of())
              .healthCheckNodePort(
                  type == ServiceType.LOAD_BALANCER && external == TrafficPolicy.LOCAL
                      ? 32_000 + n
                      : 0)
              .sessionAffinity(affinity ? SessionAffinity.CLIENT_IP : SessionAffinity.NONE)
              .sessionAffinityTimeoutSeconds(affinity ? 10_800 : 0)
              .ports(List.of(new ServicePort(
                  "p", protocol, 80, IntOrString.of(8080), outside ? 30_000 + n : 0, null)))
              .build(),
          vip ? List.of(new LoadBalancerIngress("198.51.100." + n, "", null)) : List.of(),
          List.of());
    }

    private EndpointSlice slice(String name) {
      List<Endpoint> endpoints = new ArrayList<>();
      int count = random.nextInt(4);
      for (int i = 0; i < count; i++) {
        boolean ready = random.nextInt(3) != 0;
        boolean terminating = !ready && random.nextBoolean();
        endpoints.add(new Endpoint(
            List.of("10.244." + random.nextInt(3) + "." + random.nextInt(6)),
            ready,
            ready || terminating,
            terminating,
            null,
            random.nextBoolean() ? "a" : "b",
            null,
            random.nextInt(3) == 0 ? List.of() : List.of("zone-" + random.nextInt(2)),
            List.of(),
            null));
      }
      return new EndpointSlice(
          ObjectMeta.of("shop", name + "-abcde")
              .withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, name)),
          "IPv4",
          endpoints,
          List.of(
              new EndpointPort("p", Protocol.TCP, 8080, null),
              new EndpointPort("p", Protocol.UDP, 8080, null)));
    }

    List<Change> asNew() {
      List<Change> all = new ArrayList<>();
      services.values().forEach(service -> all.add(new Change(null, service)));
      slices.values().forEach(slice -> all.add(new Change(null, slice)));
      return all;
    }
  }

  private static NodeProxy start(
      KubeProxyVersion version, boolean keepsText, Map<IpFamily, RuleSet> initial) {
    return NodeProxy.start(
        version,
        KubeProxyConfiguration.DEFAULT,
        HOST,
        Fixtures.node("a", "192.0.2.1", "10.244.1.0/24"),
        initial,
        keepsText);
  }

  private static RuleSet rules(NodeProxy proxy) {
    return proxy.proxier(IpFamily.IPV4).orElseThrow().ruleSet();
  }

  @Property(tries = 150)
  void manySyncsLeadToTheSameRulesAsOne(@ForAll long seed, @ForAll KubeProxyVersion version) {
    Cluster cluster = new Cluster(seed);
    NodeProxy proxy = start(version, false, Map.of());
    for (int i = 0; i < 30; i++) {
      proxy.changed(cluster.change());
      if (i % 2 == 0) {
        proxy.sync(VirtualClock.EPOCH);
      }
    }
    proxy.sync(VirtualClock.EPOCH);

    NodeProxy fresh = start(version, false, Map.of());
    cluster.asNew().forEach(fresh::changed);
    fresh.sync(VirtualClock.EPOCH);

    assertThat(rules(proxy).save()).isEqualTo(rules(fresh).save());
  }

  @Property(tries = 150)
  void rulesPutInPlaceAreThoseThatTheTextLoads(
      @ForAll long seed, @ForAll KubeProxyVersion version) {
    Cluster cluster = new Cluster(seed);
    NodeProxy proxy = start(version, true, Map.of());
    for (int i = 0; i < 10; i++) {
      RuleSet before = rules(proxy);
      proxy.changed(cluster.change());
      proxy.changed(cluster.change());
      SyncResult result = proxy.sync(VirtualClock.EPOCH).get(0);
      if (!result.fullSync()) {
        RuleSet loaded = before
            .restore(result.restoreText().orElseThrow(), RestoreOptions.NOFLUSH_COUNTERS)
            .orElseThrow();
        assertThat(result.ruleSet()).isEqualTo(loaded);
      }
    }
  }

  @Property(tries = 50)
  void whatIsSavedIsReadBack(@ForAll long seed) {
    Cluster cluster = new Cluster(seed);
    NodeProxy proxy = start(KubeProxyVersion.V1_36, false, Map.of());
    for (int i = 0; i < 20; i++) {
      proxy.changed(cluster.change());
    }
    proxy.sync(VirtualClock.EPOCH);
    RuleSet rules = rules(proxy);

    assertThat(RuleSet.parse(rules.save(), IpFamily.IPV4)).isEqualTo(rules);
    assertThat(Drift.between(rules, RuleSet.parse(rules.save(), IpFamily.IPV4)).findings())
        .isEmpty();
  }

  @Property(tries = 50)
  void aRestartOverOldRulesLeavesNoneOfThem(@ForAll long seed) {
    Cluster cluster = new Cluster(seed);
    NodeProxy old = start(KubeProxyVersion.V1_30, false, Map.of());
    for (int i = 0; i < 20; i++) {
      old.changed(cluster.change());
    }
    old.sync(VirtualClock.EPOCH);
    for (int i = 0; i < 10; i++) {
      cluster.change();
    }

    NodeProxy restarted = start(KubeProxyVersion.V1_36, false, Map.of(IpFamily.IPV4, rules(old)));
    cluster.asNew().forEach(restarted::changed);
    restarted.sync(VirtualClock.EPOCH);
    NodeProxy fresh = start(KubeProxyVersion.V1_36, false, Map.of());
    cluster.asNew().forEach(fresh::changed);
    fresh.sync(VirtualClock.EPOCH);

    assertThat(rules(restarted).save()).isEqualTo(rules(fresh).save());
  }

  @Property(tries = 20)
  void cleanupLeavesOnlyTheFirewallThatTheKubeletMayHaveMade(@ForAll long seed) {
    Cluster cluster = new Cluster(seed);
    NodeProxy proxy = start(KubeProxyVersion.V1_36, false, Map.of());
    for (int i = 0; i < 20; i++) {
      proxy.changed(cluster.change());
    }
    proxy.sync(VirtualClock.EPOCH);

    RuleSet left = NodeProxy.cleanup(KubeProxyVersion.V1_36, rules(proxy));

    assertThat(left.save().lines().filter(line -> line.contains("KUBE-")))
        .containsExactly(
            ":KUBE-FIREWALL - [0:0]",
            "-A INPUT -j KUBE-FIREWALL",
            "-A OUTPUT -j KUBE-FIREWALL",
            "-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment \"block"
                + " incoming localnet connections\" -m conntrack ! --ctstate"
                + " RELATED,ESTABLISHED,DNAT -j DROP");
  }
}
