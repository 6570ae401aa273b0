package dev.hairpin.iptables.walk;

import dev.hairpin.iptables.AddressMask;
import dev.hairpin.iptables.Match;
import dev.hairpin.net.IpAddress;
import dev.hairpin.path.Passage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The lists of the match {@code recent} of one host; every rule that names a list shares it. */
final class RecentLists {
  private final Map<String, RecentList> lists = new HashMap<>();
  private final Set<IpAddress> everHeld = new HashSet<>();
  private final int mostAddresses;
  private boolean holdsBlocks;

  RecentLists(int mostAddresses) {
    this.mostAddresses = mostAddresses;
  }

  RecentLists copy() {
    RecentLists copy = new RecentLists(mostAddresses);
    lists.forEach((name, list) -> copy.lists.put(name, list.copy()));
    copy.everHeld.addAll(everHeld);
    copy.holdsBlocks = holdsBlocks;
    return copy;
  }

  /** A list goes with the last rule that names it, and a new one begins empty. */
  void named(Set<String> names) {
    lists.keySet().retainAll(names);
    names.forEach(name -> lists.computeIfAbsent(name, n -> new RecentList(mostAddresses)));
  }

  Map<String, RecentList> byName() {
    return new TreeMap<>(lists);
  }

  /** Which lists hold an address; the address itself if lists hold it by a part of its bits. */
  Object thatHold(IpAddress address) {
    if (holdsBlocks) {
      return address;
    }
    if (!everHeld.contains(address)) {
      return List.of();
    }
    return lists.entrySet().stream()
        .filter(list -> list.getValue().holds(address))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  boolean matches(Match.Recent m, Passage p) {
    RecentList list = lists.computeIfAbsent(m.list(), n -> new RecentList(mostAddresses));
    IpAddress full = m.destination() ? p.packet().destination() : p.packet().source();
    IpAddress mask = m.mask();
    IpAddress address =
        new IpAddress(full.family(), full.high() & mask.high(), full.low() & mask.low());
    long now = p.nowMillis();
    switch (m.operation()) {
      case SET -> {
        p.leavesTrace();
        everHeld.add(address);
        holdsBlocks |= !mask.equals(AddressMask.fullMask(mask.family()));
        list.set(address, now);
        return !m.inverted();
      }
      case REMOVE -> {
        p.leavesTrace();
        boolean held = list.holds(address);
        list.remove(address);
        return held != m.inverted();
      }
      default -> {
        if (!list.holds(address)) {
          return m.inverted();
        }
        long since = now - m.seconds() * 1000;
        p.leavesTrace();
        boolean found = list.seenSince(address, m.seconds() == 0, since, m.hitCount());
        boolean result = found != m.inverted();
        boolean renews = m.operation() == Match.Recent.Operation.UPDATE && result;
        if (m.reap()) {
          list.reap(since, address, renews);
        }
        if (renews) {
          list.set(address, now);
        }
        return result;
      }
    }
  }
}
