package dev.hairpin.lb.elb;

import dev.hairpin.lb.elb.TlsSession.ClientHello;
import dev.hairpin.net.FiveTuple;

/**
 * A connection as it arrives: the SYN, or the first datagram.
 *
 * @param flow its tuple; the destination is an address of the load balancer
 * @param sequence the sequence number of the SYN; of no meaning for UDP
 * @param client who opens it
 * @param hello what the client offers to a TLS listener
 */
public record NewFlow(FiveTuple flow, int sequence, Client client, ClientHello hello) {

  /**
   * A connection whose client offers nothing by TLS.
   *
   * @param flow its tuple
   * @param client who opens it
   * @return the connection, with the sequence number 0
   */
  public static NewFlow of(FiveTuple flow, Client client) {
    return new NewFlow(flow, 0, client, ClientHello.PLAIN);
  }
}
