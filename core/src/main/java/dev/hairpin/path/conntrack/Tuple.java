package dev.hairpin.path.conntrack;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;

/**
 * The key of one direction of a connection, in primitives.
 *
 * <p>Mutable and meant to be reused, so that looking up a packet allocates nothing. For ICMP the
 * source port is the identifier of an echo and the destination port is type * 256 + code.
 */
public final class Tuple {
  /** The protocol number of the IP header. */
  public int protocol;

  /** Whether the addresses are IPv6. */
  public boolean v6;

  /** The upper 64 bits of the source; 0 for IPv4. */
  public long sourceHigh;

  /** The lower 64 bits of the source, or the 32 bits of IPv4. */
  public long sourceLow;

  /** The upper 64 bits of the destination; 0 for IPv4. */
  public long destinationHigh;

  /** The lower 64 bits of the destination, or the 32 bits of IPv4. */
  public long destinationLow;

  /** The source port, or the identifier of an ICMP echo. */
  public int sourcePort;

  /** The destination port, or type * 256 + code of ICMP. */
  public int destinationPort;

  /** A tuple of nothing, to be filled. */
  public Tuple() {}

  /**
   * Fills the tuple.
   *
   * @param protocol the protocol
   * @param source the source address
   * @param sourcePort the source port or ICMP identifier
   * @param destination the destination address, of the same family
   * @param destinationPort the destination port, or ICMP's type * 256 + code
   * @return this
   */
  public Tuple set(
      Protocol protocol,
      IpAddress source,
      int sourcePort,
      IpAddress destination,
      int destinationPort) {
    this.protocol = protocol.number();
    this.v6 = !source.isV4();
    this.sourceHigh = source.high();
    this.sourceLow = source.low();
    this.destinationHigh = destination.high();
    this.destinationLow = destination.low();
    this.sourcePort = sourcePort;
    this.destinationPort = destinationPort;
    return this;
  }

  /**
   * Copies another tuple.
   *
   * @param other the tuple to copy
   * @return this
   */
  public Tuple set(Tuple other) {
    protocol = other.protocol;
    v6 = other.v6;
    sourceHigh = other.sourceHigh;
    sourceLow = other.sourceLow;
    destinationHigh = other.destinationHigh;
    destinationLow = other.destinationLow;
    sourcePort = other.sourcePort;
    destinationPort = other.destinationPort;
    return this;
  }

  /**
   * Becomes the tuple of an answer to another tuple.
   *
   * @param other the tuple of the request
   * @return this
   */
  public Tuple invert(Tuple other) {
    boolean icmp = other.isIcmp();
    long high = other.sourceHigh;
    long low = other.sourceLow;
    int port = other.sourcePort;
    int otherPort = other.destinationPort;
    protocol = other.protocol;
    v6 = other.v6;
    sourceHigh = other.destinationHigh;
    sourceLow = other.destinationLow;
    destinationHigh = high;
    destinationLow = low;
    sourcePort = icmp ? port : otherPort;
    destinationPort = icmp ? invertIcmp(otherPort, other.v6) : port;
    return this;
  }

  /** Echo and echo reply, timestamp, information and address mask answer each other. */
  private static int invertIcmp(int typeAndCode, boolean v6) {
    int type = typeAndCode >>> 8;
    int inverted = v6
        ? switch (type) {
          case 128 -> 129;
          case 129 -> 128;
          default -> type;
        }
        : switch (type) {
          case 8 -> 0;
          case 0 -> 8;
          case 13, 15, 17 -> type + 1;
          case 14, 16, 18 -> type - 1;
          default -> type;
        };
    return (inverted << 8) | (typeAndCode & 0xff);
  }

  /** Both ports of an answer over IPv4, source in the upper half. */
  static int answerPorts4(int protocol, int ports) {
    return protocol == 1
        ? (ports & 0xffff_0000) | invertIcmp(ports & 0xffff, false)
        : Integer.rotateLeft(ports, 16);
  }

  /** Both addresses of IPv4 in one word. */
  long v4Addresses() {
    return sourceLow << 32 | destinationLow;
  }

  /** The ports in the lower half of a word, below the protocol. */
  long portsAndProtocol() {
    return ((long) protocol << 32) | (ports() & 0xffff_ffffL);
  }

  /** Both ports in one word. */
  int ports() {
    return sourcePort << 16 | destinationPort;
  }

  /**
   * Whether this is ICMP or ICMPv6, which have no ports.
   *
   * @return true for protocols 1 and 58
   */
  public boolean isIcmp() {
    return protocol == 1 || protocol == 58;
  }

  /**
   * The source address.
   *
   * @return the address
   */
  public IpAddress source() {
    return address(sourceHigh, sourceLow);
  }

  /**
   * The destination address.
   *
   * @return the address
   */
  public IpAddress destination() {
    return address(destinationHigh, destinationLow);
  }

  private IpAddress address(long high, long low) {
    return v6 ? IpAddress.v6(high, low) : IpAddress.v4((int) low);
  }

  /**
   * The tuple as a value.
   *
   * @return an immutable copy
   * @throws IllegalStateException if the protocol is none that Hairpin knows
   */
  public FiveTuple toFiveTuple() {
    for (Protocol p : Protocol.values()) {
      if (p.number() == protocol) {
        return new FiveTuple(
            p,
            new SocketAddress(source(), sourcePort),
            new SocketAddress(destination(), destinationPort));
      }
    }
    throw new IllegalStateException("protocol " + protocol + " has no name here");
  }
}
