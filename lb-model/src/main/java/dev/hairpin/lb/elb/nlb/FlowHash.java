package dev.hairpin.lb.elb.nlb;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.path.Chooser;

/**
 * The flow hash: which target a flow goes to.
 *
 * <p>AWS says what goes in - for TCP the protocol, both addresses, both ports and the sequence
 * number of the SYN, for UDP the same without the last (user guide for Network Load Balancers,
 * "Overview") - and keeps the function secret. Ours, which never changes:
 *
 * <pre>
 *   h = mix(seed + protocol * 0x9E3779B97F4A7C15)
 *   for each word w of the input: h = mix(h ^ w)
 *   index = (h &gt;&gt;&gt; 32) * count &gt;&gt;&gt; 32
 * </pre>
 *
 * <p>{@code mix} is the finaliser of MurmurHash3 in David Stafford's variant 13. The words of IPv4:
 * source and destination address in one, then source port (16 bits), destination port (16 bits) and
 * sequence number (32 bits) in one. IPv6 has two words for each address.
 */
public final class FlowHash {
  private static final long GOLDEN = 0x9e37_79b9_7f4a_7c15L;

  private FlowHash() {}

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return z ^ (z >>> 31);
  }

  /**
   * The hash of an IPv4 flow.
   *
   * @param seed the load balancer's secret
   * @param protocol the protocol's number
   * @param source the source address's bits
   * @param sourcePort the source port
   * @param destination the destination address's bits
   * @param destinationPort the destination port
   * @param sequence the sequence number of the SYN; 0 for UDP
   * @return 64 well-mixed bits
   */
  public static long ofV4(
      long seed,
      int protocol,
      int source,
      int sourcePort,
      int destination,
      int destinationPort,
      int sequence) {
    long h = mix(seed + protocol * GOLDEN);
    h = mix(h ^ ((long) source << 32 | (destination & 0xffff_ffffL)));
    return mix(h ^ tail(sourcePort, destinationPort, sequence));
  }

  private static long tail(int sourcePort, int destinationPort, int sequence) {
    return (long) sourcePort << 48 | (long) destinationPort << 32 | (sequence & 0xffff_ffffL);
  }

  /**
   * The hash of a client, for stickiness by source IP.
   *
   * @param seed the load balancer's secret
   * @param source the source address's bits
   * @return 64 well-mixed bits
   */
  public static long ofV4Client(long seed, int source) {
    return mix(mix(seed) ^ (source & 0xffff_ffffL));
  }

  /**
   * The hash of a flow of either family.
   *
   * @param seed the load balancer's secret
   * @param flow the tuple
   * @param sequence the sequence number of the SYN; of no meaning for UDP
   * @return 64 well-mixed bits; {@link #ofV4} for IPv4
   */
  public static long of(long seed, FiveTuple flow, int sequence) {
    int number = flow.protocol() == Protocol.UDP ? 0 : sequence;
    IpAddress source = flow.source().address();
    IpAddress destination = flow.destination().address();
    int sourcePort = flow.source().port();
    int destinationPort = flow.destination().port();
    int protocol = flow.protocol().number();
    if (source.isV4() && destination.isV4()) {
      return ofV4(
          seed,
          protocol,
          source.v4Bits(),
          sourcePort,
          destination.v4Bits(),
          destinationPort,
          number);
    }
    long h = mix(seed + protocol * GOLDEN);
    h = mix(h ^ source.high());
    h = mix(h ^ source.low());
    h = mix(h ^ destination.high());
    h = mix(h ^ destination.low());
    return mix(h ^ tail(sourcePort, destinationPort, number));
  }

  /**
   * The hash of a client of either family.
   *
   * @param seed the load balancer's secret
   * @param source the client's address
   * @return 64 well-mixed bits; {@link #ofV4Client} for IPv4
   */
  public static long ofClient(long seed, IpAddress source) {
    return source.isV4()
        ? ofV4Client(seed, source.v4Bits())
        : mix(mix(mix(seed) ^ source.high()) ^ source.low());
  }

  /**
   * The candidate that a hash stands for.
   *
   * @param hash the hash
   * @param count how many candidates there are; positive
   * @return 0 to {@code count - 1}
   */
  public static int pick(long hash, int count) {
    return (int) (((hash >>> 32) * count) >>> 32);
  }

  /**
   * A chooser that makes one choice by a hash.
   *
   * @param hash the hash
   * @return the chooser
   */
  static Chooser chooser(long hash) {
    return new Chooser() {
      @Override
      public boolean happens(long part, long total) {
        return Long.remainderUnsigned(hash, total) < part;
      }

      @Override
      public int pick(int count) {
        return FlowHash.pick(hash, count);
      }

      @Override
      public int draw(int count) {
        return FlowHash.pick(hash, count);
      }
    };
  }
}
