package dev.hairpin.path;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Routes, found by longest prefix.
 *
 * <p>A table may be shared by many hosts, such as the routes to the pods of every node, so that
 * 5,000 nodes need one. Not thread-safe.
 */
public final class RouteTable {
  private final Map<Cidr, Route> routes = new HashMap<>();

  /**
   * The lengths of prefixes that there are or were, longest first, by {@link IpFamily}. The arrays
   * are replaced, never written, so copies of the table share them.
   */
  private final Map<IpFamily, int[]> lengths = new EnumMap<>(IpFamily.class);

  /** An empty table. */
  public RouteTable() {}

  RouteTable copy() {
    RouteTable copy = new RouteTable();
    copy.routes.putAll(routes);
    copy.lengths.putAll(lengths);
    return copy;
  }

  /**
   * Adds a route, or replaces the one to the same destination.
   *
   * @param route the route
   */
  public void put(Route route) {
    Cidr to = route.destination();
    routes.put(to, route);
    lengths.merge(to.family(), new int[] {to.prefixLength()}, RouteTable::withLength);
  }

  private static int[] withLength(int[] known, int[] one) {
    int at = 0;
    while (at < known.length && known[at] > one[0]) {
      at++;
    }
    if (at < known.length && known[at] == one[0]) {
      return known;
    }
    int[] more = new int[known.length + 1];
    System.arraycopy(known, 0, more, 0, at);
    more[at] = one[0];
    System.arraycopy(known, at, more, at + 1, known.length - at);
    return more;
  }

  /**
   * Adds a route unless there is one to the same destination.
   *
   * @param route the route
   */
  public void putIfAbsent(Route route) {
    if (!routes.containsKey(route.destination())) {
      put(route);
    }
  }

  /**
   * Removes a route.
   *
   * @param destination where it leads to
   * @return whether there was one
   */
  public boolean remove(Cidr destination) {
    return routes.remove(destination) != null;
  }

  void removeDevice(String device) {
    routes.values().removeIf(r -> device.equals(r.device()));
  }

  /**
   * Finds the most special route to an address.
   *
   * @param address the address
   * @return the route, or null
   */
  public @Nullable Route find(IpAddress address) {
    return find(address, route -> true);
  }

  /** The most special route to an address among those that can be used. */
  @Nullable
  Route find(IpAddress address, Predicate<Route> usable) {
    int[] present = lengths.get(address.family());
    if (present != null) {
      for (int length : present) {
        Route route = routes.get(Cidr.containing(address, length));
        if (route != null && usable.test(route)) {
          return route;
        }
      }
    }
    return null;
  }

  /**
   * The routes, most special first.
   *
   * @return a copy
   */
  public List<Route> list() {
    return routes.values().stream()
        .sorted(Comparator.comparing(Route::destination))
        .toList();
  }
}
