package dev.hairpin.whatif.law;

/**
 * How fast one address can open connections to one destination before its source ports run out.
 *
 * <p>A port is taken from the SYN until the entry is forgotten. The limits hold for each pair of
 * source address and destination address with port, since another destination may share a port.
 */
public final class SourcePortLaw {

  /** Ports that MASQUERADE takes where a caller's own is taken: 1024-65535. */
  public static final int MASQUERADE_PORTS = 64_512;

  /** Ports of a client's sockets, {@code net.ipv4.ip_local_port_range}: 32768-60999. */
  public static final int CLIENT_PORTS = 28_232;

  /** How long a client's own socket stays in TIME-WAIT, the kernel's fixed {@code TCP_TIMEWAIT}. */
  public static final double CLIENT_TIME_WAIT_SECONDS = 60;

  /** Connections that an AWS NAT gateway has for each destination and address of its own. */
  public static final int NAT_GATEWAY_CONNECTIONS = 55_000;

  private SourcePortLaw() {}

  /**
   * The rate at which ports run out.
   *
   * @param ports how many there are; positive
   * @param seconds how long one is taken; positive
   * @return connections each second to one destination
   * @throws IllegalArgumentException if one is not positive
   */
  public static double sustainableRate(int ports, double seconds) {
    return Check.positive("ports", ports) / Check.positive("lifetime", seconds);
  }

  /**
   * The probability that some two of several flows draw the same port, as with
   * {@code --random-fully} before the kernel looks for another: the birthday law, exactly.
   *
   * @param flows how many draw at once, not negative
   * @param ports how many ports there are; positive
   * @return 0 to 1
   * @throws IllegalArgumentException if a number makes no sense
   */
  public static double collision(int flows, int ports) {
    Check.notNegative("flows", flows);
    Check.positive("ports", ports);
    double none = 1;
    for (int i = 1; i < flows && none > 0; i++) {
      none *= Math.max(0, 1 - (double) i / ports);
    }
    return 1 - none;
  }

  /**
   * The probability that a drawn port is a node port of the cluster.
   *
   * @param nodePorts how many node ports are in use, not negative
   * @return 0 to 1
   * @throws IllegalArgumentException if the number is negative
   */
  public static double nodePortClash(int nodePorts) {
    return Math.min(1, Check.notNegative("node ports", nodePorts) / MASQUERADE_PORTS);
  }
}
