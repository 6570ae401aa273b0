package dev.hairpin.path.fast;

import dev.hairpin.net.IpFamily;

/**
 * New connections as a structure of arrays, for {@link Decider#decide(FlowBatch, int, int)}.
 *
 * <p>Fill the arrays at an index, decide, and read {@link #decisions} there. 64 to 1,024 flows keep
 * the arrays in the first-level cache. Not thread-safe.
 */
public final class FlowBatch {

  /** Sources: all 32 bits of IPv4; unused for IPv6. */
  public final int[] source;

  /** Destinations: all 32 bits of IPv4; unused for IPv6. */
  public final int[] destination;

  /** The upper halves of IPv6 sources; empty for IPv4. */
  public final long[] sourceHigh;

  /** The lower halves of IPv6 sources; empty for IPv4. */
  public final long[] sourceLow;

  /** The upper halves of IPv6 destinations; empty for IPv4. */
  public final long[] destinationHigh;

  /** The lower halves of IPv6 destinations; empty for IPv4. */
  public final long[] destinationLow;

  /** Ports: source port * 65536 + destination port. */
  public final int[] ports;

  /** Protocol and device, from {@link DecisionProgram#link} and its sibling. */
  public final int[] link;

  /** 64 random bits each, such as those of {@link Draws#at}. */
  public final long[] draw;

  /** The answers, which {@link Decision} reads. */
  public final long[] decisions;

  private final IpFamily family;

  private FlowBatch(IpFamily family, int capacity) {
    boolean v4 = family == IpFamily.IPV4;
    this.family = family;
    int narrow = v4 ? capacity : 0;
    int wide = v4 ? 0 : capacity;
    source = new int[narrow];
    destination = new int[narrow];
    sourceHigh = new long[wide];
    sourceLow = new long[wide];
    destinationHigh = new long[wide];
    destinationLow = new long[wide];
    ports = new int[capacity];
    link = new int[capacity];
    draw = new long[capacity];
    decisions = new long[capacity];
  }

  /**
   * An empty batch.
   *
   * @param family the family of all its addresses
   * @param capacity how many flows fit in; positive
   * @return the batch
   */
  public static FlowBatch of(IpFamily family, int capacity) {
    if (capacity <= 0) {
      throw new IllegalArgumentException("a batch of " + capacity + " flows");
    }
    return new FlowBatch(family, capacity);
  }

  /**
   * The family.
   *
   * @return the family of all addresses
   */
  public IpFamily family() {
    return family;
  }

  /**
   * How many flows fit in.
   *
   * @return the length of the arrays
   */
  public int capacity() {
    return ports.length;
  }
}
