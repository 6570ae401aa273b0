package dev.hairpin.whatif;

import java.io.Serializable;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was found in one cell of a sweep.
 *
 * @param cell the cell's number
 * @param scenario the scenario's name
 * @param seed the seed
 * @param worst the worst figure of each metric of which there is one
 */
public record SweepRow(int cell, String scenario, long seed, SortedMap<Metric, Worst> worst)
    implements Serializable {

  /**
   * The worst figure of a metric.
   *
   * @param value its value
   * @param limit its limit; infinite if there is none
   * @param total the sum of the metric's figures
   * @param subject of what
   */
  public record Worst(double value, double limit, double total, String subject)
      implements Serializable {}

  /** Copies the map. */
  public SweepRow {
    worst = Collections.unmodifiableSortedMap(new TreeMap<>(worst));
  }
}
