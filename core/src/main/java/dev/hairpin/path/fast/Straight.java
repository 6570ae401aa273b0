package dev.hairpin.path.fast;

import org.jspecify.annotations.Nullable;

/**
 * What the straight way of a {@link Decider} needs, side by side: the table that is asked first,
 * and what becomes of flows afterwards. Of IPv4; without keys if there is no straight way.
 */
final class Straight {
  private static final long[] NO_KEYS = new long[2];

  final long[] slots;
  final int capacity;
  final int markMask;
  final long clear;
  final long set;

  private final Shape[] shapes;

  /** By number; the first is of no use. */
  final Plan[] plans;

  @Nullable
  final LookupTable exceptions;

  /** A bit for the hash of each destination that an exception has. */
  private final long[] addresses;

  /** The way of flows that come in, or of those that the host sends. */
  Straight(Front front, Tail tail, int way, Shape[] shapes, @Nullable Straight before) {
    LookupTable table = front.table();
    boolean straight = table != null && table.isV4() && tail.known();
    slots = straight && table != null ? table.slots() : NO_KEYS;
    capacity = straight && table != null ? table.capacity() : 1;
    markMask = tail.markMask();
    clear = decision(tail.clear(), way);
    set = decision(tail.set(), way);
    this.shapes = shapes;
    plans = before != null && before.hasPlansOf(this) ? before.plans : plans();
    exceptions = tail.exceptions();
    addresses = exceptions == null ? NO_KEYS : exceptions.addressBits();
  }

  private boolean hasPlansOf(Straight other) {
    return shapes == other.shapes
        && markMask == other.markMask
        && clear == other.clear
        && set == other.set;
  }

  private Plan[] plans() {
    Plan[] all = new Plan[shapes.length == 0 ? 0 : shapes.length + 1];
    for (int i = 0; i < all.length; i++) {
      all[i] = new Plan(shapes[Math.max(0, i - 1)], markMask, clear, set);
    }
    return all;
  }

  /** False for most destinations that no exception has. */
  boolean mayBeException(int address) {
    int bit = LookupTable.addressBit(address, addresses.length);
    return (addresses[bit >>> 6] >>> bit & 1) != 0;
  }

  /** Without target, which is added later. */
  private static long decision(long packed, int way) {
    return (packed & 0xffff_ffff_0000_0000L) | (long) way << Decision.WAY_SHIFT;
  }
}
