package dev.hairpin.benchmarks;

/**
 * The floor of connection tracking: the least that arrays can do, without states, timeouts,
 * families, limits or checks.
 */
final class BareArena {

  /*
   * One record of 64 bytes a connection: original addresses | original ports | reply addresses |
   * reply ports | next in the original's chain, next in the reply's chain | expiry. Two directions
   * hang in chains of one index of int heads: entry << 1 | direction, plus 1; 0 ends a chain.
   */
  private static final int WORDS = 8;

  private final long[] records;
  private final int[] heads;
  private final int mask;
  private int firstFree;

  BareArena(int capacity) {
    records = new long[capacity * WORDS];
    heads = new int[Integer.highestOneBit(2 * capacity - 1) << 1];
    mask = heads.length - 1;
    for (int i = 0; i < capacity; i++) {
      records[i * WORDS] = i + 1L;
    }
  }

  private int bucket(long addresses, long ports) {
    long h = addresses * 0x9e37_79b9_7f4a_7c15L ^ ports * 0xc2b2_ae3d_27d4_eb4fL;
    h ^= h >>> 32;
    h *= 0xd6e8_feb8_6659_fd93L;
    return (int) (h >>> 32) & mask;
  }

  /** Twice the entry plus the direction, or -1. */
  int find(long addresses, long ports) {
    int link = heads[bucket(addresses, ports)];
    while (link != 0) {
      int entry = (link - 1) >> 1;
      int direction = (link - 1) & 1;
      int at = entry * WORDS + direction * 2;
      if (records[at] == addresses && records[at + 1] == ports) {
        return link - 1;
      }
      link = next(entry, direction);
    }
    return -1;
  }

  /** Finds and renews. */
  int hit(long addresses, long ports, long now) {
    int found = find(addresses, ports);
    if (found >= 0) {
      records[(found >> 1) * WORDS + 5] = now;
    }
    return found;
  }

  long touch(long addresses, long ports) {
    return heads[bucket(addresses, ports)];
  }

  private int next(int entry, int direction) {
    return (int) (records[entry * WORDS + 4] >>> (direction << 5));
  }

  private void next(int entry, int direction, int link) {
    int at = entry * WORDS + 4;
    int shift = direction << 5;
    records[at] = (records[at] & ~(0xffff_ffffL << shift)) | ((link & 0xffff_ffffL) << shift);
  }

  int add(long addresses, long ports, long replyAddresses, long replyPorts, long now) {
    int entry = firstFree;
    int at = entry * WORDS;
    firstFree = (int) records[at];
    records[at] = addresses;
    records[at + 1] = ports;
    records[at + 2] = replyAddresses;
    records[at + 3] = replyPorts;
    records[at + 4] = 0;
    records[at + 5] = now;
    link(entry, 0, bucket(addresses, ports));
    link(entry, 1, bucket(replyAddresses, replyPorts));
    return entry;
  }

  private void link(int entry, int direction, int bucket) {
    next(entry, direction, heads[bucket]);
    heads[bucket] = (entry << 1 | direction) + 1;
  }

  void remove(int entry) {
    int at = entry * WORDS;
    unlink(entry, 0, bucket(records[at], records[at + 1]));
    unlink(entry, 1, bucket(records[at + 2], records[at + 3]));
    records[at] = firstFree;
    firstFree = entry;
  }

  private void unlink(int entry, int direction, int bucket) {
    int wanted = (entry << 1 | direction) + 1;
    int link = heads[bucket];
    int after = next(entry, direction);
    if (link == wanted) {
      heads[bucket] = after;
      return;
    }
    while (true) {
      int before = link - 1;
      link = next(before >> 1, before & 1);
      if (link == wanted) {
        next(before >> 1, before & 1, after);
        return;
      }
    }
  }

  long bytes() {
    return 8L * records.length + 4L * heads.length;
  }
}
