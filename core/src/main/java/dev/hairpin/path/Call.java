package dev.hairpin.path;

import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Who calls whom.
 *
 * @param from the caller's host
 * @param protocol TCP, UDP, SCTP, or ICMP for a ping
 * @param to what the caller dials
 * @param sourcePort the caller's port, or 0 for one of the ephemeral range
 * @param bind the address that the caller binds to, or null to let routing choose
 * @param patience how long the caller waits
 * @param question the question for the trace; empty makes one
 * @param traced whether hops are to be written down
 * @param chooser makes what is left to chance
 */
public record Call(
    Host from,
    Protocol protocol,
    SocketAddress to,
    int sourcePort,
    @Nullable IpAddress bind,
    Duration patience,
    String question,
    boolean traced,
    Chooser chooser) {

  /** How long Linux tries to open a TCP connection: 6 retries, the last one given up after 64 s. */
  public static final Duration TCP_PATIENCE = Duration.ofSeconds(127);

  /** How long a caller waits for an answer to a datagram, as resolvers do. */
  public static final Duration UDP_PATIENCE = Duration.ofSeconds(5);

  /**
   * A call with the usual patience, traced.
   *
   * @param from the caller's host
   * @param protocol the protocol
   * @param to what the caller dials
   * @param chooser makes what is left to chance
   * @return the call
   */
  public static Call of(Host from, Protocol protocol, SocketAddress to, Chooser chooser) {
    Duration patience = protocol == Protocol.UDP ? UDP_PATIENCE : TCP_PATIENCE;
    return new Call(from, protocol, to, 0, null, patience, "", true, chooser);
  }

  /**
   * The same call from a port and an address.
   *
   * @param port the caller's port, or 0
   * @param address the address to bind to, or null
   * @return a copy
   */
  public Call boundTo(int port, @Nullable IpAddress address) {
    return new Call(from, protocol, to, port, address, patience, question, traced, chooser);
  }

  /**
   * The same call with another patience.
   *
   * @param time how long the caller waits
   * @return a copy
   */
  public Call waiting(Duration time) {
    return new Call(from, protocol, to, sourcePort, bind, time, question, traced, chooser);
  }

  /**
   * The same call with a question of its own.
   *
   * @param text the question
   * @return a copy
   */
  public Call asking(String text) {
    return new Call(from, protocol, to, sourcePort, bind, patience, text, traced, chooser);
  }

  /**
   * The same call without a trace, which is faster.
   *
   * @return a copy
   */
  public Call untraced() {
    return new Call(from, protocol, to, sourcePort, bind, patience, question, false, chooser);
  }
}
