package dev.hairpin.whatif;

/**
 * The part of some traffic that goes one way.
 *
 * @param traffic the traffic
 * @param source the one who connects, such as a pod
 * @param sourceNode the node that he is on; empty for clients outside
 * @param datagrams whether it is UDP
 * @param way the way
 * @param share the part of the whole traffic, above 0 and at most 1
 */
public record Flow(
    Traffic traffic, String source, String sourceNode, boolean datagrams, Way way, double share) {

  /** {@return new connections each second} */
  public double perSecond() {
    return traffic.connectionsPerSecond() * share;
  }

  /** {@return requests each second} */
  public double requestsPerSecond() {
    return traffic.requestsPerSecond() * share;
  }

  /** {@return connections open at a time, in the mean} */
  public double openConnections() {
    return traffic.openConnections() * share;
  }

  /** {@return octets each second, both ways together} */
  public double bytesPerSecond() {
    return traffic.bytesPerSecond() * share;
  }
}
