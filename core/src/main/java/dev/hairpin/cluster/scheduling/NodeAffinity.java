package dev.hairpin.cluster.scheduling;

import dev.hairpin.api.Node;
import dev.hairpin.api.PodSpec;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes a pod asks for: by its {@code nodeSelector} and by its node affinity that is required
 * during scheduling. What is only preferred does not count.
 *
 * <p>Source: {@code k8s.io/component-helpers/scheduling/corev1/nodeaffinity} of Kubernetes v1.36.
 */
public final class NodeAffinity {
  private NodeAffinity() {}

  /**
   * Whether a node is one that a pod asks for.
   *
   * @param pod the pod's spec
   * @param node the node
   * @return true if it is
   */
  public static boolean matches(PodSpec pod, Node node) {
    Map<String, String> labels = node.metadata().labels();
    for (Map.Entry<String, String> pair : pod.nodeSelector().entrySet()) {
      if (!pair.getValue().equals(labels.get(pair.getKey()))) {
        return false;
      }
    }
    return !(pod.others().get("affinity") instanceof Map<?, ?> affinity)
        || !(affinity.get("nodeAffinity") instanceof Map<?, ?> ofNodes)
        || !(ofNodes.get("requiredDuringSchedulingIgnoredDuringExecution")
            instanceof Map<?, ?> required)
        || trees(required.get("nodeSelectorTerms")).anyMatch(term -> holds(term, node));
  }

  /** All expressions of a term must hold; a term without any holds nowhere. */
  private static boolean holds(Map<?, ?> term, Node node) {
    List<Map<?, ?>> expressions = trees(term.get("matchExpressions")).toList();
    List<Map<?, ?>> fields = trees(term.get("matchFields")).toList();
    return !(expressions.isEmpty() && fields.isEmpty())
        && expressions.stream()
            .allMatch(e -> holds(e, node.metadata().labels().get(String.valueOf(e.get("key")))))
        && fields.stream()
            .allMatch(f ->
                "metadata.name".equals(f.get("key")) && holds(f, node.metadata().name()));
  }

  private static boolean holds(Map<?, ?> expression, @Nullable String value) {
    List<String> values = expression.get("values") instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
    return switch (String.valueOf(expression.get("operator"))) {
      case "In" -> value != null && values.contains(value);
      case "NotIn" -> value == null || !values.contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      case "Gt" -> value != null && values.size() == 1 && isLess(values.get(0), value);
      case "Lt" -> value != null && values.size() == 1 && isLess(value, values.get(0));
      default -> false;
    };
  }

  /** Texts that are no numbers are not less than anything, and nothing is less than they. */
  private static boolean isLess(String low, String high) {
    OptionalLong a = number(low);
    OptionalLong b = number(high);
    return a.isPresent() && b.isPresent() && a.getAsLong() < b.getAsLong();
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static Stream<Map<?, ?>> trees(@Nullable Object list) {
    return list instanceof List<?> items
        ? items.stream().<Map<?, ?>>mapMulti((item, trees) -> {
          if (item instanceof Map<?, ?> tree) {
            trees.accept(tree);
          }
        })
        : Stream.of();
  }
}
