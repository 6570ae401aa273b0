package dev.hairpin.benchmarks;

/** Which Services a benchmark's cluster has. */
public enum ServiceKind {
  /** ClusterIPs alone. */
  PLAIN,
  /** Load balancers with two source ranges, called from inside of one. */
  SOURCE_RANGES,
  /** Load balancers with {@code externalTrafficPolicy: Local}, called by pods of the node. */
  EXTERNAL_LOCAL,
  /** Client affinity. */
  AFFINITY,
  /** {@code internalTrafficPolicy: Local}; every second endpoint is on the node. */
  INTERNAL_LOCAL,
  /** A quarter each of the four before, in turn. */
  MIXED;

  private static final ServiceKind[] TURNS = {
    SOURCE_RANGES, EXTERNAL_LOCAL, AFFINITY, INTERNAL_LOCAL
  };

  /** The kind of a Service of a cluster of this kind. */
  ServiceKind of(int service) {
    return this == MIXED ? TURNS[service % TURNS.length] : this;
  }

  /** Whether its Services are called at a load balancer's address. */
  boolean isCalledFromOutside() {
    return this == SOURCE_RANGES || this == EXTERNAL_LOCAL;
  }
}
