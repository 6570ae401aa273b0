package dev.hairpin.path.conntrack;

import java.util.Arrays;

/**
 * The memory of a {@link Conntrack}: one record for each connection, and one index over both
 * directions.
 *
 * <p>Not thread-safe.
 */
final class FlowTable {

  /*
   * Records lie end to end in one array for each family. Words of a record:
   *
   *   IPv4 (32 bytes)   0 original source | 1 destination | 2 ports (source << 16 | destination)
   *                     3 reply source    | 4 destination | 5 ports | 6 META | 7 EXPIRES
   *   IPv6 (80 bytes)   0-3 original source | 4-7 destination | 8 ports
   *                     9-12 reply source   | 13-16 destination | 17 ports | 18 META | 19 EXPIRES
   *
   * An IPv4 record never crosses a cache line: behind 16 bytes of array header, word FIRST lies at
   * a multiple of 32. So a packet costs two lines, one of the index and one of the records.
   * Connection marks and the times of UDP flows are rare or cold, and lie in arrays of their own
   * that exist only once they are needed, 4 bytes a record each.
   *
   * A handle names a row and a direction: row << 2 | v6 << 1 | direction. A free row has META 0 and
   * the next free row + 1 in its first word; rows are given out again last in, first out, while
   * their line is still in the cache. Arrays grow by halves.
   */
  static final int NONE = FlowIndex.NONE;

  private static final int FIRST = 4;
  private static final int V4_WORDS = 8;
  private static final int V4_REPLY = 3;
  private static final int V4_META = 6;
  private static final int V6_WORDS = 20;
  private static final int V6_REPLY = 9;
  private static final int V6_META = 18;
  private static final int[] NOTHING = {};

  private int[] v4;
  private int[] v6;
  private final int[] rows = new int[2];
  private final int[] firstFree = new int[2];
  private final int[][] marks = {NOTHING, NOTHING};
  private final int[][] streamTimes = {NOTHING, NOTHING};
  private final FlowIndex index;
  private int live;

  FlowTable(int expectedEntries) {
    v4 = new int[FIRST + Math.max(16, expectedEntries) * V4_WORDS];
    v6 = NOTHING;
    index = new FlowIndex(Math.multiplyExact(2, expectedEntries));
  }

  private FlowTable(FlowTable other) {
    v4 = other.v4.clone();
    v6 = other.v6.clone();
    for (int family = 0; family < 2; family++) {
      rows[family] = other.rows[family];
      firstFree[family] = other.firstFree[family];
      marks[family] = other.marks[family].clone();
      streamTimes[family] = other.streamTimes[family].clone();
    }
    index = new FlowIndex(other.index);
    live = other.live;
  }

  FlowTable copy() {
    return new FlowTable(this);
  }

  // ---- handles and rows

  /** A handle of the original direction of a row. */
  static int handle(int family, int row) {
    return row << 2 | family << 1;
  }

  static int direction(int handle) {
    return handle & 1;
  }

  static int family(int handle) {
    return handle >> 1 & 1;
  }

  static int row(int handle) {
    return handle >>> 2;
  }

  private static int base4(int handle) {
    return FIRST + (handle >>> 2) * V4_WORDS;
  }

  private static int base6(int handle) {
    return FIRST + (handle >>> 2) * V6_WORDS;
  }

  private static boolean isV6(int handle) {
    return (handle & 2) != 0;
  }

  /** The number of rows ever used of a family: rows are 0 to this, some of them free. */
  int rows(int family) {
    return rows[family];
  }

  /** How many rows are in use. */
  int live() {
    return live;
  }

  /** A row that nothing points to; its tuples and times hold anything. */
  int allocate(boolean isV6) {
    int family = isV6 ? 1 : 0;
    int row = firstFree[family] - 1;
    if (row >= 0) {
      firstFree[family] = isV6 ? v6[FIRST + row * V6_WORDS] : v4[FIRST + row * V4_WORDS];
    } else {
      row = rows[family]++;
      if (isV6) {
        v6 = withRoom(v6, row, V6_WORDS);
      } else {
        v4 = withRoom(v4, row, V4_WORDS);
      }
    }
    if (row < marks[family].length) {
      marks[family][row] = 0;
    }
    live++;
    int handle = handle(family, row);
    meta(handle, 0);
    return handle;
  }

  private static int[] withRoom(int[] records, int row, int words) {
    if (FIRST + (row + 1L) * words <= records.length) {
      return records;
    }
    long wanted = Math.max(16, row + row / 2L);
    return Arrays.copyOf(records, Math.toIntExact(FIRST + wanted * words));
  }

  /** Gives the row back; it must not be linked. */
  void release(int handle) {
    int family = family(handle);
    meta(handle, 0);
    int[] records = family == 0 ? v4 : v6;
    records[family == 0 ? base4(handle) : base6(handle)] = firstFree[family];
    firstFree[family] = row(handle) + 1;
    live--;
  }

  // ---- the words of a record

  int meta(int handle) {
    return isV6(handle) ? v6[base6(handle) + V6_META] : v4[base4(handle) + V4_META];
  }

  void meta(int handle, int meta) {
    if (isV6(handle)) {
      v6[base6(handle) + V6_META] = meta;
    } else {
      v4[base4(handle) + V4_META] = meta;
    }
  }

  /** When the entry goes: a wrapping number of milliseconds. */
  int expires(int handle) {
    return isV6(handle) ? v6[base6(handle) + V6_META + 1] : v4[base4(handle) + V4_META + 1];
  }

  void expires(int handle, int time) {
    if (isV6(handle)) {
      v6[base6(handle) + V6_META + 1] = time;
    } else {
      v4[base4(handle) + V4_META + 1] = time;
    }
  }

  int mark(int handle) {
    return cold(marks, handle);
  }

  void mark(int handle, int mark) {
    if (mark != 0 || cold(marks, handle) != 0) {
      cold(marks, handle, mark);
    }
  }

  /** From when on a UDP flow is a stream: a wrapping number of milliseconds. */
  int streamTime(int handle) {
    return cold(streamTimes, handle);
  }

  void streamTime(int handle, int time) {
    cold(streamTimes, handle, time);
  }

  private static int cold(int[][] of, int handle) {
    int[] values = of[family(handle)];
    return row(handle) < values.length ? values[row(handle)] : 0;
  }

  private void cold(int[][] of, int handle, int value) {
    int family = family(handle);
    int row = row(handle);
    if (row >= of[family].length) {
      int room = ((family == 0 ? v4.length / V4_WORDS : v6.length / V6_WORDS)) + 1;
      of[family] = Arrays.copyOf(of[family], room);
    }
    of[family][row] = value;
  }

  // ---- tuples

  void putTuple(int handle, Tuple t) {
    int direction = direction(handle);
    if (isV6(handle)) {
      int at = base6(handle) + direction * V6_REPLY;
      putV6(at, t.sourceHigh, t.sourceLow);
      putV6(at + 4, t.destinationHigh, t.destinationLow);
      v6[at + 8] = t.sourcePort << 16 | t.destinationPort;
    } else {
      int at = base4(handle) + direction * V4_REPLY;
      v4[at] = (int) t.sourceLow;
      v4[at + 1] = (int) t.destinationLow;
      v4[at + 2] = t.sourcePort << 16 | t.destinationPort;
    }
  }

  private void putV6(int at, long high, long low) {
    v6[at] = (int) (high >>> 32);
    v6[at + 1] = (int) high;
    v6[at + 2] = (int) (low >>> 32);
    v6[at + 3] = (int) low;
  }

  private long v6(int at) {
    return ((long) v6[at] << 32) | (v6[at + 1] & 0xffff_ffffL);
  }

  void getTuple(int handle, Tuple out) {
    int direction = direction(handle);
    int ports;
    if (isV6(handle)) {
      int at = base6(handle) + direction * V6_REPLY;
      out.v6 = true;
      out.sourceHigh = v6(at);
      out.sourceLow = v6(at + 2);
      out.destinationHigh = v6(at + 4);
      out.destinationLow = v6(at + 6);
      ports = v6[at + 8];
    } else {
      int at = base4(handle) + direction * V4_REPLY;
      out.v6 = false;
      out.sourceHigh = 0;
      out.sourceLow = v4[at] & 0xffff_ffffL;
      out.destinationHigh = 0;
      out.destinationLow = v4[at + 1] & 0xffff_ffffL;
      ports = v4[at + 2];
    }
    out.sourcePort = ports >>> 16;
    out.destinationPort = ports & 0xffff;
    out.protocol = Meta.protocol(meta(handle));
  }

  /** Whether a direction of a row has this tuple. */
  boolean same(int handle, Tuple t) {
    if (isV6(handle)) {
      int at = base6(handle) + direction(handle) * V6_REPLY;
      return t.v6
          && v6(at) == t.sourceHigh
          && v6(at + 2) == t.sourceLow
          && v6(at + 4) == t.destinationHigh
          && v6(at + 6) == t.destinationLow
          && v6[at + 8] == (t.sourcePort << 16 | t.destinationPort)
          && Meta.protocol(meta(handle)) == t.protocol;
    }
    int base = base4(handle);
    int at = base + direction(handle) * V4_REPLY;
    return !t.v6
        && v4[at] == (int) t.sourceLow
        && v4[at + 1] == (int) t.destinationLow
        && v4[at + 2] == (t.sourcePort << 16 | t.destinationPort)
        && Meta.protocol(v4[base + V4_META]) == t.protocol;
  }

  // ---- the index

  static long hash(Tuple t) {
    long ports = (long) t.protocol << 32 | (t.sourcePort << 16 | t.destinationPort) & 0xffff_ffffL;
    return t.v6
        ? hash6(t.sourceHigh, t.sourceLow, t.destinationHigh, t.destinationLow, ports)
        : hash4(t.sourceLow << 32 | t.destinationLow & 0xffff_ffffL, ports);
  }

  /** The hash of a direction of a row. */
  private long hash(int handle) {
    if (isV6(handle)) {
      int at = base6(handle) + direction(handle) * V6_REPLY;
      return hash6(v6(at), v6(at + 2), v6(at + 4), v6(at + 6), ports(v6[at + 8], meta(handle)));
    }
    int base = base4(handle);
    int at = base + direction(handle) * V4_REPLY;
    return hash4(
        (long) v4[at] << 32 | v4[at + 1] & 0xffff_ffffL, ports(v4[at + 2], v4[base + V4_META]));
  }

  private static long ports(int ports, int meta) {
    return (long) Meta.protocol(meta) << 32 | ports & 0xffff_ffffL;
  }

  /** Both halves of a 128-bit product: all bits of the answer depend on all bits of the tuple. */
  private static long mix(long a, long b) {
    return Math.multiplyHigh(a, b) ^ (a * b);
  }

  private static long hash4(long addresses, long ports) {
    long h = mix(addresses ^ 0x9e37_79b9_7f4a_7c15L, ports ^ 0xc2b2_ae3d_27d4_eb4fL);
    h *= 0xd6e8_feb8_6659_fd93L;
    return h ^ h >>> 32;
  }

  private static long hash6(
      long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, long ports) {
    long h = mix(sourceHigh ^ 0x1656_67b1_9e37_79f9L, sourceLow ^ 0x85eb_ca77_c2b2_ae63L);
    h = mix(destinationHigh ^ h, destinationLow ^ 0x27d4_eb2f_1656_67c5L);
    return hash4(h, ports);
  }

  /** The handle of the row and direction with this tuple, or {@link #NONE}. */
  int find(Tuple t) {
    return index.find(hash(t), this, t);
  }

  /** Loads the index line of a tuple that is about to be looked up. */
  long touch(Tuple t) {
    return index.touch(hash(t));
  }

  /** Makes both directions of a row findable. */
  void link(int handle) {
    if (index.isFull()) {
      rebuild();
    }
    index.add(hash(handle & ~1), handle & ~1);
    index.add(hash(handle | 1), handle | 1);
  }

  private void rebuild() {
    index.clearAndGrow();
    for (int family = 0; family < 2; family++) {
      for (int row = 0; row < rows[family]; row++) {
        int handle = handle(family, row);
        if ((meta(handle) & Meta.CONFIRMED) != 0) {
          index.add(hash(handle), handle);
          index.add(hash(handle | 1), handle | 1);
        }
      }
    }
  }

  /** Makes neither direction findable any more. */
  void unlink(int handle) {
    index.remove(hash(handle & ~1), handle & ~1);
    index.remove(hash(handle | 1), handle | 1);
  }

  /** A slot of the index from which to look for entries near a tuple. */
  int near(Tuple t) {
    return index.firstSlot(hash(t));
  }

  /** The handle in a slot of the index, counted round, or {@link #NONE} if it is empty. */
  int inSlot(int slot) {
    return index.at(slot);
  }

  int slots() {
    return index.slots();
  }

  long bytes() {
    long words = (long) v4.length + v6.length;
    for (int family = 0; family < 2; family++) {
      words += marks[family].length + streamTimes[family].length;
    }
    return 4 * words + index.bytes();
  }
}
