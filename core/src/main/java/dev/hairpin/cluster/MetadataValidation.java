package dev.hairpin.cluster;

import dev.hairpin.api.IpAddressObject;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.OwnerReference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Judges the metadata of objects of every kind.
 *
 * <p>Source: {@code ValidateObjectMetaAccessor} and {@code ValidateObjectMetaAccessorUpdate} of
 * apimachinery v0.36.
 */
final class MetadataValidation {
  private static final Set<String> WITH_LABELS_AS_NAMES = Set.of("Namespace", "StatefulSet");

  /** Kinds of RBAC, whose names may have colons. */
  private static final Set<String> WITH_PATH_SEGMENTS_AS_NAMES =
      Set.of("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding");

  private static final String ORPHAN = "orphan";
  private static final String FOREGROUND = "foregroundDeletion";

  /** Finalizers without a domain that are Kubernetes' own. */
  private static final Set<String> STANDARD_FINALIZERS = Set.of("kubernetes", ORPHAN, FOREGROUND);

  private MetadataValidation() {}

  /** How the names of a kind are written. An IPAddress' name is judged with its spec. */
  static Function<String, List<String>> nameRule(String kind) {
    if (kind.equals(IpAddressObject.KIND)) {
      return name -> List.of();
    }
    if (WITH_LABELS_AS_NAMES.contains(kind)) {
      return NameRules::dnsLabel;
    }
    return WITH_PATH_SEGMENTS_AS_NAMES.contains(kind)
        ? NameRules::pathSegment
        : NameRules::dnsSubdomain;
  }

  /**
   * Judges the metadata of a new object.
   *
   * @param nameRule what is wrong with a name
   */
  static void ofNew(FieldErrors errors, ObjectMeta meta, Function<String, List<String>> nameRule) {
    String prefix = meta.generateName();
    if (!prefix.isEmpty()) {
      errors.invalid("metadata.generateName", prefix, nameRule.apply(withoutTrailingDash(prefix)));
    }
    String name = meta.name();
    if (name.isEmpty()) {
      errors.required("metadata.name", "name or generateName is required");
    } else {
      errors.invalid("metadata.name", name, nameRule.apply(name));
    }
    if (!meta.namespace().isEmpty()) {
      errors.invalid("metadata.namespace", meta.namespace(), NameRules.dnsLabel(meta.namespace()));
    }
    ofAny(errors, meta);
    finalizers(errors, meta.finalizers());
  }

  /** A prefix may end in what a name may not; its last two characters are not looked at then. */
  private static String withoutTrailingDash(String prefix) {
    int length = prefix.length();
    return length > 1 && prefix.endsWith("-") ? prefix.substring(0, length - 2) + "a" : prefix;
  }

  /**
   * Judges the metadata of an object that replaces another; its name was judged when it was new.
   */
  static void ofUpdate(FieldErrors errors, ObjectMeta meta, ObjectMeta old) {
    ofAny(errors, meta);
    finalizers(errors, meta.finalizers());
    if (old.deletionTimestamp() != null) {
      List<String> added = new ArrayList<>(meta.finalizers());
      added.removeAll(old.finalizers());
      if (!added.isEmpty()) {
        errors.forbidden(
            "metadata.finalizers",
            "no new finalizers can be added if the object is being deleted, found new finalizers "
                + FieldErrors.goTexts(added.stream().distinct().sorted().toList()));
      }
    }
  }

  /**
   * Judges the finalizers of Kubernetes' own kinds: those without a domain must be known. Custom
   * resources may have any.
   */
  static void standardFinalizers(FieldErrors errors, ObjectMeta meta) {
    List<String> finalizers = meta.finalizers();
    for (int i = 0; i < finalizers.size(); i++) {
      String finalizer = finalizers.get(i);
      if (finalizer.indexOf('/') < 0 && !STANDARD_FINALIZERS.contains(finalizer)) {
        errors.invalid(
            "metadata.finalizers[" + i + "]",
            finalizer,
            "name is neither a standard finalizer name nor is it fully qualified");
      }
    }
  }

  private static void ofAny(FieldErrors errors, ObjectMeta meta) {
    NameRules.labels(errors, "metadata.labels", meta.labels());
    NameRules.annotations(errors, "metadata.annotations", meta.annotations());
    owners(errors, meta.ownerReferences());
  }

  /** The server does not say which of the references it means. */
  private static void owners(FieldErrors errors, List<OwnerReference> owners) {
    String path = "metadata.ownerReferences";
    String controller = "";
    for (OwnerReference owner : owners) {
      String version = owner.apiVersion();
      if (version.substring(version.indexOf('/') + 1).isEmpty()) {
        errors.invalid(path + ".apiVersion", version, "version must not be empty");
      }
      notEmpty(errors, path + ".kind", owner.kind());
      notEmpty(errors, path + ".name", owner.name());
      notEmpty(errors, path + ".uid", owner.uid());
      if (version.equals("v1") && owner.kind().equals("Event")) {
        errors.invalid(path, shown(owner), "/v1, Kind=Event is disallowed from being an owner");
      }
      String name = owner.kind() + "/" + owner.name();
      if (owner.controller() && controller.isEmpty()) {
        controller = name;
      } else if (owner.controller()) {
        errors.invalid(
            path,
            owners.stream().map(MetadataValidation::shown).toList(),
            "Only one reference can have Controller set to true. Found \"true\" in references for "
                + controller
                + " and "
                + name);
      }
    }
  }

  private static void notEmpty(FieldErrors errors, String path, String value) {
    if (value.isEmpty()) {
      errors.invalid(path, value, "must not be empty");
    }
  }

  private static Map<String, Object> shown(OwnerReference owner) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("apiVersion", owner.apiVersion());
    shown.put("kind", owner.kind());
    shown.put("name", owner.name());
    shown.put("uid", owner.uid());
    if (owner.controller()) {
      shown.put("controller", true);
    }
    return shown;
  }

  private static void finalizers(FieldErrors errors, List<String> finalizers) {
    for (String finalizer : finalizers) {
      errors.invalid("metadata.finalizers", finalizer, NameRules.qualifiedName(finalizer));
    }
    if (finalizers.contains(ORPHAN) && finalizers.contains(FOREGROUND)) {
      errors.invalid(
          "metadata.finalizers",
          finalizers,
          "finalizer " + ORPHAN + " and " + FOREGROUND + " cannot be both set");
    }
  }
}
