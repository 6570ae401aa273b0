package dev.hairpin.cluster.endpoints;

import java.util.Collection;
import java.util.Collections;
import java.util.OptionalInt;

/**
 * Whether topology hints can be given at all.
 *
 * <p>Source: {@code topologycache.go} of the EndpointSlice controller. Each zone needs
 * ceil(endpoints x its share of the CPU / 1.2) endpoints, and together these must not be more than
 * there are. With some small numbers they are: 11 endpoints over 3 even zones need 4 each.
 */
public final class HintsFeasibility {

  /** By how much the endpoints of a zone may be overloaded. */
  static final double OVERLOAD = 0.2;

  private HintsFeasibility() {}

  /** The endpoints that a zone needs so as not to be overloaded. */
  static int minimum(double ratio, int endpoints) {
    return (int) Math.ceil(ratio * endpoints * (1 / (1 + OVERLOAD)));
  }

  /**
   * Tells whether hints can be given.
   *
   * @param endpoints ready endpoints of the Service, not negative
   * @param ratios the share of the cluster's CPU in each zone, sum 1
   * @return whether each zone can get enough
   * @throws IllegalArgumentException if a number is negative
   */
  public static boolean possible(int endpoints, Collection<Double> ratios) {
    if (endpoints < 0 || ratios.stream().anyMatch(r -> !(r >= 0))) {
      throw new IllegalArgumentException(
          endpoints + " endpoints over zones of " + ratios + ": a number is negative");
    }
    return ratios.size() >= 2
        && endpoints >= ratios.size()
        && ratios.stream().mapToInt(r -> minimum(r, endpoints)).sum() <= endpoints;
  }

  /**
   * Tells whether hints can be given in zones of the same size.
   *
   * @param endpoints ready endpoints of the Service, not negative
   * @param zones how many zones
   * @return whether each zone can get enough
   */
  public static boolean possibleInEvenZones(int endpoints, int zones) {
    return possible(endpoints, Collections.nCopies(zones, 1.0 / zones));
  }

  /**
   * The smallest number from a given one on that works.
   *
   * @param endpoints where to begin
   * @param ratios the share of the cluster's CPU in each zone, sum 1
   * @return the number; nothing if none below ten thousand more works, as with one zone
   */
  public static OptionalInt next(int endpoints, Collection<Double> ratios) {
    for (int n = endpoints; n < endpoints + 10_000; n++) {
      if (possible(n, ratios)) {
        return OptionalInt.of(n);
      }
    }
    return OptionalInt.empty();
  }
}
