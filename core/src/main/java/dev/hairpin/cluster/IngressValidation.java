package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges Ingresses. Source: {@code ValidateIngress} of Kubernetes v1.36. */
final class IngressValidation {
  private static final List<String> BAD_SEQUENCES = List.of("//", "/./", "/../", "%2f", "%2F");
  private static final List<String> BAD_SUFFIXES = List.of("/..", "/.");
  private static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";

  private final ApiFeatures features;
  private final FieldErrors errors;

  IngressValidation(ApiFeatures features, FieldErrors errors) {
    this.features = features;
    this.errors = errors;
  }

  void ingress(Fields f, boolean created) {
    Fields spec = f.object("spec");
    List<Fields> rules = spec.objects("rules");
    @Nullable Fields backend = spec.objectOrNull("defaultBackend");
    if (rules.isEmpty() && backend == null) {
      errors.invalid(
          "spec",
          spec.has("rules") ? List.of() : null,
          "either `defaultBackend` or `rules` must be specified");
    }
    if (backend != null) {
      backend(backend);
    }
    rules.forEach(this::rule);
    spec.objects("tls").forEach(this::tls);
    @Nullable String className = spec.textOrNull("ingressClassName");
    if (className != null) {
      errors.invalid("spec.ingressClassName", className, NameRules.dnsSubdomain(className));
    }
    @Nullable String annotation = f.object("metadata").textMap("annotations").get(CLASS_ANNOTATION);
    if (created && annotation != null && className != null && !annotation.equals(className)) {
      errors.invalid(
          "annotations." + CLASS_ANNOTATION,
          annotation,
          "must match `ingressClassName` when both are specified");
    }
  }

  private void rule(Fields rule) {
    String host = rule.text("host");
    if (!host.isEmpty()) {
      if (AddressTexts.parse(host).isPresent()) {
        errors.invalid(rule.path("host"), host, "must be a DNS name, not an IP address");
      }
      host(rule.path("host"), host);
    }
    @Nullable Fields http = rule.objectOrNull("http");
    if (http == null) {
      return;
    }
    List<Fields> paths = http.objects("paths");
    if (paths.isEmpty()) {
      errors.required(http.path("paths"), "");
    }
    paths.forEach(this::path);
  }

  private void host(String path, String host) {
    errors.invalid(
        path,
        host,
        host.contains("*") ? NameRules.wildcardSubdomain(host) : NameRules.dnsSubdomain(host));
  }

  private void path(Fields f) {
    String path = f.text("path");
    @Nullable String type = f.textOrNull("pathType");
    if (type == null) {
      errors.required(f.path("pathType"), "pathType must be specified");
      return;
    }
    switch (type) {
      case "Exact", "Prefix" -> {
        if (!path.startsWith("/")) {
          errors.invalid(f.path("path"), path, "must be an absolute path");
        }
        for (String sequence : BAD_SEQUENCES) {
          if (path.contains(sequence)) {
            errors.invalid(f.path("path"), path, "must not contain '" + sequence + "'");
          }
        }
        for (String suffix : BAD_SUFFIXES) {
          if (path.endsWith(suffix)) {
            errors.invalid(f.path("path"), path, "cannot end with '" + suffix + "'");
          }
        }
      }
      case "ImplementationSpecific" -> {
        if (!path.isEmpty() && !path.startsWith("/")) {
          errors.invalid(f.path("path"), path, "must be an absolute path");
        }
      }
      default ->
        errors.notSupported(
            f.path("pathType"), type, List.of("Exact", "ImplementationSpecific", "Prefix"));
    }
    backend(f.object("backend"));
  }

  private void backend(Fields f) {
    @Nullable Fields resource = f.objectOrNull("resource");
    @Nullable Fields service = f.objectOrNull("service");
    if (resource != null && service != null) {
      errors.invalid(f.path(), "", "cannot set both resource and service backends");
    } else if (resource != null) {
      References.typed(errors, resource);
    } else if (service != null) {
      service(f, service);
    } else {
      errors.invalid(f.path(), "", "resource or service backend is required");
    }
  }

  private void service(Fields backend, Fields service) {
    String name = service.text("name");
    if (name.isEmpty()) {
      errors.required(service.path("name"), "");
    } else {
      errors.invalid(
          service.path("name"),
          name,
          features.relaxedServiceNames() ? NameRules.dnsLabel(name) : NameRules.dns1035Label(name));
    }
    Fields port = service.object("port");
    String portName = port.text("name");
    int number = port.int32("number", 0);
    if (!portName.isEmpty() && number != 0) {
      errors.invalid(backend.path(), "", "cannot set both port name & port number");
    } else if (!portName.isEmpty()) {
      errors.invalid(port.path("name"), portName, NameRules.portName(portName));
    } else if (number != 0) {
      errors.invalid(port.path("number"), number, NameRules.portNumber(number));
    } else {
      errors.required(backend.path(), "port name or number is required");
    }
  }

  private void tls(Fields f) {
    List<String> hosts = f.texts("hosts");
    for (int i = 0; i < hosts.size(); i++) {
      host(f.path("hosts[" + i + "]"), hosts.get(i));
    }
    String secret = f.text("secretName");
    if (!secret.isEmpty()) {
      errors.invalid(f.path("secretName"), secret, NameRules.dnsSubdomain(secret));
    }
  }
}
