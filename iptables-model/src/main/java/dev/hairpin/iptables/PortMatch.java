package dev.hairpin.iptables;

/**
 * A range of ports that is to match, or not to match.
 *
 * @param range the ports
 * @param inverted whether the ports outside the range match instead
 */
public record PortMatch(PortRange range, boolean inverted) {

  /** Matches every port; not printed. */
  public static final PortMatch ANY = new PortMatch(PortRange.ALL, false);

  /**
   * The match of one port.
   *
   * @param port the port
   * @return the match
   */
  public static PortMatch of(int port) {
    return new PortMatch(PortRange.of(port), false);
  }

  /**
   * Whether a port matches.
   *
   * @param port any port
   * @return true if it does
   */
  public boolean matches(int port) {
    return range.contains(port) != inverted;
  }

  void appendTo(StringBuilder out, String option) {
    if (!equals(ANY)) {
      out.append(inverted ? " ! --" : " --").append(option).append(' ').append(range);
    }
  }
}
