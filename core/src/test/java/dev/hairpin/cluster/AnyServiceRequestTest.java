package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever a client writes into a Service, it gets an answer in the API server's words. */
class AnyServiceRequestTest {
  private static final Map<String, List<Object>> VALUES = new TreeMap<>(Map.ofEntries(
      Map.entry("type", List.of("", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "X")),
      Map.entry(
          "clusterIP",
          List.of("", "None", "10.96.0.9", "010.96.0.9", "fd00::9", "::ffff:10.96.0.9", "x")),
      Map.entry(
          "clusterIPs",
          List.of(
              List.of(),
              List.of(""),
              List.of("None"),
              List.of("10.96.0.9"),
              List.of("10.96.0.9", "fd00::9"),
              List.of("fd00::9", "10.96.0.9", "10.96.0.8"),
              List.of("None", "10.96.0.9"),
              List.of("x", ""))),
      Map.entry(
          "ipFamilies",
          List.of(
              List.of(),
              List.of("IPv4"),
              List.of("IPv6", "IPv4"),
              List.of("IPv4", "IPv4", "IPv6"),
              List.of("IPv5"))),
      Map.entry(
          "ipFamilyPolicy",
          List.of("", "SingleStack", "PreferDualStack", "RequireDualStack", "Dual")),
      Map.entry("externalIPs", List.of(List.of(""), List.of("192.0.2.1", "0.0.0.0", "fe80::1"))),
      Map.entry("externalName", List.of("", "a.example.", "10.0.0.1", "a_b")),
      Map.entry("selector", List.of(Map.of(), Map.of("a", "b"), Map.of("a b", "-"))),
      Map.entry("sessionAffinity", List.of("", "None", "ClientIP", "Cookie")),
      Map.entry(
          "sessionAffinityConfig",
          List.of(Map.of(), Map.of("clientIP", Map.of("timeoutSeconds", 0)))),
      Map.entry("externalTrafficPolicy", List.of("", "Cluster", "Local", "local")),
      Map.entry("internalTrafficPolicy", List.of("", "Local", "X")),
      Map.entry("trafficDistribution", List.of("", "PreferClose", "PreferSameNode", "Far")),
      Map.entry("healthCheckNodePort", List.of(0, -1, 30_080, 70_000)),
      Map.entry("allocateLoadBalancerNodePorts", List.of(true, false)),
      Map.entry("loadBalancerClass", List.of("", "x.example/y", "a b")),
      Map.entry("loadBalancerIP", List.of("", "192.0.2.1", "x")),
      Map.entry(
          "loadBalancerSourceRanges",
          List.of(List.of(), List.of(" 10.0.0.0/8 ", "10.0.0.1/8"), List.of("x", ""))),
      Map.entry("publishNotReadyAddresses", List.of(true))));

  private static Map<String, Object> port(SplittableRandom random) {
    Map<String, Object> port = new LinkedHashMap<>();
    port.put("port", pick(random, 80, 81, 0, -1, 70_000));
    if (random.nextBoolean()) {
      port.put("name", pick(random, "a", "b", "", "a.b"));
    }
    if (random.nextBoolean()) {
      port.put("nodePort", pick(random, 0, 30_080, 30_081, 1, -5));
    }
    if (random.nextInt(3) == 0) {
      port.put("protocol", pick(random, "TCP", "UDP", "SCTP", "tcp", ""));
      port.put("targetPort", pick(random, 8080, 0, "", "web", "a--b", -1));
      port.put("appProtocol", pick(random, "http", "", "a b"));
    }
    return port;
  }

  private static Object pick(SplittableRandom random, Object... values) {
    return values[random.nextInt(values.length)];
  }

  private static Map<String, Object> spec(SplittableRandom random) {
    Map<String, Object> spec = new LinkedHashMap<>();
    VALUES.forEach((field, values) -> {
      if (random.nextInt(field.equals("type") ? 2 : 7) == 0) {
        spec.put(field, values.get(random.nextInt(values.size())));
      }
    });
    if (random.nextInt(6) > 0) {
      spec.put(
          "ports", random.ints(random.nextInt(4)).mapToObj(i -> port(random)).toList());
    }
    return spec;
  }

  private static void request(ApiServer server, SplittableRandom random) {
    String name = "s" + random.nextInt(4);
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("apiVersion", "v1");
    tree.put("kind", "Service");
    tree.put("metadata", Map.of("name", name));
    tree.put("spec", spec(random));
    ObjectKey key = new ObjectKey(Service.KIND, "default", name);
    switch (random.nextInt(6)) {
      case 0 -> server.create(tree);
      case 1 -> server.update(tree);
      case 2 -> server.apply(tree);
      case 3 -> server.patch(key, PatchType.MERGE, Map.of("spec", tree.get("spec")));
      case 4 -> server.patch(key, PatchType.STRATEGIC, Map.of("spec", tree.get("spec")));
      default -> {
        tree.put(
            "status",
            Map.of(
                "loadBalancer",
                Map.of("ingress", List.of(Map.of("ip", pick(random, "", "192.0.2.1", "x"))))));
        server.updateStatus(tree);
      }
    }
  }

  @Property(tries = 300)
  void everyRequestIsAnswered(@ForAll long seed) {
    ApiServer server = new ApiServer(
        new ClusterState(new VirtualClock(), seed),
        ApiServerConfig.of(Cidr.parse("10.96.0.0/28"), Cidr.parse("fd00::/120")));
    SplittableRandom random = new SplittableRandom(seed);

    for (int i = 0; i < 60; i++) {
      try {
        request(random.nextInt(5) == 0 ? server.dryRun() : server, random);
      } catch (ApiError e) {
        assertThat(e.code()).isBetween(400, 500);
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
