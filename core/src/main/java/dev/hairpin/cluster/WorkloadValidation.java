package dev.hairpin.cluster;

import dev.hairpin.api.IntOrString;
import dev.hairpin.manifest.Fields;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of Deployments and DaemonSets. Source: {@code pkg/apis/apps/validation} of Kubernetes
 * v1.36.
 */
final class WorkloadValidation {
  private static final Pattern PERCENT = Pattern.compile("[0-9]+%");
  private static final IntOrString ZERO = IntOrString.of(0);

  private WorkloadValidation() {}

  static void deployment(FieldErrors errors, Fields spec) {
    notNegative(errors, spec, "replicas");
    notNegative(errors, spec, "minReadySeconds");
    Fields strategy = spec.object("strategy");
    if (!strategy.has("rollingUpdate")) {
      return;
    }
    Fields rolling = strategy.object("rollingUpdate");
    IntOrString unavailable = rolling.intOrString("maxUnavailable", ZERO);
    IntOrString surge = rolling.intOrString("maxSurge", ZERO);
    numberOrPercent(errors, rolling.path("maxUnavailable"), unavailable);
    numberOrPercent(errors, rolling.path("maxSurge"), surge);
    if (number(unavailable) == 0 && number(surge) == 0) {
      errors.invalid(
          rolling.path("maxUnavailable"), shown(unavailable), "may not be 0 when `maxSurge` is 0");
    }
    atMostAll(errors, rolling.path("maxUnavailable"), unavailable);
  }

  static void replicas(FieldErrors errors, Fields spec) {
    notNegative(errors, spec, "replicas");
  }

  static void daemonSet(FieldErrors errors, Fields spec) {
    Fields strategy = spec.object("updateStrategy");
    if (!strategy.has("rollingUpdate")) {
      return;
    }
    Fields rolling = strategy.object("rollingUpdate");
    IntOrString unavailable = rolling.intOrString("maxUnavailable", ZERO);
    IntOrString surge = rolling.intOrString("maxSurge", ZERO);
    numberOrPercent(errors, rolling.path("maxUnavailable"), unavailable);
    numberOrPercent(errors, rolling.path("maxSurge"), surge);
    atMostAll(errors, rolling.path("maxUnavailable"), unavailable);
    atMostAll(errors, rolling.path("maxSurge"), surge);
    if (number(unavailable) != 0 && number(surge) != 0) {
      errors.invalid(
          rolling.path("maxSurge"), shown(surge), "may not be set when maxUnavailable is non-zero");
    } else if (number(unavailable) == 0 && number(surge) == 0) {
      errors.required(rolling.path("maxUnavailable"), "cannot be 0 when maxSurge is 0");
    }
  }

  private static void notNegative(FieldErrors errors, Fields spec, String name) {
    int number = spec.int32(name, 0);
    if (number < 0) {
      errors.invalid(spec.path(name), number, "must be greater than or equal to 0");
    }
  }

  private static void numberOrPercent(FieldErrors errors, String path, IntOrString value) {
    @Nullable String text = value.name();
    if (text == null) {
      if (value.number() < 0) {
        errors.invalid(path, value.number(), "must be greater than or equal to 0");
      }
    } else if (!PERCENT.matcher(text).matches()) {
      errors.invalid(
          path,
          text,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', "
              + " or '93%', regex used for validation is '[0-9]+%')");
    }
  }

  private static void atMostAll(FieldErrors errors, String path, IntOrString value) {
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
    if (!isPercent(value)) {
      return 0;
    }
    String digits = text.substring(0, text.length() - 1);
    return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  private static Object shown(IntOrString value) {
    @Nullable String text = value.name();
    return text == null ? (Object) value.number() : text;
  }
}
