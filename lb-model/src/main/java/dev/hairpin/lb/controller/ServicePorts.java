package dev.hairpin.lb.controller;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.Service;
import dev.hairpin.api.ServicePort;
import dev.hairpin.lb.model.HealthCheck;

/** Ports of Services, looked up as {@code pkg/k8s/service_utils.go} does. */
final class ServicePorts {
  private ServicePorts() {}

  /** A port by name or by number. */
  static ServicePort find(Service service, IntOrString wanted) {
    String name = wanted.name();
    return service.spec().ports().stream()
        .filter(p -> name != null ? p.name().equals(name) : p.port() == wanted.number())
        .findFirst()
        .orElseThrow(() -> new ReconcileException(
            "unable to find port " + wanted + " on service " + service.key().namespacedName()));
  }

  /** {@code intstr.Parse}: a number if it is one. */
  static IntOrString parse(String text) {
    try {
      long number = Go.parseInt(text);
      if (number == (int) number) {
        return IntOrString.of((int) number);
      }
    } catch (ReconcileException e) {
      // Not a number, so it is a name.
      return IntOrString.of(text);
    }
    return IntOrString.of(text);
  }

  /** The port of a health check, from an annotation that may name a port of the Service. */
  static IntOrString healthCheckPort(Service service, String raw, String targetType) {
    if (raw.equals(HealthCheck.TRAFFIC_PORT)) {
      return IntOrString.of(raw);
    }
    IntOrString parsed = parse(raw);
    if (parsed.name() == null) {
      return parsed;
    }
    ServicePort port;
    try {
      port = find(service, parsed);
    } catch (ReconcileException e) {
      throw new ReconcileException("failed to resolve healthCheckPort: " + e.getMessage());
    }
    if (targetType.equals("instance")) {
      return IntOrString.of(port.nodePort());
    }
    if (port.targetPort().name() == null) {
      return port.targetPort();
    }
    throw new ReconcileException(
        "cannot use named healthCheckPort for IP TargetType when service's targetPort is a named"
            + " port");
  }
}
