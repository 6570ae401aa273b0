package dev.hairpin.iptables.compile;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Match;
import dev.hairpin.iptables.PortMatch;
import dev.hairpin.iptables.Rule;
import dev.hairpin.net.IpAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a rule asks of a flow that can be looked up: one protocol, one destination port, and maybe
 * one destination.
 *
 * @param destination the destination; null if it is open
 * @param protocol the protocol's number
 * @param port the destination port
 */
record DispatchKey(@Nullable IpAddress destination, int protocol, int port) {

  /** The key of a rule, or null if it has none. */
  static @Nullable DispatchKey of(Rule rule) {
    int protocol = 0;
    int port = -1;
    int portProtocol = 0;
    IpAddress destination = null;
    for (Match match : rule.matches()) {
      if (match instanceof Match.ProtocolIs is) {
        if (is.inverted()) {
          return null;
        }
        protocol = is.number();
      } else if (match instanceof Match.Destination to && isHost(to)) {
        destination = to.address().address();
      } else if (match instanceof Match.Tcp tcp) {
        port = port(tcp.destination());
        portProtocol = 6;
      } else if (match instanceof Match.Udp udp) {
        port = port(udp.destination());
        portProtocol = 17;
      } else if (match instanceof Match.Sctp sctp) {
        port = port(sctp.destination());
        portProtocol = 132;
      }
    }
    return port < 0 || protocol != portProtocol
        ? null
        : new DispatchKey(destination, protocol, port);
  }

  static boolean isHost(Match.Destination to) {
    return !to.inverted()
        && to.address()
            .mask()
            .equals(AddressMask.fullMask(to.address().address().family()));
  }

  private static int port(PortMatch match) {
    return match.inverted() || match.range().first() != match.range().last()
        ? -1
        : match.range().first();
  }

  /** The same key for any destination. */
  DispatchKey open() {
    return new DispatchKey(null, protocol, port);
  }
}
