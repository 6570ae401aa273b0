package dev.hairpin.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/**
 * Hands out the node ports of a cluster. Not thread-safe.
 *
 * <p>It knows numbers, not protocols. Source: {@code portallocator} of kube-apiserver v1.36.
 */
public final class PortAllocator {
  private final PortRange range;
  private final BandedPool pool;

  /**
   * An allocator with every port free.
   *
   * @param range the ports
   * @param random where automatic choice starts its scan
   */
  public PortAllocator(PortRange range, SplittableRandom random) {
    this(range, random::nextLong);
  }

  PortAllocator(PortRange range, LongUnaryOperator draw) {
    this(range, new BandedPool(range.size(), range.staticPorts(), draw));
  }

  private PortAllocator(PortRange range, BandedPool pool) {
    this.range = range;
    this.pool = pool;
  }

  PortAllocator copy(LongUnaryOperator draw) {
    return new PortAllocator(range, pool.copy(draw));
  }

  /**
   * The ports it hands out.
   *
   * @return the range
   */
  public PortRange range() {
    return range;
  }

  /**
   * Takes a port.
   *
   * @param port the port
   * @throws AllocationException if it is taken or not in the range
   */
  public void allocate(int port) {
    if (!range.contains(port)) {
      throw new AllocationException(
          "provided port is not in the valid range. The range of valid ports is " + range);
    }
    if (!pool.take(port - range.first())) {
      throw new AllocationException("provided port is already allocated");
    }
  }

  /**
   * Takes any free port: of the dynamic band while there is one.
   *
   * @return the port
   * @throws AllocationException if every port is taken
   */
  public int allocateNext() {
    long number = pool.takeNext();
    if (number < 0) {
      throw AllocationException.full();
    }
    return range.first() + (int) number;
  }

  /**
   * Gives a port back; a port that is free or foreign is no error.
   *
   * @param port the port
   */
  public void release(int port) {
    if (range.contains(port)) {
      pool.release(port - range.first());
    }
  }

  /**
   * Whether a port is taken.
   *
   * @param port the port
   * @return true if it is in the range and taken
   */
  public boolean has(int port) {
    return range.contains(port) && pool.has(port - range.first());
  }

  /**
   * How many ports are free.
   *
   * @return the number
   */
  public int free() {
    return (int) pool.free();
  }

  /**
   * How many ports are taken.
   *
   * @return the number
   */
  public int used() {
    return (int) pool.used();
  }

  /**
   * The ports that are taken.
   *
   * @return the ports, sorted
   */
  public List<Integer> allocated() {
    List<Integer> ports = new ArrayList<>();
    pool.forEachTaken(number -> ports.add(range.first() + (int) number));
    return ports;
  }
}
