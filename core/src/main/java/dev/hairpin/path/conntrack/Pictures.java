package dev.hairpin.path.conntrack;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** The entries of a table as people see them. */
final class Pictures {
  private static final int TCP = 6;
  private static final int SCTP = 132;

  private final FlowTable table;
  private final Expiry expiry;

  Pictures(FlowTable table, Expiry expiry) {
    this.table = table;
    this.expiry = expiry;
  }

  /** The picture of an entry. */
  ConntrackEntry of(int handle, long now) {
    Tuple t = new Tuple();
    table.getTuple(handle & ~1, t);
    var original = t.toFiveTuple();
    table.getTuple(handle | 1, t);
    var reply = t.toFiveTuple();
    long left = Math.max(0, expiry.time(handle, now) - now);
    int meta = table.meta(handle);
    String state = switch (Meta.protocol(meta)) {
      case TCP -> TcpStates.name(Meta.state(meta));
      case SCTP -> SctpStates.name(Meta.state(meta));
      default -> "";
    };
    return new ConntrackEntry(
        original,
        reply,
        left / 1000,
        state,
        (meta & Meta.SEEN_REPLY) != 0,
        (meta & Meta.ASSURED) != 0,
        table.mark(handle));
  }

  /** Those of all entries, in the order of their rows. */
  List<ConntrackEntry> list(long now) {
    List<ConntrackEntry> entries = new ArrayList<>();
    removeIf(now, handle -> {
      entries.add(of(handle, now));
      return false;
    });
    return entries;
  }

  /** Removes those that a filter takes; answers how many. */
  int remove(Predicate<ConntrackEntry> filter, long now) {
    expiry.sweep(now);
    int before = table.live();
    removeIf(now, handle -> filter.test(of(handle, now)));
    return before - table.live();
  }

  private void removeIf(long now, IntPredicate visitor) {
    expiry.sweep(now);
    for (int family = 0; family < 2; family++) {
      for (int row = 0; row < table.rows(family); row++) {
        int handle = FlowTable.handle(family, row);
        if ((table.meta(handle) & Meta.CONFIRMED) != 0 && visitor.test(handle)) {
          expiry.remove(handle);
        }
      }
    }
  }
}
