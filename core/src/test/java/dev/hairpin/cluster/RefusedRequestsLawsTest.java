package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ApiServer.PatchType;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.time.VirtualClock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** A request that is refused, or only tried, leaves nothing behind: not even a draw. */
class RefusedRequestsLawsTest {
  private static final List<String> SPECS = List.of(
      "{ports: [{port: 80}]}",
      "{type: NodePort, ports: [{port: 80}]}",
      "{type: NodePort, ports: [{name: a, port: 80}, {name: b, port: 81, nodePort: 30080}]}",
      "{type: NodePort, ports: [{name: a, port: 80}, {name: b, port: 81, nodePort: 1}]}",
      "{type: NodePort, ports: [{port: 80, targetPort: a--b}]}",
      "{type: NodePort, clusterIP: None, ports: [{port: 80}]}",
      "{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}",
      "{type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30080,"
          + " ports: [{port: 80}]}",
      "{type: LoadBalancer, loadBalancerClass: a b, ports: [{port: 80}]}",
      "{type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80}]}",
      "{type: ExternalName, externalName: db.example.com}",
      "{type: ExternalName}",
      "{clusterIP: 10.96.0.9, ports: [{port: 80}]}",
      "{clusterIP: 10.97.0.9, ports: [{port: 80}]}",
      "{ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]}",
      "{ipFamilyPolicy: RequireDualStack, clusterIP: 10.96.0.9,"
          + " clusterIPs: [10.96.0.9, 'fd00::9'], ports: [{port: 80}, {port: 81}]}",
      "{ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6], ports: [{port: 80}]}",
      "{ipFamilyPolicy: SingleStack, ports: [{port: 80}]}");

  private static ApiServer server(long seed) {
    return new ApiServer(
        new ClusterState(new VirtualClock(), seed),
        ApiServerConfig.of(Cidr.parse("10.96.0.0/27"), Cidr.parse("fd00::/120")));
  }

  private static Map<String, Object> service(String metadata, String spec) {
    return Manifests.parse(
            "{apiVersion: v1, kind: Service, metadata: " + metadata + ", spec: " + spec + "}",
            "test")
        .manifests()
        .get(0)
        .tree();
  }

  /** Makes one of many requests; true if it was accepted. */
  private static boolean request(ApiServer server, SplittableRandom random) {
    String name = "s" + random.nextInt(6);
    String spec = SPECS.get(random.nextInt(SPECS.size()));
    String metadata = random.nextInt(5) == 0 ? "{generateName: s-}" : "{name: " + name + "}";
    ObjectKey key = new ObjectKey(Service.KIND, "default", name);
    Map<String, Object> tree = service(metadata, spec);
    try {
      switch (random.nextInt(7)) {
        case 0, 1 -> server.create(tree);
        case 2 -> server.update(service("{name: " + name + "}", spec));
        case 3 -> server.apply(service("{name: " + name + "}", spec));
        case 4 -> server.patch(key, PatchType.STRATEGIC, Map.of("spec", tree.get("spec")));
        case 5 -> server.delete(key);
        default ->
          server.together(() -> {
            server.create(service("{generateName: t-}", SPECS.get(1)));
            return server.create(tree);
          });
      }
      return true;
    } catch (ApiError e) {
      return false;
    }
  }

  private static Map<String, Object> everything(ApiServer server) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (String kind : server.state().kinds()) {
      for (KubeObject object : server.state().list(kind)) {
        all.put(object.key().toString(), Manifests.toJson(object));
      }
    }
    all.put("addresses", server.allocatedAddresses());
    all.put("ports", server.allocatedPorts());
    all.put("version", server.state().resourceVersion());
    return all;
  }

  @Property(tries = 100)
  void whatWasRefusedMightAsWellNotHaveBeenAsked(@ForAll long seed) {
    ApiServer asked = server(seed);
    ApiServer spared = server(seed);
    SplittableRandom requests = new SplittableRandom(seed);

    for (int i = 0; i < 40; i++) {
      long one = requests.nextLong();
      if (request(asked, new SplittableRandom(one))) {
        assertThat(request(spared, new SplittableRandom(one))).isTrue();
      }
      assertThat(everything(asked)).isEqualTo(everything(spared));
    }
  }

  @Property(tries = 50)
  void aDryRunMightAsWellNotHaveBeenMade(@ForAll long seed) {
    ApiServer tried = server(seed);
    ApiServer spared = server(seed);
    SplittableRandom requests = new SplittableRandom(seed);

    for (int i = 0; i < 40; i++) {
      request(tried.dryRun(), requests.split());
      long one = requests.nextLong();
      boolean accepted = request(tried, new SplittableRandom(one));
      assertThat(request(spared, new SplittableRandom(one))).isEqualTo(accepted);
      assertThat(everything(tried)).isEqualTo(everything(spared));
    }
  }

  @Property(tries = 100)
  void whatIsTakenIsWhatTheServicesUse(@ForAll long seed) {
    ApiServer server = server(seed);
    SplittableRandom requests = new SplittableRandom(seed);

    for (int i = 0; i < 60; i++) {
      request(server, requests);
      TreeSet<IpAddress> addresses = new TreeSet<>();
      TreeSet<Integer> ports = new TreeSet<>();
      for (Service service : server.state().list(Service.class)) {
        ServiceSpec spec = service.spec();
        spec.clusterIps().forEach(ip -> IpAddress.tryParse(ip).ifPresent(addresses::add));
        spec.ports().forEach(port -> ports.add(port.nodePort()));
        ports.add(spec.healthCheckNodePort());
      }
      ports.remove(0);
      assertThat(server.allocatedAddresses()).containsExactlyElementsOf(addresses);
      assertThat(server.allocatedPorts()).containsExactlyElementsOf(ports);
    }
  }

  @Property(tries = 50)
  void aForkDrawsWhatItsOriginalWouldHaveDrawn(@ForAll long seed) {
    ApiServer original = server(seed);
    SplittableRandom requests = new SplittableRandom(seed);
    for (int i = 0; i < 10; i++) {
      request(original, requests);
    }

    ApiServer fork = original.fork(original.state().fork(new VirtualClock()));
    long later = requests.nextLong();
    List<Boolean> ofOriginal = new ArrayList<>();
    List<Boolean> ofFork = new ArrayList<>();
    SplittableRandom first = new SplittableRandom(later);
    SplittableRandom second = new SplittableRandom(later);
    for (int i = 0; i < 20; i++) {
      ofOriginal.add(request(original, first));
      ofFork.add(request(fork, second));
    }

    assertThat(ofFork).isEqualTo(ofOriginal);
    assertThat(everything(fork)).isEqualTo(everything(original));
  }

  @Test
  void drawsAreThoseOfTheLibrarysGenerator() {
    Draws draws = new Draws(42);
    SplittableRandom library = new SplittableRandom(42);

    for (long bound : new long[] {1, 2, 3, 1_048_318, 1L << 40, (1L << 62) + 1, Long.MAX_VALUE}) {
      for (int i = 0; i < 200; i++) {
        assertThat(draws.below(bound)).isEqualTo(library.nextLong(bound));
      }
    }
    long place = draws.place();
    long drawn = draws.below(1000);
    draws.returnTo(place);
    assertThat(draws.copy().below(1000)).isEqualTo(drawn);
  }
}
