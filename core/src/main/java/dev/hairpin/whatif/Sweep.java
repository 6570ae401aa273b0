package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import dev.hairpin.manifest.Manifests;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * Many scenarios, each with many seeds: a grid of cells that can be worked off in any order, on any
 * number of machines.
 *
 * <p>It holds all that a cell needs, and the way to make the base cluster instead of the cluster
 * itself, so that it can be sent elsewhere. Equal sweeps give equal results to the last digit,
 * whoever works off which cell. Immutable and thread-safe.
 *
 * @param base makes the cluster that scenarios fork; each worker calls it once
 * @param traffic the traffic
 * @param limits the capacities
 * @param scenarios the scenarios, each with a name of its own
 * @param seeds how many seeds each scenario is tried with, at least 1; seeds count from
 *     {@code firstSeed} on
 * @param firstSeed the first seed
 */
public record Sweep(
    Base base,
    List<Traffic> traffic,
    Limits limits,
    List<Scenario> scenarios,
    int seeds,
    long firstSeed)
    implements Serializable {

  /** Makes the base cluster of a sweep; it must make an equal one every time, everywhere. */
  @FunctionalInterface
  public interface Base extends Supplier<Cluster>, Serializable {}

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if there is no scenario, two scenarios or two of the traffic
   *     have one name, or there are no seeds
   */
  public Sweep {
    traffic = List.copyOf(traffic);
    scenarios = List.copyOf(scenarios);
    if (scenarios.isEmpty()) {
      throw new IllegalArgumentException("a sweep has at least one scenario");
    }
    if (seeds < 1) {
      throw new IllegalArgumentException("a sweep with " + seeds + " seeds does nothing");
    }
    if ((long) scenarios.size() * seeds > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(scenarios.size() + " scenarios x " + seeds
          + " seeds are more cells than can be numbered");
    }
    Names.once("traffic", traffic, Traffic::name);
    Names.once("scenario", scenarios, Scenario::name);
  }

  /** {@return how many cells there are: scenarios times seeds} */
  public int cells() {
    return scenarios.size() * seeds;
  }

  /**
   * The numbers of the cells that belong to a shard. Each cell belongs to exactly one; neighbours
   * go to different ones, so that shards take about the same time.
   *
   * @param index the shard, from 1
   * @param of how many shards there are
   * @return the cells, rising
   * @throws IllegalArgumentException if there is no such shard
   */
  public List<Integer> shard(int index, int of) {
    if (of < 1 || index < 1 || index > of) {
      throw new IllegalArgumentException(
          "shard " + index + "/" + of + " does not exist; shards count from 1/" + Math.max(1, of));
    }
    List<Integer> mine = new ArrayList<>();
    for (int cell = index - 1; cell < cells(); cell += of) {
      mine.add(cell);
    }
    return mine;
  }

  /**
   * Somebody who works off cells on a cluster of his own, and remembers what he has learned of it:
   * cells that he works off later take less time.
   *
   * @param cluster a cluster that {@link #base} made; it is not changed
   * @return the worker, who belongs to the cluster's thread
   */
  public Worker on(Cluster cluster) {
    return new Worker(WhatIf.on(cluster).traffic(traffic).limits(limits));
  }

  /** Works off cells of a sweep. Not thread-safe; each thread has its own. */
  public final class Worker {
    private final WhatIf questions;

    private Worker(WhatIf questions) {
      this.questions = questions;
    }

    /**
     * Works off a cell. What is found depends on no other cell.
     *
     * @param cell its number, from 0
     * @return what was found
     * @throws IllegalArgumentException if its scenario or the traffic names something that does not
     *     exist
     */
    public SweepRow run(int cell) {
      Scenario scenario = scenarios.get(cell / seeds);
      long seed = firstSeed + cell % seeds;
      CapacityReport report = questions.seed(seed).given(scenario);
      SortedMap<Metric, SweepRow.Worst> worst = new TreeMap<>();
      for (Metric metric : Metric.values()) {
        report
            .worst(metric)
            .ifPresent(f -> worst.put(
                metric,
                new SweepRow.Worst(
                    f.value(), f.limit(), report.total(metric).orElse(0), f.subject())));
      }
      return new SweepRow(cell, scenario.name(), seed, worst);
    }
  }

  /**
   * A short number of all that decides the results: the sweep, and the base cluster with its
   * objects, its time, and what its add-ons say of it without traffic. Files and results carry it,
   * so that those of different sweeps, or of a cluster that has changed meanwhile, are never mixed.
   *
   * @param cluster a cluster that {@link #base} made
   * @return sixteen hexadecimal digits for the sweep, a hyphen, and sixteen for the cluster
   */
  public String fingerprint(Cluster cluster) {
    String all = traffic + "\n" + limits + "\n" + scenarios + "\n" + seeds + "\n" + firstSeed;
    StringBuilder found = new StringBuilder(cluster.state().clock().now().toString());
    for (String kind : cluster.state().kinds()) {
      found.append('\n').append(Manifests.toYaml(cluster.state().list(kind)));
    }
    found.append(WhatIf.on(cluster).asIs().toCsv());
    return digits(all) + "-" + digits(found.toString());
  }

  private static String digits(String text) {
    CRC32C forwards = new CRC32C();
    forwards.update(text.getBytes(StandardCharsets.UTF_8));
    CRC32C backwards = new CRC32C();
    backwards.update(new StringBuilder(text).reverse().toString().getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%08x%08x", forwards.getValue(), backwards.getValue());
  }
}
