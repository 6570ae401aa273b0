package dev.hairpin.path.fast;

import java.util.Arrays;

/**
 * The entries that connections have at the places of one lane, from their opening to their end.
 *
 * <p>Not thread-safe. Allocates only where more connections are open than ever before.
 */
final class Trail {

  /*
   * A ring for each stage of a round and each place, with number of the connection << 32 | handle
   * of its entry. In a stage a place takes connections by their numbers, so that a ring is in the
   * order of numbers, and what is to be closed at a place lies at the heads of its few rings:
   * handshakes and ends go place by place, while a table is in the cache, and read no line of
   * another lane but those that say what became of connections.
   *
   *   head .. kept   entries of open connections
   *   kept .. tail   entries of this round, of which those are kept that were answered;
   *                  seen is the next to be looked at
   *
   * Positions count on and wrap; numbers are taken modulo 2^32, of which far fewer are open.
   */
  private static final int FIRST_ROOM = 16;
  private static final long[] EMPTY = {};

  private final int places;
  private final long[][] rings;
  private final int[] head;
  private final int[] kept;
  private final int[] seen;
  private final int[] tail;

  Trail(int places) {
    this.places = places;
    int count = places * Round.HOPS;
    rings = new long[count][];
    Arrays.fill(rings, EMPTY);
    head = new int[count];
    kept = new int[count];
    seen = new int[count];
    tail = new int[count];
  }

  /** The ring of a stage and place, both counted from 0. */
  int ring(int stage, int place) {
    return stage * places + place;
  }

  /** Notes an entry that was opened in this round. */
  void add(int ring, long number, int handle) {
    int at = tail[ring];
    if (at - head[ring] == rings[ring].length) {
      grow(ring);
    }
    long[] entries = rings[ring];
    entries[at & entries.length - 1] = number << 32 | handle;
    tail[ring] = at + 1;
  }

  private void grow(int ring) {
    long[] before = rings[ring];
    long[] more = new long[Math.max(FIRST_ROOM, 2 * before.length)];
    for (int at = head[ring]; at != tail[ring]; at++) {
      more[at & more.length - 1] = before[at & before.length - 1];
    }
    rings[ring] = more;
  }

  /**
   * Keeps the entries of connections that stay open, and forgets the others of this round.
   *
   * @param ends what became of the round's connections
   * @param first the number of the first of them
   * @param handles where to put entries that are kept
   * @return how many were put there: as many as fit in, and 0 if none is left
   */
  int settle(int ring, byte[] ends, long first, int[] handles) {
    long[] entries = rings[ring];
    int mask = entries.length - 1;
    int end = tail[ring];
    int at = seen[ring];
    int keep = kept[ring];
    int count = 0;
    while (at != end && count < handles.length) {
      long entry = entries[at++ & mask];
      int stays = ends[(int) (entry >>> 32) - (int) first] == Lane.STAYS ? 1 : 0;
      entries[keep & mask] = entry;
      handles[count] = (int) entry;
      keep += stays;
      count += stays;
    }
    kept[ring] = keep;
    if (at == end) {
      tail[ring] = keep;
      at = keep;
    }
    seen[ring] = at;
    return count;
  }

  /**
   * Takes out entries of connections that are closed.
   *
   * @param limit all connections below this number are closed
   * @param handles where to put their entries
   * @return how many were put there: as many as fit in, and 0 if none is left
   */
  int close(int ring, long limit, int[] handles) {
    long[] entries = rings[ring];
    int mask = entries.length - 1;
    int end = kept[ring];
    int at = head[ring];
    int count = 0;
    while (at != end && count < handles.length) {
      long entry = entries[at & mask];
      if ((int) (entry >>> 32) - (int) limit >= 0) {
        break;
      }
      handles[count++] = (int) entry;
      at++;
    }
    head[ring] = at;
    return count;
  }
}
