package dev.hairpin.cluster;

import dev.hairpin.api.Quantity;
import dev.hairpin.manifest.Fields;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges the variables of a container and where their values come from.
 *
 * <p>Source: {@code ValidateEnv} and {@code ValidateEnvFrom} of kube-apiserver v1.36, and
 * {@code ConvertDownwardAPIFieldLabel}.
 */
final class EnvValidation {

  /** The fields of a pod that a variable may have the value of, as they are printed. */
  private static final List<String> FIELDS = List.of(
      "metadata.name",
      "metadata.namespace",
      "metadata.uid",
      "spec.nodeName",
      "spec.serviceAccountName",
      "status.hostIP",
      "status.hostIPs",
      "status.podIP",
      "status.podIPs");

  /** Those that the downward API knows, but not for variables. */
  private static final Set<String> OTHER_FIELDS = Set.of(
      "metadata.annotations",
      "metadata.labels",
      "spec.restartPolicy",
      "spec.schedulerName",
      "status.phase");

  private static final List<String> RESOURCES = List.of(
      "limits.cpu",
      "limits.ephemeral-storage",
      "limits.memory",
      "requests.cpu",
      "requests.ephemeral-storage",
      "requests.memory");
  private static final String SIZES =
      "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the ";
  private static final Set<String> BYTE_DIVISORS =
      Set.of("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei");

  private final FieldErrors errors;

  private EnvValidation(FieldErrors errors) {
    this.errors = errors;
  }

  /** Judges {@code env} and {@code envFrom}. */
  static void of(FieldErrors errors, Fields container) {
    EnvValidation validation = new EnvValidation(errors);
    container.objects("env").forEach(validation::variable);
    validation.sources(container);
  }

  private void variable(Fields f) {
    String name = f.text("name");
    if (name.isEmpty()) {
      errors.required(f.path("name"), "");
    } else {
      errors.invalid(f.path("name"), name, errors.features().variableName(name));
    }
    if (f.has("valueFrom")) {
      valueFrom(f, f.object("valueFrom"));
    }
  }

  private void valueFrom(Fields variable, Fields from) {
    int sources = 0;
    if (from.has("fieldRef")) {
      sources++;
      field(from.object("fieldRef"));
    }
    if (from.has("resourceFieldRef")) {
      sources++;
      resource(from.object("resourceFieldRef"));
    }
    for (String key : List.of("configMapKeyRef", "secretKeyRef")) {
      if (from.has(key)) {
        sources++;
        key(from.object(key));
      }
    }
    if (from.has("fileKeyRef")) {
      sources++;
    }
    if (sources == 0) {
      errors.invalid(
          from.path(),
          "",
          "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or"
              + " `secretKeyRef`");
    } else if (!variable.text("value").isEmpty()) {
      errors.invalid(from.path(), "", "may not be specified when `value` is not empty");
    } else if (sources > 1) {
      errors.invalid(from.path(), "", "may not have more than one field specified at a time");
    }
  }

  private void field(Fields ref) {
    String version = ref.text("apiVersion");
    String path = ref.text("fieldPath");
    if (version.isEmpty()) {
      errors.required(ref.path("apiVersion"), "");
      return;
    }
    if (path.isEmpty()) {
      errors.required(ref.path("fieldPath"), "");
      return;
    }
    String unknown = "error converting fieldPath: ";
    if (!version.equals("v1")) {
      errors.invalid(ref.path("fieldPath"), path, unknown + "unsupported pod version: " + version);
      return;
    }
    int bracket = path.indexOf("['");
    if (bracket > 0 && path.endsWith("']")) {
      subscript(ref, path, path.substring(0, bracket), path.substring(bracket + 2));
      return;
    }
    String known = path.equals("spec.host") ? "spec.nodeName" : path;
    if (!FIELDS.contains(known) && !OTHER_FIELDS.contains(known)) {
      errors.invalid(ref.path("fieldPath"), path, unknown + "field label not supported: " + path);
    } else if (!FIELDS.contains(known)) {
      errors.notSupported(ref.path("fieldPath"), known, FIELDS);
    }
  }

  private void subscript(Fields ref, String path, String map, String rest) {
    String key = rest.substring(0, Math.max(0, rest.length() - 2));
    switch (map) {
      case "metadata.annotations" -> {
        String lower = key.toLowerCase(Locale.ROOT);
        errors.invalid(ref.path(), lower, NameRules.qualifiedName(lower));
      }
      case "metadata.labels" -> errors.invalid(ref.path(), key, NameRules.qualifiedName(key));
      default ->
        errors.invalid(
            ref.path("fieldPath"),
            path,
            "error converting fieldPath: field label does not support subscript: " + path);
    }
  }

  private void resource(Fields ref) {
    String resource = ref.text("resource");
    boolean hugePages =
        resource.startsWith("requests.hugepages-") || resource.startsWith("limits.hugepages-");
    if (resource.isEmpty()) {
      errors.required(ref.path("resource"), "");
    } else if (!RESOURCES.contains(resource) && !hugePages) {
      errors.notSupported(ref.path("resource"), resource, RESOURCES);
    }
    String divisor = ref.quantity("divisor");
    OptionalLong amount = Quantity.milli(divisor);
    if (divisor.isEmpty() || (amount.isPresent() && amount.getAsLong() == 0)) {
      return;
    }
    @Nullable String text = null;
    if (resource.endsWith(".cpu")) {
      text = Set.of("1m", "1").contains(divisor)
          ? null
          : "only divisor's values 1m and 1 are supported with the cpu resource";
    } else if (!BYTE_DIVISORS.contains(divisor)) {
      if (resource.endsWith(".memory")) {
        text = "only divisor's values " + SIZES + "memory resource";
      } else if (resource.endsWith(".ephemeral-storage")) {
        text = "only divisor's values " + SIZES + "local ephemeral storage resource";
      } else if (hugePages) {
        text = "only divisor's values " + SIZES + "hugepages resource";
      }
    }
    if (text != null) {
      errors.invalid(ref.path("divisor"), resource, text);
    }
  }

  private void key(Fields ref) {
    String name = ref.text("name");
    errors.invalid(ref.path("name"), name, NameRules.dnsSubdomain(name));
    String key = ref.text("key");
    if (key.isEmpty()) {
      errors.required(ref.path("key"), "");
    } else {
      errors.invalid(ref.path("key"), key, NameRules.configMapKey(key));
    }
  }

  private void sources(Fields container) {
    String path = container.path("envFrom");
    for (Fields source : container.objects("envFrom")) {
      String prefix = source.text("prefix");
      if (!prefix.isEmpty()) {
        errors.invalid(source.path("prefix"), prefix, errors.features().variableName(prefix));
      }
      int sources = 0;
      for (String kind : List.of("configMapRef", "secretRef")) {
        if (source.has(kind)) {
          sources++;
          Fields ref = source.object(kind);
          String name = ref.text("name");
          if (name.isEmpty()) {
            errors.required(ref.path("name"), "");
          } else {
            errors.invalid(ref.path("name"), name, NameRules.dnsSubdomain(name));
          }
        }
      }
      if (sources == 0) {
        errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
      } else if (sources > 1) {
        errors.invalid(path, "", "may not have more than one field specified at a time");
      }
    }
  }
}
