package dev.hairpin.lb.json;

import dev.hairpin.api.IntOrString;
import dev.hairpin.api.LabelSelector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the trees of objects whose kinds the cluster does not know itself. */
public final class Trees {
  private Trees() {}

  /**
   * A mapping.
   *
   * @param value any value
   * @return the mapping; an empty one if the value is none
   */
  public static Map<?, ?> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  /**
   * A list.
   *
   * @param value any value
   * @return the list; an empty one if the value is none
   */
  public static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  /**
   * A scalar that may be absent.
   *
   * @param value a scalar, or null
   * @return its text, or null
   */
  public static @Nullable String string(@Nullable Object value) {
    return value == null ? null : String.valueOf(value);
  }

  /**
   * A scalar.
   *
   * @param value a scalar, or null
   * @return its text; empty for null
   */
  public static String text(@Nullable Object value) {
    return value == null ? "" : String.valueOf(value);
  }

  /**
   * A list of scalars.
   *
   * @param value any value
   * @return the texts; none if the value is no list
   */
  public static List<String> strings(@Nullable Object value) {
    List<String> result = new ArrayList<>();
    for (Object item : list(value)) {
      result.add(text(item));
    }
    return result;
  }

  /**
   * A mapping of scalars to scalars.
   *
   * @param value any value
   * @return the pairs in their order; none if the value is no mapping
   */
  public static Map<String, String> stringMap(@Nullable Object value) {
    Map<String, String> result = new LinkedHashMap<>();
    map(value).forEach((k, v) -> result.put(text(k), text(v)));
    return result;
  }

  /**
   * A port by number or name.
   *
   * @param value a number or a name
   * @return the port
   */
  public static IntOrString port(@Nullable Object value) {
    return value instanceof Number number
        ? IntOrString.of(number.intValue())
        : IntOrString.of(text(value));
  }

  /**
   * A label selector.
   *
   * @param value the tree of a {@code metav1.LabelSelector}
   * @return the selector
   * @throws IllegalArgumentException if an operator is unknown, in the words of apimachinery
   */
  public static LabelSelector selector(@Nullable Object value) {
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
          throw new IllegalArgumentException("\""
              + text(expression.get("operator"))
              + "\" is not a valid label selector operator");
      };
      requirements.add(new LabelSelector.Requirement(
          text(expression.get("key")), operator, strings(expression.get("values"))));
    }
    return new LabelSelector(stringMap(tree.get("matchLabels")), requirements);
  }
}
