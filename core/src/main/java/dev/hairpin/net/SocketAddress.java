package dev.hairpin.net;

/**
 * An address and a port: one end of a connection.
 *
 * @param address the address
 * @param port the port, 0 to 65535; 0 where the protocol has none
 */
public record SocketAddress(IpAddress address, int port) implements Comparable<SocketAddress> {

  /**
   * Checks the port.
   *
   * @throws IllegalArgumentException if the port is not within 0-65535
   */
  public SocketAddress {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port " + port + " is not within 0-65535");
    }
  }

  /**
   * Reads an address with port.
   *
   * @param text {@code 10.0.0.1:80} or {@code [fd00::1]:80}
   * @return the pair
   * @throws IllegalArgumentException if the text is none
   */
  public static SocketAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    int port = port(text.substring(colon + 1));
    return IpAddress.tryParse(bracketed ? host.substring(1, host.length() - 1) : host)
        .filter(address -> bracketed != address.isV4() && port >= 0)
        .map(address -> new SocketAddress(address, port))
        .orElseThrow(
            () -> new IllegalArgumentException("\"" + text + "\" is not an address with port"));
  }

  /** The number that one to five digits mean; -1 if it is no port. */
  private static int port(String digits) {
    if (digits.isEmpty()
        || digits.length() > 5
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int port = Integer.parseInt(digits);
    return port <= 65_535 ? port : -1;
  }

  @Override
  public int compareTo(SocketAddress other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
  }

  /** {@code 10.0.0.1:80} or {@code [fd00::1]:80}. */
  @Override
  public String toString() {
    return address.isV4() ? address + ":" + port : "[" + address + "]:" + port;
  }
}
