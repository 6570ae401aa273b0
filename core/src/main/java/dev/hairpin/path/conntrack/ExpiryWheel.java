package dev.hairpin.path.conntrack;

import java.util.Arrays;

/**
 * Which rows have to be looked at when, by ticks of about a second.
 *
 * <p>Not thread-safe.
 */
final class ExpiryWheel {

  /*
   * Rows are filed by blocks of 16 neighbours, under the earliest tick in which one of them may be
   * over; what lies further ahead than the wheel turns in one lap is filed under the last tick of
   * the lap. A block is never filed too late, and often too early: a packet that renews an entry
   * does not touch the wheel. When its tick has passed, the block's records, a few neighbouring
   * lines, are read and it is filed anew.
   *
   * Blocks of one tick are a doubly linked list. 12 bytes a block are less than one byte a row, and
   * opening or closing a connection touches no other connection's memory.
   *
   * Ticks are counted from the wheel's first, so that they fit into an int for 69 years.
   */
  static final int NONE = -1;
  private static final int TICK_SHIFT = 10;
  private static final int SLOTS = 256;
  private static final int NOT_FILED = Integer.MAX_VALUE;
  private static final int[] NOTHING = {};

  private final long firstTick;
  private int hand;
  private final int[] head = new int[SLOTS];
  private int[] tick = NOTHING;
  private int[] next = NOTHING;
  private int[] previous = NOTHING;

  ExpiryWheel(long now) {
    firstTick = now >> TICK_SHIFT;
    Arrays.fill(head, NONE);
  }

  ExpiryWheel(ExpiryWheel other) {
    firstTick = other.firstTick;
    hand = other.hand;
    System.arraycopy(other.head, 0, head, 0, SLOTS);
    tick = other.tick.clone();
    next = other.next.clone();
    previous = other.previous.clone();
  }

  private int tick(long time) {
    return (int) ((time >> TICK_SHIFT) - firstTick);
  }

  /** How many ticks a time lies behind the hand; 0 in the tick that the hand points to. */
  int behind(long now) {
    return tick(now) - hand;
  }

  /** Sees to it that the row is looked at when this time has come. */
  void file(int row, long time) {
    int block = row >> Rows.BLOCK_SHIFT;
    if (block >= tick.length) {
      grow(block);
    }
    int wanted = Math.min(Math.max(tick(time), hand), hand + SLOTS - 1);
    if (tick[block] <= wanted) {
      return;
    }
    if (tick[block] != NOT_FILED) {
      take(block);
    }
    int slot = wanted & SLOTS - 1;
    tick[block] = wanted;
    previous[block] = NONE;
    next[block] = head[slot];
    if (head[slot] != NONE) {
      previous[head[slot]] = block;
    }
    head[slot] = block;
  }

  private void grow(int block) {
    int before = tick.length;
    int size = Math.max(block + 1, before + before / 2);
    tick = Arrays.copyOf(tick, size);
    Arrays.fill(tick, before, size, NOT_FILED);
    next = Arrays.copyOf(next, size);
    previous = Arrays.copyOf(previous, size);
  }

  private void take(int block) {
    if (previous[block] == NONE) {
      head[tick[block] & SLOTS - 1] = next[block];
    } else {
      next[previous[block]] = next[block];
    }
    if (next[block] != NONE) {
      previous[next[block]] = previous[block];
    }
    tick[block] = NOT_FILED;
  }

  /**
   * Moves the hand on.
   *
   * @return how many of the ticks before {@code now} and of its own have to be looked at, the last
   *     of them being {@code now}'s
   */
  int turn(long now) {
    int to = tick(now);
    int slots = Math.min(SLOTS, to - hand + 1);
    hand = to;
    return slots;
  }

  /**
   * Empties a tick.
   *
   * @param ticksAgo counted from the hand, below the number of slots
   * @return its first block; the others follow by {@link #following}
   */
  int emptied(int ticksAgo) {
    int slot = hand - ticksAgo & SLOTS - 1;
    int first = head[slot];
    head[slot] = NONE;
    for (int block = first; block != NONE; block = next[block]) {
      tick[block] = NOT_FILED;
    }
    return first;
  }

  /** The block that was filed behind this one, or {@link #NONE}; to be read before it is filed. */
  int following(int block) {
    return next[block];
  }

  long bytes() {
    return 4L * (SLOTS + 3L * tick.length);
  }
}
