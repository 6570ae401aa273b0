package dev.hairpin.analysis.lint;

import dev.hairpin.api.ContainerPort;
import dev.hairpin.api.Pod;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.cluster.ClusterView;
import dev.hairpin.path.trace.Reason;
import java.util.List;
import java.util.function.Consumer;

/**
 * A numbered targetPort that the pods declare with another protocol, or not at all although they
 * declare others. Pods that declare nothing may listen on anything.
 */
final class PortRules implements LintRule {

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    for (Service service : state.list(Service.class)) {
      List<ContainerPort> declared = Members.of(service, state).stream()
          .flatMap((Pod p) -> Members.ports(p).stream())
          .distinct()
          .toList();
      List<ServicePort> ports = service.spec().ports();
      for (int i = 0; i < ports.size() && !declared.isEmpty(); i++) {
        check(service, i, declared, found);
      }
    }
  }

  private static void check(
      Service service, int index, List<ContainerPort> declared, Consumer<Finding> found) {
    ServicePort port = service.spec().ports().get(index);
    if (port.targetPort().name() != null) {
      return;
    }
    int number = port.targetPort().number();
    List<ContainerPort> sameNumber =
        declared.stream().filter(d -> d.containerPort() == number).toList();
    if (sameNumber.stream().anyMatch(d -> d.protocol() == port.protocol())) {
      return;
    }
    String field = "spec.ports[" + index + "].";
    if (!sameNumber.isEmpty()) {
      found.accept(Finding.of(
              Severity.ERROR,
              Reason.PROTOCOL_NOT_IN_SERVICE,
              service,
              field + "protocol",
              "port " + port.port() + " is " + port.protocol() + ", and the pods declare " + number
                  + "/" + sameNumber.get(0).protocol())
          .suggesting(List.of("protocol: " + sameNumber.get(0).protocol())));
      return;
    }
    found.accept(Finding.of(
            Severity.WARNING,
            Reason.CONNECTION_REFUSED_BY_POD,
            service,
            field + "targetPort",
            "targetPort " + number + "/" + port.protocol() + " is declared by no pod; what they"
                + " declare is " + described(declared))
        .suggesting(declared.stream()
            .filter(d -> d.protocol() == port.protocol())
            .limit(3)
            .map(d -> "targetPort: " + d.containerPort())
            .toList()));
  }

  private static List<String> described(List<ContainerPort> ports) {
    return ports.stream()
        .map(p -> p.containerPort() + "/" + p.protocol())
        .distinct()
        .toList();
  }
}
