package dev.hairpin.cluster.workloads;

import com.google.common.hash.Hashing;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.cluster.control.GeneratedNames;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes pods of templates, and tells templates apart. */
final class PodFactory {
  private PodFactory() {}

  static Pod pod(
      KubeObject owner,
      String name,
      PodTemplate template,
      PodSpec spec,
      Map<String, String> moreLabels) {
    Map<String, String> labels = new LinkedHashMap<>(template.labels());
    labels.putAll(moreLabels);
    ObjectMeta meta = ObjectMeta.of(owner.metadata().namespace(), name)
        .withLabels(labels)
        .withAnnotations(template.annotations())
        .withOwners(List.of(reference(owner)));
    return new Pod(meta, spec, "Pending", List.of(), "", List.of());
  }

  static OwnerReference reference(KubeObject owner) {
    return new OwnerReference(
        owner.apiVersion(),
        owner.kind(),
        owner.metadata().name(),
        owner.metadata().uid(),
        true);
  }

  /**
   * The hash that names a template, in the alphabet of generated names.
   *
   * <p>The original hashes its own memory layout, so the value differs, but not its look: up to ten
   * characters, the same for the same template, and another for another.
   */
  static String hash(PodTemplate template) {
    int bits = Hashing.murmur3_32_fixed()
        .hashString(template.toString(), StandardCharsets.UTF_8)
        .asInt();
    StringBuilder hash = new StringBuilder();
    for (char digit : Integer.toUnsignedString(bits).toCharArray()) {
      hash.append(GeneratedNames.ALPHABET.charAt(digit % GeneratedNames.ALPHABET.length()));
    }
    return hash.toString();
  }
}
