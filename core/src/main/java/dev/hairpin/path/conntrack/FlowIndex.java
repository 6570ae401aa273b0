package dev.hairpin.path.conntrack;

import org.jspecify.annotations.Nullable;

/**
 * Finds entries by the hash of a tuple. It keeps no tuples: the table compares.
 *
 * <p>Not thread-safe.
 */
final class FlowIndex {

  /*
   * A bucket is one cache line of eight words:
   *
   *   0  the tags of slots 0 to 7, one byte each; 0 for an empty slot
   *   1  the tags of slots 8 to 11 | how many entries went past this full bucket (upper 32 bits)
   *   2  the handles of slots 0 and 1 (lower and upper 32 bits), and so on to word 7
   *
   * An entry lies in the first bucket with an empty slot from its home on. A search compares all twelve
   * tags at once and looks at a record only where a tag is equal, so that an absent tuple costs
   * one line; it goes on to the next bucket only if an entry ever went past. Deletion empties the
   * slot and takes the entry back from the counts of the buckets before it: nothing moves, and
   * there are no tombstones. (The scheme of Swiss tables with F14's counts.)
   *
   * At most 70 % of the slots are taken: 7.6 to 11.4 bytes a handle, as the index grows by halves.
   * Word FIRST begins bucket 0: behind the 16 bytes of an array's header that puts the buckets of
   * large arrays on line boundaries.
   */
  static final int NONE = -1;
  private static final int SLOTS = 12;
  private static final int SLOT_BITS = 4;
  private static final int FIRST = 6;
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHS = 0x8080_8080_8080_8080L;
  private static final long HIGHS_OF_FOUR = 0x8080_8080L;
  private static final long FOUR_BYTES = 0xffff_ffffL;
  private static final long PASSED_ONE = 1L << 32;

  private long[] words;
  private int buckets;
  private int size;

  /** An index with room for so many handles. */
  FlowIndex(int expected) {
    buckets = (int) Math.max(2, expected * 10L / (SLOTS * 7) + 1);
    words = new long[FIRST + buckets * 8];
  }

  FlowIndex(FlowIndex other) {
    words = other.words.clone();
    buckets = other.buckets;
    size = other.size;
  }

  /** Whether two more handles make it too full. */
  boolean isFull() {
    return (size + 2) * 10L > (long) buckets * (SLOTS * 7);
  }

  /** Forgets all handles, and makes room for half as many again. */
  void clearAndGrow() {
    buckets += Math.max(2, buckets / 2);
    size = 0;
    words = new long[FIRST + buckets * 8];
  }

  /** The upper half of a hash chooses the bucket in which a search begins. */
  private int home(long hash) {
    return FIRST + (((int) (((hash >>> 32) * buckets) >>> 32)) << 3);
  }

  private int next(int place) {
    int next = place + 8;
    return next == words.length ? FIRST : next;
  }

  private static long tag(long hash) {
    return Math.max(1, hash & 0xff);
  }

  /**
   * Which slots have a tag: bit 8n + 7 is set for slot n of the first eight, and bit 8n + 6 for
   * slot 8 + n. Both words are looked at together, since whether a tag is in the first or the
   * second is a branch that no processor foresees.
   */
  private long slotsWith(int place, long tag) {
    long tags = tag * ONES;
    return zeroBytes(words[place] ^ tags)
        | (zeroBytes(words[place + 1] ^ tags) & HIGHS_OF_FOUR) >>> 1;
  }

  /** The highest bit of each byte that is 0. */
  private static long zeroBytes(long x) {
    return ~((x & ~HIGHS) + ~HIGHS | x) & HIGHS;
  }

  private static int slot(long slots) {
    int bit = Long.numberOfTrailingZeros(slots);
    return (bit >>> 3) + ((~bit & 1) << 3);
  }

  private int handle(int place, int slot) {
    return (int) (words[place + 2 + (slot >> 1)] >>> ((slot & 1) << 5));
  }

  private boolean isPassed(int place) {
    return words[place + 1] >>> 32 != 0;
  }

  /** Loads the first lines of many searches, so that they wait for memory together. */
  long touch(long[] hashes, int from, int to) {
    // So short that the processor keeps a dozen lines under way in spite of its window.
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += words[home(hashes[i])];
    }
    return sum;
  }

  /** The first handle that a search will compare, or {@link #NONE}. */
  int probable(long hash) {
    int place = home(hash);
    long slots = slotsWith(place, tag(hash));
    return slots == 0 ? NONE : handle(place, slot(slots));
  }

  /**
   * The handle under this hash whose tuple is equal, or {@link #NONE}: an IPv4 tuple by its two
   * words, or an IPv6 one if it is given.
   */
  int find(long hash, FlowTable table, long addresses, long ports, @Nullable Tuple v6) {
    // Nine of ten searches end here: kept short, so that the processor has many under way.
    int place = home(hash);
    long slots = slotsWith(place, tag(hash));
    if (slots == 0) {
      if (!isPassed(place)) {
        return NONE;
      }
    } else {
      int found = handle(place, slot(slots));
      if (v6 == null ? table.same4(found, addresses, ports) : table.same6(found, v6)) {
        return found;
      }
    }
    return search(hash, table, addresses, ports, v6);
  }

  private int search(long hash, FlowTable table, long addresses, long ports, @Nullable Tuple v6) {
    long tag = tag(hash);
    int place = home(hash);
    for (int left = buckets; left > 0; left--) {
      for (long slots = slotsWith(place, tag); slots != 0; slots &= slots - 1) {
        int found = handle(place, slot(slots));
        if (v6 == null ? table.same4(found, addresses, ports) : table.same6(found, v6)) {
          return found;
        }
      }
      if (!isPassed(place)) {
        return NONE;
      }
      place = next(place);
    }
    return NONE;
  }

  /** Adds a handle; the index must not be full. */
  void add(long hash, int handle) {
    int place = home(hash);
    long empty = slotsWith(place, 0);
    while (empty == 0) {
      words[place + 1] += PASSED_ONE;
      place = next(place);
      empty = slotsWith(place, 0);
    }
    put(place, slot(empty), hash, handle);
  }

  private void put(int place, int slot, long hash, int handle) {
    words[place + (slot >> 3)] |= tag(hash) << ((slot & 7) << 3);
    int at = place + 2 + (slot >> 1);
    int shift = (slot & 1) << 5;
    words[at] = (words[at] & ~(FOUR_BYTES << shift)) | ((handle & FOUR_BYTES) << shift);
    size++;
  }

  /**
   * The slot into which a hash will be put, where one look at its home tells that no tuple under
   * this hash is known; {@link #NONE} where that takes a search. What it says is void once another
   * handle comes in under a hash of the same home, or the index grows.
   */
  long vacancy(long hash) {
    int place = home(hash);
    long tags = tag(hash) * ONES;
    long first = words[place];
    long second = words[place + 1];
    long same = zeroBytes(first ^ tags) | (zeroBytes(second ^ tags) & HIGHS_OF_FOUR);
    long empty = zeroBytes(first) | (zeroBytes(second) & HIGHS_OF_FOUR) >>> 1;
    if ((same | second >>> 32) != 0 || empty == 0) {
      return NONE;
    }
    return (long) place << SLOT_BITS | slot(empty);
  }

  /** Whether two vacancies are of the same home, so that taking one makes the other void. */
  static boolean areOfOneHome(long vacancy, long other) {
    return (vacancy ^ other) >>> SLOT_BITS == 0;
  }

  /** Adds a handle under the hash of a vacancy. */
  void put(long vacancy, long hash, int handle) {
    put((int) (vacancy >>> SLOT_BITS), (int) vacancy & (1 << SLOT_BITS) - 1, hash, handle);
  }

  /** Takes out a handle that was added under this hash. */
  void remove(long hash, int handle) {
    long tag = tag(hash);
    int place = home(hash);
    while (true) {
      for (long slots = slotsWith(place, tag); slots != 0; slots &= slots - 1) {
        int slot = slot(slots);
        if (handle(place, slot) == handle) {
          words[place + (slot >> 3)] &= ~(0xffL << ((slot & 7) << 3));
          size--;
          return;
        }
      }
      words[place + 1] -= PASSED_ONE;
      place = next(place);
    }
  }

  /** The number of the first slot of a hash's home, for {@link #at}. */
  int firstSlot(long hash) {
    return ((home(hash) - FIRST) >> 3) * SLOTS;
  }

  /** How many slots there are. */
  int slots() {
    return buckets * SLOTS;
  }

  /** The handle in a slot, counted round, or {@link #NONE} if it is empty. */
  int at(int slotNumber) {
    int n = Math.floorMod(slotNumber, slots());
    int place = FIRST + ((n / SLOTS) << 3);
    int slot = n % SLOTS;
    long tags = words[place + (slot >> 3)];
    return (tags >>> ((slot & 7) << 3) & 0xff) == 0 ? NONE : handle(place, slot);
  }

  long bytes() {
    return 8L * words.length;
  }
}
