package dev.hairpin.whatif.law;

import java.util.Map;

/** How much traffic crosses from one zone to another, and what that costs. */
public final class CrossZoneLaw {

  /** Dollars for a gigabyte on each side, AWS within a region: one pays it twice. */
  public static final double DOLLARS_PER_GB_EACH_WAY = 0.01;

  private static final double GB = 1e9;
  private static final double ROUNDING = 1e-9;

  private CrossZoneLaw() {}

  /**
   * The share of connections that cross if each is sent to any endpoint, whatever its zone.
   *
   * @param clients the share of the connections that begin in each zone; they sum to 1
   * @param endpoints the share of the endpoints in each zone; they sum to 1
   * @return one minus the sum of the products, 0 to 1
   * @throws IllegalArgumentException if a share is not within 0 to 1, or shares do not sum to 1
   */
  public static double share(Map<String, Double> clients, Map<String, Double> endpoints) {
    check("clients", clients);
    check("endpoints", endpoints);
    double within = 0;
    for (Map.Entry<String, Double> zone : clients.entrySet()) {
      within += zone.getValue() * endpoints.getOrDefault(zone.getKey(), 0.0);
    }
    return Math.max(0, 1 - within);
  }

  private static void check(String whose, Map<String, Double> shares) {
    double sum = 0;
    for (Map.Entry<String, Double> zone : shares.entrySet()) {
      sum += Check.share("share of " + whose + " in " + zone.getKey(), zone.getValue());
    }
    if (Math.abs(sum - 1) > ROUNDING) {
      throw new IllegalArgumentException(
          "the shares of " + whose + " sum to " + sum + ", but they must sum to 1");
    }
  }

  /**
   * What bytes cost that cross.
   *
   * @param bytes octets, not negative
   * @return dollars, both sides together
   * @throws IllegalArgumentException if the number is negative
   */
  public static double dollars(double bytes) {
    return Check.notNegative("bytes", bytes) / GB * 2 * DOLLARS_PER_GB_EACH_WAY;
  }
}
