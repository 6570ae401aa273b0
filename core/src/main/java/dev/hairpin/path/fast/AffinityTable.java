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
   * An entry says that a list holds an address. It has 32 octets, and a word of the index leads to
   * it, so that a caller who is known costs two cache lines:
   *
   *   entries, four longs:  address, low ; high ; when it was set, in ms ; the how manieth set it was
   *   index, one long:      list << 32 | entry + 1; 0 is free
   *
   * The index is open addressing with linear probing, at most half full. The hash is of the address
   * and the list's group, which the lists of one Service share: one look-up finds all lists of a
   * Service that hold a caller, and the list in the index's word tells most others apart.
   *
   * The order in which a list's addresses were set is not kept, but searched for when a full list
   * needs room or an old address must go: a hundred entries at most, and only if "least", which is
   * no later than any of the list's times, is old enough. Most callers are in one list of a group;
   * while all are ("doubles" is 0), the first list that is found will do.
   */
  private static final int NONE = -1;
  private static final int FIRST_CAPACITY = 16;
  private static final int STRIDE_BITS = 2;
  private static final int HIGH = 1;
  private static final int STAMP = 2;
  private static final int ORDER = 3;

  private long[] entries = new long[FIRST_CAPACITY << STRIDE_BITS];
  private long[] index = new long[FIRST_CAPACITY * 2];
  private int live;
  private long sets;

  /** How many entries there are beside the first of a group and address: of callers who moved. */
  private int doubles;

  /** No later than any entry's time. */
  private long least = Long.MAX_VALUE;

  // By entry, for changes only. Free entries are chained by nextInList.
  private int[] list = new int[FIRST_CAPACITY];
  private int[] group = new int[FIRST_CAPACITY];
  private int[] nextInList = new int[FIRST_CAPACITY];
  private int free = NONE;
  private int used;

  // By list, in the order in which lists were first used.
  private final Int2IntOpenHashMap slotOf = new Int2IntOpenHashMap();
  private int[] firstInList = new int[4];
  private int[] count = new int[4];
  private long[] leastInList = new long[4];
  private int lists;

  /** A table that remembers nobody. */
  public AffinityTable() {
    slotOf.defaultReturnValue(NONE);
  }

  /**
   * How many entries there are: pairs of a list and an address that it holds.
   *
   * @return the number
   */
  public int size() {
    return live;
  }

  /**
   * A copy that lives on by itself.
   *
   * @return the copy
   */
  public AffinityTable copy() {
    AffinityTable copy = new AffinityTable();
    copy.entries = entries.clone();
    copy.index = index.clone();
    copy.live = live;
    copy.sets = sets;
    copy.doubles = doubles;
    copy.least = least;
    copy.list = list.clone();
    copy.group = group.clone();
    copy.nextInList = nextInList.clone();
    copy.free = free;
    copy.used = used;
    copy.slotOf.putAll(slotOf);
    copy.firstInList = firstInList.clone();
    copy.count = count.clone();
    copy.leastInList = leastInList.clone();
    copy.lists = lists;
    return copy;
  }

  private int home(int ofGroup, long high, long low) {
    long h = (low ^ ofGroup * 0x9e37_79b9_7f4a_7c15L) * 0xd6e8_feb8_6659_fd93L ^ high;
    h *= 0x9e37_79b9_7f4a_7c15L;
    return (int) (h >>> 32) & index.length - 1;
  }

  private boolean isOf(int entry, long high, long low) {
    int at = entry << STRIDE_BITS;
    return entries[at] == low && entries[at + HIGH] == high;
  }

  int listOf(int entry) {
    return list[entry];
  }

  long stampOf(int entry) {
    return entries[(entry << STRIDE_BITS) + STAMP];
  }

  /** Whether any list of a group holds an address. */
  private boolean isKnown(int ofGroup, long high, long low) {
    for (int at = home(ofGroup, high, low); index[at] != 0; at = at + 1 & index.length - 1) {
      int entry = (int) index[at] - 1;
      if (group[entry] == ofGroup && isOf(entry, high, low)) {
        return true;
      }
    }
    return false;
  }

  /** Loads what a question about a group and address looks at first. */
  long touch(int ofGroup, long high, long low) {
    return index[home(ofGroup, high, low)];
  }

  /** The entry of a list and address, or -1. */
  int find(int inList, int ofGroup, long high, long low) {
    int at = home(ofGroup, high, low);
    while (true) {
      long word = index[at];
      if (word == 0) {
        return NONE;
      }
      int entry = (int) word - 1;
      if ((int) (word >>> 32) == inList && isOf(entry, high, low)) {
        return entry;
      }
      at = at + 1 & index.length - 1;
    }
  }

  /**
   * The first rung of a ladder whose list holds an address.
   *
   * @param firstList the list of the first rung, if they count on from it; else -1, and they are
   *     given
   * @param lists where they are given, from {@code at} on
   * @param from the first rung that is asked
   * @param rungs how many there are
   * @return rung * 2^32 + entry; -1 if there is none
   */
  long firstRung(
      int ofGroup, long high, long low, int firstList, int[] lists, int at, int from, int rungs) {
    long found = NONE;
    int end = rungs;
    int place = home(ofGroup, high, low);
    while (true) {
      long word = index[place];
      if (word == 0) {
        return found;
      }
      int inList = (int) (word >>> 32);
      int rung = firstList >= 0 ? inList - firstList : rungOf(inList, lists, at, from, end);
      int entry = (int) word - 1;
      if (rung >= from && rung < end && isOf(entry, high, low)) {
        found = (long) rung << 32 | entry;
        end = rung;
        if (doubles == 0) {
          return found;
        }
      }
      place = place + 1 & index.length - 1;
    }
  }

  /**
   * The first endpoint, in the order of the rules, whose list has seen an address lately: its rung
   * * 2^32 + the entry; or -1.
   *
   * @param seconds how long it is remembered; 0 for ever
   */
  long remembered(
      int ofGroup,
      long high,
      long low,
      int firstList,
      int[] lists,
      int at,
      int rungs,
      int seconds,
      long now) {
    long since = now - seconds * 1_000L;
    int from = 0;
    while (true) {
      long found = firstRung(ofGroup, high, low, firstList, lists, at, from, rungs);
      if (found < 0) {
        return found;
      }
      int entry = (int) found;
      boolean lately = seconds == 0 || stampOf(entry) >= since;
      reap(list[entry], since, -1);
      if (lately) {
        return found;
      }
      from = (int) (found >>> 32) + 1;
    }
  }

  /** How an address of IPv4 is kept, since both families share a list: as an IPv4-mapped one. */
  static long mapped(int address) {
    return 0xffff_0000_0000L | (address & 0xffff_ffffL);
  }

  private static int rungOf(int inList, int[] lists, int at, int from, int end) {
    for (int rung = from; rung < end; rung++) {
      if (lists[at + rung] == inList) {
        return rung;
      }
    }
    return NONE;
  }

  /** Adds or renews an address. */
  void set(int inList, int ofGroup, long high, long low, long now) {
    int entry = find(inList, ofGroup, high, low);
    if (entry == NONE) {
      int slot = listSlot(inList);
      if (count[slot] >= ADDRESSES_PER_LIST) {
        remove(oldest(slot));
      }
      entry = newEntry();
      list[entry] = inList;
      group[entry] = ofGroup;
      entries[entry << STRIDE_BITS] = low;
      entries[(entry << STRIDE_BITS) + HIGH] = high;
      nextInList[entry] = firstInList[slot];
      firstInList[slot] = entry;
      count[slot]++;
      live++;
      leastInList[slot] = Math.min(leastInList[slot], now);
      doubles += isKnown(ofGroup, high, low) ? 1 : 0;
      enter(entry);
    }
    renew(entry, now);
  }

  /** Renews an entry; times do not go back. */
  void renew(int entry, long now) {
    int at = entry << STRIDE_BITS;
    entries[at + STAMP] = now;
    entries[at + ORDER] = sets++;
    least = Math.min(least, now);
  }

  private void enter(int entry) {
    int first = entry << STRIDE_BITS;
    int at = home(group[entry], entries[first + HIGH], entries[first]);
    while (index[at] != 0) {
      at = at + 1 & index.length - 1;
    }
    index[at] = (long) list[entry] << 32 | entry + 1;
  }

  void remove(int entry) {
    int slot = listSlot(list[entry]);
    if (firstInList[slot] == entry) {
      firstInList[slot] = nextInList[entry];
    } else {
      int before = firstInList[slot];
      while (nextInList[before] != entry) {
        before = nextInList[before];
      }
      nextInList[before] = nextInList[entry];
    }
    count[slot]--;
    live--;
    leave(entry);
    int at = entry << STRIDE_BITS;
    doubles -= isKnown(group[entry], entries[at + HIGH], entries[at]) ? 1 : 0;
    list[entry] = NONE;
    nextInList[entry] = free;
    free = entry;
  }

  /** Takes an entry's word out of the index, and moves words behind it that belong before. */
  private void leave(int entry) {
    int mask = index.length - 1;
    int first = entry << STRIDE_BITS;
    int gap = home(group[entry], entries[first + HIGH], entries[first]);
    while ((int) index[gap] != entry + 1) {
      gap = gap + 1 & mask;
    }
    for (int at = gap + 1 & mask; index[at] != 0; at = at + 1 & mask) {
      int other = (int) index[at] - 1;
      first = other << STRIDE_BITS;
      int home = home(group[other], entries[first + HIGH], entries[first]);
      if ((at - home & mask) >= (at - gap & mask)) {
        index[gap] = index[at];
        gap = at;
      }
    }
    index[gap] = 0;
  }

  /** Removes the list's least recently set address if it was last seen before a time. */
  void reap(int inList, long since, int spared) {
    if (least >= since) {
      return;
    }
    int slot = listSlot(inList);
    if (leastInList[slot] >= since) {
      return;
    }
    int entry = oldest(slot);
    if (entry == NONE) {
      return;
    }
    leastInList[slot] = stampOf(entry);
    if (entry != spared && stampOf(entry) < since) {
      remove(entry);
    }
  }

  /** The list's least recently set entry, or -1. */
  private int oldest(int slot) {
    int oldest = NONE;
    long order = Long.MAX_VALUE;
    for (int entry = firstInList[slot]; entry != NONE; entry = nextInList[entry]) {
      long other = entries[(entry << STRIDE_BITS) + ORDER];
      if (other < order) {
        order = other;
        oldest = entry;
      }
    }
    return oldest;
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
    int slot = slotOf.get(inList);
    if (slot == NONE) {
      slot = lists++;
      if (slot == count.length) {
        firstInList = Arrays.copyOf(firstInList, slot * 2);
        count = Arrays.copyOf(count, slot * 2);
        leastInList = Arrays.copyOf(leastInList, slot * 2);
      }
      firstInList[slot] = NONE;
      leastInList[slot] = Long.MAX_VALUE;
      slotOf.put(inList, slot);
    }
    return slot;
  }

  private int newEntry() {
    if (free != NONE) {
      int entry = free;
      free = nextInList[entry];
      return entry;
    }
    if (used == list.length) {
      grow();
    }
    return used++;
  }

  private void grow() {
    int capacity = used * 2;
    entries = Arrays.copyOf(entries, capacity << STRIDE_BITS);
    list = Arrays.copyOf(list, capacity);
    group = Arrays.copyOf(group, capacity);
    nextInList = Arrays.copyOf(nextInList, capacity);
    index = new long[capacity * 2];
    for (int entry = 0; entry < used; entry++) {
      enter(entry);
    }
  }
}
