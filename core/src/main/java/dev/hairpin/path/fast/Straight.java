package dev.hairpin.path.fast;

import dev.hairpin.net.IpFamily;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the straight way of a {@link Decider} needs, side by side: the table that is asked first,
 * and what becomes of flows afterwards. Of IPv4; without keys if there is no straight way.
 */
final class Straight {
  private static final long[] NO_KEYS = new long[2];
  private static final int[] NO_RECORDS = {};

  final long[] slots;
  final int capacity;
  final int markMask;
  final long clear;
  final long set;

  /** What the courses of the table's plans need beside. */
  final int[] records;

  /** What is asked of flows without a key; both nothing if they have to run the rules. */
  @Nullable
  final LookupTable ofLocal;

  final boolean endsForOthers;

  /** The plans of the pool for this way. */
  final Plans plans;

  @Nullable
  final LookupTable exceptions;

  /** A bit for each target that may be an exception; null if none is. */
  final long @Nullable [] special;

  private final int knownTargets;

  /** The way of flows that come in, or of those that the host sends. */
  Straight(Front front, Tail tail, int way, ProgramPool pool, @Nullable Straight before) {
    LookupTable table = front.table();
    if (table != null && table.isV4() && tail.known()) {
      slots = table.slots();
      capacity = table.capacity();
      records = table.records();
      ofLocal = front.ofLocal();
      endsForOthers = front.endsForOthers();
    } else {
      slots = NO_KEYS;
      capacity = 1;
      records = NO_RECORDS;
      ofLocal = null;
      endsForOthers = false;
    }
    markMask = tail.markMask();
    clear = decision(tail.clear(), way);
    set = decision(tail.set(), way);
    plans = pool.plans(markMask, clear, set);
    exceptions = tail.exceptions();
    Targets targets = pool.targets(IpFamily.IPV4);
    knownTargets = targets.size();
    special = exceptions == null ? null : special(exceptions, targets, before);
  }

  /** Targets are only ever added: for the same exceptions the new ones alone are looked at. */
  private long @Nullable [] special(
      LookupTable excepted, Targets targets, @Nullable Straight before) {
    boolean known = before != null && before.exceptions == excepted;
    long[] bits = known && before != null ? before.special : null;
    int first = known && before != null ? before.knownTargets : 0;
    for (int target = first; target < knownTargets; target++) {
      if (excepted.mayHave4(targets.addresses4()[target], targets.port(target))) {
        int words = Math.max(bits == null ? 0 : bits.length, (target >>> 6) + 1);
        bits = bits == null ? new long[words] : Arrays.copyOf(bits, words);
        bits[target >>> 6] |= 1L << target;
      }
    }
    return bits;
  }

  boolean isSpecial(int target) {
    long[] bits = special;
    return bits != null && target >>> 6 < bits.length && (bits[target >>> 6] >>> target & 1) != 0;
  }

  /** Without target, which is added later. */
  private static long decision(long packed, int way) {
    return (packed & 0xffff_ffff_0000_0000L) | (long) way << Decision.WAY_SHIFT;
  }
}
