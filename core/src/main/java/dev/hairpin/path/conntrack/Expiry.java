package dev.hairpin.path.conntrack;

import org.jspecify.annotations.Nullable;

/**
 * The ends of the entries of a table: when each is over, and their removal.
 *
 * <p>Times of entries are wrapping 32-bit numbers of milliseconds, which is why no timeout is
 * longer than 12 days. Not thread-safe.
 */
final class Expiry {

  /*
   * A sweep removes in passes over up to 64 entries: hash both directions, load the lines of the
   * index in which they lie, remove. So the processor waits for many lines at a time, where one
   * entry after the other would wait for two. For the same reason it loads the records of several
   * blocks before it looks at the first.
   */
  private static final int TOGETHER = 64;

  private static final int BLOCKS_TOGETHER = 16;

  static final long LONGEST_TIMEOUT_MS = 12L * 24 * 3600 * 1000;

  private final FlowTable table;
  private final int[] timeoutMs;
  private final @Nullable ExpiryWheel[] wheels = new @Nullable ExpiryWheel[2];
  private final int[] over = new int[TOGETHER];
  private final int[] blocks = new int[BLOCKS_TOGETHER];
  private final long[] hashes = new long[2 * TOGETHER];
  private int overs;
  private long touched;
  private long collectedAt = Long.MIN_VALUE;
  private long tick = Long.MIN_VALUE;

  Expiry(FlowTable table) {
    this.table = table;
    timeoutMs = new int[Timeout.values().length];
    for (Timeout t : Timeout.values()) {
      timeout(t, t.defaultSeconds());
    }
  }

  Expiry(Expiry from, FlowTable copiedTable) {
    table = copiedTable;
    timeoutMs = from.timeoutMs.clone();
    for (int family = 0; family < 2; family++) {
      ExpiryWheel wheel = from.wheels[family];
      wheels[family] = wheel == null ? null : new ExpiryWheel(wheel);
    }
    collectedAt = from.collectedAt;
    tick = from.tick;
  }

  void timeout(Timeout which, long seconds) {
    timeoutMs[which.index()] = (int) Math.min(LONGEST_TIMEOUT_MS, Math.max(0, seconds) * 1000);
  }

  /** When an entry is over that is renewed now: a wrapping number of milliseconds. */
  int after(long now, Timeout timeout) {
    return (int) (now + timeoutMs[timeout.index()]);
  }

  /** Sees to it that an entry that comes into the table is removed in time. */
  void confirm(int handle, long now) {
    file(handle, time(handle, now), now);
  }

  /** Writes the state of an entry back; only a shorter time than before has to be filed. */
  void renew(int handle, int meta, int expiresBefore, long now, Timeout timeout) {
    int expires = after(now, timeout);
    table.state(handle, FlowTable.stateOf(meta, expires));
    if (expires - expiresBefore < 0 && (meta & Meta.CONFIRMED) != 0) {
      file(handle, time(handle, now), now);
    }
  }

  /** Writes the time of an entry that stays in its state. */
  void renew(int handle, long state, long now, Timeout timeout) {
    renew(handle, FlowTable.meta(state), (int) state, now, timeout);
  }

  private void file(int handle, long time, long now) {
    int family = FlowTable.family(handle);
    ExpiryWheel wheel = wheels[family];
    if (wheel == null) {
      wheel = new ExpiryWheel(now);
      wheels[family] = wheel;
    }
    wheel.file(FlowTable.row(handle), time);
  }

  /** When an entry is over, on the caller's clock. */
  long time(int handle, long now) {
    return time(table.state(handle), now);
  }

  private static long time(long state, long now) {
    return now + ((int) state - (int) now);
  }

  /** Whether an entry of the table that is in this state is over. */
  static boolean isOver(long state, long now) {
    return (int) now - (int) state >= 0 && (FlowTable.meta(state) & Meta.CONFIRMED) != 0;
  }

  /** Removes what was over in earlier ticks; nearly free within a tick. */
  void collect(long now) {
    if (now >> 10 != tick) {
      sweep(now);
    }
  }

  /** Removes every entry that is over. */
  void sweep(long now) {
    boolean longAgo = collectedAt != Long.MIN_VALUE && now - collectedAt > LONGEST_TIMEOUT_MS;
    collectedAt = now;
    tick = now >> 10;
    for (int family = 0; family < 2; family++) {
      ExpiryWheel wheel = wheels[family];
      if (wheel == null) {
        continue;
      }
      if (longAgo) {
        wheels[family] = null;
        removeAll(family);
        removeTogether();
        continue;
      }
      for (int ticksAgo = wheel.turn(now) - 1; ticksAgo >= 0; ticksAgo--) {
        int block = wheel.emptied(ticksAgo);
        while (block != ExpiryWheel.NONE) {
          block = lookAtSome(block, family, wheel, now);
        }
        // A block may have been filed anew under the last of these ticks, and is looked at again.
        removeTogether();
      }
    }
  }

  /** Looks at some blocks of an emptied tick; answers the one that follows, or none. */
  private int lookAtSome(int firstBlock, int family, ExpiryWheel wheel, long now) {
    int block = firstBlock;
    int count = 0;
    while (count < BLOCKS_TOGETHER && block != ExpiryWheel.NONE) {
      blocks[count++] = block;
      block = wheel.following(block);
    }
    for (int i = 0; i < count; i++) {
      int first = blocks[i] << Rows.BLOCK_SHIFT;
      touched += table.touchRows(family, first, endOfBlock(first, family));
    }
    for (int i = 0; i < count; i++) {
      lookAt(blocks[i], family, wheel, now);
    }
    return block;
  }

  private int endOfBlock(int first, int family) {
    return Math.min(first + Rows.BLOCK_ROWS, table.rows(family));
  }

  private void lookAt(int block, int family, ExpiryWheel wheel, long now) {
    int first = block << Rows.BLOCK_SHIFT;
    int end = endOfBlock(first, family);
    long earliest = Long.MAX_VALUE;
    for (int row = first; row < end; row++) {
      int handle = FlowTable.handle(family, row);
      long state = table.state(handle);
      if ((FlowTable.meta(state) & Meta.CONFIRMED) == 0) {
        continue;
      }
      if (isOver(state, now)) {
        removeSoon(handle);
      } else {
        earliest = Math.min(earliest, time(state, now));
      }
    }
    if (earliest != Long.MAX_VALUE) {
      wheel.file(first, earliest);
    }
  }

  /** After a pause that is longer than any timeout, nothing lives, and times have wrapped. */
  private void removeAll(int family) {
    for (int row = 0; row < table.rows(family); row++) {
      int handle = FlowTable.handle(family, row);
      if ((table.meta(handle) & Meta.CONFIRMED) != 0) {
        removeSoon(handle);
      }
    }
  }

  private void removeSoon(int handle) {
    over[overs++] = handle;
    if (overs == TOGETHER) {
      removeTogether();
    }
  }

  private void removeTogether() {
    for (int i = 0; i < overs; i++) {
      hashes[2 * i] = table.hash(over[i] & ~1);
      hashes[2 * i + 1] = table.hash(over[i] | 1);
    }
    touched += table.touchIndex(hashes, 0, 2 * overs);
    for (int i = 0; i < overs; i++) {
      table.unlink(over[i], hashes[2 * i], hashes[2 * i + 1]);
      table.release(over[i]);
    }
    overs = 0;
  }

  /** Removes an entry of the table. */
  void remove(int handle) {
    table.unlink(handle);
    table.release(handle);
  }

  /** Some bits of the memory that was loaded ahead, so that the loads are not optimised away. */
  long touched() {
    return touched;
  }

  long bytes() {
    long bytes = 0;
    for (ExpiryWheel wheel : wheels) {
      bytes += wheel == null ? 0 : wheel.bytes();
    }
    return bytes;
  }
}
