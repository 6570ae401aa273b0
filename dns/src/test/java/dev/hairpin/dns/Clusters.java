package dev.hairpin.dns;

import dev.hairpin.api.Endpoint;
import dev.hairpin.api.EndpointPort;
import dev.hairpin.api.EndpointSlice;
import dev.hairpin.api.Namespace;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceSpec;
import dev.hairpin.cluster.ClusterState;
import dev.hairpin.net.Protocol;
import dev.hairpin.time.VirtualClock;
import java.util.List;
import java.util.Map;

/** Small clusters for tests. */
final class Clusters {
  private Clusters() {}

  static ClusterState empty() {
    return new ClusterState(new VirtualClock(), 1);
  }

  /** A cluster with {@code shop/web}, a ClusterIP, and {@code shop/db}, which is headless. */
  static ClusterState shop() {
    ClusterState state = empty();
    state.store(new Namespace(ObjectMeta.of("", "shop")));
    state.store(service("shop", "web", "10.96.20.1"));
    state.store(service("shop", "db", "None"));
    state.store(slice("shop", "db-1", "db", "10.244.1.30", "10.244.1.31"));
    return state;
  }

  static Service service(String namespace, String name, String clusterIp) {
    return new Service(
        ObjectMeta.of(namespace, name),
        ServiceSpec.builder()
            .clusterIps(List.of(clusterIp))
            .ports(List.of(ServicePort.tcp("http", 80, 8080)))
            .build(),
        List.of(),
        List.of());
  }

  static EndpointSlice slice(String namespace, String name, String service, String... ips) {
    List<Endpoint> endpoints = java.util.Arrays.stream(ips)
        .map(ip -> new Endpoint(
            List.of(ip), true, true, false, null, null, null, List.of(), List.of(), null))
        .toList();
    return new EndpointSlice(
        ObjectMeta.of(namespace, name)
            .withLabels(Map.of(EndpointSlice.SERVICE_NAME_LABEL, service)),
        "IPv4",
        endpoints,
        List.of(new EndpointPort("http", Protocol.TCP, 8080, null)));
  }
}
