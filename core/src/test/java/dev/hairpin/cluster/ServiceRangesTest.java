package dev.hairpin.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.Cluster;
import dev.hairpin.api.Service;
import dev.hairpin.manifest.Manifests;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpFamily;
import dev.hairpin.time.VirtualClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the objects of a snapshot tell of the blocks that its server was started with. */
class ServiceRangesTest {
  private final ClusterState state = new ClusterState(new VirtualClock(), 1);

  private void store(String yaml) {
    Manifests.parse(yaml, "test").objects().forEach(state::store);
  }

  private void service(String name, String... addresses) {
    store("{apiVersion: v1, kind: Service, metadata: {name: " + name + ", namespace: default},"
        + " spec: {clusterIP: '" + addresses[0] + "', clusterIPs: ['"
        + String.join("', '", addresses) + "'], ports: [{port: 80}]}}");
  }

  private void kubernetesBlocks(String cidrs) {
    store("{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: kubernetes},"
        + " spec: {cidrs: [" + cidrs + "]}}");
  }

  @Test
  void theServiceCidrSaysIt() {
    kubernetesBlocks("'fd00:1::/112', 192.168.0.0/24");
    service("kubernetes", "fd00:1::1");

    ApiServerConfig config = ApiServerConfig.of(state);

    assertThat(config.families()).containsExactly(IpFamily.IPV6, IpFamily.IPV4);
    assertThat(config.serviceCidrs())
        .containsExactly(Cidr.parse("fd00:1::/112"), Cidr.parse("192.168.0.0/24"));
  }

  @ParameterizedTest
  @CsvSource({
    "10.96.0.1, 10.96.0.10, 10.96.0.0/12",
    "10.100.0.1, 10.100.7.9, 10.100.0.0/16",
    "172.20.0.1, 172.20.0.10, 172.20.0.0/16",
    "10.0.0.1, 10.0.0.10, 10.0.0.0/28",
    "10.0.0.1, 10.0.3.255, 10.0.0.0/21",
    "10.0.0.1, 10.0.3.254, 10.0.0.0/22",
    "10.3.0.1, 10.3.0.15, 10.3.0.0/27",
    "fd00::1, fd00::10, fd00::/123",
  })
  void withoutItTheAddressesDo(String first, String other, String block) {
    service("kubernetes", first);
    service("other", other);

    assertThat(ApiServerConfig.of(state).serviceCidrs()).containsExactly(Cidr.parse(block));
  }

  @Test
  void aSecondFamilyShowsInTheServices() {
    service("kubernetes", "10.96.0.1");
    service("dual", "10.96.0.7", "fd00::7");

    assertThat(ApiServerConfig.of(state).serviceCidrs())
        .containsExactly(Cidr.parse("10.96.0.0/12"), Cidr.parse("fd00::/125"));
  }

  @Test
  void aClusterThatTellsNothingIsLikeKubeadms() {
    assertThat(ApiServerConfig.of(state)).isEqualTo(ApiServerConfig.DEFAULT);
  }

  @Test
  void addressesFarApartMakeTheLargestBlockThatAServerTakes() {
    service("kubernetes", "fd00::1");
    service("far", "2001:db8::1");

    assertThat(ApiServerConfig.of(state).serviceCidrs()).containsExactly(Cidr.parse("fd00::/64"));
  }

  @Test
  void aSnapshotsNewServicesGetAddressesOfItsOwnBlock() {
    kubernetesBlocks("10.7.0.0/29");
    service("kubernetes", "10.7.0.1");
    Cluster cluster = Cluster.of(state);

    cluster.apply(
        "{apiVersion: v1, kind: Service, metadata: {name: a}," + " spec: {ports: [{port: 80}]}}");

    String address =
        state.get(Service.class, "default", "a").orElseThrow().spec().clusterIp();
    assertThat(address).startsWith("10.7.0.").isNotEqualTo("10.7.0.1");
    assertThat(cluster.api().allocatedAddresses()).hasSize(2);
  }

  @Test
  void howTheServerWasStartedMayBeSaid() {
    Cluster cluster = Cluster.of(state, ApiServerConfig.of(Cidr.parse("10.8.0.0/29")));

    cluster.apply(
        "{apiVersion: v1, kind: Service, metadata: {name: a}," + " spec: {ports: [{port: 80}]}}");

    assertThat(state.get(Service.class, "default", "a").orElseThrow().spec().clusterIp())
        .startsWith("10.8.0.");
  }
}
