package dev.hairpin.path.fast;

import dev.hairpin.net.IpFamily;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds a routine by destination, protocol and port. Immutable.
 *
 * <p>A key may leave the destination open; {@link Decider} asks for the exact key first.
 */
public final class LookupTable {

  /*
   * Open addressing with linear probing, half full. Key and value lie together, so that a look-up
   * touches one cache line in most cases:
   *
   *   IPv4, two longs a slot:   destination << 32 | port << 16 | open << 8 | protocol ; value
   *   IPv6, four longs a slot:  destination, high ; low ; port << 16 | open << 8 | protocol ; value
   *
   * A slot is free if its key has protocol 0, which no flow has. The capacity is twice the number
   * of keys and no power of two: the upper half of the hash times the capacity gives the slot.
   * Cost: 32 octets a key for IPv4, 64 for IPv6.
   */
  private static final long OPEN = 0x100;
  private static final long MIX = 0xd6e8_feb8_9e37_79b9L;

  private final long[] slots;
  private final int capacity;
  private final int size;
  private final boolean hasOpen;
  private final boolean hasExact;
  private int hash;
  private boolean resolved;
  private LookupTable @Nullable [] parts;

  private LookupTable(long[] slots, int capacity, int size, boolean hasExact, boolean hasOpen) {
    this.slots = slots;
    this.capacity = capacity;
    this.size = size;
    this.hasExact = hasExact;
    this.hasOpen = hasOpen;
  }

  /** Collects keys. Not thread-safe. */
  public static final class Builder {
    private final boolean v4;
    private final LookupTable table;
    private boolean exact;
    private boolean open;
    private int added;

    /**
     * An empty table.
     *
     * @param family the family of its addresses
     * @param keys the most keys that will be put in
     */
    public Builder(IpFamily family, int keys) {
      v4 = family == IpFamily.IPV4;
      int capacity = Math.max(4, keys * 2);
      table = new LookupTable(new long[capacity * (v4 ? 2 : 4)], capacity, 0, true, true);
    }

    /**
     * Puts a key in, or replaces its value.
     *
     * @param high the upper half of the destination
     * @param low the lower half, or the 32 bits of IPv4; both 0 if it is open
     * @param anyDestination whether the destination is open
     * @param protocol the protocol's number, 1 to 255
     * @param port the destination port
     * @param value the routine
     * @return this
     */
    public Builder put(
        long high, long low, boolean anyDestination, int protocol, int port, int value) {
      long meta = (long) port << 16 | (anyDestination ? OPEN : 0) | protocol;
      if (anyDestination) {
        open = true;
      } else {
        exact = true;
      }
      int found = v4 ? table.slot4(low << 32 | meta) : table.slot6(high, low, meta);
      long[] slots = table.slots;
      if (v4) {
        added += slots[found] == 0 ? 1 : 0;
        slots[found] = low << 32 | meta;
        slots[found + 1] = value;
      } else {
        added += slots[found + 2] == 0 ? 1 : 0;
        slots[found] = high;
        slots[found + 1] = low;
        slots[found + 2] = meta;
        slots[found + 3] = value;
      }
      return this;
    }

    /**
     * The table.
     *
     * @return the table; the builder must not be used again
     */
    public LookupTable build() {
      return new LookupTable(table.slots, table.capacity, added, exact, open);
    }
  }

  /**
   * How many keys there are.
   *
   * @return the number
   */
  public int size() {
    return size;
  }

  boolean hasExact() {
    return hasExact;
  }

  boolean hasOpen() {
    return hasOpen;
  }

  long bytes() {
    return 16 + 8L * slots.length;
  }

  /** Turns the values, which are routines' numbers, to addresses; once, before anybody sees it. */
  void resolve(int[] addresses) {
    if (resolved) {
      return;
    }
    resolved = true;
    int stride = slots.length / capacity;
    for (int slot = 0; slot < slots.length; slot += stride) {
      if ((stride == 2 ? slots[slot] : slots[slot + 2]) != 0) {
        slots[slot + stride - 1] = addresses[(int) slots[slot + stride - 1]];
      }
    }
  }

  /** The bit of an address among those of some words; the number of words is a power of two. */
  static int addressBit(int address, int words) {
    return ((address * DecisionProgram.SPREAD) >>> 5) & ((words << 6) - 1);
  }

  /** A bit for each destination of IPv4; all bits if a key leaves the destination open. */
  long[] addressBits() {
    int words = Math.max(1, Integer.highestOneBit(size / 8) * 2);
    long[] bits = new long[words];
    if (hasOpen || !isV4()) {
      Arrays.fill(bits, -1L);
      return bits;
    }
    for (int slot = 0; slot < slots.length; slot += 2) {
      if (slots[slot] != 0) {
        int bit = addressBit((int) (slots[slot] >>> 32), words);
        bits[bit >>> 6] |= 1L << bit;
      }
    }
    return bits;
  }

  /** A table of the keys of several. */
  static LookupTable join(LookupTable[] parts, int keys, boolean v4) {
    Builder all = new Builder(v4 ? IpFamily.IPV4 : IpFamily.IPV6, keys);
    for (LookupTable part : parts) {
      int stride = v4 ? 2 : 4;
      for (int slot = 0; slot < part.slots.length; slot += stride) {
        long meta = v4 ? part.slots[slot] & 0xffff_ffffL : part.slots[slot + 2];
        if ((meta & 0xff) != 0) {
          long high = v4 ? 0 : part.slots[slot];
          long low = v4 ? part.slots[slot] >>> 32 : part.slots[slot + 1];
          all.put(
              high, low, (meta & OPEN) != 0, (int) meta & 0xff, (int) (meta >>> 16) & 0xffff, 0);
        }
      }
    }
    LookupTable joined = all.build();
    joined.parts = parts.clone();
    return joined;
  }

  /** Whether this table was joined from these ones. */
  boolean joins(LookupTable[] others) {
    return Arrays.equals(parts, others);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof LookupTable table
            && hashCode() == table.hashCode()
            && Arrays.equals(slots, table.slots));
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      known = Arrays.hashCode(slots) | 1;
      hash = known;
    }
    return known;
  }

  static int index(long key, int capacity) {
    long hash = (key ^ key >>> 32) * MIX;
    return (int) (((hash >>> 32) * capacity) >>> 32);
  }

  private int slot4(long key) {
    int at = index(key, capacity);
    while (true) {
      long found = slots[at << 1];
      if (found == key || found == 0) {
        return at << 1;
      }
      at = at + 1 == capacity ? 0 : at + 1;
    }
  }

  private int slot6(long high, long low, long meta) {
    int at = index(hash6(high, low, meta), capacity);
    while (true) {
      int slot = at << 2;
      if (slots[slot + 2] == 0
          || (slots[slot + 2] == meta && slots[slot + 1] == low && slots[slot] == high)) {
        return slot;
      }
      at = at + 1 == capacity ? 0 : at + 1;
    }
  }

  private static long hash6(long high, long low, long meta) {
    return (low ^ meta << 40) * 0x9e37_79b9_7f4a_7c15L ^ high;
  }

  /** The value of a key of IPv4, or -1. */
  int find4(long destination, int port, int protocol) {
    return get4(destination << 32 | (long) port << 16 | protocol);
  }

  int get4(long key) {
    return get4(slots, capacity, key);
  }

  static int get4(long[] table, int capacity, long key) {
    int at = index(key, capacity) << 1;
    while (true) {
      long found = table[at];
      if (found == key) {
        return (int) table[at + 1];
      }
      if (found == 0) {
        return -1;
      }
      at += 2;
      if (at == table.length) {
        at = 0;
      }
    }
  }

  long[] slots() {
    return slots;
  }

  int capacity() {
    return capacity;
  }

  boolean isV4() {
    return slots.length == 2 * capacity;
  }

  int open4(int port, int protocol) {
    return get4((long) port << 16 | OPEN | protocol);
  }

  /** The value of a key of IPv6, or -1. */
  int find6(long high, long low, int port, int protocol) {
    int slot = slot6(high, low, (long) port << 16 | protocol);
    return slots[slot + 2] == 0 ? -1 : (int) slots[slot + 3];
  }

  int open6(int port, int protocol) {
    int slot = slot6(0, 0, (long) port << 16 | OPEN | protocol);
    return slots[slot + 2] == 0 ? -1 : (int) slots[slot + 3];
  }
}
