package dev.hairpin.dns.server;

import java.net.InetSocketAddress;
import java.util.Optional;

/** Answers packets. Called by the server's one thread only, one packet after another. */
@FunctionalInterface
public interface PacketHandler {

  /** How a packet came, which decides how much may go back. */
  enum Transport {
    /** In a datagram. */
    UDP,
    /** Over a connection. */
    TCP
  }

  /**
   * Answers a packet, whatever it holds.
   *
   * @param packet the octets of a message, without the length that precedes them over TCP
   * @param client where it came from
   * @param server where it arrived
   * @param transport how it came
   * @return the octets of the answer; nothing if there is none, as for what is no question
   */
  Optional<byte[]> answer(
      byte[] packet, InetSocketAddress client, InetSocketAddress server, Transport transport);
}
