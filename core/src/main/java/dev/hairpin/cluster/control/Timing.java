package dev.hairpin.cluster.control;

import java.time.Duration;

/**
 * How long each component of a cluster takes.
 *
 * @param controllers how long after a change the workload and endpoint controllers look
 * @param scheduling how long the scheduler takes to choose a node
 * @param podStart how long a kubelet takes from a pod's arrival to its running containers
 * @param readiness how long a running container takes until it is ready, on top of its readiness
 *     probe's own {@code initialDelaySeconds}
 * @param programStop how long a program takes to end once it is told to; at most the grace period
 * @param waitsForHooks whether {@code initialDelaySeconds}, {@code minReadySeconds} and
 *     {@code preStop} hooks take their time
 * @param nodeMonitor how long a node may be silent until it is taken for lost
 */
public record Timing(
    Duration controllers,
    Duration scheduling,
    Duration podStart,
    Duration readiness,
    Duration programStop,
    boolean waitsForHooks,
    Duration nodeMonitor) {

  /** Everything settles at once, at the next tick of the clock, even by zero. */
  public static final Timing INSTANT = new Timing(
      Duration.ZERO,
      Duration.ZERO,
      Duration.ZERO,
      Duration.ZERO,
      Duration.ZERO,
      false,
      Duration.ZERO);

  /**
   * Delays of the size that a healthy cluster shows: controllers 100 ms, scheduling 50 ms, pod
   * start 2 s, readiness 1 s, programs stop in 1 s, nodes are lost after 50 s (the
   * {@code --node-monitor-grace-period} of v1.36).
   */
  public static final Timing REALISTIC = new Timing(
      Duration.ofMillis(100),
      Duration.ofMillis(50),
      Duration.ofSeconds(2),
      Duration.ofSeconds(1),
      Duration.ofSeconds(1),
      true,
      Duration.ofSeconds(50));
}
