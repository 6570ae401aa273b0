package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import java.util.List;
import java.util.Map;

/** Small objects for tests. */
final class Fixtures {
  private Fixtures() {}

  static Node node(String name, String ip, String podCidr) {
    return new Node(
        ObjectMeta.of("", name),
        podCidr.isEmpty() ? List.of() : List.of(podCidr),
        "",
        false,
        List.of(),
        List.of(new NodeAddress("InternalIP", ip)),
        List.of(),
        Map.of());
  }

  static Service service(String name, String clusterIp) {
    return new Service(
        ObjectMeta.of("shop", name),
        ServiceSpec.builder()
            .clusterIps(List.of(clusterIp))
            .ipFamilies(List.of(IpFamily.IPV4))
            .ports(List.of(ServicePort.tcp("http", 80, 8080)))
            .build(),
        List.of(),
        List.of());
  }

  static EndpointSlice slice(String service, String... addresses) {
    return new EndpointSlice(
        ObjectMeta.of("shop", service + "-abcde")
            .withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, service)),
        "IPv4",
        List.of(addresses).stream().map(Fixtures::endpoint).toList(),
        List.of(new EndpointPort("http", Protocol.TCP, 8080, null)));
  }

  private static Endpoint endpoint(String address) {
    return new Endpoint(
        List.of(address), true, true, false, null, "a", null, List.of(), List.of(), null);
  }
}
