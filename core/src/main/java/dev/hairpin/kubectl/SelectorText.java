package dev.hairpin.kubectl;

import dev.hairpin.api.LabelSelector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A selector in one line. Source: {@code metav1.FormatLabelSelector}. */
final class SelectorText {

  /** A condition with the key that it is sorted by. */
  private record Part(String key, String text) {}

  private SelectorText() {}

  static String of(LabelSelector selector) {
    List<Part> parts = new ArrayList<>();
    for (Map.Entry<String, String> pair : selector.matchLabels().entrySet()) {
      parts.add(new Part(pair.getKey(), pair.getKey() + "=" + pair.getValue()));
    }
    for (LabelSelector.Requirement requirement : selector.matchExpressions()) {
      String values = requirement.values().stream().sorted().collect(Collectors.joining(","));
      String key = requirement.key();
      parts.add(new Part(
          key,
          switch (requirement.operator()) {
            case IN -> key + " in (" + values + ")";
            case NOT_IN -> key + " notin (" + values + ")";
            case EXISTS -> key;
            case DOES_NOT_EXIST -> "!" + key;
          }));
    }
    return Cells.orNone(parts.stream()
        .sorted(Comparator.comparing(Part::key))
        .map(Part::text)
        .collect(Collectors.joining(",")));
  }
}
