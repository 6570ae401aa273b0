package dev.hairpin.path.fast;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import java.util.Arrays;

/**
 * What a node remembers of callers: the lists of the match {@code recent}, by which kube-proxy
 * keeps a client at its endpoint ({@code sessionAffinity: ClientIP}).
 *
 * <p>Source: Linux {@code xt_recent}: a list holds 100 addresses, and the least recently set one
 * makes room. One table serves both families of a node. Not thread-safe; nothing is allocated but
 * when it grows.
 */
public final class AffinityTable {

  /** How many addresses a list holds. */
  public static final int ADDRESSES_PER_LIST = 100;

  /*
   * An entry says that a list holds an address. Entries lie in parallel arrays; each is in two
   * chains: of its hash bucket, and of its list, in the order in which the addresses were set. The
   * hash is of the address and the list's group, which the lists of one Service share: one look-up
   * finds all lists of a Service that hold a caller.
   */
  private static final int NONE = -1;
  private static final int FIRST_CAPACITY = 16;

  private int[] buckets = new int[FIRST_CAPACITY * 2];
  private int[] nextInBucket = new int[FIRST_CAPACITY];
  private int[] list = new int[FIRST_CAPACITY];
  private int[] group = new int[FIRST_CAPACITY];
  private long[] high = new long[FIRST_CAPACITY];
  private long[] low = new long[FIRST_CAPACITY];
  private long[] stamp = new long[FIRST_CAPACITY];
  private int[] older = new int[FIRST_CAPACITY];
  private int[] newer = new int[FIRST_CAPACITY];
  private int free = NONE;
  private int used;

  private final Int2IntOpenHashMap listOf = new Int2IntOpenHashMap();
  private int[] oldest = new int[4];
  private int[] newest = new int[4];
  private int[] count = new int[4];
  private int lists;

  /** A table that remembers nobody. */
  public AffinityTable() {
    Arrays.fill(buckets, NONE);
    listOf.defaultReturnValue(NONE);
  }

  /**
   * How many entries there are: pairs of a list and an address that it holds.
   *
   * @return the number
   */
  public int size() {
    int size = 0;
    for (int i = 0; i < lists; i++) {
      size += count[i];
    }
    return size;
  }

  /**
   * A copy that lives on by itself.
   *
   * @return the copy
   */
  public AffinityTable copy() {
    AffinityTable copy = new AffinityTable();
    copy.buckets = buckets.clone();
    copy.nextInBucket = nextInBucket.clone();
    copy.list = list.clone();
    copy.group = group.clone();
    copy.high = high.clone();
    copy.low = low.clone();
    copy.stamp = stamp.clone();
    copy.older = older.clone();
    copy.newer = newer.clone();
    copy.free = free;
    copy.used = used;
    copy.listOf.putAll(listOf);
    copy.oldest = oldest.clone();
    copy.newest = newest.clone();
    copy.count = count.clone();
    copy.lists = lists;
    return copy;
  }

  private static int hash(int group, long high, long low) {
    long h = (low ^ group * 0x9e37_79b9_7f4a_7c15L) * 0xd6e8_feb8_6659_fd93L ^ high;
    h *= 0x9e37_79b9_7f4a_7c15L;
    return (int) (h >>> 32);
  }

  /** The first entry of a group and address, or -1; {@link #next} gives the others. */
  int first(int ofGroup, long addressHigh, long addressLow) {
    int entry = buckets[hash(ofGroup, addressHigh, addressLow) & buckets.length - 1];
    return match(entry, ofGroup, addressHigh, addressLow);
  }

  int next(int entry) {
    return match(nextInBucket[entry], group[entry], high[entry], low[entry]);
  }

  private int match(int from, int ofGroup, long addressHigh, long addressLow) {
    int entry = from;
    while (entry != NONE
        && (low[entry] != addressLow || high[entry] != addressHigh || group[entry] != ofGroup)) {
      entry = nextInBucket[entry];
    }
    return entry;
  }

  int listOf(int entry) {
    return list[entry];
  }

  long stampOf(int entry) {
    return stamp[entry];
  }

  /** The entry of a list and address, or -1. */
  int find(int inList, int ofGroup, long addressHigh, long addressLow) {
    int entry = first(ofGroup, addressHigh, addressLow);
    while (entry != NONE && list[entry] != inList) {
      entry = next(entry);
    }
    return entry;
  }

  /** Adds or renews an address. */
  void set(int inList, int ofGroup, long addressHigh, long addressLow, long now) {
    int entry = find(inList, ofGroup, addressHigh, addressLow);
    if (entry == NONE) {
      int slot = listSlot(inList);
      if (count[slot] >= ADDRESSES_PER_LIST) {
        remove(oldest[slot]);
      }
      entry = newEntry();
      list[entry] = inList;
      group[entry] = ofGroup;
      high[entry] = addressHigh;
      low[entry] = addressLow;
      int bucket = hash(ofGroup, addressHigh, addressLow) & buckets.length - 1;
      nextInBucket[entry] = buckets[bucket];
      buckets[bucket] = entry;
      count[slot]++;
      append(slot, entry);
    } else {
      int slot = listSlot(inList);
      unlink(slot, entry);
      append(slot, entry);
    }
    stamp[entry] = now;
  }

  void remove(int entry) {
    int slot = listSlot(list[entry]);
    unlink(slot, entry);
    count[slot]--;
    int bucket = hash(group[entry], high[entry], low[entry]) & buckets.length - 1;
    if (buckets[bucket] == entry) {
      buckets[bucket] = nextInBucket[entry];
    } else {
      int before = buckets[bucket];
      while (nextInBucket[before] != entry) {
        before = nextInBucket[before];
      }
      nextInBucket[before] = nextInBucket[entry];
    }
    list[entry] = NONE;
    nextInBucket[entry] = free;
    free = entry;
  }

  /** Removes the list's least recently set address if it was last seen before a time. */
  void reap(int inList, long since, int spared) {
    int entry = oldest[listSlot(inList)];
    if (entry != NONE && entry != spared && stamp[entry] < since) {
      remove(entry);
    }
  }

  /** Forgets the lists that a program does not name. */
  void retain(DecisionProgram program) {
    for (int entry = 0; entry < used; entry++) {
      if (list[entry] != NONE && !program.namesList(list[entry])) {
        remove(entry);
      }
    }
  }

  private int listSlot(int inList) {
    int slot = listOf.get(inList);
    if (slot == NONE) {
      slot = lists++;
      if (slot == oldest.length) {
        oldest = Arrays.copyOf(oldest, slot * 2);
        newest = Arrays.copyOf(newest, slot * 2);
        count = Arrays.copyOf(count, slot * 2);
      }
      oldest[slot] = NONE;
      newest[slot] = NONE;
      listOf.put(inList, slot);
    }
    return slot;
  }

  private void append(int slot, int entry) {
    older[entry] = newest[slot];
    newer[entry] = NONE;
    if (newest[slot] == NONE) {
      oldest[slot] = entry;
    } else {
      newer[newest[slot]] = entry;
    }
    newest[slot] = entry;
  }

  private void unlink(int slot, int entry) {
    if (older[entry] == NONE) {
      oldest[slot] = newer[entry];
    } else {
      newer[older[entry]] = newer[entry];
    }
    if (newer[entry] == NONE) {
      newest[slot] = older[entry];
    } else {
      older[newer[entry]] = older[entry];
    }
  }

  private int newEntry() {
    if (free != NONE) {
      int entry = free;
      free = nextInBucket[entry];
      return entry;
    }
    if (used == list.length) {
      grow();
    }
    return used++;
  }

  private void grow() {
    int capacity = used * 2;
    nextInBucket = Arrays.copyOf(nextInBucket, capacity);
    list = Arrays.copyOf(list, capacity);
    group = Arrays.copyOf(group, capacity);
    high = Arrays.copyOf(high, capacity);
    low = Arrays.copyOf(low, capacity);
    stamp = Arrays.copyOf(stamp, capacity);
    older = Arrays.copyOf(older, capacity);
    newer = Arrays.copyOf(newer, capacity);
    buckets = new int[capacity * 2];
    Arrays.fill(buckets, NONE);
    for (int entry = 0; entry < used; entry++) {
      int bucket = hash(group[entry], high[entry], low[entry]) & buckets.length - 1;
      nextInBucket[entry] = buckets[bucket];
      buckets[bucket] = entry;
    }
  }
}
