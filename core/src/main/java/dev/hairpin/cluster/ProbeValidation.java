package dev.hairpin.cluster;

import dev.hairpin.api.IntOrString;
import dev.hairpin.manifest.Fields;
import java.util.List;

/**
 * Judges probes and the hooks of a container's life.
 *
 * <p>Source: {@code validateProbe}, {@code validateHandler} and {@code validateLifecycle} of
 * kube-apiserver v1.36.
 */
final class ProbeValidation {
  private static final List<String> SCHEMES = List.of("HTTP", "HTTPS");

  private final FieldErrors errors;
  private final long gracePeriod;

  ProbeValidation(FieldErrors errors, long gracePeriod) {
    this.errors = errors;
    this.gracePeriod = gracePeriod;
  }

  void lifecycle(Fields f) {
    for (String hook : List.of("postStart", "preStop")) {
      if (f.has(hook)) {
        handler(f.object(hook), List.of("exec", "httpGet", "tcpSocket", "sleep"));
      }
    }
  }

  /** Judges a liveness or startup probe, if there is one. */
  void liveness(Fields container, String name) {
    if (container.has(name)) {
      Fields f = container.object(name);
      probe(f);
      int successes = f.int32("successThreshold", 1);
      if (successes != 1) {
        errors.invalid(f.path("successThreshold"), successes, "must be 1");
      }
    }
  }

  /** Judges the readiness probe, if there is one. */
  void readiness(Fields container) {
    if (container.has("readinessProbe")) {
      Fields f = container.object("readinessProbe");
      probe(f);
      if (f.has("terminationGracePeriodSeconds")) {
        errors.invalid(
            f.path("terminationGracePeriodSeconds"),
            f.int64("terminationGracePeriodSeconds", 0),
            "must not be set for readinessProbes");
      }
    }
  }

  private void probe(Fields f) {
    handler(f, List.of("exec", "httpGet", "tcpSocket", "grpc"));
    for (String number : List.of(
        "initialDelaySeconds",
        "timeoutSeconds",
        "periodSeconds",
        "successThreshold",
        "failureThreshold")) {
      int value = f.int32(number, 0);
      if (value < 0) {
        errors.invalid(f.path(number), value, WorkloadValidation.NOT_NEGATIVE);
      }
    }
    long grace = f.int64("terminationGracePeriodSeconds", 1);
    if (grace <= 0) {
      errors.invalid(f.path("terminationGracePeriodSeconds"), grace, "must be greater than 0");
    }
  }

  private void handler(Fields f, List<String> types) {
    boolean found = false;
    for (String type : types) {
      if (!f.has(type)) {
        continue;
      }
      if (found) {
        errors.forbidden(f.path(type), "may not specify more than 1 handler type");
        continue;
      }
      found = true;
      action(type, f.object(type));
    }
    if (!found) {
      errors.required(f.path(), "must specify a handler type");
    }
  }

  private void action(String type, Fields f) {
    switch (type) {
      case "exec" -> {
        if (f.texts("command").isEmpty()) {
          errors.required(f.path("command"), "");
        }
      }
      case "httpGet" -> httpGet(f);
      case "tcpSocket" -> port(f);
      case "grpc" -> {
        int port = f.int32("port", 0);
        errors.invalid(f.path("port"), port, NameRules.portNumber(port));
      }
      default -> sleep(f);
    }
  }

  private void httpGet(Fields f) {
    if (f.text("path", "/").isEmpty()) {
      errors.required(f.path("path"), "");
    }
    port(f);
    String scheme = f.text("scheme", "HTTP");
    if (!SCHEMES.contains(scheme)) {
      errors.notSupported(f.path("scheme"), scheme, SCHEMES);
    }
    for (Fields header : f.objects("httpHeaders")) {
      String name = header.text("name");
      errors.invalid(f.path("httpHeaders"), name, NameRules.headerName(name));
    }
  }

  private void port(Fields f) {
    IntOrString port = f.intOrString("port", IntOrString.of(0));
    if (port.name() == null) {
      errors.invalid(f.path("port"), port.number(), NameRules.portNumber(port.number()));
    } else {
      errors.invalid(f.path("port"), port.name(), NameRules.portName(port.name()));
    }
  }

  private void sleep(Fields f) {
    long seconds = f.int64("seconds", 0);
    if (seconds < 0 || seconds > gracePeriod) {
      errors.invalid(
          f.path(),
          seconds,
          "must be non-negative and less than terminationGracePeriodSeconds (" + gracePeriod + ")");
    }
  }
}
