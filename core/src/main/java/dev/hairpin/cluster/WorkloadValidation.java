package dev.hairpin.cluster;

import dev.hairpin.manifest.Fields;
import dev.hairpin.manifest.KubeObjects;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Judges Deployments, ReplicaSets, StatefulSets and DaemonSets: their numbers, their selectors and
 * what of their templates bears on networking. {@link UpdateStrategyValidation} judges how they
 * replace their pods.
 *
 * <p>Source: {@code pkg/apis/apps/validation} of Kubernetes v1.36.
 */
final class WorkloadValidation {
  private static final String IMMUTABLE = "field is immutable";
  static final String NOT_NEGATIVE = "must be greater than or equal to 0";

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
    validation.template("ReplicaSet");
    new UpdateStrategyValidation(errors).deployment(validation.spec.object("strategy"));
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
    validation.template("ReplicaSet");
    validation.sameSelector(before);
  }

  static void statefulSet(FieldErrors errors, Fields f, @Nullable Fields before) {
    WorkloadValidation validation = new WorkloadValidation(errors, f.object("spec"));
    validation.statefulSetPolicies();
    validation.notNegative("replicas");
    validation.notNegative("minReadySeconds");
    validation.firstOrdinal();
    if (before == null) {
      validation.serviceName();
    }
    validation.selector("empty selector is invalid for statefulset");
    validation.labelsOfTemplate();
    validation.podsOfStatefulSet();
    if (before != null) {
      validation.changesOfStatefulSet(before.object("spec"));
    }
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
    validation.podsOfTemplate("DaemonSet");
    validation.notNegative("minReadySeconds");
    new UpdateStrategyValidation(errors).daemonSet(spec.object("updateStrategy"));
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

  private void template(String owner) {
    labelsOfTemplate();
    podsOfTemplate(owner);
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
    // from here on the server leaves metadata out of the path
    NameRules.labels(errors, "spec.template.labels", labels);
    NameRules.annotations(errors, "spec.template.annotations", meta.textMap("annotations"));
  }

  /** Whether a selector is so wrong that nothing can be said about what it selects. */
  private static boolean isUnreadable(Fields selector) {
    List<String> operators = List.of("In", "NotIn", "Exists", "DoesNotExist");
    return selector.objects("matchExpressions").stream()
        .anyMatch(requirement -> !operators.contains(requirement.text("operator")));
  }

  /** The pods of a Deployment are judged as those of its ReplicaSets, and named so. */
  private void podsOfTemplate(String owner) {
    PodValidation.of(errors, spec.object("template").object("spec"));
    lifeOfPods(owner);
  }

  /**
   * The pods of a StatefulSet are judged when they are made, since its claims are among their
   * volumes only then. What has no value in our model of a pod is judged at once.
   */
  private void podsOfStatefulSet() {
    Fields pod = spec.object("template").object("spec");
    for (String list : List.of("containers", "initContainers")) {
      for (Fields container : pod.objects(list)) {
        for (Fields port : container.objects("ports")) {
          String protocol = port.text("protocol", "TCP");
          if (!ServiceValidation.PROTOCOLS.contains(protocol)) {
            errors.notSupported(port.path("protocol"), protocol, ServiceValidation.PROTOCOLS);
          }
        }
      }
    }
    lifeOfPods("StatefulSet");
  }

  private void lifeOfPods(String owner) {
    Fields pod = spec.object("template").object("spec");
    String restart = pod.text("restartPolicy", "Always");
    if (!restart.equals("Always")) {
      errors.notSupported(pod.path("restartPolicy"), restart, List.of("Always"));
    }
    if (pod.has("activeDeadlineSeconds")) {
      errors.forbidden(
          pod.path("activeDeadlineSeconds"),
          "activeDeadlineSeconds in " + owner + " is not Supported");
    }
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
    new UpdateStrategyValidation(errors).statefulSet(spec.object("updateStrategy"));
    Fields retention = spec.object("persistentVolumeClaimRetentionPolicy");
    for (String field : List.of("whenDeleted", "whenScaled")) {
      String policy = retention.text(field, "Retain");
      if (!policy.equals("Retain") && !policy.equals("Delete")) {
        errors.notSupported(retention.path(field), policy, List.of("Retain", "Delete"));
      }
    }
  }

  private void firstOrdinal() {
    Fields ordinals = spec.object("ordinals");
    int start = ordinals.int32("start", 0);
    if (start < 0) {
      errors.invalid(ordinals.path("start"), start, NOT_NEGATIVE);
    }
  }

  /** Judged of new sets only: a stored one may have a name from the time before it was judged. */
  private void serviceName() {
    String name = spec.text("serviceName");
    if (!name.isEmpty()) {
      errors.invalid(spec.path("serviceName"), name, NameRules.dnsLabel(name));
    }
  }

  private void changesOfStatefulSet(Fields before) {
    String policy = before.text("podManagementPolicy", "OrderedReady");
    if (!before.text("serviceName").equals(spec.text("serviceName"))
        || !sameSelector(before, spec)
        || !policy.equals(spec.text("podManagementPolicy", "OrderedReady"))
        || !before.raws("volumeClaimTemplates").equals(spec.raws("volumeClaimTemplates"))) {
      errors.forbidden(
          "spec",
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template',"
              + " 'updateStrategy', 'revisionHistoryLimit',"
              + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    }
  }

  private void notNegative(String name) {
    int number = spec.int32(name, 0);
    if (number < 0) {
      errors.invalid(spec.path(name), number, NOT_NEGATIVE);
    }
  }
}
