package dev.hairpin.cluster;

import dev.hairpin.api.Kinds;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.manifest.Fields;
import dev.hairpin.manifest.KubeObjects;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges objects of the kinds other than Service. Source: Kubernetes v1.36. */
final class ObjectValidation {
  private ObjectValidation() {}

  /**
   * Judges a complete object.
   *
   * @param old the object that it replaces, or null if it is new
   */
  static FieldErrors of(ApiFeatures features, Map<String, ?> tree, @Nullable Map<String, ?> old) {
    FieldErrors errors = new FieldErrors(features);
    Fields f = Fields.of(tree);
    @Nullable Fields before = old == null ? null : Fields.of(old);
    String kind = Kinds.qualified(f.text("apiVersion"), f.text("kind"));
    ObjectMeta meta = KubeObjects.readMetadata(f, kind);
    if (before == null) {
      MetadataValidation.ofNew(errors, meta, MetadataValidation.nameRule(kind));
    } else {
      MetadataValidation.ofUpdate(errors, meta, KubeObjects.readMetadata(before, kind));
    }
    if (!Generations.isCustom(f.text("apiVersion"))) {
      MetadataValidation.standardFinalizers(errors, meta);
    }
    switch (kind) {
      case "Ingress" -> new IngressValidation(features, errors).ingress(f, before == null);
      case "IngressClass" -> IngressClassValidation.of(errors, f, before);
      case "NetworkPolicy" -> new NetworkPolicyValidation(features, errors).policy(f);
      case "EndpointSlice" -> new EndpointsValidation(features, errors).slice(f, before);
      case "Endpoints" -> new EndpointsValidation(features, errors).endpoints(f);
      case "Pod" -> {
        if (old == null) {
          PodValidation.ofNew(errors, f.object("spec"));
        } else {
          PodValidation.ofPod(errors, f.object("spec"));
          PodUpdateValidation.of(errors, tree, ObjectDefaults.of(old));
        }
      }
      case "Deployment" -> WorkloadValidation.deployment(errors, f, before);
      case "ReplicaSet" -> WorkloadValidation.replicaSet(errors, f, before);
      case "StatefulSet" -> WorkloadValidation.statefulSet(errors, f, before);
      case "DaemonSet" -> WorkloadValidation.daemonSet(errors, f, before);
      case "ServiceCIDR" -> ServiceCidrValidation.block(features, errors, f, before);
      case "IPAddress" -> ServiceCidrValidation.address(features, errors, f, before);
      default -> {
        // metadata is all that is judged
      }
    }
    return errors;
  }

  /** Judges a label selector at a path. */
  static void selector(FieldErrors errors, String path, Fields selector) {
    NameRules.labels(errors, path + ".matchLabels", selector.textMap("matchLabels"));
    for (Fields requirement : selector.objects("matchExpressions")) {
      List<String> values = requirement.texts("values");
      String operator = requirement.text("operator");
      switch (operator) {
        case "In", "NotIn" -> {
          if (values.isEmpty()) {
            errors.required(
                requirement.path("values"), "must be specified when `operator` is 'In' or 'NotIn'");
          }
        }
        case "Exists", "DoesNotExist" -> {
          if (!values.isEmpty()) {
            errors.forbidden(
                requirement.path("values"),
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
          }
        }
        default ->
          errors.invalid(requirement.path("operator"), operator, "not a valid selector operator");
      }
      String key = requirement.text("key");
      errors.invalid(requirement.path("key"), key, NameRules.qualifiedName(key));
      for (int i = 0; i < values.size(); i++) {
        errors.invalid(
            requirement.path("values[" + i + "]"),
            values.get(i),
            NameRules.labelValue(values.get(i)));
      }
    }
  }
}
