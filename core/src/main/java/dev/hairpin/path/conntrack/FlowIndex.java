package dev.hairpin.path.conntrack;

import org.jspecify.annotations.Nullable;

/**
 * Finds rows by the hash of a tuple. It keeps no tuples: the table compares.
 *
 * <p>Not thread-safe.
 */
final class FlowIndex {

  /*
   * A bucket is one cache line of eight words:
   *
   *   0  the tags of slots 0 to 7, one byte each; 0 for an empty slot
   *   1  the tags of slots 8 to 11 | how many entries went past this bucket (upper 32 bits)
   *   2  the entries of slots 0 and 1 (lower and upper 32 bits), and so on to word 7
   *
   * The hash of a tuple depends on its probable caller alone, and is mostly the same in both
   * directions of a row. Such a row has one entry for both, marked BOTH; others have two. An entry
   * lies at its home, the bucket that its hash chooses, unless that is full or has ALIKE entries with
   * its tag: many connections of one caller must not make a search look at as many records. Those
   * go by their spread, the hash of the whole tuple, into the first bucket with an empty slot from
   * there on, leaving out their home.
   *
   * A search compares all twelve tags at once and looks at a record only where a tag is equal, so
   * that an absent tuple costs one line; it goes on to the next bucket only if an entry ever went
   * past. Deletion empties the slot and takes the entry back from the counts of the buckets before
   * it: nothing moves, and there are no tombstones. (The scheme of Swiss tables with F14's counts.)
   *
   * At most 70 % of the slots are taken: 7.6 to 11.4 bytes an entry, as the index grows by halves.
   * Four buckets at least, so that there is an empty slot beside any home. Word FIRST begins bucket
   * 0: behind the 16 bytes of an array's header that puts the buckets of large arrays on line
   * boundaries.
   */
  static final int NONE = -1;

  static final int ALL = -2;
  private static final int SLOTS = 12;
  private static final int SLOT_BITS = 4;

  /** How many entries with one tag a home takes; each is a record to look at. */
  private static final int ALIKE = 3;

  private static final int LEAST_BUCKETS = 4;

  /** Says of an entry that it stands for both directions. */
  private static final int BOTH = Integer.MIN_VALUE;

  private static final int FIRST = 6;
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final long HIGHS = 0x8080_8080_8080_8080L;
  private static final long HIGHS_OF_FOUR = 0x8080_8080L;
  private static final long FOUR_BYTES = 0xffff_ffffL;
  private static final long PASSED_ONE = 1L << 32;

  private long[] words;
  private int buckets;
  private int size;

  /** Where the last search ended at its first look: place and slot. */
  private long lastFound = (long) FIRST << SLOT_BITS;

  /** An index that is half full with so many entries. */
  FlowIndex(int expected) {
    buckets = (int) Math.max(LEAST_BUCKETS, expected * 2L / SLOTS + 1);
    words = new long[FIRST + buckets * 8];
  }

  FlowIndex(FlowIndex other) {
    words = other.words.clone();
    buckets = other.buckets;
    size = other.size;
  }

  /** Whether two more entries make it too full. */
  boolean isFull() {
    return (size + 2) * 10L > (long) buckets * (SLOTS * 7);
  }

  /** Forgets all entries, and makes room for half as many again. */
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

  private int entry(int place, int slot) {
    return (int) (words[place + 2 + (slot >> 1)] >>> ((slot & 1) << 5));
  }

  private int handle(int place, int slot) {
    return entry(place, slot) & ~BOTH;
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
   * The handle, with its direction, whose tuple is equal, or {@link #NONE}: an IPv4 tuple by its
   * two words, or an IPv6 one if it is given.
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
      int slot = slot(slots);
      int first = handle(place, slot);
      int found = v6 == null ? table.match4(first, addresses, ports) : table.match6(first, v6);
      if (found != NONE) {
        lastFound = (long) place << SLOT_BITS | slot;
        return found;
      }
    }
    return search(hash, table, addresses, ports, v6);
  }

  private int search(long hash, FlowTable table, long addresses, long ports, @Nullable Tuple v6) {
    int home = home(hash);
    int found = findIn(home, tag(hash), table, addresses, ports, v6);
    if (found != NONE || !isPassed(home)) {
      return found;
    }
    long spread = v6 == null ? FlowTable.spread4(addresses, ports) : FlowTable.spread(v6);
    int place = firstBeside(home, spread);
    for (int left = buckets; left > 1; left--) {
      found = findIn(place, tag(spread), table, addresses, ports, v6);
      if (found != NONE || !isPassed(place)) {
        return found;
      }
      place = nextBeside(home, place);
    }
    return NONE;
  }

  private int findIn(
      int place, long tag, FlowTable table, long addresses, long ports, @Nullable Tuple v6) {
    for (long slots = slotsWith(place, tag); slots != 0; slots &= slots - 1) {
      int handle = handle(place, slot(slots));
      int found = v6 == null ? table.match4(handle, addresses, ports) : table.match6(handle, v6);
      if (found != NONE) {
        return found;
      }
    }
    return NONE;
  }

  /** Where those go that their home did not take: never back to it. */
  private int firstBeside(int home, long spread) {
    int place = home(spread);
    return place == home ? next(place) : place;
  }

  private int nextBeside(int home, int place) {
    int next = next(place);
    return next == home ? next(next) : next;
  }

  /** Adds both directions of a row under their hashes; the index must not be full. */
  void add(int handle, long originalHash, long replyHash, FlowTable table) {
    int original = handle & ~1;
    if (originalHash != replyHash || !putAtHome(originalHash, original | BOTH)) {
      add(original, originalHash, table);
      add(original | 1, replyHash, table);
    }
  }

  private boolean putAtHome(long hash, int entry) {
    int home = home(hash);
    long tag = tag(hash);
    long empty = slotsWith(home, 0);
    if (empty == 0 || Long.bitCount(slotsWith(home, tag)) >= ALIKE) {
      return false;
    }
    put(home, slot(empty), tag, entry);
    return true;
  }

  private void add(int handle, long hash, FlowTable table) {
    if (putAtHome(hash, handle)) {
      return;
    }
    int home = home(hash);
    words[home + 1] += PASSED_ONE;
    long spread = table.spread(handle);
    int place = firstBeside(home, spread);
    long empty = slotsWith(place, 0);
    while (empty == 0) {
      words[place + 1] += PASSED_ONE;
      place = nextBeside(home, place);
      empty = slotsWith(place, 0);
    }
    put(place, slot(empty), tag(spread), handle);
  }

  private void put(int place, int slot, long tag, int entry) {
    words[place + (slot >> 3)] |= tag << ((slot & 7) << 3);
    int at = place + 2 + (slot >> 1);
    int shift = (slot & 1) << 5;
    words[at] = (words[at] & ~(FOUR_BYTES << shift)) | ((entry & FOUR_BYTES) << shift);
    size++;
  }

  /**
   * Takes out what was found last, if it is this direction's entry, or that of both: that needs no
   * hash, since it was found at its home.
   *
   * @return the direction that is left to be taken out, {@link #NONE} if both are gone, or
   *     {@link #ALL} if nothing was taken out
   */
  int removeFound(int handle) {
    int place = (int) (lastFound >>> SLOT_BITS);
    int slot = (int) lastFound & ((1 << SLOT_BITS) - 1);
    long tag = words[place + (slot >> 3)] & 0xffL << ((slot & 7) << 3);
    int entry = entry(place, slot);
    if (tag == 0 || (entry != handle && entry != ((handle & ~1) | BOTH))) {
      return ALL;
    }
    words[place + (slot >> 3)] ^= tag;
    size--;
    return entry < 0 ? NONE : entry ^ 1;
  }

  /** Takes out both directions of a row that were added under these hashes. */
  void remove(int handle, long originalHash, long replyHash, FlowTable table) {
    int original = handle & ~1;
    if (originalHash != replyHash
        || !takeFrom(home(originalHash), tag(originalHash), original | BOTH)) {
      remove(original, originalHash, table);
      remove(original | 1, replyHash, table);
    }
  }

  /** Takes out a direction of a row that was added under this hash. */
  void remove(int handle, long hash, FlowTable table) {
    int home = home(hash);
    if (takeFrom(home, tag(hash), handle)) {
      return;
    }
    words[home + 1] -= PASSED_ONE;
    long spread = table.spread(handle);
    int place = firstBeside(home, spread);
    while (!takeFrom(place, tag(spread), handle)) {
      words[place + 1] -= PASSED_ONE;
      place = nextBeside(home, place);
    }
  }

  private boolean takeFrom(int place, long tag, int entry) {
    for (long slots = slotsWith(place, tag); slots != 0; slots &= slots - 1) {
      int slot = slot(slots);
      if (entry(place, slot) == entry) {
        words[place + (slot >> 3)] &= ~(0xffL << ((slot & 7) << 3));
        size--;
        return true;
      }
    }
    return false;
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
