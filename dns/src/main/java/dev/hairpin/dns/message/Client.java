package dev.hairpin.dns.message;

import dev.hairpin.net.SocketAddress;

/**
 * Who asks a server, and by which way.
 *
 * @param address where the question comes from
 * @param server where it arrives
 * @param transport how it travels
 */
public record Client(SocketAddress address, SocketAddress server, Transport transport) {

  /**
   * The same client by another way.
   *
   * @param newTransport how it travels
   * @return the copy
   */
  public Client over(Transport newTransport) {
    return new Client(address, server, newTransport);
  }
}
