package dev.hairpin.analysis.lint;

/** How bad a finding is, in rising order. */
public enum Severity {
  /** Works, and often surprises. */
  INFO,
  /** Fails for some clients or at some times. */
  WARNING,
  /** Does not work. */
  ERROR
}
