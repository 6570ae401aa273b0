package dev.hairpin.path.fast;

import it.unimi.dsi.fastutil.ints.Int2IntMap;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrays;
import it.unimi.dsi.fastutil.ints.IntSet;
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
   * An entry says that a list holds an address. It is a slot of open addressing with linear
   * probing, at most five eighths full. All that is needed of a caller who is known is in its 16
   * octets, of which four lie in a cache line:
   *
   *   two longs a slot:  who, 0 if the slot is free ; when
   *
   *   who    bits  0-31  the address of IPv4, or a hash of that of IPv6, which "wide" has
   *          bits 32-62  list + 1
   *          bit     63  IPv6
   *   when   bits  0-21  its number among those of its millisecond
   *          bits 22-62  milliseconds since "base"
   *          bit     63  the list's endpoint is known not to be the caller
   *
   * The slot's hash is of the address and the list's group, which the lists of one Service share:
   * one look-up finds all lists of a Service that hold a caller.
   *
   * The order in which a list's addresses were set is that of "when". It is searched for when a
   * full list needs room or an old address must go: a hundred entries at most, and only if "least",
   * which is no later than any entry's time, is old enough. Most callers are in one list of a
   * group; while all are ("doubles" is 0), the first list that is found will do.
   *
   * Slots move when others are emptied, so that a slot's number holds until the next removal only.
   */
  private static final int NONE = -1;
  private static final int FIRST_CAPACITY = 32;
  private static final long OF_ANOTHER = Long.MIN_VALUE;
  private static final int LIST_SHIFT = 32;
  private static final int LIST_MASK = Integer.MAX_VALUE;
  private static final long OF_IPV6 = Long.MIN_VALUE;
  private static final long CALLER_MASK = OF_IPV6 | 0xffff_ffffL;
  private static final int TIME_SHIFT = 22;

  /** The longest time since "base", 69 years, and what is kept of it when "base" must move. */
  private static final long MOST_TIME = (1L << (63 - TIME_SHIFT)) - 1;

  private static final long KEPT_TIME = 1_000L << 31;

  private long[] slots = new long[who(FIRST_CAPACITY)];
  private int live;
  private long base;
  private int version;

  /** When the last one was set, as in a slot. */
  private long last = -1;

  /** How many entries there are beside the first of a group and address: of callers who moved. */
  private int doubles;

  /** No later than any entry's time, and how often that did not answer since it was exact. */
  private long least = Long.MAX_VALUE;

  private int doubts;

  // By slot, for changes only; a list's entries are chained in both directions.
  private int[] group = new int[FIRST_CAPACITY];
  private int[] before = new int[FIRST_CAPACITY];
  private int[] after = new int[FIRST_CAPACITY];

  /** Two longs for each slot once there is an address of IPv6. */
  private long[] wide = new long[0];

  // By list, in the order in which lists were first used.
  private final Int2IntOpenHashMap numberOf = new Int2IntOpenHashMap();
  private int[] firstInList = new int[4];
  private int[] count = new int[4];
  private long[] leastInList = new long[4];
  private int lists;

  /** A table that remembers nobody. */
  public AffinityTable() {
    numberOf.defaultReturnValue(NONE);
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
    copy.slots = slots.clone();
    copy.live = live;
    copy.base = base;
    copy.last = last;
    copy.doubles = doubles;
    copy.least = least;
    copy.doubts = doubts;
    copy.group = group.clone();
    copy.before = before.clone();
    copy.after = after.clone();
    copy.wide = wide.clone();
    copy.numberOf.putAll(numberOf);
    copy.firstInList = firstInList.clone();
    copy.count = count.clone();
    copy.leastInList = leastInList.clone();
    copy.lists = lists;
    return copy;
  }

  /** Another number after every change but a renewal: slots and their callers are the same. */
  int version() {
    return version;
  }

  // ---- reading a slot

  private static int who(int slot) {
    return 2 * slot;
  }

  private static int when(int slot) {
    return 2 * slot + 1;
  }

  private long timeOf(int slot) {
    return slots[when(slot)] & ~OF_ANOTHER;
  }

  private boolean isFree(int slot) {
    return slots[who(slot)] == 0;
  }

  private int listOf(int slot) {
    return (int) (slots[who(slot)] >>> LIST_SHIFT & LIST_MASK) - 1;
  }

  private long callerOf(int slot) {
    return slots[who(slot)] & CALLER_MASK;
  }

  /** The time of a slot, in milliseconds since 1970. */
  long stampOf(int slot) {
    return base + (timeOf(slot) >>> TIME_SHIFT);
  }

  /** How an address of IPv4 is asked for, since both families share a list: as a mapped one. */
  static long mapped(int address) {
    return 0xffff_0000_0000L | (address & 0xffff_ffffL);
  }

  /** What a slot says of an address, beside the list. */
  private static long caller(long high, long low) {
    if (high == 0 && low >>> 32 == 0xffff) {
      return low & 0xffff_ffffL;
    }
    long hash = (low * 0x9e37_79b9_7f4a_7c15L ^ high) * 0xd6e8_feb8_6659_fd93L;
    return OF_IPV6 | hash >>> 32;
  }

  /** Whether a slot of the same caller is of this address indeed. */
  private boolean isOf(int slot, long high, long low) {
    return slots[who(slot)] >= 0 || (wide[2 * slot] == high && wide[2 * slot + 1] == low);
  }

  private int home(int ofGroup, long caller) {
    return home(ofGroup, caller, slots.length);
  }

  private static int home(int ofGroup, long caller, int length) {
    long hash = (caller ^ ofGroup * 0x9e37_79b9_7f4a_7c15L) * 0xd6e8_feb8_6659_fd93L;
    return (int) ((hash * 0x9e37_79b9_7f4a_7c15L) >>> 32) & ((length >>> 1) - 1);
  }

  private int next(int slot) {
    return (slot + 1) & (group.length - 1);
  }

  // ---- asking

  /** Whether any list of a group holds an address. */
  private boolean isKnown(int ofGroup, long high, long low) {
    long caller = caller(high, low);
    for (int at = home(ofGroup, caller); !isFree(at); at = next(at)) {
      if (callerOf(at) == caller && group[at] == ofGroup && isOf(at, high, low)) {
        return true;
      }
    }
    return false;
  }

  /** The slot of a list and address, or -1. */
  int find(int inList, int ofGroup, long high, long low) {
    long caller = caller(high, low);
    long sought = caller + ((inList + 1L) << LIST_SHIFT);
    for (int at = home(ofGroup, caller); !isFree(at); at = next(at)) {
      if (slots[who(at)] == sought && isOf(at, high, low)) {
        return at;
      }
    }
    return NONE;
  }

  /**
   * Whether {@link #known4} may be asked about callers seen since a time: nobody must be forgotten,
   * and nobody is in two lists of a group.
   */
  boolean isSimple(long since) {
    return least >= since && doubles == 0;
  }

  /**
   * The list, of those that count on from one, which holds an address of IPv4, if no other can.
   *
   * @return how many lists it is behind the first * 2^32 + slot; -1 if there is none
   */
  long known4(int ofGroup, int address, int firstList, int rungs) {
    long[] table = slots;
    long caller = address & 0xffff_ffffL;
    long first = caller + ((firstList + 1L) << LIST_SHIFT);
    int at = who(home(ofGroup, caller, table.length));
    while (true) {
      long who = table[at];
      // Turned round, the difference is small only for the same caller.
      long rung = Long.rotateLeft(who - first, LIST_SHIFT);
      if (rung >= 0 && rung < rungs) {
        return rung << 32 | at >>> 1;
      }
      if (who == 0) {
        return NONE;
      }
      at = (at + 2) & (table.length - 1);
    }
  }

  /**
   * The first rung of a ladder whose list holds an address.
   *
   * @param firstList the list of the first rung, if they count on from it; else -1, and they are
   *     given
   * @param given where they are given, from {@code at} on
   * @param from the first rung that is asked
   * @param rungs how many there are
   * @return rung * 2^32 + slot; -1 if there is none
   */
  long firstRung(
      int ofGroup, long high, long low, int firstList, int[] given, int at, int from, int rungs) {
    long caller = caller(high, low);
    long found = NONE;
    int end = rungs;
    for (int slot = home(ofGroup, caller); !isFree(slot); slot = next(slot)) {
      if (callerOf(slot) != caller) {
        continue;
      }
      int inList = listOf(slot);
      int rung = firstList >= 0 ? inList - firstList : rungOf(inList, given, at, from, end);
      if (rung >= from && rung < end && isOf(slot, high, low)) {
        found = (long) rung << 32 | slot;
        end = rung;
        if (doubles == 0) {
          return found;
        }
      }
    }
    return found;
  }

  /**
   * The first endpoint, in the order of the rules, whose list has seen an address lately: its rung
   * * 2^32 + the slot; or -1.
   *
   * @param seconds how long it is remembered; 0 for ever
   */
  long remembered(
      int ofGroup,
      long high,
      long low,
      int firstList,
      int[] given,
      int at,
      int rungs,
      int seconds,
      long now) {
    long since = now - seconds * 1_000L;
    int from = 0;
    while (true) {
      long found = firstRung(ofGroup, high, low, firstList, given, at, from, rungs);
      if (found < 0) {
        return found;
      }
      boolean lately = seconds == 0 || stampOf((int) found) >= since;
      boolean moved = reap(listOf((int) found), since, NONE);
      if (lately) {
        return moved ? firstRung(ofGroup, high, low, firstList, given, at, from, rungs) : found;
      }
      from = (int) (found >>> 32) + 1;
    }
  }

  private static int rungOf(int inList, int[] given, int at, int from, int end) {
    for (int rung = from; rung < end; rung++) {
      if (given[at + rung] == inList) {
        return rung;
      }
    }
    return NONE;
  }

  // ---- changing

  /** Adds or renews an address. */
  void set(int inList, int ofGroup, long high, long low, long now) {
    int slot = find(inList, ofGroup, high, low);
    if (slot == NONE) {
      int number = number(inList);
      if (count[number] >= ADDRESSES_PER_LIST) {
        remove(oldest(number));
      }
      if (8 * (live + 1) > 5 * group.length) {
        grow();
      }
      doubles += isKnown(ofGroup, high, low) ? 1 : 0;
      slot = enter(inList, ofGroup, high, low, number);
      leastInList[number] = Math.min(leastInList[number], now);
      least = Math.min(least, now);
    }
    renew(slot, now);
  }

  /** Renews an entry; times do not go back. */
  void renew(int slot, long now) {
    slots[when(slot)] = tick(now);
  }

  /** Whether the list's endpoint is known not to be the caller. */
  boolean isOfAnother(int slot) {
    return slots[when(slot)] < 0;
  }

  /** Renews an entry whose list leads to one endpoint, which is not the caller. */
  void renewOfAnother(int slot, long now) {
    slots[when(slot)] = tick(now) | OF_ANOTHER;
  }

  private long tick(long now) {
    long next = last + 1;
    if (next >>> TIME_SHIFT != now - base) {
      next = later(now);
    }
    last = next;
    return next;
  }

  /** The first of another millisecond; or of the same, when all of its numbers are used up. */
  private long later(long now) {
    if (now < base || now - base > MOST_TIME) {
      renumber(now - KEPT_TIME);
    }
    long time = now - base;
    if (time == last >>> TIME_SHIFT) {
      renumber(base);
      return last + 1;
    }
    return time << TIME_SHIFT;
  }

  /**
   * Counts time from elsewhere, and the entries of each list anew. What is older than that is older
   * than any rule asks for.
   */
  private void renumber(long from) {
    int[] ofList = new int[ADDRESSES_PER_LIST];
    for (int number = 0; number < lists; number++) {
      int size = 0;
      for (int slot = firstInList[number]; slot != NONE; slot = after[slot]) {
        ofList[size++] = slot;
      }
      IntArrays.quickSort(ofList, 0, size, (a, b) -> Long.compare(timeOf(a), timeOf(b)));
      for (int i = 0; i < size; i++) {
        slots[when(ofList[i])] = since(from, stampOf(ofList[i])) << TIME_SHIFT | i;
      }
    }
    last = since(from, base + (last >>> TIME_SHIFT)) << TIME_SHIFT | ADDRESSES_PER_LIST;
    base = from;
  }

  private static long since(long from, long stamp) {
    return Math.max(0, Math.min(MOST_TIME, stamp - from));
  }

  private int enter(int inList, int ofGroup, long high, long low, int number) {
    long caller = caller(high, low);
    int slot = home(ofGroup, caller);
    while (!isFree(slot)) {
      slot = next(slot);
    }
    slots[who(slot)] = caller + ((inList + 1L) << LIST_SHIFT);
    group[slot] = ofGroup;
    if (caller < 0) {
      if (wide.length == 0) {
        wide = new long[2 * group.length];
      }
      wide[2 * slot] = high;
      wide[2 * slot + 1] = low;
    }
    int next = firstInList[number];
    before[slot] = NONE;
    after[slot] = next;
    firstInList[number] = slot;
    if (next != NONE) {
      before[next] = slot;
    }
    count[number]++;
    live++;
    version++;
    return slot;
  }

  /** Removes the entry of a slot; others may move. */
  void remove(int slot) {
    int number = number(listOf(slot));
    if (before[slot] == NONE) {
      firstInList[number] = after[slot];
    } else {
      after[before[slot]] = after[slot];
    }
    if (after[slot] != NONE) {
      before[after[slot]] = before[slot];
    }
    count[number]--;
    live--;
    version++;
    int ofGroup = group[slot];
    boolean isWide = slots[who(slot)] < 0;
    long high = isWide ? wide[2 * slot] : 0;
    long low = isWide ? wide[2 * slot + 1] : mapped((int) slots[who(slot)]);
    leave(slot);
    doubles -= isKnown(ofGroup, high, low) ? 1 : 0;
  }

  /** Empties a slot, and moves entries behind it that belong before. */
  private void leave(int slot) {
    int mask = group.length - 1;
    int gap = slot;
    for (int at = next(gap); !isFree(at); at = next(at)) {
      int home = home(group[at], callerOf(at));
      if ((at - home & mask) >= (at - gap & mask)) {
        move(at, gap);
        gap = at;
      }
    }
    slots[who(gap)] = 0;
  }

  private void move(int from, int to) {
    System.arraycopy(slots, who(from), slots, who(to), 2);
    if (wide.length > 0) {
      System.arraycopy(wide, 2 * from, wide, 2 * to, 2);
    }
    group[to] = group[from];
    before[to] = before[from];
    after[to] = after[from];
    if (before[to] == NONE) {
      firstInList[number(listOf(to))] = to;
    } else {
      after[before[to]] = to;
    }
    if (after[to] != NONE) {
      before[after[to]] = to;
    }
  }

  /**
   * Removes the list's least recently set address if it was last seen before a time.
   *
   * @param spared the slot of one that stays; -1 for none
   * @return whether one was removed
   */
  boolean reap(int inList, long since, int spared) {
    if (least >= since) {
      return false;
    }
    if (doubts++ > group.length) {
      doubts = 0;
      least = exactLeast();
    }
    int number = number(inList);
    if (leastInList[number] >= since) {
      return false;
    }
    int slot = oldest(number);
    if (slot == NONE) {
      return false;
    }
    leastInList[number] = stampOf(slot);
    if (slot == spared || stampOf(slot) >= since) {
      return false;
    }
    remove(slot);
    return true;
  }

  private long exactLeast() {
    long exact = Long.MAX_VALUE;
    for (int slot = 0; slot < group.length; slot++) {
      exact = isFree(slot) ? exact : Math.min(exact, stampOf(slot));
    }
    return exact;
  }

  /** The list's least recently set entry, or -1. */
  private int oldest(int number) {
    int oldest = NONE;
    long time = Long.MAX_VALUE;
    for (int slot = firstInList[number]; slot != NONE; slot = after[slot]) {
      if (timeOf(slot) < time) {
        time = timeOf(slot);
        oldest = slot;
      }
    }
    return oldest;
  }

  /** Forgets all lists but some. */
  void retain(IntSet named) {
    for (Int2IntMap.Entry list : numberOf.int2IntEntrySet()) {
      if (!named.contains(list.getIntKey())) {
        while (firstInList[list.getIntValue()] != NONE) {
          remove(firstInList[list.getIntValue()]);
        }
      }
    }
  }

  private int number(int inList) {
    int number = numberOf.get(inList);
    if (number == NONE) {
      number = lists++;
      if (number == count.length) {
        firstInList = Arrays.copyOf(firstInList, number * 2);
        count = Arrays.copyOf(count, number * 2);
        leastInList = Arrays.copyOf(leastInList, number * 2);
      }
      firstInList[number] = NONE;
      leastInList[number] = Long.MAX_VALUE;
      numberOf.put(inList, number);
    }
    return number;
  }

  private void grow() {
    int capacity = 2 * group.length;
    long[] oldSlots = slots;
    long[] oldWide = wide;
    int[] oldGroup = group;
    int[] places = new int[group.length];
    slots = new long[who(capacity)];
    wide = new long[oldWide.length * 2];
    group = new int[capacity];
    for (int slot = 0; slot < places.length; slot++) {
      if (oldSlots[who(slot)] == 0) {
        continue;
      }
      int to = home(oldGroup[slot], oldSlots[who(slot)] & CALLER_MASK);
      while (!isFree(to)) {
        to = next(to);
      }
      places[slot] = to;
      group[to] = oldGroup[slot];
      System.arraycopy(oldSlots, who(slot), slots, who(to), 2);
      if (wide.length > 0) {
        System.arraycopy(oldWide, 2 * slot, wide, 2 * to, 2);
      }
    }
    before = moved(before, places, oldSlots);
    after = moved(after, places, oldSlots);
    for (int number = 0; number < lists; number++) {
      int first = firstInList[number];
      firstInList[number] = first == NONE ? NONE : places[first];
    }
  }

  /** Chains of slots that went to other places. */
  private static int[] moved(int[] chain, int[] places, long[] oldSlots) {
    int[] moved = new int[2 * places.length];
    for (int slot = 0; slot < places.length; slot++) {
      if (oldSlots[who(slot)] != 0) {
        moved[places[slot]] = chain[slot] == NONE ? NONE : places[chain[slot]];
      }
    }
    return moved;
  }
}
