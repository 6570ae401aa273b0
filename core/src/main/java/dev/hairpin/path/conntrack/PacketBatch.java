package dev.hairpin.path.conntrack;

/**
 * IPv4 packets that came to one host, as a structure of arrays, so that their look-ups wait for
 * memory together.
 *
 * <p>Fill both arrays at some indexes, let {@link Conntrack#lookAhead} load what they lead to, and
 * {@linkplain Conntrack#track(PacketBatch, int, Segment, long) track} one after the other. 64 to
 * 1,024 packets are a good size: enough that the processor always waits for many lines of memory,
 * and few enough that all these lines stay in its caches. Not thread-safe.
 */
public final class PacketBatch {

  /** Source address in the upper half, destination address in the lower. */
  public final long[] addresses;

  /**
   * Protocol number * 2^32 + source port * 65536 + destination port; of ICMP as in {@link Tuple}.
   */
  public final long[] ports;

  final long[] hashes;
  final int[] places;

  /**
   * A batch of nothing, to be filled.
   *
   * @param capacity how many packets fit in; positive
   */
  public PacketBatch(int capacity) {
    if (capacity <= 0) {
      throw new IllegalArgumentException("a batch of " + capacity + " packets");
    }
    addresses = new long[capacity];
    ports = new long[capacity];
    hashes = new long[capacity];
    places = new int[capacity];
  }

  /**
   * Fills in a packet.
   *
   * @param i where
   * @param protocol the number of its protocol
   * @param source all 32 bits of its source
   * @param destination all 32 bits of its destination
   * @param sourceAndDestinationPort source port * 65536 + destination port
   */
  public void set(int i, int protocol, int source, int destination, int sourceAndDestinationPort) {
    addresses[i] = ((long) source << 32) | (destination & 0xffff_ffffL);
    ports[i] = ((long) protocol << 32) | (sourceAndDestinationPort & 0xffff_ffffL);
  }

  /**
   * How many packets fit in.
   *
   * @return the length of the arrays
   */
  public int capacity() {
    return addresses.length;
  }
}
