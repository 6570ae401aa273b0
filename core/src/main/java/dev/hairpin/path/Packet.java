package dev.hairpin.path;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.conntrack.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * A packet on its way.
 *
 * <p>Mutable: hosts rewrite its ends and count down its time to live. For ICMP the source port is
 * the identifier of an echo, and the destination port is type * 256 + code.
 */
public final class Packet {
  private static final int FIRST_TTL = 64;

  final Protocol protocol;
  final PacketKind kind;
  final int length;

  /** The packet that an ICMP error is about, with its ends as they were on the wire. */
  final @Nullable Packet about;

  /** What the server says, for a packet that carries its answer. */
  final @Nullable Served served;

  /** What is written down about the question that this packet belongs to. */
  final Journey journey;

  private IpAddress source;
  private IpAddress destination;
  private int sourcePort;
  private int destinationPort;
  int ttl = FIRST_TTL;

  Packet(
      PacketKind kind,
      FiveTuple ends,
      @Nullable Packet about,
      @Nullable Served served,
      int payload,
      Journey journey) {
    this.protocol = ends.protocol();
    this.kind = kind;
    this.about = about;
    this.served = served;
    this.journey = journey;
    this.source = ends.source().address();
    this.destination = ends.destination().address();
    this.sourcePort = ends.source().port();
    this.destinationPort = ends.destination().port();
    this.length = kind.length() + payload + (source.isV4() ? 0 : 20);
  }

  /** A copy of the header as it is now, for an ICMP error. */
  Packet quoted() {
    Packet copy = new Packet(kind, tuple(), null, null, 0, journey);
    copy.ttl = ttl;
    return copy;
  }

  /**
   * The protocol.
   *
   * @return the protocol
   */
  public Protocol protocol() {
    return protocol;
  }

  /**
   * What the packet is.
   *
   * @return the kind
   */
  public PacketKind kind() {
    return kind;
  }

  /**
   * The source address.
   *
   * @return the address as it is now
   */
  public IpAddress source() {
    return source;
  }

  /**
   * The destination address.
   *
   * @return the address as it is now
   */
  public IpAddress destination() {
    return destination;
  }

  /**
   * The source port, or the identifier of an ICMP echo.
   *
   * @return 0 to 65535
   */
  public int sourcePort() {
    return sourcePort;
  }

  /**
   * The destination port, or ICMP's type * 256 + code.
   *
   * @return 0 to 65535
   */
  public int destinationPort() {
    return destinationPort;
  }

  /**
   * The time to live.
   *
   * @return hops left
   */
  public int ttl() {
    return ttl;
  }

  /**
   * The total length in the IP header.
   *
   * @return bytes
   */
  public int length() {
    return length;
  }

  void source(IpAddress address, int port) {
    source = address;
    sourcePort = port;
  }

  void destination(IpAddress address, int port) {
    destination = address;
    destinationPort = port;
  }

  /**
   * The ends as a value.
   *
   * @return the five-tuple as it is now
   */
  public FiveTuple tuple() {
    return new FiveTuple(
        protocol,
        new SocketAddress(source, sourcePort),
        new SocketAddress(destination, destinationPort));
  }

  Tuple fill(Tuple t) {
    return t.set(protocol, source, sourcePort, destination, destinationPort);
  }

  boolean isIcmpError() {
    return kind == PacketKind.ICMP_ERROR;
  }

  int icmpType() {
    return destinationPort >> 8;
  }

  int icmpCode() {
    return destinationPort & 255;
  }

  /** What it is, as traces show it: {@code SYN}, {@code icmp 3/3}; empty for a datagram. */
  String what() {
    return isIcmpError() ? "icmp " + icmpType() + "/" + icmpCode() : kind.toString();
  }
}
