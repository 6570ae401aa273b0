package dev.hairpin.api;

/** Which endpoints a node may send traffic to. */
public enum TrafficPolicy {
  /** Those of every node. */
  CLUSTER("Cluster"),
  /** Those of the same node only. */
  LOCAL("Local");

  private final String text;

  TrafficPolicy(String text) {
    this.text = text;
  }

  /**
   * Finds a value by the text that a manifest writes.
   *
   * @param text the text, exactly
   * @return the value, or nothing if the API knows no such text
   */
  public static java.util.Optional<TrafficPolicy> byText(String text) {
    for (TrafficPolicy value : values()) {
      if (value.text.equals(text)) {
        return java.util.Optional.of(value);
      }
    }
    return java.util.Optional.empty();
  }

  /** The value as a manifest writes it. */
  @Override
  public String toString() {
    return text;
  }
}
