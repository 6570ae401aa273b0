package dev.hairpin.lb.controller;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LabelSelector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the trees of objects whose kinds the cluster does not know itself. */
final class Trees {
  private Trees() {}

  static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  static @Nullable String string(@Nullable Object value) {
    return value == null ? null : String.valueOf(value);
  }

  static String text(@Nullable Object value) {
    return value == null ? "" : String.valueOf(value);
  }

  static List<String> strings(@Nullable Object value) {
    List<String> result = new ArrayList<>();
    for (Object item : list(value)) {
      result.add(text(item));
    }
    return result;
  }

  static Map<String, String> stringMap(@Nullable Object value) {
    Map<String, String> result = new LinkedHashMap<>();
    map(value).forEach((k, v) -> result.put(text(k), text(v)));
    return result;
  }

  static IntOrString port(@Nullable Object value) {
    return value instanceof Number number
        ? IntOrString.of(number.intValue())
        : IntOrString.of(text(value));
  }

  static LabelSelector selector(@Nullable Object value) {
    Map<?, ?> tree = map(value);
    List<LabelSelector.Requirement> requirements = new ArrayList<>();
    for (Object item : list(tree.get("matchExpressions"))) {
      Map<?, ?> expression = map(item);
      LabelSelector.Operator operator = switch (text(expression.get("operator"))) {
        case "In" -> LabelSelector.Operator.IN;
        case "NotIn" -> LabelSelector.Operator.NOT_IN;
        case "Exists" -> LabelSelector.Operator.EXISTS;
        case "DoesNotExist" -> LabelSelector.Operator.DOES_NOT_EXIST;
        default ->
          throw new ReconcileException(Go.quoted(text(expression.get("operator")))
              + " is not a valid label selector" + " operator");
      };
      requirements.add(new LabelSelector.Requirement(
          text(expression.get("key")), operator, strings(expression.get("values"))));
    }
    return new LabelSelector(stringMap(tree.get("matchLabels")), requirements);
  }
}
