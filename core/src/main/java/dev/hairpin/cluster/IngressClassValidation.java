package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Judges IngressClasses. Source: {@code ValidateIngressClass} of Kubernetes v1.36. */
final class IngressClassValidation {
  private static final int LONGEST_CONTROLLER = 250;
  private static final String PATH_CHARACTERS = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
  private static final Pattern PATH = Pattern.compile(PATH_CHARACTERS);

  private IngressClassValidation() {}

  static void of(FieldErrors errors, Fields f, @Nullable Fields before) {
    Fields spec = f.object("spec");
    String controller = spec.text("controller");
    if (before != null && !before.object("spec").text("controller").equals(controller)) {
      errors.invalid("spec.controller", controller, "field is immutable");
    }
    controller(errors, controller);
    @Nullable Fields parameters = spec.objectOrNull("parameters");
    if (parameters != null) {
      parameters(errors, parameters);
    }
  }

  private static void controller(FieldErrors errors, String controller) {
    if (controller.isEmpty()) {
      errors.required("spec.controller", "");
      return;
    }
    if (controller.length() > LONGEST_CONTROLLER) {
      errors.tooLong("spec.controller", "may not be more than " + LONGEST_CONTROLLER + " bytes");
    }
    int slash = controller.indexOf('/');
    if (slash <= 0 || slash == controller.length() - 1) {
      errors.invalid(
          "spec.controller",
          controller,
          "must be a domain-prefixed path (such as \"acme.io/foo\")");
      return;
    }
    String domain = controller.substring(0, slash);
    String path = controller.substring(slash + 1);
    errors.invalid("spec.controller", domain, NameRules.dnsSubdomain(domain));
    if (!PATH.matcher(path).matches()) {
      errors.invalid(
          "spec.controller",
          path,
          "Invalid path (regex used for validation is '" + PATH_CHARACTERS + "')");
    }
  }

  private static void parameters(FieldErrors errors, Fields f) {
    References.typed(errors, f);
    String scope = f.text("scope");
    String namespace = f.text("namespace");
    switch (scope) {
      case "Cluster" -> {
        if (f.has("namespace")) {
          errors.forbidden(f.path("namespace"), "`parameters.scope` is set to 'Cluster'");
        }
      }
      case "Namespace" -> {
        if (f.has("namespace")) {
          errors.invalid(f.path("namespace"), namespace, NameRules.dnsLabel(namespace));
        } else {
          errors.required(f.path("namespace"), "`parameters.scope` is set to 'Namespace'");
        }
      }
      default -> errors.notSupported(f.path("scope"), scope, List.of("Cluster", "Namespace"));
    }
  }
}
