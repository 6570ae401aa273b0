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
   *   IPv4 (32 bytes)  0 original source << 32 | destination
   *                    1 reply source << 32 | destination
   *                    2 reply ports << 32 | original ports (source << 16 | destination each)
   *                    3 META << 32 | EXPIRES
   *   IPv6 (80 bytes)  0-3 original source and destination | 4-7 reply source and destination
   *                    8 ports | 9 META << 32 | EXPIRES, as above
   *
   * An IPv4 record never crosses a cache line: behind 16 bytes of array header, word FIRST lies at
   * a multiple of 32. So a packet costs two lines, one of the index and one of the records.
   * Connection marks and the times of UDP flows are rare or cold, and lie in arrays of their own
   * that exist only once they are needed, 4 bytes a record each.
   *
   * A handle names a row and a direction: row << 2 | v6 << 1 | direction. A free row has META 0.
   * Arrays grow by halves.
   */
  static final int NONE = FlowIndex.NONE;

  private static final int FIRST = 2;
  private static final int V4_WORDS = 4;
  private static final int V4_PORTS = 2;
  private static final int V4_STATE = 3;
  private static final int V6_WORDS = 10;
  private static final int V6_REPLY = 4;
  private static final int V6_PORTS = 8;
  private static final int V6_STATE = 9;
  private static final long LOW = 0xffff_ffffL;
  private static final long[] NO_RECORDS = {};
  private static final int[] NOTHING = {};

  private long[] v4;
  private long[] v6;
  private final Rows[] rows = {new Rows(), new Rows()};
  private final int[][] marks = {NOTHING, NOTHING};
  private final int[][] streamTimes = {NOTHING, NOTHING};
  private final FlowIndex index;
  private int live;
  private long links;

  FlowTable(int expectedEntries) {
    v4 = new long[FIRST + Math.max(16, expectedEntries) * V4_WORDS];
    v6 = NO_RECORDS;
    index = new FlowIndex(Math.multiplyExact(2, expectedEntries));
  }

  private FlowTable(FlowTable other) {
    v4 = other.v4.clone();
    v6 = other.v6.clone();
    for (int family = 0; family < 2; family++) {
      rows[family] = new Rows(other.rows[family]);
      marks[family] = other.marks[family].clone();
      streamTimes[family] = other.streamTimes[family].clone();
    }
    index = new FlowIndex(other.index);
    live = other.live;
    links = other.links;
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
    return rows[family].end();
  }

  /** How many rows are in use. */
  int live() {
    return live;
  }

  /** A row that nothing points to, with META 0; its tuples and times hold anything. */
  int allocate(boolean isV6) {
    int family = isV6 ? 1 : 0;
    int row = rows[family].take();
    if (isV6) {
      v6 = withRoom(v6, row, V6_WORDS);
    } else {
      v4 = withRoom(v4, row, V4_WORDS);
    }
    if (row < marks[family].length) {
      marks[family][row] = 0;
    }
    live++;
    return handle(family, row);
  }

  private static long[] withRoom(long[] records, int row, int words) {
    if (FIRST + (row + 1L) * words <= records.length) {
      return records;
    }
    long wanted = Math.max(16, row + row / 2L);
    return Arrays.copyOf(records, Math.toIntExact(FIRST + wanted * words));
  }

  /** Gives the row back; it must not be linked. */
  void release(int handle) {
    state(handle, 0);
    rows[family(handle)].giveBack(row(handle));
    live--;
  }

  // ---- the words of a record

  /** The META word in the upper half, and when the entry goes in the lower. */
  long state(int handle) {
    return isV6(handle) ? v6[base6(handle) + V6_STATE] : v4[base4(handle) + V4_STATE];
  }

  void state(int handle, long state) {
    if (isV6(handle)) {
      v6[base6(handle) + V6_STATE] = state;
    } else {
      v4[base4(handle) + V4_STATE] = state;
    }
  }

  static long stateOf(int meta, int expires) {
    return ((long) meta << 32) | (expires & LOW);
  }

  static int meta(long state) {
    return (int) (state >>> 32);
  }

  int meta(int handle) {
    return meta(state(handle));
  }

  void meta(int handle, int meta) {
    state(handle, stateOf(meta, expires(handle)));
  }

  /** When the entry goes: a wrapping number of milliseconds. */
  int expires(int handle) {
    return (int) state(handle);
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
      int room = (family == 0 ? v4.length / V4_WORDS : v6.length / V6_WORDS) + 1;
      of[family] = Arrays.copyOf(of[family], room);
    }
    of[family][row] = value;
  }

  // ---- tuples

  void putTuple(int handle, Tuple t) {
    int direction = direction(handle);
    int ports;
    long[] records;
    if (isV6(handle)) {
      int at = base6(handle) + direction * V6_REPLY;
      records = v6;
      records[at] = t.sourceHigh;
      records[at + 1] = t.sourceLow;
      records[at + 2] = t.destinationHigh;
      records[at + 3] = t.destinationLow;
      ports = base6(handle) + V6_PORTS;
    } else {
      records = v4;
      records[base4(handle) + direction] = t.v4Addresses();
      ports = base4(handle) + V4_PORTS;
    }
    int shift = direction << 5;
    records[ports] = (records[ports] & ~(LOW << shift)) | ((t.ports() & LOW) << shift);
  }

  void getTuple(int handle, Tuple out) {
    int direction = direction(handle);
    if (isV6(handle)) {
      int at = base6(handle) + direction * V6_REPLY;
      out.v6 = true;
      out.sourceHigh = v6[at];
      out.sourceLow = v6[at + 1];
      out.destinationHigh = v6[at + 2];
      out.destinationLow = v6[at + 3];
    } else {
      long addresses = v4[base4(handle) + direction];
      out.v6 = false;
      out.sourceHigh = 0;
      out.sourceLow = addresses >>> 32;
      out.destinationHigh = 0;
      out.destinationLow = addresses & LOW;
    }
    int ports = ports(handle);
    out.sourcePort = ports >>> 16;
    out.destinationPort = ports & 0xffff;
    out.protocol = Meta.protocol(meta(handle));
  }

  private int ports(int handle) {
    long both = isV6(handle) ? v6[base6(handle) + V6_PORTS] : v4[base4(handle) + V4_PORTS];
    return (int) (both >>> (direction(handle) << 5));
  }

  /** The addresses of an IPv4 direction, source in the upper half. */
  long addresses4(int handle) {
    return v4[base4(handle) + direction(handle)];
  }

  /** The ports of a direction, source in the upper half, below the protocol. */
  long portsAndProtocol(int handle) {
    return ports(ports(handle), Meta.protocol(meta(handle)));
  }

  /** Writes the caller's tuple of an IPv4 row, and that of the answers. */
  void put4(int handle, long addresses, int ports, long answerAddresses, int answerPorts) {
    int base = base4(handle);
    v4[base] = addresses;
    v4[base + 1] = answerAddresses;
    v4[base + V4_PORTS] = ((long) answerPorts << 32) | (ports & LOW);
  }

  /** Writes the answers' tuple of an IPv4 row. */
  void putAnswers4(int handle, long addresses, int ports) {
    int base = base4(handle);
    v4[base + 1] = addresses;
    v4[base + V4_PORTS] = ((long) ports << 32) | (v4[base + V4_PORTS] & LOW);
  }

  /** Whether a direction of an IPv4 row has this tuple: one branch over all its parts. */
  boolean same4(int handle, long addresses, long ports) {
    if (isV6(handle)) {
      return false;
    }
    int base = base4(handle);
    int direction = direction(handle);
    long differs = v4[base + direction] ^ addresses;
    long otherPorts = (v4[base + V4_PORTS] >>> (direction << 5) ^ ports) & LOW;
    long otherProtocol = (v4[base + V4_STATE] ^ ports) >>> 32 & 0xff;
    return (differs | otherPorts | otherProtocol) == 0;
  }

  /**
   * Whether the answers of an IPv4 row have this tuple, and what they answer has another: what is
   * found under it can only be this row's reply direction.
   */
  boolean isAnswer4(int handle, long addresses, long ports) {
    return same4(handle | 1, addresses, ports) && v4[base4(handle)] != addresses;
  }

  /** Whether a direction of a row has this IPv6 tuple. */
  boolean same6(int handle, Tuple t) {
    if (!isV6(handle)) {
      return false;
    }
    int at = base6(handle) + direction(handle) * V6_REPLY;
    return v6[at] == t.sourceHigh
        && v6[at + 1] == t.sourceLow
        && v6[at + 2] == t.destinationHigh
        && v6[at + 3] == t.destinationLow
        && portsAndProtocol(handle) == t.portsAndProtocol();
  }

  // ---- the index

  static long hash(Tuple t) {
    return t.v6
        ? hash6(
            t.sourceHigh, t.sourceLow, t.destinationHigh, t.destinationLow, t.portsAndProtocol())
        : hash4(t.v4Addresses(), t.portsAndProtocol());
  }

  /** The hash of a direction of a row. */
  long hash(int handle) {
    long ports = portsAndProtocol(handle);
    if (isV6(handle)) {
      int at = base6(handle) + direction(handle) * V6_REPLY;
      return hash6(v6[at], v6[at + 1], v6[at + 2], v6[at + 3], ports);
    }
    return hash4(addresses4(handle), ports);
  }

  private static long ports(int ports, int protocol) {
    return ((long) protocol << 32) | (ports & LOW);
  }

  /** Both halves of a 128-bit product: all bits of the answer depend on all bits of the tuple. */
  private static long mix(long a, long b) {
    return Math.multiplyHigh(a, b) ^ (a * b);
  }

  static long hash4(long addresses, long ports) {
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
  int find(long hash, Tuple t) {
    return t.v6
        ? index.find(hash, this, 0, 0, t)
        : find4(hash, t.v4Addresses(), t.portsAndProtocol());
  }

  /** The same for an IPv4 tuple in two words. */
  int find4(long hash, long addresses, long ports) {
    return index.find(hash, this, addresses, ports, null);
  }

  /**
   * Loads the memory in which IPv4 packets will be looked up: the lines of the index for all of
   * them, then the records.
   */
  long touch(long[] hashes, int[] places, int from, int to) {
    long sum = index.touch(hashes, from, to);
    for (int i = from; i < to; i++) {
      int probable = index.probable(hashes[i]);
      places[i] = probable == NONE || isV6(probable) ? 0 : base4(probable);
    }
    for (int i = from; i < to; i++) {
      sum += v4[places[i]];
    }
    return sum;
  }

  /** Loads neighbouring records, so that they wait for memory together. */
  long touchRows(int family, int firstRow, int endRow) {
    long[] records = family == 0 ? v4 : v6;
    int words = family == 0 ? V4_WORDS : V6_WORDS;
    long sum = 0;
    for (int at = FIRST + firstRow * words; at < FIRST + endRow * words; at += 8) {
      sum += records[at];
    }
    return sum;
  }

  /** Makes both directions of a row findable, whose hashes these are. */
  void link(int handle, long originalHash, long replyHash) {
    if (index.isFull()) {
      rebuild();
    }
    index.add(originalHash, handle & ~1);
    index.add(replyHash, handle | 1);
    links++;
  }

  /**
   * Where a hash will be put in, as {@link FlowIndex#vacancy} says; none if the index must grow.
   */
  long vacancy(long hash) {
    return index.isFull() ? NONE : index.vacancy(hash);
  }

  /** Makes both directions of a row findable, by vacancies of different homes. */
  void link(int handle, long originalHash, long original, long replyHash, long reply) {
    index.put(original, originalHash, handle & ~1);
    index.put(reply, replyHash, handle | 1);
    links++;
  }

  /** How often a connection was made findable: as long as it is the same, none has come in. */
  long links() {
    return links;
  }

  private void rebuild() {
    index.clearAndGrow();
    for (int family = 0; family < 2; family++) {
      for (int row = 0; row < rows(family); row++) {
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
    long original;
    long reply;
    if (isV6(handle)) {
      original = hash(handle & ~1);
      reply = hash(handle | 1);
    } else {
      int base = base4(handle);
      long ports = v4[base + V4_PORTS];
      long protocol = v4[base + V4_STATE] >>> 32 & 0xff;
      original = hash4(v4[base], protocol << 32 | (ports & LOW));
      reply = hash4(v4[base + 1], protocol << 32 | ports >>> 32);
    }
    unlink(handle, original, reply);
  }

  /** The same if the hashes of both directions are known. */
  void unlink(int handle, long originalHash, long replyHash) {
    index.remove(originalHash, handle & ~1);
    index.remove(replyHash, handle | 1);
  }

  /** Loads the lines of the index in which tuples with these hashes lie. */
  long touchIndex(long[] hashes, int from, int end) {
    return index.touch(hashes, from, end);
  }

  /** A slot of the index from which to look for entries near a tuple. */
  int near(long hash) {
    return index.firstSlot(hash);
  }

  /** The handle in a slot of the index, counted round, or {@link #NONE} if it is empty. */
  int inSlot(int slot) {
    return index.at(slot);
  }

  int slots() {
    return index.slots();
  }

  long bytes() {
    long cold = 0;
    for (int family = 0; family < 2; family++) {
      cold += 4L * (marks[family].length + streamTimes[family].length) + rows[family].bytes();
    }
    return 8L * (v4.length + v6.length) + cold + index.bytes();
  }
}
