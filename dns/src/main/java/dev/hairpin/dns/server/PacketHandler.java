package dev.hairpin.dns.server;

import dev.hairpin.dns.message.Client;
import java.util.Optional;

/** Answers packets. Called by the server's one thread only, one packet after another. */
@FunctionalInterface
public interface PacketHandler {

  /**
   * Answers a packet, whatever it holds.
   *
   * @param packet the octets of a message, without the length that precedes them over TCP
   * @param client where it came from, where it arrived, and how
   * @return the octets of the answer; nothing if there is none, as for what is no question
   */
  Optional<byte[]> answer(byte[] packet, Client client);
}
