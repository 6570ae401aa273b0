package dev.hairpin.cluster;

import dev.hairpin.api.IntOrString;
import dev.hairpin.manifest.Fields;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Judges how workloads replace their pods: {@code strategy} of a Deployment, {@code updateStrategy}
 * of a StatefulSet and a DaemonSet.
 *
 * <p>Source: {@code pkg/apis/apps/validation} of Kubernetes v1.36.
 */
final class UpdateStrategyValidation {
  private static final Pattern PERCENT = Pattern.compile("[0-9]+%");
  private static final IntOrString ZERO = IntOrString.of(0);

  private final FieldErrors errors;

  UpdateStrategyValidation(FieldErrors errors) {
    this.errors = errors;
  }

  void deployment(Fields strategy) {
    String type = strategy.text("type", "RollingUpdate");
    switch (type) {
      case "RollingUpdate" -> rollingDeployment(strategy.object("rollingUpdate"));
      case "Recreate" -> {
        if (strategy.has("rollingUpdate")) {
          errors.forbidden(
              strategy.path("rollingUpdate"),
              "may not be specified when strategy `type` is 'Recreate'");
        }
      }
      default -> {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("Type", type);
        json.put("RollingUpdate", shownSurge(strategy.objectOrNull("rollingUpdate")));
        errors.notSupported(
            strategy.path(),
            new FieldErrors.Shown(
                json,
                "apps.DeploymentStrategy{Type:"
                    + FieldErrors.quote(type)
                    + ", RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}"),
            List.of("Recreate", "RollingUpdate"));
      }
    }
  }

  private void rollingDeployment(Fields rolling) {
    IntOrString unavailable = rolling.intOrString("maxUnavailable", ZERO);
    IntOrString surge = rolling.intOrString("maxSurge", ZERO);
    numberOrPercent(rolling.path("maxUnavailable"), unavailable);
    numberOrPercent(rolling.path("maxSurge"), surge);
    if (number(unavailable) == 0 && number(surge) == 0) {
      errors.invalid(
          rolling.path("maxUnavailable"), shown(unavailable), "may not be 0 when `maxSurge` is 0");
    }
    atMostAll(rolling.path("maxUnavailable"), unavailable);
  }

  void statefulSet(Fields strategy) {
    String type = strategy.text("type", "RollingUpdate");
    @Nullable Fields rolling = strategy.objectOrNull("rollingUpdate");
    switch (type) {
      case "OnDelete" -> {
        if (rolling != null) {
          errors.invalid(
              rolling.path(),
              shownRolling(rolling),
              "only allowed for updateStrategy 'RollingUpdate'");
        }
      }
      case "RollingUpdate" -> {
        if (rolling != null) {
          rollingStatefulSet(rolling);
        }
      }
      default -> {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("Type", type);
        json.put("RollingUpdate", rolling == null ? null : shownRolling(rolling).json());
        errors.invalid(
            strategy.path(),
            new FieldErrors.Shown(
                json,
                "apps.StatefulSetUpdateStrategy{Type:"
                    + FieldErrors.quote(type)
                    + ", RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}"),
            "must be 'RollingUpdate' or 'OnDelete'");
      }
    }
  }

  private void rollingStatefulSet(Fields rolling) {
    int partition = rolling.int32("partition", 0);
    if (partition < 0) {
      errors.invalid(rolling.path("partition"), partition, WorkloadValidation.NOT_NEGATIVE);
    }
    @Nullable IntOrString unavailable = rolling.intOrStringOrNull("maxUnavailable");
    if (unavailable != null) {
      String path = rolling.path("maxUnavailable");
      numberOrPercent(path, unavailable);
      if (number(unavailable) == 0) {
        errors.invalid(path, shown(unavailable), "cannot be 0");
      }
      atMostAll(path, unavailable);
    }
  }

  /** The server's own form of the settings, whose fields have no JSON names. */
  private static FieldErrors.Shown shownRolling(Fields rolling) {
    int partition = rolling.int32("partition", 0);
    @Nullable IntOrString unavailable = rolling.intOrStringOrNull("maxUnavailable");
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("Partition", partition);
    json.put("MaxUnavailable", unavailable == null ? null : shown(unavailable).json());
    return new FieldErrors.Shown(
        json,
        "apps.RollingUpdateStatefulSetStrategy{Partition:"
            + partition
            + ", MaxUnavailable:(*intstr.IntOrString)(nil)}");
  }

  void daemonSet(Fields strategy) {
    String type = strategy.text("type", "RollingUpdate");
    switch (type) {
      case "OnDelete" -> {
        // whatever is said about rolling updates does not matter
      }
      case "RollingUpdate" -> rollingDaemonSet(strategy.object("rollingUpdate"));
      default -> {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("Type", type);
        json.put("RollingUpdate", shownSurge(strategy.objectOrNull("rollingUpdate")));
        errors.notSupported(
            strategy.path(),
            new FieldErrors.Shown(
                json,
                "apps.DaemonSetUpdateStrategy{Type:"
                    + FieldErrors.quote(type)
                    + ", RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}"),
            List.of("RollingUpdate", "OnDelete"));
      }
    }
  }

  /** Settings of a Deployment or a DaemonSet. */
  private static @Nullable Object shownSurge(@Nullable Fields rolling) {
    if (rolling == null) {
      return null;
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put(
        "MaxUnavailable", shown(rolling.intOrString("maxUnavailable", ZERO)).json());
    json.put("MaxSurge", shown(rolling.intOrString("maxSurge", ZERO)).json());
    return json;
  }

  private void rollingDaemonSet(Fields rolling) {
    IntOrString unavailable = rolling.intOrString("maxUnavailable", ZERO);
    IntOrString surge = rolling.intOrString("maxSurge", ZERO);
    numberOrPercent(rolling.path("maxUnavailable"), unavailable);
    numberOrPercent(rolling.path("maxSurge"), surge);
    atMostAll(rolling.path("maxUnavailable"), unavailable);
    atMostAll(rolling.path("maxSurge"), surge);
    if (number(unavailable) != 0 && number(surge) != 0) {
      errors.invalid(
          rolling.path("maxSurge"), shown(surge), "may not be set when maxUnavailable is non-zero");
    } else if (number(unavailable) == 0 && number(surge) == 0) {
      errors.required(rolling.path("maxUnavailable"), "cannot be 0 when maxSurge is 0");
    }
  }

  private void numberOrPercent(String path, IntOrString value) {
    @Nullable String text = value.name();
    if (text == null) {
      if (value.number() < 0) {
        errors.invalid(path, value.number(), WorkloadValidation.NOT_NEGATIVE);
      }
    } else if (!PERCENT.matcher(text).matches()) {
      errors.invalid(
          path,
          shown(value),
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', "
              + " or '93%', regex used for validation is '[0-9]+%')");
    }
  }

  private void atMostAll(String path, IntOrString value) {
    if (isPercent(value) && number(value) > 100) {
      errors.invalid(path, shown(value), "must not be greater than 100%");
    }
  }

  private static boolean isPercent(IntOrString value) {
    return value.name() != null && PERCENT.matcher(value.name()).matches();
  }

  /** The number or the percentage; a text that is neither counts as zero. */
  private static long number(IntOrString value) {
    @Nullable String text = value.name();
    if (text == null) {
      return value.number();
    }
    String digits = isPercent(value) ? text.substring(0, text.length() - 1) : text;
    if (!digits.matches("[0-9]+")) {
      return 0;
    }
    return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  private static FieldErrors.Shown shown(IntOrString value) {
    @Nullable String text = value.name();
    return new FieldErrors.Shown(
        text == null ? (Object) value.number() : text,
        "intstr.IntOrString{Type:"
            + (text == null ? 0 : 1)
            + ", IntVal:"
            + value.number()
            + ", StrVal:"
            + FieldErrors.quote(text == null ? "" : text)
            + "}");
  }
}
