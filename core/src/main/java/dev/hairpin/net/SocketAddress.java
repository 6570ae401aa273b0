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
    try {
      IpAddress address = IpAddress.parse(bracketed ? host.substring(1, host.length() - 1) : host);
      if (bracketed != address.isV4()) {
        return new SocketAddress(address, Integer.parseInt(text.substring(colon + 1)));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not an address with port", e);
    }
    throw new IllegalArgumentException("\"" + text + "\" is not an address with port");
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
