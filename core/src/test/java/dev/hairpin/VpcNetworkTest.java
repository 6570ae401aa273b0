package dev.hairpin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hairpin.api.Node;
import dev.hairpin.api.Pod;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the AWS VPC CNI of a cluster may be set up. */
class VpcNetworkTest {
  private static String deployment(int replicas) {
    return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: %d
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: c, ports: [{containerPort: 8080}]}]}
        """.formatted(replicas);
  }

  private static List<Pod> pods(Cluster cluster) {
    return List.copyOf(cluster.state().list(Pod.class));
  }

  private static List<String> maxPods(Cluster cluster) {
    return cluster.state().list(Node.class).stream()
        .map(node -> node.allocatable().getOrDefault("pods", ""))
        .toList();
  }

  @Test
  void aNodeTakesAsManyPodsAsItHasAddressesForAndTheRestSayWhy() {
    Cluster cluster = Cluster.builder().eks(1).build();
    cluster.apply(deployment(40));

    assertThat(maxPods(cluster)).containsExactly("29");
    assertThat(pods(cluster)).filteredOn(Pod::isReady).hasSize(27);
    assertThat(pods(cluster))
        .as("two have a node, as that counts two for the node's own network, but no address")
        .filteredOn(pod -> !pod.spec().nodeName().isEmpty() && pod.podIps().isEmpty())
        .hasSize(2);
    assertThat(cluster.state().events())
        .anyMatch(e -> e.message()
            .endsWith("(m5.large) has 3 interfaces with 9 addresses each, and" + " all are used"))
        .anyMatch(e -> e.message().equals("0/1 nodes are available: 1 Too many pods."));
  }

  @Test
  void withPrefixDelegationItTakes110() {
    Cluster cluster = Cluster.builder().eks(1).prefixDelegation().build();
    cluster.apply(deployment(120));

    assertThat(maxPods(cluster)).containsExactly("110");
    assertThat(pods(cluster)).filteredOn(Pod::isReady).hasSize(110);
  }

  @Test
  void withCustomNetworkingPodsAreInSubnetsOfTheirOwn() {
    Cluster cluster = Cluster.builder()
        .eks(2, 2)
        .customNetworking(Map.of("us-west-2a", "100.64.0.0/19", "us-west-2b", "100.64.32.0/19"))
        .build();
    cluster.apply(deployment(4));

    assertThat(maxPods(cluster)).containsExactly("20", "20");
    Cidr pods = Cidr.parse("100.64.0.0/18");
    assertThat(pods(cluster))
        .hasSize(4)
        .allMatch(pod -> pods.contains(IpAddress.parse(pod.podIps().get(0))));
    String from = pods(cluster).get(0).key().namespacedName();
    for (Pod pod : pods(cluster)) {
      assertThat(cluster.from(from).to(pod.podIps().get(0) + ":8080").outcome().delivered())
          .as("from %s to %s", from, pod.key())
          .isTrue();
    }
  }

  @Test
  void aWarmInterfaceTakesAddressesOfTheSubnet() {
    assertThat(used(Cluster.builder().eks(1).build()))
        .as("the node and the pod")
        .isEqualTo(2);
    assertThat(used(Cluster.builder().eks(1).warmInterfaces(1).build()))
        .as("the node, nine of its interface, nine of the warm one and that one itself")
        .isEqualTo(20);
  }

  private static long used(Cluster cluster) {
    cluster.apply(deployment(1));
    return cluster.controllers().kubelets().sharedAddresses().get(0).used();
  }

  @Test
  void itIsSetUpOnlyWherePodsHaveAddressesOfTheNodesNetwork() {
    assertThatThrownBy(() -> Cluster.builder().kubeadm(1).prefixDelegation().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "prefix delegation, custom networking and warm interfaces are of the AWS VPC CNI;"
                + " call eks(...)");
    assertThatThrownBy(() -> Cluster.builder().warmInterfaces(-1))
        .hasMessage("warm interfaces -1 are negative");
  }
}
