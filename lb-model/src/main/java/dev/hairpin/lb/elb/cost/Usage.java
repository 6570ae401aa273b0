package dev.hairpin.lb.elb.cost;

import java.util.List;
import java.util.Locale;

/**
 * What a load balancer does in an hour, in the dimensions that are billed.
 *
 * <p>Source: AWS "Elastic Load Balancing pricing". A GB is 10^9 octets, as in AWS' examples.
 *
 * @param kind what sort of traffic
 * @param newPerSecond new connections or flows each second, averaged over the hour
 * @param activeSeconds how long one lasts, in seconds
 * @param bytesPerSecond requests and answers together
 * @param requestsPerSecond requests each second; Application Load Balancers
 * @param rules the rules that a request passes; the first ten are free; Application Load Balancers
 */
public record Usage(
    Kind kind,
    double newPerSecond,
    double activeSeconds,
    double bytesPerSecond,
    double requestsPerSecond,
    int rules) {

  /** Rules that are not counted. */
  public static final int FREE_RULES = 10;

  private static final double SECONDS_PER_HOUR = 3600;
  private static final double GB = 1e9;

  /** A sort of traffic with its own capacity unit. */
  public enum Kind {
    /** Requests at an Application Load Balancer: LCU. */
    ALB("alb"),
    /** TCP at a Network Load Balancer: NLCU. */
    NLB_TCP("nlb-tcp"),
    /** UDP at a Network Load Balancer: NLCU. */
    NLB_UDP("nlb-udp"),
    /** TLS at a Network Load Balancer: NLCU. */
    NLB_TLS("nlb-tls");

    private final String row;

    Kind(String row) {
      this.row = row;
    }

    boolean isNetwork() {
      return this != ALB;
    }
  }

  /** A billed dimension. */
  public enum Dimension {
    /** New connections. */
    NEW_CONNECTIONS,
    /** Active connections. */
    ACTIVE_CONNECTIONS,
    /** Processed bytes. */
    PROCESSED_BYTES,
    /** Rule evaluations. */
    RULE_EVALUATIONS
  }

  /**
   * The capacity units of an hour, by dimension. The largest is billed.
   *
   * @param newConnections by new connections
   * @param activeConnections by active connections
   * @param processedBytes by bytes
   * @param ruleEvaluations by rule evaluations; 0 for Network Load Balancers
   */
  public record Units(
      double newConnections,
      double activeConnections,
      double processedBytes,
      double ruleEvaluations) {

    /** {@return the dimension that is billed: the largest, of equals the first} */
    public Dimension billed() {
      List<Double> all = values();
      int best = 0;
      for (int i = 1; i < all.size(); i++) {
        if (all.get(i) > all.get(best)) {
          best = i;
        }
      }
      return List.of(Dimension.values()).get(best);
    }

    /** {@return the units that are billed} */
    public double max() {
      return values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    private List<Double> values() {
      return List.of(newConnections, activeConnections, processedBytes, ruleEvaluations);
    }

    /** {@code new 4.00, active 6.00, bytes 3.60, rules 4.00 -> 6.00 (ACTIVE_CONNECTIONS)}. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "new %.2f, active %.2f, bytes %.2f, rules %.2f -> %.2f (%s)",
          newConnections,
          activeConnections,
          processedBytes,
          ruleEvaluations,
          max(),
          billed());
    }
  }

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException if one is negative or no number
   */
  public Usage {
    if (!(newPerSecond >= 0
        && activeSeconds >= 0
        && bytesPerSecond >= 0
        && requestsPerSecond >= 0
        && rules >= 0)) {
      throw new IllegalArgumentException("the figures of a usage are not negative: new "
          + newPerSecond
          + ", active "
          + activeSeconds
          + ", bytes "
          + bytesPerSecond
          + ", requests "
          + requestsPerSecond
          + ", rules "
          + rules);
    }
  }

  /**
   * Traffic at a Network Load Balancer.
   *
   * @param kind TCP, UDP or TLS
   * @param newPerSecond new flows each second
   * @param activeSeconds how long one lasts
   * @param bytesPerSecond both ways together
   * @return the usage
   */
  public static Usage network(
      Kind kind, double newPerSecond, double activeSeconds, double bytesPerSecond) {
    return new Usage(kind, newPerSecond, activeSeconds, bytesPerSecond, 0, 0);
  }

  /**
   * The capacity units that this takes for an hour.
   *
   * @return the units by dimension
   */
  public Units units() {
    CapacityUnit unit = CapacityUnit.of(kind);
    double evaluations = Math.max(0, rules - FREE_RULES) * requestsPerSecond;
    return new Units(
        newPerSecond / unit.newPerSecond(),
        newPerSecond * activeSeconds / unit.activePerMinute(),
        bytesPerSecond * SECONDS_PER_HOUR / GB / unit.gigabytesPerHour(),
        unit.evaluationsPerSecond() == 0 ? 0 : evaluations / unit.evaluationsPerSecond());
  }

  static String row(Kind kind) {
    return kind.row;
  }
}
