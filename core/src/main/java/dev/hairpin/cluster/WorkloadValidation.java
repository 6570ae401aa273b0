package dev.hairpin.cluster;

import dev.hairpin.api.IntOrString;
import dev.hairpin.manifest.Fields;
import dev.hairpin.manifest.KubeObjects;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Judges Deployments, ReplicaSets, StatefulSets and DaemonSets: their numbers, their selectors and
 * what of their templates bears on networking.
 *
 * <p>Source: {@code pkg/apis/apps/validation} of Kubernetes v1.36.
 */
final class WorkloadValidation {
  private static final Pattern PERCENT = Pattern.compile("[0-9]+%");
  private static final IntOrString ZERO = IntOrString.of(0);
  private static final String IMMUTABLE = "field is immutable";
  private static final String NOT_NEGATIVE = "must be greater than or equal to 0";

  private final FieldErrors errors;
  private final Fields spec;

  private WorkloadValidation(FieldErrors errors, Fields spec) {
    this.errors = errors;
    this.spec = spec;
  }

  static void deployment(FieldErrors errors, Fields f, @Nullable Fields before) {
    WorkloadValidation validation = new WorkloadValidation(errors, f.object("spec"));
    validation.notNegative("replicas");
    validation.selector("empty selector is invalid for deployment");
    validation.template();
    validation.deploymentStrategy();
    validation.notNegative("minReadySeconds");
    validation.notNegative("revisionHistoryLimit");
    validation.progressDeadline();
    validation.sameSelector(before);
  }

  static void replicaSet(FieldErrors errors, Fields f, @Nullable Fields before) {
    WorkloadValidation validation = new WorkloadValidation(errors, f.object("spec"));
    validation.notNegative("replicas");
    validation.notNegative("minReadySeconds");
    validation.selector("empty selector is invalid for deployment");
    validation.template();
    validation.sameSelector(before);
  }

  static void statefulSet(FieldErrors errors, Fields f, @Nullable Fields before) {
    WorkloadValidation validation = new WorkloadValidation(errors, f.object("spec"));
    if (before != null) {
      validation.changesOfStatefulSet(before.object("spec"));
    }
    validation.statefulSetPolicies();
    validation.notNegative("replicas");
    validation.notNegative("minReadySeconds");
    validation.selector("empty selector is invalid for statefulset");
    validation.template();
  }

  static void daemonSet(FieldErrors errors, Fields f, @Nullable Fields before) {
    WorkloadValidation validation = new WorkloadValidation(errors, f.object("spec"));
    Fields spec = validation.spec;
    boolean selects = spec.has("selector");
    if (selects) {
      ObjectValidation.selector(errors, "spec.selector", spec.object("selector"));
    }
    validation.labelsOfTemplate();
    if (selects && isEmpty(spec.object("selector"))) {
      validation.emptySelector("empty selector is invalid for daemonset");
    }
    validation.podsOfTemplate();
    validation.notNegative("minReadySeconds");
    validation.daemonSetStrategy();
    validation.notNegative("revisionHistoryLimit");
    validation.sameSelector(before);
  }

  private void selector(String ifEmpty) {
    if (!spec.has("selector")) {
      errors.required("spec.selector", "");
      return;
    }
    Fields selector = spec.object("selector");
    ObjectValidation.selector(errors, "spec.selector", selector);
    if (isEmpty(selector)) {
      emptySelector(ifEmpty);
    }
  }

  private void emptySelector(String text) {
    errors.invalid("spec.selector", shownSelector(spec.object("selector")), text);
  }

  private static boolean isEmpty(Fields selector) {
    return selector.textMap("matchLabels").isEmpty()
        && selector.objects("matchExpressions").isEmpty();
  }

  private static FieldErrors.Shown shownSelector(Fields selector) {
    Map<String, Object> json = new LinkedHashMap<>();
    Map<String, String> labels = selector.textMap("matchLabels");
    if (!labels.isEmpty()) {
      json.put("matchLabels", labels);
    }
    List<Map<String, Object>> expressions = selector.raws("matchExpressions");
    if (!expressions.isEmpty()) {
      json.put("matchExpressions", expressions);
    }
    return new FieldErrors.Shown(
        json,
        "v1.LabelSelector{MatchLabels:"
            + FieldErrors.goMap(labels)
            + ", MatchExpressions:[]v1.LabelSelectorRequirement"
            + (expressions.isEmpty() ? "(nil)" : FieldErrors.json(expressions))
            + "}");
  }

  private void sameSelector(@Nullable Fields before) {
    if (before != null && !sameSelector(before.object("spec"), spec)) {
      errors.invalid("spec.selector", shownSelector(spec.object("selector")), IMMUTABLE);
    }
  }

  private static boolean sameSelector(Fields old, Fields now) {
    Fields left = old.object("selector");
    Fields right = now.object("selector");
    return left.textMap("matchLabels").equals(right.textMap("matchLabels"))
        && left.raws("matchExpressions").equals(right.raws("matchExpressions"));
  }

  private void template() {
    labelsOfTemplate();
    podsOfTemplate();
  }

  /** A selector that is not there matches nothing, so the labels are wrong as well. */
  private void labelsOfTemplate() {
    Fields meta = spec.object("template").object("metadata");
    Map<String, String> labels = meta.textMap("labels");
    boolean matches = spec.has("selector")
        && (isUnreadable(spec.object("selector"))
            || KubeObjects.readSelector(spec.object("selector")).matches(labels));
    if (!matches) {
      errors.invalid(
          meta.path("labels"),
          meta.has("labels") ? labels : new FieldErrors.Shown(null, "map[string]string(nil)"),
          "`selector` does not match template `labels`");
    }
    NameRules.labels(errors, meta.path("labels"), labels);
    NameRules.annotations(errors, meta.path("annotations"), meta.textMap("annotations"));
  }

  /** Whether a selector is so wrong that nothing can be said about what it selects. */
  private static boolean isUnreadable(Fields selector) {
    List<String> operators = List.of("In", "NotIn", "Exists", "DoesNotExist");
    return selector.objects("matchExpressions").stream()
        .anyMatch(requirement -> !operators.contains(requirement.text("operator")));
  }

  private void podsOfTemplate() {
    Fields pod = spec.object("template").object("spec");
    PodValidation.of(errors, pod);
    String restart = pod.text("restartPolicy", "Always");
    if (!restart.equals("Always")) {
      errors.notSupported(pod.path("restartPolicy"), restart, List.of("Always"));
    }
  }

  private void deploymentStrategy() {
    Fields strategy = spec.object("strategy");
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
        json.put("RollingUpdate", null);
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

  private void progressDeadline() {
    notNegative("progressDeadlineSeconds");
    @Nullable Integer deadline = spec.int32OrNull("progressDeadlineSeconds");
    if (deadline != null && deadline <= spec.int32("minReadySeconds", 0)) {
      errors.invalid(
          spec.path("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds");
    }
  }

  private void statefulSetPolicies() {
    String management = spec.text("podManagementPolicy", "OrderedReady");
    if (!List.of("OrderedReady", "Parallel").contains(management)) {
      errors.invalid(
          spec.path("podManagementPolicy"), management, "must be 'OrderedReady' or 'Parallel'");
    }
    Fields strategy = spec.object("updateStrategy");
    if (strategy.text("type", "RollingUpdate").equals("RollingUpdate")) {
      Fields rolling = strategy.object("rollingUpdate");
      int partition = rolling.int32("partition", 0);
      if (partition < 0) {
        errors.invalid(rolling.path("partition"), partition, NOT_NEGATIVE);
      }
    }
  }

  /** Volume claims may not change either, but the stored object does not keep them. */
  private void changesOfStatefulSet(Fields before) {
    String policy = before.text("podManagementPolicy", "OrderedReady");
    if (!before.text("serviceName").equals(spec.text("serviceName"))
        || !sameSelector(before, spec)
        || !policy.equals(spec.text("podManagementPolicy", "OrderedReady"))) {
      errors.forbidden(
          "spec",
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
              + " 'updateStrategy', 'revisionHistoryLimit',"
              + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }
  }

  private void daemonSetStrategy() {
    Fields strategy = spec.object("updateStrategy");
    if (!strategy.text("type", "RollingUpdate").equals("RollingUpdate")) {
      return;
    }
    Fields rolling = strategy.object("rollingUpdate");
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

  private void notNegative(String name) {
    int number = spec.int32(name, 0);
    if (number < 0) {
      errors.invalid(spec.path(name), number, NOT_NEGATIVE);
    }
  }

  private void numberOrPercent(String path, IntOrString value) {
    @Nullable String text = value.name();
    if (text == null) {
      if (value.number() < 0) {
        errors.invalid(path, value.number(), NOT_NEGATIVE);
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
