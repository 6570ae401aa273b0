package dev.hairpin.cluster;

import dev.hairpin.api.Ingress;
import dev.hairpin.api.IngressClass;
import dev.hairpin.api.Kinds;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gives a new Ingress that names no class the default class, if there is one; of several the one
 * that was made last.
 *
 * <p>Source: the admission plugin {@code DefaultIngressClass}, which is on by default and comes
 * before all webhooks.
 */
final class DefaultIngressClass {
  private static final String IS_DEFAULT = "ingressclass.kubernetes.io/is-default-class";
  private static final String CLASS_ANNOTATION = "kubernetes.io/ingress.class";

  private static final Comparator<IngressClass> NEWEST_FIRST = Comparator.comparing(
          DefaultIngressClass::created)
      .reversed()
      .thenComparing(c -> c.metadata().name());

  private DefaultIngressClass() {}

  /** The same tree, or a copy with a class. */
  static Map<String, ?> fillIn(ClusterState state, Map<String, ?> tree) {
    String apiVersion = String.valueOf(tree.get("apiVersion"));
    if (!Ingress.KIND.equals(tree.get("kind"))
        || !Kinds.qualified(apiVersion, Ingress.KIND).equals(Ingress.KIND)
        || namesAClass(tree)) {
      return tree;
    }
    Optional<IngressClass> chosen = state.list(IngressClass.class).stream()
        .filter(c -> "true".equals(c.metadata().annotations().get(IS_DEFAULT)))
        .min(NEWEST_FIRST);
    if (chosen.isEmpty()) {
      return tree;
    }
    Map<String, Object> copy = new LinkedHashMap<>(tree);
    Map<String, Object> spec = new LinkedHashMap<>();
    if (tree.get("spec") instanceof Map<?, ?> sent) {
      sent.forEach((name, value) -> spec.put(String.valueOf(name), value));
    }
    spec.put("ingressClassName", chosen.get().metadata().name());
    copy.put("spec", spec);
    return copy;
  }

  private static boolean namesAClass(Map<String, ?> tree) {
    boolean field =
        tree.get("spec") instanceof Map<?, ?> spec && spec.get("ingressClassName") != null;
    return field
        || (tree.get("metadata") instanceof Map<?, ?> metadata
            && metadata.get("annotations") instanceof Map<?, ?> annotations
            && annotations.containsKey(CLASS_ANNOTATION));
  }

  private static Instant created(IngressClass ingressClass) {
    Instant created = ingressClass.metadata().creationTimestamp();
    return created == null ? Instant.MIN : created;
  }
}
