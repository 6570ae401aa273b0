package dev.hairpin.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceTest {

  @Test
  void aServicePrintsAsALine() {
    ServiceSpec spec = ServiceSpec.builder()
        .type(ServiceType.NODE_PORT)
        .clusterIps(List.of("10.96.0.20"))
        .ports(List.of(ServicePort.tcp("http", 80, 8080).withNodePort(30_080)))
        .build();

    assertThat(new Service(ObjectMeta.of("shop", "web"), spec, List.of(), List.of()))
        .hasToString("Service shop/web  NodePort  10.96.0.20  http 80:30080/TCP -> 8080");
  }

  @Test
  void aHeadlessServicePrintsThatItHasNoAddress() {
    ServiceSpec spec = ServiceSpec.builder().clusterIps(List.of("None")).build();

    assertThat(new Service(ObjectMeta.of("shop", "web"), spec, List.of(), List.of()))
        .hasToString("Service shop/web  ClusterIP  None");
  }
}
