package dev.hairpin.kubectl;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.LabelSelector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The cells of kinds that have no record of their own. */
final class GenericCells {
  private GenericCells() {}

  static List<String> of(GenericObject object, String age) {
    Map<?, ?> spec = map(object.content().get("spec"));
    return switch (object.kind()) {
      case "NetworkPolicy" -> List.of(SelectorText.of(selector(map(spec.get("podSelector")))), age);
      case "ServiceCIDR" ->
        List.of(
            list(spec.get("cidrs")).stream().map(String::valueOf).collect(Collectors.joining(",")),
            age);
      case "IPAddress" -> List.of(parent(spec));
      default -> List.of(age);
    };
  }

  private static String parent(Map<?, ?> spec) {
    if (!(spec.get("parentRef") instanceof Map<?, ?> ref)) {
      return Cells.NONE;
    }
    String group = text(ref, "group");
    String resource = text(ref, "resource") + (group.isEmpty() ? "" : "." + group);
    return resource.toLowerCase(Locale.ROOT)
        + "/"
        + text(ref, "namespace")
        + "/"
        + text(ref, "name");
  }

  private static LabelSelector selector(Map<?, ?> tree) {
    Map<String, String> labels = new LinkedHashMap<>();
    map(tree.get("matchLabels"))
        .forEach((key, value) -> labels.put(String.valueOf(key), String.valueOf(value)));
    List<LabelSelector.Requirement> requirements = new ArrayList<>();
    for (Object item : list(tree.get("matchExpressions"))) {
      Map<?, ?> expression = map(item);
      for (LabelSelector.Operator operator : LabelSelector.Operator.values()) {
        if (operator.toString().equals(text(expression, "operator"))) {
          requirements.add(new LabelSelector.Requirement(
              text(expression, "key"),
              operator,
              list(expression.get("values")).stream().map(String::valueOf).toList()));
        }
      }
    }
    return new LabelSelector(labels, requirements);
  }

  private static Map<?, ?> map(@org.jspecify.annotations.Nullable Object tree) {
    return tree instanceof Map<?, ?> map ? map : Map.of();
  }

  private static List<?> list(@org.jspecify.annotations.Nullable Object tree) {
    return tree instanceof List<?> list ? list : List.of();
  }

  private static String text(Map<?, ?> tree, String name) {
    Object value = tree.get(name);
    return value == null ? "" : value.toString();
  }
}
