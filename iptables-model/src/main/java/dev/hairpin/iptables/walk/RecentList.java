package dev.hairpin.iptables.walk;

import dev.hairpin.net.IpAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A list of the match {@code recent}: addresses with the times at which they were seen.
 *
 * <p>Source: Linux {@code xt_recent}: 100 addresses a list ({@code ip_list_tot}), the least
 * recently set one is thrown out; stamps in a ring of 32.
 */
final class RecentList {
  private static final int MOST_STAMPS = 32;

  /** When an address was seen, oldest first; the least recently set address comes first. */
  private final LinkedHashMap<IpAddress, Deque<Long>> seen = new LinkedHashMap<>();

  private final int mostAddresses;

  RecentList(int mostAddresses) {
    this.mostAddresses = mostAddresses;
  }

  RecentList copy() {
    RecentList copy = new RecentList(mostAddresses);
    seen.forEach((address, stamps) -> copy.seen.put(address, new ArrayDeque<>(stamps)));
    return copy;
  }

  boolean holds(IpAddress address) {
    return seen.containsKey(address);
  }

  void set(IpAddress address, long now) {
    Deque<Long> stamps = seen.remove(address);
    if (stamps == null) {
      stamps = new ArrayDeque<>();
      if (seen.size() >= mostAddresses) {
        seen.remove(seen.keySet().iterator().next());
      }
    }
    if (stamps.size() == MOST_STAMPS) {
      stamps.removeFirst();
    }
    stamps.addLast(now);
    seen.put(address, stamps);
  }

  void remove(IpAddress address) {
    seen.remove(address);
  }

  /** Whether an address was seen often enough since a time. */
  boolean seenSince(IpAddress address, boolean anyTime, long since, int hits) {
    Deque<Long> stamps = seen.get(address);
    if (stamps == null) {
      return false;
    }
    int found = 0;
    for (long stamp : stamps) {
      if ((anyTime || stamp >= since) && ++found >= Math.max(1, hits)) {
        return true;
      }
    }
    return false;
  }

  /** Removes the least recently set address, if it was last seen before a time. */
  void reap(long since, IpAddress working, boolean renewing) {
    if (seen.isEmpty()) {
      return;
    }
    Map.Entry<IpAddress, Deque<Long>> oldest = seen.entrySet().iterator().next();
    boolean spared = renewing && oldest.getKey().equals(working);
    if (!spared && oldest.getValue().peekLast() < since) {
      seen.remove(oldest.getKey());
    }
  }

  Map<IpAddress, Deque<Long>> entries() {
    return seen;
  }
}
