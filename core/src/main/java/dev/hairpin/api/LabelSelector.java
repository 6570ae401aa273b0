package dev.hairpin.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A condition on labels: all pairs and all expressions must hold.
 *
 * <p>Source: {@code metav1.LabelSelector}
 *
 * @param matchLabels labels that must be there with these values
 * @param matchExpressions further conditions
 */
public record LabelSelector(
    Map<String, String> matchLabels, List<LabelSelector.Requirement> matchExpressions) {

  /** Copies the collections. */
  public LabelSelector {
    matchLabels = Values.copy(matchLabels);
    matchExpressions = List.copyOf(matchExpressions);
  }

  /** Matches every object. */
  public static final LabelSelector EVERYTHING = new LabelSelector(Map.of(), List.of());

  /**
   * A selector of pairs only.
   *
   * @param labels the pairs
   * @return the selector
   */
  public static LabelSelector of(Map<String, String> labels) {
    return new LabelSelector(labels, List.of());
  }

  /**
   * Whether labels fulfil the selector.
   *
   * @param labels the labels of an object
   * @return true if every condition holds
   */
  public boolean matches(Map<String, String> labels) {
    for (Map.Entry<String, String> pair : matchLabels.entrySet()) {
      if (!pair.getValue().equals(labels.get(pair.getKey()))) {
        return false;
      }
    }
    for (Requirement requirement : matchExpressions) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /** How a {@link Requirement} compares. */
  public enum Operator {
    /** The label is there and its value is one of those given. */
    IN("In"),
    /** The label is absent or its value is none of those given. */
    NOT_IN("NotIn"),
    /** The label is there. */
    EXISTS("Exists"),
    /** The label is absent. */
    DOES_NOT_EXIST("DoesNotExist");

    private final String text;

    Operator(String text) {
      this.text = text;
    }

    /**
     * Finds a value by the text that a manifest writes.
     *
     * @param text the text, exactly
     * @return the value, or nothing if the API knows no such text
     */
    public static Optional<Operator> byText(String text) {
      return Texts.find(values(), text);
    }

    /** The operator as a manifest writes it, such as {@code NotIn}. */
    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * One set-based condition.
   *
   * @param key the label's name
   * @param operator how its value is compared
   * @param values the values; empty for {@code Exists} and {@code DoesNotExist}
   */
  public record Requirement(String key, Operator operator, List<String> values) {

    /** Copies the values. */
    public Requirement {
      values = List.copyOf(values);
    }

    /**
     * Whether labels fulfil the condition.
     *
     * @param labels the labels of an object
     * @return true if it holds
     */
    public boolean matches(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        case NOT_IN -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case DOES_NOT_EXIST -> value == null;
      };
    }
  }
}
