package dev.hairpin.cluster;

import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;

/*
 * Automatic allocation draws a start in the dynamic band and scans upward, wrapping inside the band; only when
 * the band is full does the same happen in the static band below it, which people use for numbers that they
 * choose. Source: KEP-3070 for ClusterIPs, KEP-3668 for node ports.
 */
/** Numbers from 0 to size-1 that are handed out once each. Not thread-safe. */
final class BandedPool {
  private final long size;
  private final long offset;
  private final SparseBitSet taken;
  private final LongUnaryOperator draw;

  /**
   * @param size how many numbers there are
   * @param offset how many of them, from 0, are the static band
   * @param draw gives a random number below its argument
   */
  BandedPool(long size, long offset, LongUnaryOperator draw) {
    this(size, offset, new SparseBitSet(), draw);
  }

  private BandedPool(long size, long offset, SparseBitSet taken, LongUnaryOperator draw) {
    this.size = size;
    this.offset = offset;
    this.taken = taken;
    this.draw = draw;
  }

  BandedPool copy(LongUnaryOperator newDraw) {
    return new BandedPool(size, offset, taken.copy(), newDraw);
  }

  long size() {
    return size;
  }

  long offset() {
    return offset;
  }

  long used() {
    return taken.size();
  }

  long free() {
    return size - taken.size();
  }

  boolean has(long number) {
    return taken.contains(number);
  }

  /** Takes a number; false if it is taken. */
  boolean take(long number) {
    return taken.add(number);
  }

  void release(long number) {
    taken.remove(number);
  }

  /** Takes any free number; -1 if there is none. */
  long takeNext() {
    long found = scan(offset, size);
    if (found < 0) {
      found = scan(0, offset);
    }
    if (found >= 0) {
      taken.add(found);
    }
    return found;
  }

  private long scan(long from, long to) {
    if (from >= to) {
      return -1;
    }
    long start = from + draw.applyAsLong(to - from);
    long found = taken.nextClear(start, to);
    return found >= 0 ? found : taken.nextClear(from, start);
  }

  void forEachTaken(LongConsumer action) {
    taken.forEach(action);
  }
}
