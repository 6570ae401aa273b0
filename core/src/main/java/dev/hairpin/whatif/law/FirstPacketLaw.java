package dev.hairpin.whatif.law;

/**
 * What a connection costs on a node whose kube-proxy writes iptables rules: a fixed part, and a
 * part for each rule that its first packet is compared with.
 *
 * <p>{@link #PUBLISHED} is fitted to the throughput that the imroc/tke-guide benchmark published
 * for Kubernetes 1.34.1, kernel 6.6.117, nodes with 4 cores: 31,365 short connections a second with
 * 11 Services and 9,057 with 30,000. It meets the five published points within 3 percentage points
 * of the loss. Other machines have other figures, but the same shape.
 *
 * @param connectionMicros what a connection takes of the node with no rules, in microseconds of the
 *     whole node's time (all cores at work); positive
 * @param ruleNanos what each rule adds, in nanoseconds of the same time; not negative
 * @param requestMicros what a further request on an open connection takes; positive
 * @param cores the cores of the node that was measured; positive
 */
public record FirstPacketLaw(
    double connectionMicros, double ruleNanos, double requestMicros, int cores) {

  /** The fit to the published benchmark. */
  public static final FirstPacketLaw PUBLISHED = new FirstPacketLaw(31.5, 2.54, 1e6 / 115_434, 4);

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException if one makes no sense
   */
  public FirstPacketLaw {
    Check.positive("cost of a connection", connectionMicros);
    Check.notNegative("cost of a rule", ruleNanos);
    Check.positive("cost of a request", requestMicros);
    Check.positive("cores", cores);
  }

  /**
   * What a new connection takes of the node.
   *
   * @param rules how many rules its first packet is compared with, not negative
   * @return microseconds of the whole node's time
   * @throws IllegalArgumentException if the number is negative
   */
  public double connectionMicros(double rules) {
    return connectionMicros + ruleNanos / 1000 * Check.notNegative("rules", rules);
  }

  /**
   * The requests that a node that does nothing else completes.
   *
   * @param rules how many rules a first packet is compared with, not negative
   * @param requestsPerConnection 1 for short connections; more with keep-alive; at least 1
   * @return requests each second
   * @throws IllegalArgumentException if a number makes no sense
   */
  public double requestsPerSecond(double rules, double requestsPerConnection) {
    if (!(requestsPerConnection >= 1)) {
      throw new IllegalArgumentException(
          requestsPerConnection + " requests on a connection are fewer than one");
    }
    double micros = connectionMicros(rules) + requestMicros * (requestsPerConnection - 1);
    return 1e6 * requestsPerConnection / micros;
  }

  /**
   * The cores that comparing rules keeps busy.
   *
   * @param rules how many rules a first packet is compared with, not negative
   * @param connectionsPerSecond new connections each second, not negative
   * @return cores
   * @throws IllegalArgumentException if a number is negative
   */
  public double coresForRules(double rules, double connectionsPerSecond) {
    return Check.notNegative("rules", rules)
        * Check.notNegative("rate", connectionsPerSecond)
        * ruleNanos
        * 1e-9
        * cores;
  }

  /**
   * The number of rules at which a datapath of constant cost becomes the faster one.
   *
   * @param constantRequestsPerSecond short connections that it completes each second; positive
   * @return rules; negative if it is the faster one without any
   * @throws IllegalArgumentException if the rate is not positive
   */
  public double crossover(double constantRequestsPerSecond) {
    double micros = 1e6 / Check.positive("rate", constantRequestsPerSecond);
    return (micros - connectionMicros) / (ruleNanos / 1000);
  }
}
