package dev.hairpin.lb.elb.cli;

/** An output format of the AWS CLI, as {@code --output} names it. */
public enum Format {
  /** Indented JSON. */
  JSON,
  /** Lines of cells between tabs. */
  TEXT,
  /** Boxes. */
  TABLE
}
