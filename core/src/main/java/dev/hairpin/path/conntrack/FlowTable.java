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
  private static final long A = 0x1656_67b1_9e37_79f9L;
  private static final long B = 0x85eb_ca77_c2b2_ae63L;
  private static final long C = 0x27d4_eb2f_1656_67c5L;
  private static final long D = 0x9e37_79b9_7f4a_7c15L;
  private static final long E = 0xc2b2_ae3d_27d4_eb4fL;
  private static final long[] NO_RECORDS = {};
  private static final int[] NOTHING = {};

  /** IPv4 addresses to which sources are translated; -1 for none. */
  private final long shared;

  private final long alsoShared;
  private long[] v4;
  private long[] v6;
  private final Rows[] rows = {new Rows(), new Rows()};
  private final int[][] marks = {NOTHING, NOTHING};
  private final int[][] streamTimes = {NOTHING, NOTHING};
  private final FlowIndex index;
  private int live;
  private long links;

  FlowTable(int expectedEntries, long shared, long alsoShared) {
    this.shared = shared;
    this.alsoShared = alsoShared;
    v4 = new long[FIRST + Math.max(16, expectedEntries) * V4_WORDS];
    v6 = NO_RECORDS;
    index = new FlowIndex(expectedEntries);
  }

  private FlowTable(FlowTable other) {
    shared = other.shared;
    alsoShared = other.alsoShared;
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

  /**
   * The handle of the direction of an IPv4 row that has this tuple, or {@link #NONE}. The caller's
   * packets are mostly those of the end that probably calls, so that the second comparison is rare.
   */
  int match4(int handle, long addresses, long ports) {
    int probable = (handle & ~1) | (destinationCalls(ports) & 1);
    if (same4(probable, addresses, ports)) {
      return probable;
    }
    int other = probable ^ 1;
    return same4(other, addresses, ports) ? other : NONE;
  }

  /** Whether a direction of an IPv4 row has this tuple: one branch over all its parts. */
  private boolean same4(int handle, long addresses, long ports) {
    if (isV6(handle)) {
      return false;
    }
    int base = base4(handle);
    int direction = direction(handle);
    long differs = v4[base + direction] ^ addresses;
    long otherPorts = ((v4[base + V4_PORTS] >>> (direction << 5)) ^ ports) & LOW;
    long otherProtocol = (v4[base + V4_STATE] ^ ports) >>> 32 & 0xff;
    return (differs | otherPorts | otherProtocol) == 0;
  }

  /** The same for an IPv6 tuple. */
  int match6(int handle, Tuple t) {
    if (!isV6(handle)) {
      return NONE;
    }
    int original = handle & ~1;
    return same6(original, t) ? original : same6(original | 1, t) ? original | 1 : NONE;
  }

  private boolean same6(int handle, Tuple t) {
    int at = base6(handle) + direction(handle) * V6_REPLY;
    return v6[at] == t.sourceHigh
        && v6[at + 1] == t.sourceLow
        && v6[at + 2] == t.destinationHigh
        && v6[at + 3] == t.destinationLow
        && portsAndProtocol(handle) == t.portsAndProtocol();
  }

  // ---- the index

  /*
   * Where a tuple is looked for first depends on one of its ends alone, the one that is probably the
   * caller's. Unless its source is translated, that end is the same in both directions, whatever
   * becomes of the destination: so a connection has one entry in the index, and its packets there
   * and back ask for the same line. The caller is taken to be the end with the higher port, where
   * node ports count as low. A wrong guess costs one more entry; and where many connections have that
   * end, one more line, in which they lie by their spread, the hash of the whole tuple. Answers to
   * translated sources share a few addresses and 64,512 ports, so that connections have many such ends
   * in common: what these addresses are the table is told, and looks for them by their spread at once.
   */
  private static final int FIRST_NODE_PORT = 30_000;

  private static final int NODE_PORTS = 2_768;

  /** The hash of the end of a tuple that is probably the caller's, or for some the spread. */
  long hash(Tuple t) {
    return t.v6
        ? hash6(
            t.sourceHigh, t.sourceLow, t.destinationHigh, t.destinationLow, t.portsAndProtocol())
        : hash4(t.v4Addresses(), t.portsAndProtocol());
  }

  /** The same for a direction of a row. */
  long hash(int handle) {
    long ports = portsAndProtocol(handle);
    if (isV6(handle)) {
      int at = base6(handle) + direction(handle) * V6_REPLY;
      return hash6(v6[at], v6[at + 1], v6[at + 2], v6[at + 3], ports);
    }
    return hash4(addresses4(handle), ports);
  }

  /** The same for an IPv4 tuple in two words. */
  long hash4(long addresses, long ports) {
    int ofSource = ~destinationCalls(ports);
    long address = addresses >>> (32 & ofSource) & LOW;
    if (address == shared || address == alsoShared) {
      return spread4(addresses, ports);
    }
    long h = ((address << 16) | port(ports, ofSource)) * 0x9e37_79b9_7f4a_7c15L;
    h ^= h >>> 32;
    h *= 0xd6e8_feb8_6659_fd93L;
    return h ^ h >>> 32;
  }

  private static long hash6(
      long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, long ports) {
    int ofSource = ~destinationCalls(ports);
    long high = destinationHigh ^ ((sourceHigh ^ destinationHigh) & ofSource);
    long low = destinationLow ^ ((sourceLow ^ destinationLow) & ofSource);
    return last(mix(high ^ A, low ^ B), port(ports, ofSource));
  }

  private static long port(long ports, int ofSource) {
    return ports >>> (16 & ofSource) & 0xffff;
  }

  /** -1 if the destination is probably the caller, and 0 otherwise, without a branch. */
  private static int destinationCalls(long ports) {
    return (rank((int) ports >>> 16) - rank((int) ports & 0xffff)) >> 31;
  }

  /** How probably a port is a caller's. */
  private static int rank(int port) {
    return Integer.compareUnsigned(port - FIRST_NODE_PORT, NODE_PORTS) < 0 ? 0 : port;
  }

  /** The hash of a whole tuple. */
  static long spread(Tuple t) {
    return t.v6
        ? spread6(
            t.sourceHigh, t.sourceLow, t.destinationHigh, t.destinationLow, t.portsAndProtocol())
        : spread4(t.v4Addresses(), t.portsAndProtocol());
  }

  /** The same for a direction of a row. */
  long spread(int handle) {
    long ports = portsAndProtocol(handle);
    if (isV6(handle)) {
      int at = base6(handle) + direction(handle) * V6_REPLY;
      return spread6(v6[at], v6[at + 1], v6[at + 2], v6[at + 3], ports);
    }
    return spread4(addresses4(handle), ports);
  }

  /** The same for an IPv4 tuple in two words. */
  static long spread4(long addresses, long ports) {
    return last(addresses, ports);
  }

  private static long spread6(
      long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, long ports) {
    long h = mix(sourceHigh ^ A, sourceLow ^ B);
    return last(mix(destinationHigh ^ h, destinationLow ^ C), ports);
  }

  private static long last(long before, long ports) {
    long h = mix(before ^ D, ports ^ E) * 0xd6e8_feb8_6659_fd93L;
    return h ^ h >>> 32;
  }

  /** Both halves of a 128-bit product: all bits of the answer depend on all bits of the tuple. */
  private static long mix(long a, long b) {
    return Math.multiplyHigh(a, b) ^ (a * b);
  }

  private static long ports(int ports, int protocol) {
    return ((long) protocol << 32) | (ports & LOW);
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
    index.add(handle, originalHash, replyHash, this);
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
          index.add(handle, hash(handle), hash(handle | 1), this);
        }
      }
    }
  }

  /** Makes neither direction findable any more. */
  void unlink(int handle) {
    int left = index.removeFound(handle);
    if (left == FlowIndex.ALL) {
      unlink(handle, hash(handle & ~1), hash(handle | 1));
    } else if (left != NONE) {
      index.remove(left, hash(left), this);
    }
  }

  /** The same if the hashes of both directions are known. */
  void unlink(int handle, long originalHash, long replyHash) {
    index.remove(handle, originalHash, replyHash, this);
  }

  /** Loads the lines of the index in which tuples with these hashes lie. */
  long touchIndex(long[] hashes, int from, int end) {
    return index.touch(hashes, from, end);
  }

  /** A slot of the index from which to look for entries near a tuple. */
  int near(long spread) {
    return index.firstSlot(spread);
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
