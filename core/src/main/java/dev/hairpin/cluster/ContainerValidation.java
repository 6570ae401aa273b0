package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Judges the containers of a pod, one by one.
 *
 * <p>Source: {@code validateContainerCommon} and its kin of kube-apiserver v1.36.
 */
final class ContainerValidation {
  private static final String ONLY_SIDECARS =
      "may not be set for init containers without restartPolicy=Always";

  private final FieldErrors errors;
  private final Set<String> volumes;
  private final ProbeValidation probes;

  /**
   * For the containers of a pod.
   *
   * @param volumes the names of the pod's volumes
   */
  ContainerValidation(FieldErrors errors, Fields pod, Set<String> volumes) {
    this.errors = errors;
    this.volumes = volumes;
    this.probes = new ProbeValidation(errors, pod.int64("terminationGracePeriodSeconds", 30));
  }

  /** Judges what containers of all sorts have. */
  void container(Fields f) {
    String name = f.text("name");
    if (name.isEmpty()) {
      errors.required(f.path("name"), "");
    } else {
      errors.invalid(f.path("name"), name, NameRules.dnsLabel(name));
    }
    oneOf(f, "terminationMessagePolicy", List.of("File", "FallbackToLogsOnError"));
    Set<String> portNames = new HashSet<>();
    for (Fields port : f.objects("ports")) {
      port(port, portNames);
    }
    EnvValidation.of(errors, f);
    mounts(f);
    oneOf(f, "imagePullPolicy", List.of("Always", "IfNotPresent", "Never"));
    ResourceValidation.of(errors, f.object("resources"));
  }

  /** Judges what only containers have that run as long as the pod. */
  void running(Fields f) {
    if (f.has("lifecycle")) {
      probes.lifecycle(f.object("lifecycle"));
    }
    probes.liveness(f, "livenessProbe");
    probes.readiness(f);
    probes.liveness(f, "startupProbe");
  }

  /** Judges what containers may not have that end before the others begin. */
  void ending(Fields f) {
    for (String field : List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")) {
      if (f.has(field)) {
        errors.forbidden(f.path(field), ONLY_SIDECARS);
      }
    }
  }

  private void oneOf(Fields f, String name, List<String> values) {
    String value = f.text(name);
    if (!value.isEmpty() && !values.contains(value)) {
      errors.notSupported(f.path(name), value, values);
    }
  }

  private void port(Fields f, Set<String> names) {
    String name = f.text("name");
    if (!name.isEmpty()) {
      List<String> bad = NameRules.portName(name);
      errors.invalid(f.path("name"), name, bad);
      if (bad.isEmpty() && !names.add(name)) {
        errors.duplicate(f.path("name"), name);
      }
    }
    int port = f.int32("containerPort", 0);
    if (port == 0) {
      errors.required(f.path("containerPort"), "");
    } else {
      errors.invalid(f.path("containerPort"), port, NameRules.portNumber(port));
    }
    int hostPort = f.int32("hostPort", 0);
    if (hostPort != 0) {
      errors.invalid(f.path("hostPort"), hostPort, NameRules.portNumber(hostPort));
    }
    String protocol = f.text("protocol", "TCP");
    if (!ServiceValidation.PROTOCOLS.contains(protocol)) {
      errors.notSupported(f.path("protocol"), protocol, ServiceValidation.PROTOCOLS);
    }
  }

  /** Of a path within the volume the server does not say which mount it means. */
  private void mounts(Fields container) {
    String path = container.path("volumeMounts");
    Set<String> paths = new HashSet<>();
    for (Fields f : container.objects("volumeMounts")) {
      String name = f.text("name");
      if (name.isEmpty()) {
        errors.required(f.path("name"), "");
      }
      if (!volumes.contains(name)) {
        errors.notFound(f.path("name"), name);
      }
      String mountPath = f.text("mountPath");
      if (mountPath.isEmpty()) {
        errors.required(f.path("mountPath"), "");
      }
      if (!paths.add(mountPath)) {
        errors.invalid(f.path("mountPath"), mountPath, "must be unique");
      }
      String subPath = f.text("subPath");
      String expression = f.text("subPathExpr");
      errors.invalid(path + ".subPath", subPath, NameRules.descendingPath(subPath));
      if (!expression.isEmpty() && !subPath.isEmpty()) {
        errors.invalid(
            f.path("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive");
      }
      errors.invalid(path + ".subPathExpr", expression, NameRules.descendingPath(expression));
      propagation(container, f.text("mountPropagation"), path + ".mountPropagation");
    }
  }

  private void propagation(Fields container, String value, String path) {
    List<String> values = List.of("Bidirectional", "HostToContainer", "None");
    if (!value.isEmpty() && !values.contains(value)) {
      errors.notSupported(path, value, values);
    }
    if (value.equals("Bidirectional")
        && !container.object("securityContext").bool("privileged", false)) {
      errors.forbidden(
          path, "Bidirectional mount propagation is available only to privileged containers");
    }
  }
}
