package dev.hairpin.path.fast;

import dev.hairpin.net.IpFamily;
import dev.hairpin.path.fast.CourseReader.Reading;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
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
   *
   * A value is the address of a routine. For IPv4 it also says, if it can, what the routine is, so
   * that a decision need not load it:
   *
   *   bits  0-28  address
   *   bits 29-51  the least of its targets, if the plan can tell the others from it; else the place
   *               of the key's numbers in "records"
   *   bits 52-62  plan: the number of the key's course in the pool; 0 if only the address is known
   *
   * The plan is a hint. It holds in all programs that use the table: before one in which a routine
   * of the course does something else is seen by anybody, the hint is withdrawn, in place, and the
   * routines are run from then on. So a changed endpoint costs one word instead of a copy of the
   * table. A reader of another thread sees the hint or does not, and is right either way. When a
   * sixteenth is withdrawn, the table is copied and planned anew.
   */
  static final int TARGET_SHIFT = 29;

  static final int PLAN_SHIFT = 52;
  static final int ADDRESS_MASK = (1 << TARGET_SHIFT) - 1;
  static final int TARGET_MASK = (1 << (PLAN_SHIFT - TARGET_SHIFT)) - 1;

  /** Values from here on have a plan. */
  static final long FIRST_PLANNED = 1L << PLAN_SHIFT;

  static final int MOST_PLANS = 2_047;
  private static final VarHandle VALUES = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int[] NO_RECORDS = {};
  private static final long[] NO_DEPENDENTS = {};

  /** The destination of a key is open. */
  static final long OPEN = 0x100;

  private static final long MIX = 0xd6e8_feb8_9e37_79b9L;

  private final long[] slots;
  private final int capacity;
  private final int size;
  private final boolean hasOpen;
  private final boolean hasExact;
  private int hash;
  private boolean resolved;

  /** What the courses of keys need beside their plans. */
  private int[] records = NO_RECORDS;

  /** Routine * 2^32 + place of a value whose plan depends on it; sorted. */
  private long[] dependents = NO_DEPENDENTS;

  private int withdrawn;
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
    return 16 + 8L * slots.length + 32 + 4L * records.length + 8L * dependents.length;
  }

  /**
   * Turns the values, which are routines' numbers, to addresses; once, before anybody sees it.
   *
   * @return false if that was done before
   */
  boolean resolve(int[] addresses) {
    if (resolved) {
      return false;
    }
    resolved = true;
    int stride = slots.length / capacity;
    for (int at = 0; at < slots.length; at += stride) {
      if (isTaken(at, stride)) {
        slots[at + stride - 1] = addresses[(int) slots[at + stride - 1]];
      }
    }
    return true;
  }

  private boolean isTaken(int at, int stride) {
    return (stride == 2 ? slots[at] : slots[at + 2]) != 0;
  }

  /** Gives the keys their plans; once, before anybody sees the table. */
  void plan(CodePages code, ProgramPool pool) {
    if (!isV4()) {
      return;
    }
    CourseReader reader = new CourseReader(code, pool);
    IntArrayList all = new IntArrayList();
    LongArrayList depending = new LongArrayList();
    for (int at = 0; at < slots.length; at += 2) {
      if (slots[at] == 0) {
        continue;
      }
      int routine = Arrays.binarySearch(code.homes(), (int) slots[at + 1]);
      List<Reading> readings =
          routine < 0 ? List.of(Reading.UNKNOWN) : reader.read(slots[at], routine);
      int plan = plan(readings, slots, at + 1, all, pool);
      if (plan == 0) {
        continue;
      }
      for (int i = 0; i < reader.routines.size(); i++) {
        depending.add((long) reader.routines.getInt(i) << 32 | (at + 1));
      }
    }
    records = all.isEmpty() ? NO_RECORDS : all.toIntArray();
    dependents = depending.isEmpty() ? NO_DEPENDENTS : depending.toLongArray();
    Arrays.sort(dependents);
  }

  /** Gives a value the first plan that can be had, and the number that it needs; 0 if none. */
  private static int plan(
      List<Reading> readings, long[] slots, int at, IntArrayList records, ProgramPool pool) {
    for (int i = 0; i < readings.size(); i++) {
      Reading reading = readings.get(i);
      boolean inRecord = !reading.record().isEmpty();
      int number = inRecord ? records.size() : reading.number();
      // Half of the plans are for those who cannot do with less.
      boolean isLast = i == readings.size() - 1;
      int plan = number > TARGET_MASK
          ? 0
          : pool.course(reading.course(), isLast ? MOST_PLANS : MOST_PLANS / 2);
      if (plan != 0) {
        slots[at] |= (long) plan << PLAN_SHIFT | (long) number << TARGET_SHIFT;
        records.addAll(reading.record());
        return plan;
      }
    }
    return 0;
  }

  /**
   * Takes away the hints that depend on routines.
   *
   * @return false if so many are gone that the table should be {@linkplain #unplanned() planned
   *     anew}
   */
  boolean withdraw(int[] routines) {
    if (dependents.length == 0) {
      return true;
    }
    for (int routine : routines) {
      int i = Arrays.binarySearch(dependents, (long) routine << 32);
      // Places of values are odd, so that the search ends before the first of the routine.
      for (i = -1 - i; i < dependents.length && (int) (dependents[i] >>> 32) == routine; i++) {
        int place = (int) dependents[i];
        if (slots[place] >= FIRST_PLANNED) {
          VALUES.setOpaque(slots, place, slots[place] & ADDRESS_MASK);
          withdrawn++;
        }
      }
    }
    return withdrawn < size / 16 + 16;
  }

  /** A copy without hints, which nobody has seen. */
  LookupTable unplanned() {
    long[] copy = slots.clone();
    for (int at = 1; at < copy.length; at += 2) {
      copy[at] &= ADDRESS_MASK;
    }
    LookupTable table = new LookupTable(copy, capacity, size, hasExact, hasOpen);
    table.resolved = true;
    table.hash = hash;
    return table;
  }

  int[] records() {
    return records;
  }

  /** Whether a table of IPv4 has a key for an endpoint, of any protocol; port 0 is any port. */
  boolean mayHave4(int address, int port) {
    if (hasOpen || port == 0) {
      return true;
    }
    long key = (long) address << 32 | (long) port << 16;
    return get4(key | 6) >= 0 || get4(key | 17) >= 0 || get4(key | 132) >= 0;
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

  /** Tables are equal that lead to the same addresses; hints do not count. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof LookupTable table
            && hashCode() == table.hashCode()
            && sameSlots(table));
  }

  private boolean sameSlots(LookupTable other) {
    if (!isV4() || !other.isV4()) {
      return Arrays.equals(slots, other.slots);
    }
    boolean same = slots.length == other.slots.length;
    for (int at = 0; same && at < slots.length; at += 2) {
      same = slots[at] == other.slots[at]
          && ((slots[at + 1] ^ other.slots[at + 1]) & ADDRESS_MASK) == 0;
    }
    return same;
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      if (isV4()) {
        for (int at = 0; at < slots.length; at += 2) {
          known =
              31 * (31 * known + Long.hashCode(slots[at])) + ((int) slots[at + 1] & ADDRESS_MASK);
        }
      } else {
        known = Arrays.hashCode(slots);
      }
      known |= 1;
      hash = known;
    }
    return known;
  }

  static int index(long key, int capacity) {
    // The upper half is the address times the golden ratio, plus what protocol and port come to:
    // addresses in sequence, as allocators give them, spread without collisions.
    long hash = key * MIX;
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
    long hash = hash6(high, low, meta);
    int at = index(hash ^ hash >>> 32, capacity);
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

  /** The address of a key of IPv4, or -1. */
  int get4(long key) {
    long value = get4(slots, capacity, key);
    return value < 0 ? -1 : (int) value & ADDRESS_MASK;
  }

  /** The whole value of a key of IPv4, or -1. */
  static long get4(long[] table, int capacity, long key) {
    int at = index(key, capacity) << 1;
    while (true) {
      long found = table[at];
      if (found == key) {
        return table[at + 1];
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

  /** The whole value for a flow of IPv4, by its exact key or one that is open; -1 if none. */
  long value4(int destination, int port, int protocol) {
    long open = (long) port << 16 | OPEN | protocol;
    long value = hasExact ? get4(slots, capacity, (long) destination << 32 | (open & ~OPEN)) : -1;
    return value < 0 && hasOpen ? get4(slots, capacity, open) : value;
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
