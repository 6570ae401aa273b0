package dev.hairpin.whatif;

import dev.hairpin.Cluster;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Named changes that are tried together. Small and serializable.
 *
 * <pre>{@code
 * Scenario.named("a zone less").losingZone("us-west-2a").times(1.5)
 * }</pre>
 *
 * @param name what reports call it
 * @param deltas the changes, in the order in which they are made
 */
public record Scenario(String name, List<Delta> deltas) implements Serializable {

  /** Copies the changes. */
  public Scenario {
    deltas = List.copyOf(deltas);
  }

  /**
   * A scenario in which nothing changes yet.
   *
   * @param name what reports call it
   * @return the scenario
   */
  public static Scenario named(String name) {
    return new Scenario(name, List.of());
  }

  /**
   * The same with a further change.
   *
   * @param delta the change
   * @return a copy
   */
  public Scenario with(Delta delta) {
    List<Delta> more = new ArrayList<>(deltas);
    more.add(delta);
    return new Scenario(name, more);
  }

  /**
   * The same, and a workload has another number of pods.
   *
   * @param kind such as {@code Deployment}
   * @param workload {@code namespace/name}
   * @param replicas how many
   * @return a copy
   */
  public Scenario scaling(String kind, String workload, int replicas) {
    return with(new Delta.Scale(kind, workload, replicas));
  }

  /**
   * The same, and a node is lost.
   *
   * @param node its name
   * @return a copy
   */
  public Scenario losingNode(String node) {
    return with(new Delta.LoseNode(node));
  }

  /**
   * The same, and some nodes are lost; which ones depends on the seed.
   *
   * @param count how many
   * @return a copy
   * @throws IllegalArgumentException if the number is negative
   */
  public Scenario losingNodes(int count) {
    return with(new Delta.LoseNodes(count));
  }

  /**
   * The same, and a zone is lost.
   *
   * @param zone its name
   * @return a copy
   */
  public Scenario losingZone(String zone) {
    return with(new Delta.LoseZone(zone));
  }

  /**
   * The same, and manifests are applied.
   *
   * @param yaml their text
   * @return a copy
   */
  public Scenario applying(String yaml) {
    return with(new Delta.Apply(yaml));
  }

  /**
   * The same with more or less traffic.
   *
   * @param factor by what it is multiplied
   * @return a copy
   */
  public Scenario times(double factor) {
    return with(new Delta.TrafficTimes(factor));
  }

  /** Whether more changes than the traffic. */
  boolean changesCluster() {
    return !deltas.stream().allMatch(Delta.TrafficTimes.class::isInstance);
  }

  /** Makes the changes on a fork. */
  void applyTo(Cluster fork, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    deltas.forEach(delta -> delta.applyTo(fork, random));
  }

  /** The traffic under this scenario. */
  List<Traffic> of(List<Traffic> traffic) {
    List<Traffic> changed = traffic;
    for (Delta delta : deltas) {
      changed = delta.of(changed);
    }
    return changed;
  }
}
