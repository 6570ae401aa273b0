package dev.hairpin.benchmarks;

/** Which Services a benchmark's cluster has. */
public enum ServiceKind {
  /** ClusterIPs alone. */
  PLAIN,
  /**
   * A quarter each: source ranges, {@code externalTrafficPolicy: Local}, client affinity, and
   * {@code internalTrafficPolicy: Local}.
   */
  MIXED
}
