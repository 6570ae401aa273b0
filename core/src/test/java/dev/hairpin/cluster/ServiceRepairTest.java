package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.ObjectKey;
import dev.hairpin.manifest.KubeObjects;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the API server says of Services and addresses that do not fit together. */
class ServiceRepairTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 1);
  private final ApiServer server =
      new ApiServer(state, ApiServerConfig.of(Cidr.parse("10.96.0.0/24")));

  /** As a snapshot brings it: nothing is judged. */
  private void stored(String yaml) {
    state.store(
        KubeObjects.fromTree(Manifests.parse(yaml, "test").manifests().get(0).tree()));
  }

  private void service(String name, String spec) {
    stored("{apiVersion: v1, kind: Service, metadata: {name: " + name + "}, spec: {" + spec + "}}");
  }

  private void address(String ip, String labels, String parent) {
    stored("{apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: {name: " + ip
        + ", labels: {" + labels + "}}, spec: {parentRef: {" + parent + "}}}");
  }

  private List<String> repair() {
    return server.repair().stream()
        .map(e -> e.object().name() + " " + e.reason() + ": " + e.message())
        .toList();
  }

  @Test
  void whatRequestsMadeNeedsNoRepair() {
    server.create(Manifests.parse(
            "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: NodePort, ports:"
                + " [{port: 80}]}}",
            "test")
        .manifests()
        .get(0)
        .tree());
    assertThat(repair()).isEmpty();
  }

  @Test
  void addressesAndPortsOutsideTheRangesAreWarnedOf() {
    service(
        "a",
        "type: NodePort, clusterIP: 172.20.0.9, clusterIPs: [172.20.0.9],"
            + " ports: [{port: 80, nodePort: 80}]");

    assertThat(repair())
        .containsExactly(
            "a ClusterIPOutOfRange: Cluster IP [IPv4]: 172.20.0.9 is not within any configured"
                + " Service CIDR; please recreate service",
            "a PortOutOfRange: Port 80 is not within the port range 30000-32767; please recreate"
                + " service");
  }

  @Test
  void theLaterOfTwoServicesWithOneAddressAndPortIsWarnedOf() {
    for (String name : List.of("b", "a")) {
      service(
          name,
          "type: NodePort, clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9],"
              + " ports: [{port: 80, nodePort: 30080}, {port: 80, protocol: UDP, nodePort: 30080}]");
    }

    assertThat(repair())
        .containsExactly(
            "a ClusterIPAlreadyAllocated: Cluster IP [IPv4]:10.96.0.9 was assigned to multiple"
                + " services; please recreate service",
            "b PortAlreadyAllocated: Port 30080 was assigned to multiple services; please recreate"
                + " service");
  }

  @Test
  void aPortThatOnlyLooksTakenIsTaken() {
    service("e", "type: ExternalName, externalName: a.b, ports: [{port: 80, nodePort: 30500}]");

    assertThat(repair())
        .containsExactly("e PortNotAllocated: Port 30500 is not allocated; repairing");
    assertThat(server.allocatedPorts()).containsExactly(30_500);
    assertThat(repair()).isEmpty();
    server.delete(new ObjectKey("Service", "default", "e"));
    assertThat(server.allocatedPorts()).isEmpty();
  }

  @Test
  void anAddressOfNobodyGoesAfterAMinute() {
    String managed = "ipaddress.kubernetes.io/managed-by: ipallocator.k8s.io";
    address("10.96.0.7", managed, "resource: services, namespace: d, name: gone");
    address("10.96.0.8", "a: b", "resource: services, namespace: d, name: gone");
    assertThat(repair()).isEmpty();

    state.clock().advance(Duration.ofSeconds(61));

    assertThat(repair())
        .containsExactly("10.96.0.7 IPAddressNotAllocated: IPAddress: 10.96.0.7 for Service d/gone"
            + " appears to have leaked: cleaning up");
    assertThat(state.list(IpAddressObject.class)).hasSize(1);
    assertThat(server.allocatedAddresses().toString()).isEqualTo("[10.96.0.8]");
  }

  @Test
  void anAddressWithAnotherParentIsPutRight() {
    String managed = "ipaddress.kubernetes.io/managed-by: ipallocator.k8s.io";
    service("a", "clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9], ports: [{port: 80}]");
    address("10.96.0.9", managed, "group: apps, resource: things, namespace: d, name: x");
    address("10.96.0.10", managed, "resource: services, namespace: default, name: a");
    address("10.96.0.11", managed, "group: apps, resource: things, namespace: d, name: x");

    assertThat(repair())
        .containsExactly(
            "a ClusterIPNotAllocated: the ClusterIP [IPv4]: 10.96.0.9 for Service default/a has a"
                + " wrong reference; repairing",
            "10.96.0.10 IPAddressWrongReference: IPAddress: 10.96.0.10 for Service default/a has a"
                + " wrong reference; cleaning up",
            "10.96.0.11 IPAddressNotAllocated: IPAddress 10.96.0.11 appears to have been modified,"
                + " not referencing a Service &ParentReference{Group:apps,Resource:things,"
                + "Namespace:d,Name:x,}: cleaning up");
    assertThat(server.ipAddresses()).singleElement().satisfies(object -> {
      assertThat(object.metadata().name()).isEqualTo("10.96.0.9");
      assertThat(object.parentRef().name()).isEqualTo("a");
    });
  }

  @Test
  void olderReleasesNameTheirOneRange() {
    ApiServer older = new ApiServer(
        state,
        new ApiServerConfig(
            List.of(IpFamily.IPV4),
            List.of(Cidr.parse("10.96.0.0/24")),
            PortRange.DEFAULT,
            ApiFeatures.ofMinor(32)));
    service("a", "clusterIP: 172.20.0.9, clusterIPs: [172.20.0.9], ports: [{port: 80}]");

    assertThat(older.repair())
        .singleElement()
        .satisfies(event -> assertThat(event.message())
            .isEqualTo(
                "Cluster IP [IPv4]:172.20.0.9 is not within the service CIDR 10.96.0.0/24; please"
                    + " recreate service"));
  }
}
