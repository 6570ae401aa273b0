package dev.hairpin.dns.plugin;

import java.util.Optional;

/**
 * What the plugin metadata knows of a question: values under labels such as
 * {@code kubernetes/client-namespace}, which other plugins of the block provide.
 */
@FunctionalInterface
public interface Labels {

  /** No labels at all, as without the plugin. */
  Labels NONE = (query, label) -> Optional.empty();

  /**
   * The value of a label.
   *
   * @param query the question
   * @param label the label
   * @return the value, or nothing if nobody provides it
   */
  Optional<String> value(Query query, String label);

  /**
   * The labels of a server block: those of its plugins, if it has the plugin metadata.
   *
   * @param setup the block, with its plugins set up
   * @return the labels
   */
  static Labels of(Setup setup) {
    return setup.has("metadata") ? setup.shared(Labels.class).orElse(NONE) : NONE;
  }

  /**
   * Whether a text is written as a label: words joined by slashes, none of them empty.
   *
   * @param text the text
   * @return true if it is
   */
  static boolean isLabel(String text) {
    return text.matches("[^/]+(/[^/]+)+");
  }
}
