package dev.hairpin.cluster.workloads;

import com.google.common.hash.Hashing;
import dev.hairpin.api.Container;
import dev.hairpin.api.DaemonSet;
import dev.hairpin.api.KubeObject;
import dev.hairpin.api.ObjectMeta;
import dev.hairpin.api.OwnerReference;
import dev.hairpin.api.Pod;
import dev.hairpin.api.PodSpec;
import dev.hairpin.api.PodTemplate;
import dev.hairpin.api.StatefulSet;
import dev.hairpin.cluster.GeneratedNames;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes pods of templates, and tells templates apart. */
final class PodFactory {
  private PodFactory() {}

  /** What the names of an owner's pods begin with. */
  static String prefix(KubeObject owner) {
    return owner.metadata().name() + "-";
  }

  static Pod pod(
      KubeObject owner,
      String name,
      PodTemplate template,
      PodSpec spec,
      Map<String, String> moreLabels) {
    Map<String, String> labels = new LinkedHashMap<>(template.labels());
    labels.putAll(moreLabels);
    ObjectMeta meta = ObjectMeta.generated(owner.metadata().namespace(), prefix(owner), name)
        .withLabels(labels)
        .withAnnotations(template.annotations())
        .withOwners(List.of(reference(owner)));
    return new Pod(meta, withRequests(spec), "Pending", List.of(), "", List.of());
  }

  /** A limit without a request is also the request, which the server fills in for each pod. */
  private static PodSpec withRequests(PodSpec spec) {
    boolean limited = spec.containers().stream()
        .anyMatch(c -> !c.requests().keySet().containsAll(c.limits().keySet()));
    return limited
        ? spec.toBuilder()
            .containers(spec.containers().stream().map(PodFactory::withRequests).toList())
            .build()
        : spec;
  }

  private static Container withRequests(Container container) {
    Map<String, String> requests = new LinkedHashMap<>(container.limits());
    requests.putAll(container.requests());
    return container.withRequests(requests);
  }

  /** The pods that a StatefulSet or a DaemonSet makes. */
  static PodTemplate template(KubeObject owner) {
    if (owner instanceof StatefulSet set) {
      return set.template();
    } else if (owner instanceof DaemonSet set) {
      return set.template();
    }
    throw new IllegalArgumentException(owner.key() + " keeps no revisions");
  }

  /** The same StatefulSet or DaemonSet with other pods. */
  static KubeObject withTemplate(KubeObject owner, PodTemplate template) {
    if (owner instanceof StatefulSet set) {
      return set.withTemplate(template);
    } else if (owner instanceof DaemonSet set) {
      return set.withTemplate(template);
    }
    throw new IllegalArgumentException(owner.key() + " keeps no revisions");
  }

  /**
   * The template that a pod was made of, so far as the pod tells: without the labels that its owner
   * adds, and where its template's successor leaves the names of hosts and nodes.
   */
  static PodTemplate templateOf(PodTemplate successor, Pod pod, Set<String> addedLabels) {
    Map<String, String> labels = new LinkedHashMap<>(pod.metadata().labels());
    labels.keySet().removeAll(addedLabels);
    PodSpec spec = pod.spec().toBuilder()
        .hostname(successor.spec().hostname())
        .subdomain(successor.spec().subdomain())
        .nodeName(successor.spec().nodeName())
        .build();
    return new PodTemplate(labels, pod.metadata().annotations(), spec);
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
   * characters, the same for the same template. Templates that differ only in what the network does
   * not need have one hash, and the later of them counts as a collision.
   *
   * @param collisions how many hashes of this template were taken by others
   */
  static String hash(PodTemplate template, int collisions) {
    PodSpec spec = template.spec();
    PodTemplate bare = new PodTemplate(
        template.labels(),
        template.annotations(),
        spec.toBuilder()
            .others(Map.of())
            .containers(bare(spec.containers()))
            .initContainers(bare(spec.initContainers()))
            .build());
    String text = bare.toString().replace(", others={}", "");
    int bits = Hashing.murmur3_32_fixed()
        .hashString(collisions == 0 ? text : text + collisions, StandardCharsets.UTF_8)
        .asInt();
    StringBuilder hash = new StringBuilder();
    for (char digit : Integer.toUnsignedString(bits).toCharArray()) {
      hash.append(GeneratedNames.ALPHABET.charAt(digit % GeneratedNames.ALPHABET.length()));
    }
    return hash.toString();
  }

  private static List<Container> bare(List<Container> containers) {
    return containers.stream().map(c -> c.withOthers(Map.of())).toList();
  }
}
