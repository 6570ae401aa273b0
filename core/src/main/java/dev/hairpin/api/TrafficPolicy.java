package dev.hairpin.api;

import java.util.Optional;

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
  public static Optional<TrafficPolicy> byText(String text) {
    return Texts.find(values(), text);
  }

  /** The value as a manifest writes it. */
  @Override
  public String toString() {
    return text;
  }
}
