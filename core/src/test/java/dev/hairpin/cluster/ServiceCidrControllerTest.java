package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceCidr;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.time.VirtualClock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** ServiceCIDR and IPAddress objects are where ClusterIPs come from. */
class ServiceCidrControllerTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final ApiServer server =
      new ApiServer(state, ApiServerConfig.of(Cidr.parse("10.96.0.0/29")));

  private static Map<String, Object> tree(String yaml) {
    return Manifests.parse(yaml, "test").manifests().get(0).tree();
  }

  private void block(String name, String cidrs) {
    server.create(tree("{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: "
        + name + "}, spec: {cidrs: [" + cidrs + "]}}"));
  }

  private Service service(String name) {
    return (Service) server
        .create(tree("{apiVersion: v1, kind: Service, metadata: {name: " + name
            + "}, spec: {ports: [{port: 80}]}}"))
        .object();
  }

  private void address(String name, String parent) {
    server.create(tree("{apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: {name: \""
        + name + "\"}, spec: {parentRef: " + parent + "}}"));
  }

  @Test
  void aFullBlockIsFollowedByTheNextAndTheNextGoesWhenItsAddressesDo() {
    for (int i = 0; i < 6; i++) {
      service("a" + i);
    }
    assertThatThrownBy(() -> service("b"))
        .hasMessage("Internal error occurred: failed to allocate a serviceIP for Service \"b\":"
            + " range is full");

    block("more", "10.97.0.0/29");
    block("yet-more", "10.98.0.0/29");
    Set<String> networks = new HashSet<>();
    for (int i = 0; i < 12; i++) {
      networks.add(service("b" + i).spec().clusterIp().substring(0, 5));
    }
    assertThat(networks).containsExactlyInAnyOrder("10.97", "10.98");
    assertThatThrownBy(() -> service("c")).hasMessageContaining("range is full");

    ObjectKey more = new ObjectKey(ServiceCidr.KIND, "", "more");
    server.delete(more);
    assertThat(state.get(ServiceCidr.class, "", "more").orElseThrow().isReady()).isFalse();
    for (int i = 0; i < 12; i++) {
      server.delete(new ObjectKey("Service", "default", "b" + i));
    }
    assertThat(state.get(more)).isEmpty();
    assertThat(service("c").spec().clusterIp()).startsWith("10.98.");
  }

  @Test
  void anAddressThatSomebodyReservedIsNotGivenToAService() {
    address("10.96.0.3", "{resource: gateways, group: example.com, name: edge, namespace: net}");

    Set<String> given = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      given.add(service("a" + i).spec().clusterIp());
    }
    assertThat(given).hasSize(5).doesNotContain("10.96.0.3");
    assertThatThrownBy(() -> service("b")).hasMessageContaining("range is full");
    assertThat(server.ipAddresses())
        .hasSize(6)
        .extracting(o -> o.parentRef().resource())
        .contains("gateways", "services");

    server.delete(new ObjectKey(IpAddressObject.KIND, "", "10.96.0.3"));
    assertThat(service("b").spec().clusterIp()).isEqualTo("10.96.0.3");
  }

  @Test
  void theObjectOfAServicesAddressIsThereAsLongAsTheService() {
    String ip = service("a").spec().clusterIp();
    ObjectKey key = new ObjectKey(IpAddressObject.KIND, "", ip);

    assertThat(((IpAddressObject) server.get(key)).parentRef())
        .isEqualTo(new IpAddressObject.ParentReference("", "services", "default", "a"));
    assertThatThrownBy(() -> address(ip, "{resource: services, name: x}"))
        .hasMessage("ipaddresses.networking.k8s.io \"" + ip + "\" already exists");
    server.delete(key);
    assertThat(server.get(key)).isInstanceOf(IpAddressObject.class);
    server.delete(new ObjectKey("Service", "default", "a"));
    assertThatThrownBy(() -> server.get(key))
        .hasMessage("ipaddresses.networking.k8s.io \"" + ip + "\" not found");
  }

  @Test
  void aStoredObjectOfAServiceGoesWithTheService() {
    address("10.96.0.3", "{resource: services, name: a, namespace: default}");
    state.store(new Service(
        ObjectMeta.of("default", "a"),
        ServiceSpec.builder().clusterIps(List.of("10.96.0.3")).build(),
        List.of(),
        List.of()));

    server.delete(new ObjectKey("Service", "default", "a"));

    assertThat(server.ipAddresses()).isEmpty();
    assertThat(server.allocatedAddresses()).isEmpty();
  }

  @Test
  void aBlockOfTwoObjectsStaysWhenOneGoes() {
    block("one", "10.97.0.0/29");
    block("two", "10.97.0.0/29");
    server.create(tree("{apiVersion: v1, kind: Service, metadata: {name: a},"
        + " spec: {clusterIP: 10.97.0.3, ports: [{port: 80}]}}"));

    server.delete(new ObjectKey(ServiceCidr.KIND, "", "one"));

    assertThat(state.get(ServiceCidr.class, "", "one")).isEmpty();
    server.create(tree("{apiVersion: v1, kind: Service, metadata: {name: b},"
        + " spec: {clusterIP: 10.97.0.4, ports: [{port: 80}]}}"));
    server.delete(new ObjectKey(ServiceCidr.KIND, "", "two"));
    assertThat(state.get(ServiceCidr.class, "", "two").orElseThrow().isReady()).isFalse();
  }

  @Test
  void aSecondFamilyMayBeAddedToABlockAndNothingElseChanged() {
    block("more", "10.97.0.0/24");
    Map<String, Object> patch = Map.of("spec", Map.of("cidrs", List.of("10.97.1.0/24")));

    assertThatThrownBy(() -> server.patch(
            new ObjectKey(ServiceCidr.KIND, "", "more"), ApiServer.PatchType.MERGE, patch))
        .hasMessage("ServiceCIDR.networking.k8s.io \"more\" is invalid: spec.cidrs[0]: Invalid"
            + " value: \"10.97.1.0/24\": field is immutable");
    server.patch(
        new ObjectKey(ServiceCidr.KIND, "", "more"),
        ApiServer.PatchType.MERGE,
        Map.of("spec", Map.of("cidrs", List.of("10.97.0.0/24", "fd00:10:97::/112"))));
    assertThat(state.get(ServiceCidr.class, "", "more").orElseThrow().cidrs())
        .containsExactly("10.97.0.0/24", "fd00:10:97::/112");
  }

  @Test
  void blocksAndAddressesAreReadStrictly() {
    assertThatThrownBy(() -> block("a", "10.97.0.1/24"))
        .hasMessageEndingWith("spec.cidrs[0]: Invalid value: \"10.97.0.1/24\": must not have bits"
            + " set beyond the prefix length");
    assertThatThrownBy(() -> block("a", "\"FD00::/112\""))
        .hasMessageEndingWith("must be in canonical form (\"fd00::/112\")");
    assertThatThrownBy(() -> block("a", "10.97.0.0/24, 10.98.0.0/24"))
        .hasMessageEndingWith("may specify no more than one IP for each IP family, i.e"
            + " 192.168.0.0/24 and 2001:db8::/64");
    assertThatThrownBy(() -> block("a", ""))
        .hasMessageEndingWith("spec.cidrs: Required value: at least one CIDR required");
    assertThatThrownBy(() -> address("10.96.0.03", "{resource: services, name: a}"))
        .hasMessageEndingWith(
            "metadata.name: Invalid value: \"10.96.0.03\": must not have leading 0s");
    assertThatThrownBy(() -> address("10.96.0.3", "{resource: a/b}"))
        .hasMessageEndingWith("[spec.parentRef.resource: Invalid value: \"a/b\": may not contain"
            + " '/', spec.parentRef.name: Required value]");
  }
}
