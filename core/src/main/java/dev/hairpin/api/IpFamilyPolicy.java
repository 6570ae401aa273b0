package dev.hairpin.api;

import java.util.Optional;

/** How many IP families a Service has. */
public enum IpFamilyPolicy {
  /** One. */
  SINGLE_STACK("SingleStack"),
  /** Two where the cluster has two. */
  PREFER_DUAL_STACK("PreferDualStack"),
  /** Two, or it is refused. */
  REQUIRE_DUAL_STACK("RequireDualStack");

  private final String text;

  IpFamilyPolicy(String text) {
    this.text = text;
  }

  /**
   * Finds a value by the text that a manifest writes.
   *
   * @param text the text, exactly
   * @return the value, or nothing if the API knows no such text
   */
  public static Optional<IpFamilyPolicy> byText(String text) {
    return Texts.find(values(), text);
  }

  /** The value as a manifest writes it. */
  @Override
  public String toString() {
    return text;
  }
}
