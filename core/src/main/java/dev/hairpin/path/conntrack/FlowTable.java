package dev.hairpin.path.conntrack;

import java.util.Arrays;

/** The memory of a {@link Conntrack}: entries in slabs, and one index over both directions. */
final class FlowTable {

  /*
   * An entry is a row of a slab, one slab for each family; A is 1 word for IPv4, 4 for IPv6:
   *
   *   original source A | destination A | ports 1 | reply source A | destination A | ports 1
   *   | META | EXPIRES | EXTRA | MARK
   *
   * 40 bytes for IPv4, 88 for IPv6. A handle names a row and a direction: row << 2 | v6 << 1 | dir.
   *
   * The index holds handle + 1, 0 for empty, under the hash of that direction's tuple: linear
   * probing, at most two thirds full, and deletion moves later entries back, so that there are no
   * tombstones and a lookup of an absent tuple stays short. With two directions an IPv4 entry
   * takes 52 to 64 bytes in all.
   *
   * A free row has the next free row + 1 in its first word.
   */
  static final int NONE = -1;

  static final int META = 0;
  static final int EXPIRES = 1;
  static final int EXTRA = 2;
  static final int MARK = 3;
  private static final int WORDS_AFTER_TUPLES = 4;

  private final int[][] slab = new int[2][];
  private final int[] rows = new int[2];
  private final int[] firstFree = new int[2];
  private int[] index;
  private int indexed;

  FlowTable(int expectedEntries) {
    int size = Math.max(64, tableSizeFor((int) Math.min(1L << 29, expectedEntries * 3L)));
    index = new int[size];
    slab[0] = new int[Math.max(16, expectedEntries) * stride(0)];
    slab[1] = new int[0];
  }

  private FlowTable(FlowTable other) {
    slab[0] = other.slab[0].clone();
    slab[1] = other.slab[1].clone();
    rows[0] = other.rows[0];
    rows[1] = other.rows[1];
    firstFree[0] = other.firstFree[0];
    firstFree[1] = other.firstFree[1];
    index = other.index.clone();
    indexed = other.indexed;
  }

  FlowTable copy() {
    return new FlowTable(this);
  }

  private static int tableSizeFor(int n) {
    return n <= 1 ? 1 : Integer.highestOneBit(n - 1) << 1;
  }

  private static int addressWords(int family) {
    return family == 0 ? 1 : 4;
  }

  private static int stride(int family) {
    return 2 * (2 * addressWords(family) + 1) + WORDS_AFTER_TUPLES;
  }

  /** The number of rows ever used of a family: rows are 0 to this, some of them free. */
  int rows(int family) {
    return rows[family];
  }

  /** A handle of the original direction of a row. */
  static int handle(int family, int row) {
    return row << 2 | family << 1;
  }

  static int direction(int handle) {
    return handle & 1;
  }

  private static int family(int handle) {
    return handle >> 1 & 1;
  }

  private static int base(int handle) {
    return (handle >>> 2) * stride(family(handle));
  }

  private static int tail(int handle) {
    int f = family(handle);
    return base(handle) + 2 * (2 * addressWords(f) + 1);
  }

  int get(int handle, int word) {
    return slab[family(handle)][tail(handle) + word];
  }

  void put(int handle, int word, int value) {
    slab[family(handle)][tail(handle) + word] = value;
  }

  /** A row that nothing points to. */
  int allocate(boolean v6) {
    int f = v6 ? 1 : 0;
    int row = firstFree[f] - 1;
    if (row >= 0) {
      firstFree[f] = slab[f][row * stride(f)];
    } else {
      row = rows[f]++;
      if ((row + 1) * stride(f) > slab[f].length) {
        slab[f] = Arrays.copyOf(slab[f], Math.max(16 * stride(f), slab[f].length * 2));
      }
    }
    int handle = handle(f, row);
    Arrays.fill(slab[f], base(handle), base(handle) + stride(f), 0);
    return handle;
  }

  /** Gives the row back; it must not be linked. */
  void release(int handle) {
    int f = family(handle);
    int base = base(handle);
    Arrays.fill(slab[f], base, base + stride(f), 0);
    slab[f][base] = firstFree[f];
    firstFree[f] = (handle >>> 2) + 1;
  }

  void putTuple(int handle, Tuple t, int protocolInMeta) {
    int f = family(handle);
    int[] s = slab[f];
    int at = base(handle) + direction(handle) * (2 * addressWords(f) + 1);
    if (f == 0) {
      s[at++] = (int) t.sourceLow;
      s[at++] = (int) t.destinationLow;
    } else {
      at = putV6(s, at, t.sourceHigh, t.sourceLow);
      at = putV6(s, at, t.destinationHigh, t.destinationLow);
    }
    s[at] = t.sourcePort << 16 | t.destinationPort;
    int meta = tail(handle) + META;
    s[meta] = (s[meta] & ~0xff) | protocolInMeta;
  }

  private static int putV6(int[] s, int at, long high, long low) {
    s[at] = (int) (high >>> 32);
    s[at + 1] = (int) high;
    s[at + 2] = (int) (low >>> 32);
    s[at + 3] = (int) low;
    return at + 4;
  }

  private static long v6(int[] s, int at) {
    return ((long) s[at] << 32) | (s[at + 1] & 0xffff_ffffL);
  }

  void getTuple(int handle, Tuple out) {
    int f = family(handle);
    int[] s = slab[f];
    int at = base(handle) + direction(handle) * (2 * addressWords(f) + 1);
    out.v6 = f == 1;
    if (f == 0) {
      out.sourceHigh = 0;
      out.destinationHigh = 0;
      out.sourceLow = s[at++] & 0xffff_ffffL;
      out.destinationLow = s[at++] & 0xffff_ffffL;
    } else {
      out.sourceHigh = v6(s, at);
      out.sourceLow = v6(s, at + 2);
      out.destinationHigh = v6(s, at + 4);
      out.destinationLow = v6(s, at + 6);
      at += 8;
    }
    out.sourcePort = s[at] >>> 16;
    out.destinationPort = s[at] & 0xffff;
    out.protocol = s[tail(handle) + META] & 0xff;
  }

  private boolean same(int handle, Tuple t) {
    int f = family(handle);
    if ((f == 1) != t.v6) {
      return false;
    }
    int[] s = slab[f];
    int at = base(handle) + direction(handle) * (2 * addressWords(f) + 1);
    if (f == 0) {
      return s[at] == (int) t.sourceLow
          && s[at + 1] == (int) t.destinationLow
          && s[at + 2] == (t.sourcePort << 16 | t.destinationPort)
          && (s[tail(handle) + META] & 0xff) == t.protocol;
    }
    return v6(s, at) == t.sourceHigh
        && v6(s, at + 2) == t.sourceLow
        && v6(s, at + 4) == t.destinationHigh
        && v6(s, at + 6) == t.destinationLow
        && s[at + 8] == (t.sourcePort << 16 | t.destinationPort)
        && (s[tail(handle) + META] & 0xff) == t.protocol;
  }

  private static int hash(Tuple t) {
    long h = t.sourceLow * 0x9e37_79b9_7f4a_7c15L;
    h ^= Long.rotateLeft((t.destinationLow + t.protocol) * 0xc2b2_ae3d_27d4_eb4fL, 29);
    if (t.v6) {
      h += t.sourceHigh * 0x1656_67b1_9e37_79f9L;
      h ^= Long.rotateLeft(t.destinationHigh * 0x27d4_eb2f_1656_67c5L, 41);
    }
    h += ((long) t.sourcePort << 16 | t.destinationPort) * 0x85eb_ca77_c2b2_ae63L;
    h ^= h >>> 32;
    h *= 0xd6e8_feb8_6659_fd93L;
    return (int) (h >>> 32);
  }

  /** The handle of the row and direction with this tuple, or {@link #NONE}. */
  int find(Tuple t) {
    int mask = index.length - 1;
    for (int i = hash(t) & mask; index[i] != 0; i = i + 1 & mask) {
      int handle = index[i] - 1;
      if (same(handle, t)) {
        return handle;
      }
    }
    return NONE;
  }

  /** Makes both directions of a row findable. The scratch tuple is overwritten. */
  void link(int handle, Tuple scratch) {
    if ((indexed + 2) * 3L > index.length * 2L) {
      grow(scratch);
    }
    insert(handle & ~1, scratch);
    insert(handle | 1, scratch);
    indexed += 2;
  }

  private void insert(int handle, Tuple scratch) {
    getTuple(handle, scratch);
    int mask = index.length - 1;
    int i = hash(scratch) & mask;
    while (index[i] != 0) {
      i = i + 1 & mask;
    }
    index[i] = handle + 1;
  }

  private void grow(Tuple scratch) {
    int[] old = index;
    index = new int[old.length * 2];
    for (int value : old) {
      if (value != 0) {
        insert(value - 1, scratch);
      }
    }
  }

  /** Makes neither direction findable any more. The scratch tuple is overwritten. */
  void unlink(int handle, Tuple scratch) {
    remove(handle & ~1, scratch);
    remove(handle | 1, scratch);
    indexed -= 2;
  }

  private void remove(int handle, Tuple scratch) {
    getTuple(handle, scratch);
    int mask = index.length - 1;
    int hole = hash(scratch) & mask;
    while (index[hole] != handle + 1) {
      hole = hole + 1 & mask;
    }
    // Move back every later entry of the run that would not be found across the hole.
    for (int i = hole + 1 & mask; index[i] != 0; i = i + 1 & mask) {
      getTuple(index[i] - 1, scratch);
      int home = hash(scratch) & mask;
      if ((i - home & mask) >= (i - hole & mask)) {
        index[hole] = index[i];
        hole = i;
      }
    }
    index[hole] = 0;
  }

  /** The place in the index where the search for a tuple begins. */
  int home(Tuple t) {
    return hash(t) & index.length - 1;
  }

  /** The handle at a place of the index, counted round, or {@link #NONE} if the place is empty. */
  int at(int place) {
    return index[place & index.length - 1] - 1;
  }

  int indexSize() {
    return index.length;
  }

  long bytes() {
    return 4L * (index.length + slab[0].length + slab[1].length);
  }
}
