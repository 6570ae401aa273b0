package dev.hairpin.iptables;

/**
 * A range of ports.
 *
 * @param first the lowest, 0 to 65535
 * @param last the highest, counted in; {@code first} to 65535
 */
public record PortRange(int first, int last) {

  /** Every port. */
  public static final PortRange ALL = new PortRange(0, 65_535);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a bound is no port, or {@code last} is below {@code first}
   */
  public PortRange {
    if (first < 0 || last > 65_535 || last < first) {
      throw new IllegalArgumentException(
          "port range " + first + ":" + last + " is not within 0-65535 in rising order");
    }
  }

  /**
   * The range of one port.
   *
   * @param port the port
   * @return the range
   */
  public static PortRange of(int port) {
    return new PortRange(port, port);
  }

  /**
   * Whether a port lies in the range.
   *
   * @param port any port
   * @return true if it does
   */
  public boolean contains(int port) {
    return port >= first && port <= last;
  }

  /** {@code first:last}, or the port if it is one. */
  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + ":" + last;
  }
}
