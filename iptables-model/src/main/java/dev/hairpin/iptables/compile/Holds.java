package dev.hairpin.iptables.compile;

/** What is known of a condition when a rule is compiled. */
enum Holds {
  /** It holds for every flow. */
  ALWAYS,
  /** It holds for none. */
  NEVER,
  /** It was written, and the flow decides. */
  ASKED,
  /** The program cannot tell. */
  UNKNOWN;

  static Holds of(boolean value) {
    return value ? ALWAYS : NEVER;
  }
}
