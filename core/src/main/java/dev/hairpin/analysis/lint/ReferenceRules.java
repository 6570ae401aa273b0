package dev.hairpin.analysis.lint;

import dev.hairpin.analysis.explain.Nearest;
import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressBackend;
import dev.hairpin.api.IngressPath;
import dev.hairpin.api.IntOrString;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.ClusterView;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Objects that name a Service, or a port of one, that does not exist. */
final class ReferenceRules implements LintRule {

  @Override
  public void check(ClusterView state, Consumer<Finding> found) {
    for (StatefulSet set : state.list(StatefulSet.class)) {
      if (!set.serviceName().isEmpty()) {
        service(set, "spec.serviceName", set.serviceName(), state, found);
      }
    }
    for (Ingress ingress : state.list(Ingress.class)) {
      @Nullable IngressBackend fallback = ingress.defaultBackend();
      if (fallback != null) {
        backend(ingress, "spec.defaultBackend", fallback, state, found);
      }
      for (int i = 0; i < ingress.rules().size(); i++) {
        List<IngressPath> paths = ingress.rules().get(i).paths();
        for (int j = 0; j < paths.size(); j++) {
          String field = "spec.rules[" + i + "].http.paths[" + j + "].backend";
          backend(ingress, field, paths.get(j).backend(), state, found);
        }
      }
    }
  }

  private static void backend(
      Ingress ingress,
      String field,
      IngressBackend backend,
      ClusterView state,
      Consumer<Finding> found) {
    String name = backend.serviceName();
    IntOrString port = backend.servicePort();
    if (name.isEmpty() || "use-annotation".equals(port.name())) {
      return;
    }
    Optional<Service> service = service(ingress, field + ".service.name", name, state, found);
    if (service.isEmpty()) {
      return;
    }
    List<ServicePort> ports = service.get().spec().ports();
    boolean has = ports.stream()
        .anyMatch(
            p -> port.name() == null ? p.port() == port.number() : p.name().equals(port.name()));
    if (!has) {
      found.accept(new Finding(
          Severity.ERROR,
          "PORT_REFERENCE_MISSING",
          ingress.key(),
          field + ".service.port",
          "Service " + service.get().key().namespacedName() + " has no port " + port,
          "name a port of the Service",
          ports.stream()
              .map(p -> p.name().isEmpty() ? Integer.toString(p.port()) : p.port() + " " + p.name())
              .toList(),
          ""));
    }
  }

  private static Optional<Service> service(
      KubeObject by, String field, String name, ClusterView state, Consumer<Finding> found) {
    String namespace = by.metadata().namespace();
    Optional<Service> service = state.get(Service.class, namespace, name);
    if (service.isEmpty()) {
      List<String> known = state.list(Service.class).stream()
          .filter(s -> s.metadata().namespace().equals(namespace))
          .map(s -> s.metadata().name())
          .toList();
      found.accept(new Finding(
          Severity.ERROR,
          "SERVICE_REFERENCE_MISSING",
          by.key(),
          field,
          "there is no Service " + namespace + "/" + name,
          "create the Service, or correct the name",
          Nearest.all(name, known),
          ""));
    }
    return service;
  }
}
