package dev.hairpin.cluster.workloads;

import com.google.common.collect.ImmutableMap;
import dev.hairpin.api.GenericObject;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.StatefulSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The claims on storage of a StatefulSet's pods, made of its {@code volumeClaimTemplates}.
 *
 * <p>Nobody binds them: they stay as the controller makes them, and no pod waits for one. They
 * outlive the pods, as a set's policy says by default. With {@code whenDeleted: Delete} they go
 * with the set, with {@code whenScaled: Delete} with a pod beyond the set's number: whatever they
 * go with owns them. Source: {@code getPersistentVolumeClaims}, {@code updateStorage} and
 * {@code updateClaimOwnerRefForSetAndPod} of {@code pkg/controller/statefulset}, Kubernetes v1.36.
 */
final class VolumeClaims {
  static final String KIND = "PersistentVolumeClaim";

  private final StatefulSet set;
  private final int ordinal;

  VolumeClaims(StatefulSet set, int ordinal) {
    this.set = set;
    this.ordinal = ordinal;
  }

  /** Whether an object is a claim, which may belong to a set. */
  static boolean isClaim(KubeObject object) {
    return object.kind().equals(KIND) && object.apiVersion().equals("v1");
  }

  /** The claims, by the names of their templates, which are the names of the volumes. */
  Map<String, GenericObject> claims() {
    Map<String, GenericObject> claims = new LinkedHashMap<>();
    if (set.others().get("volumeClaimTemplates") instanceof List<?> templates) {
      for (Object template : templates) {
        if (template instanceof Map<?, ?> tree
            && tree.get("metadata") instanceof Map<?, ?> metadata
            && metadata.get("name") instanceof String name) {
          claims.put(name, claim(name, tree, metadata));
        }
      }
    }
    return claims;
  }

  private GenericObject claim(String template, Map<?, ?> tree, Map<?, ?> metadata) {
    Map<String, String> labels = texts(metadata.get("labels"));
    labels.putAll(set.selector().matchLabels());
    String name = template + "-" + set.metadata().name() + "-" + ordinal;
    ObjectMeta meta = ObjectMeta.of(set.metadata().namespace(), name)
        .withLabels(labels)
        .withAnnotations(texts(metadata.get("annotations")))
        .withOwners(owners(null));
    Map<String, Object> content = new LinkedHashMap<>();
    for (String field : List.of("spec", "status")) {
      @Nullable Object value = tree.get(field);
      if (value != null) {
        content.put(field, value);
      }
    }
    return new GenericObject("v1", KIND, meta, content);
  }

  /**
   * What the claims go with.
   *
   * @param surplus the pod, if it is beyond the set's number; else null
   */
  List<OwnerReference> owners(@Nullable Pod surplus) {
    if (surplus != null && deletes("whenScaled")) {
      return List.of(PodFactory.reference(surplus));
    }
    return deletes("whenDeleted") ? List.of(PodFactory.reference(set)) : List.of();
  }

  private boolean deletes(String when) {
    return set.others().get("persistentVolumeClaimRetentionPolicy") instanceof Map<?, ?> policy
        && "Delete".equals(policy.get(when));
  }

  private static Map<String, String> texts(@Nullable Object tree) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (tree instanceof Map<?, ?> map) {
      map.forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
    }
    return texts;
  }

  /** A pod's spec with the claims as volumes, in the place of volumes of their names. */
  PodSpec mountedIn(PodSpec spec) {
    Map<String, GenericObject> claims = claims();
    if (claims.isEmpty()) {
      return spec;
    }
    List<Object> volumes = new ArrayList<>();
    claims.forEach((name, claim) -> volumes.add(ImmutableMap.of(
        "name",
        name,
        "persistentVolumeClaim",
        ImmutableMap.of("claimName", claim.metadata().name()))));
    if (spec.others().get("volumes") instanceof List<?> own) {
      own.stream()
          .filter(
              volume -> !(volume instanceof Map<?, ?> tree && claims.containsKey(tree.get("name"))))
          .forEach(volumes::add);
    }
    Map<String, Object> others = new LinkedHashMap<>(spec.others());
    others.put("volumes", volumes);
    return spec.toBuilder().others(others).build();
  }
}
