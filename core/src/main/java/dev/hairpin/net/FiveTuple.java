package dev.hairpin.net;

/**
 * What tells one flow from another: protocol, both addresses and both ports.
 *
 * @param protocol the transport protocol
 * @param source where the packet says it comes from
 * @param destination where it is to go
 */
public record FiveTuple(Protocol protocol, SocketAddress source, SocketAddress destination) {

  /**
   * The tuple of an answer.
   *
   * @return the same flow with source and destination exchanged
   */
  public FiveTuple reversed() {
    return new FiveTuple(protocol, destination, source);
  }

  /**
   * The tuple after source translation.
   *
   * @param newSource the new source
   * @return the translated tuple
   */
  public FiveTuple withSource(SocketAddress newSource) {
    return new FiveTuple(protocol, newSource, destination);
  }

  /**
   * The tuple after destination translation.
   *
   * @param newDestination the new destination
   * @return the translated tuple
   */
  public FiveTuple withDestination(SocketAddress newDestination) {
    return new FiveTuple(protocol, source, newDestination);
  }

  /** {@code source > destination}, as traces show a packet; the protocol is told beside it. */
  @Override
  public String toString() {
    return source + " > " + destination;
  }
}
