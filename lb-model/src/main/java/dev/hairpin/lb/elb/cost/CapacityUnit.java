package dev.hairpin.lb.elb.cost;

import java.util.List;

/**
 * What one load balancer capacity unit holds.
 *
 * @param newPerSecond new connections each second
 * @param activePerMinute connections that are active in a minute
 * @param gigabytesPerHour bytes
 * @param evaluationsPerSecond rule evaluations each second, or 0 if they do not count
 */
public record CapacityUnit(
    double newPerSecond,
    double activePerMinute,
    double gigabytesPerHour,
    double evaluationsPerSecond) {

  private static final DataFile FILE = DataFile.read("elb-capacity-units.csv");

  /**
   * The unit of a sort of traffic.
   *
   * @param kind the sort
   * @return what one unit of it holds
   */
  public static CapacityUnit of(Usage.Kind kind) {
    List<String> row = FILE.rows().stream()
        .filter(r -> r.get(0).equals(Usage.row(kind)))
        .findFirst()
        .orElseThrow();
    return new CapacityUnit(
        Double.parseDouble(row.get(1)),
        Double.parseDouble(row.get(2)),
        Double.parseDouble(row.get(3)),
        Double.parseDouble(row.get(4)));
  }

  /**
   * The date of the figures.
   *
   * @return such as {@code 2023-05-31}
   */
  public static String asOf() {
    return FILE.asOf();
  }
}
