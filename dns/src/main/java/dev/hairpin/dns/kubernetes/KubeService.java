package dev.hairpin.dns.kubernetes;

import dev.hairpin.api.LoadBalancerIngress;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.ServiceType;
import java.util.ArrayList;
import java.util.List;

/**
 * What CoreDNS keeps of a Service.
 *
 * @param namespace its namespace
 * @param name its name
 * @param isExternalName whether it is an alias
 * @param externalName what it is an alias of
 * @param clusterIps its addresses; one empty text if it has none
 * @param ports its ports; {@link KubePort#NONE} if it has none
 * @param externalIps the addresses and host names of its load balancers, then its external
 *     addresses
 */
record KubeService(
    String namespace,
    String name,
    boolean isExternalName,
    String externalName,
    List<String> clusterIps,
    List<KubePort> ports,
    List<String> externalIps) {

  static KubeService of(Service service) {
    List<String> external = new ArrayList<>();
    for (LoadBalancerIngress ingress : service.loadBalancer()) {
      external.add(ingress.ip().isEmpty() ? ingress.hostname() : ingress.ip());
    }
    external.addAll(service.spec().externalIps());
    List<KubePort> ports = new ArrayList<>();
    for (ServicePort port : service.spec().ports()) {
      ports.add(new KubePort(port.name(), port.protocol().name(), port.port()));
    }
    return new KubeService(
        service.metadata().namespace(),
        service.metadata().name(),
        service.spec().type() == ServiceType.EXTERNAL_NAME,
        service.spec().externalName(),
        service.spec().clusterIps().isEmpty() ? List.of("") : service.spec().clusterIps(),
        ports.isEmpty() ? List.of(KubePort.NONE) : List.copyOf(ports),
        List.copyOf(external));
  }

  boolean isHeadless() {
    return clusterIps.get(0).equals("None");
  }
}
