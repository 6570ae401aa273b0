package dev.hairpin.lb.elb.cost;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The prices of a region in US dollars, with the date from which they are known.
 *
 * @param region the region
 * @param asOf the date of the prices
 * @param byName the price by its name in the data file
 */
public record Prices(String region, String asOf, Map<String, BigDecimal> byName) {

  /** Copies the prices. */
  public Prices {
    byName = Map.copyOf(byName);
  }

  /**
   * The regions whose prices the data file has.
   *
   * @return the regions, sorted
   */
  public static SortedSet<String> regions() {
    TreeSet<String> regions = new TreeSet<>();
    DataFile.read("elb-prices.csv").rows().forEach(row -> regions.add(row.get(0)));
    return regions;
  }

  /**
   * The prices of a region.
   *
   * @param region such as {@code us-west-2}
   * @return its prices
   * @throws IllegalArgumentException if the data file does not have the region
   */
  public static Prices of(String region) {
    DataFile file = DataFile.read("elb-prices.csv");
    Map<String, BigDecimal> prices = new HashMap<>();
    TreeSet<String> regions = new TreeSet<>();
    for (List<String> row : file.rows()) {
      regions.add(row.get(0));
      if (row.get(0).equals(region)) {
        prices.put(row.get(1), new BigDecimal(row.get(2)));
      }
    }
    if (prices.isEmpty()) {
      throw new IllegalArgumentException(
          "no prices are known for region \"" + region + "\"; there are " + regions);
    }
    return new Prices(region, file.asOf(), prices);
  }

  private BigDecimal price(String name) {
    BigDecimal price = byName.get(name);
    if (price == null) {
      throw new IllegalArgumentException("no price is called \"" + name + "\"");
    }
    return price;
  }

  /**
   * What a load balancer costs in an hour: the hour itself and its capacity units.
   *
   * @param usage what it does
   * @return dollars
   */
  public BigDecimal hour(Usage usage) {
    String kind = usage.kind().isNetwork() ? "nlb" : "alb";
    BigDecimal units = new BigDecimal(usage.units().max(), MathContext.DECIMAL32);
    return price(kind + "-hour").add(units.multiply(price(kind + "-lcu-hour")));
  }

  /**
   * What bytes cost that cross from one zone to another: each side is billed.
   *
   * <p>A Network Load Balancer with cross-zone load balancing pays so for what its nodes send to
   * targets of other zones; an Application Load Balancer does not pay for that.
   *
   * @param bytes octets that cross, either way
   * @return dollars
   */
  public BigDecimal crossZone(double bytes) {
    return new BigDecimal(bytes / 1e9, MathContext.DECIMAL32)
        .multiply(price("zone-transfer-gb-each-way"))
        .multiply(BigDecimal.valueOf(2));
  }
}
