package dev.hairpin.analysis.lint;

import dev.hairpin.api.Node;
import dev.hairpin.api.NodeAddress;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServiceType;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.net.IpAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Services that lead out of the cluster, or catch what was to leave it. */
final class ExternalAddressRules implements LintRule {

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    Set<String> ofNodes = new HashSet<>();
    for (Node node : state.list(Node.class)) {
      node.addresses().stream().map(NodeAddress::address).forEach(ofNodes::add);
    }
    for (Service service : state.list(Service.class)) {
      List<String> addresses = service.spec().externalIps();
      for (int i = 0; i < addresses.size(); i++) {
        if (!ofNodes.contains(addresses.get(i))) {
          found.accept(new Finding(
              Severity.WARNING,
              "EXTERNAL_IP_CAPTURES",
              service.key(),
              "spec.externalIPs[" + i + "]",
              "every pod and node that calls " + addresses.get(i) + " reaches this Service instead"
                  + " (CVE-2020-8554); it is the address of no node",
              "forbid externalIPs by an admission policy, or use an address of one's own",
              List.of(),
              "svc-24-externalips-hijack"));
        }
      }
      if (service.spec().type() == ServiceType.EXTERNAL_NAME) {
        alias(service, found);
      }
    }
  }

  private static void alias(Service service, Consumer<Finding> found) {
    String target = service.spec().externalName();
    if (IpAddress.tryParse(target).isPresent()) {
      found.accept(new Finding(
          Severity.ERROR,
          "EXTERNAL_NAME_IS_ADDRESS",
          service.key(),
          "spec.externalName",
          target + " is an address, and an alias (CNAME) is of a name; it will not resolve",
          "a Service without selector, and an EndpointSlice with the address",
          List.of(),
          "dns-09-externalname"));
    } else if (!service.spec().ports().isEmpty()) {
      found.accept(new Finding(
          Severity.INFO,
          "EXTERNAL_NAME_PORTS",
          service.key(),
          "spec.ports",
          "the ports of an alias are not looked at; clients reach " + target + " on the port that"
              + " they dial, with the Host header and TLS name of the Service",
          "let clients use " + target,
          List.of(),
          "dns-09-externalname"));
    }
  }
}
