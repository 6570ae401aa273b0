package dev.hairpin.cluster;

/**
 * The ports that a cluster hands out as node ports.
 *
 * <p>Source: kube-apiserver's flag {@code --service-node-port-range}.
 *
 * @param first the lowest port, 1 to 65535
 * @param last the highest port, counted in; {@code first} to 65535
 */
public record PortRange(int first, int last) {

  /** The range of a cluster that was started without the flag: 2,768 ports. */
  public static final PortRange DEFAULT = new PortRange(30_000, 32_767);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a bound is no port, or {@code last} is below {@code first}
   */
  public PortRange {
    if (first < 1 || last > 65_535 || last < first) {
      throw new IllegalArgumentException(
          "port range " + first + "-" + last + " is not within 1-65535 in rising order");
    }
  }

  /**
   * Reads a range.
   *
   * @param text {@code first-last}
   * @return the range
   * @throws IllegalArgumentException if the text is none
   */
  public static PortRange parse(String text) {
    int dash = text.indexOf('-');
    try {
      return new PortRange(
          Integer.parseInt(text.substring(0, Math.max(0, dash))),
          Integer.parseInt(text.substring(dash + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a port range such as 30000-32767", e);
    }
  }

  /**
   * How many ports there are.
   *
   * @return the number, 1 to 65535
   */
  public int size() {
    return last - first + 1;
  }

  /**
   * How many ports from the first on are the static band, which automatic choice avoids.
   *
   * <p>Source: KEP-3668: none up to 16 ports, else a 32nd of the range, 16 to 128.
   *
   * @return the number, 0 to 128
   */
  public int staticPorts() {
    return size() <= 16 ? 0 : Math.min(128, Math.max(16, size() / 32));
  }

  /**
   * Whether a port lies in the range.
   *
   * @param port any number
   * @return true if it does
   */
  public boolean contains(int port) {
    return port >= first && port <= last;
  }

  /** {@code first-last}. {@link #parse} reads it back. */
  @Override
  public String toString() {
    return first + "-" + last;
  }
}
