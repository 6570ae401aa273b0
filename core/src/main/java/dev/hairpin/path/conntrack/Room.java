package dev.hairpin.path.conntrack;

/**
 * How many entries a table may hold, and which of them goes when one more comes in.
 *
 * <p>Source: Linux 6.18, {@code early_drop} of {@code nf_conntrack_core}, measured.
 */
final class Room {

  /** How many hash buckets of the kernel a newcomer to a full table searches for a victim. */
  private static final int EVICTION_BUCKETS = 8;

  private final FlowTable table;
  private final Expiry expiry;
  private final int buckets;
  private int max;
  private long dropped;
  private long evicted;

  Room(FlowTable table, Expiry expiry, int max) {
    this.table = table;
    this.expiry = expiry;
    this.max = max;
    this.buckets = Math.min(262_144, Math.max(1024, max));
  }

  Room(Room from, FlowTable copiedTable, Expiry copiedExpiry) {
    table = copiedTable;
    expiry = copiedExpiry;
    buckets = from.buckets;
    max = from.max;
    dropped = from.dropped;
    evicted = from.evicted;
  }

  /** Sets how many entries there may be; 0 for no limit. */
  void max(int entries) {
    max = entries;
  }

  boolean isFull() {
    return max > 0 && table.live() >= max;
  }

  boolean isHalfFull() {
    return max > 0 && table.live() >= max / 2;
  }

  /**
   * Makes room in a full table for one whose tuple has this spread; false if that cannot be, and it
   * is dropped.
   */
  boolean makeFor(long spread, long now) {
    expiry.sweep(now);
    if (!isFull() || evictNear(spread)) {
      return true;
    }
    dropped++;
    return false;
  }

  /**
   * Evicts a connection that is not assured, if there is one near the newcomer: the kernel looks at
   * 8 hash buckets, which hold a share of all tuples.
   */
  private boolean evictNear(long spread) {
    long near = Math.max(1, EVICTION_BUCKETS * 2L * table.live() / buckets);
    int first = table.near(spread);
    for (int i = 0; i < table.slots() && near > 0; i++) {
      int handle = table.inSlot(first + i);
      if (handle >= 0 && FlowTable.direction(handle) == 0) {
        near--;
        if ((table.meta(handle) & Meta.ASSURED) == 0) {
          expiry.remove(handle);
          evicted++;
          return true;
        }
      }
    }
    return false;
  }

  /** How many found no room. */
  long dropped() {
    return dropped;
  }

  /** How many had to go for others. */
  long evicted() {
    return evicted;
  }
}
