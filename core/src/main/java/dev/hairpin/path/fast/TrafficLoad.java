package dev.hairpin.path.fast;

import java.time.Duration;

/**
 * How connections come.
 *
 * @param seed the seed of all choices
 * @param perSecond new connections each second of virtual time, of all streams together; above 0
 * @param lifetime how long a TCP connection stays open; from 0 to one hour, in which no table
 *     forgets it
 * @param lingers whether closed TCP connections stay in the nodes' tables for two minutes, as they
 *     do (TIME_WAIT); false forgets them at once
 * @param conntrackMax how many entries a node's table may hold; 0 for no limit
 * @param batch how many connections go through each stage together; 1 to 1,048,576
 * @param threads on how many threads the nodes' work is spread; the results do not depend on it
 */
public record TrafficLoad(
    long seed,
    double perSecond,
    Duration lifetime,
    boolean lingers,
    int conntrackMax,
    int batch,
    int threads) {

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final long START_MS = 1_700_000_000_000L;

  /** One thousand connections a second that last a second each, on one thread. */
  public static final TrafficLoad DEFAULT =
      new TrafficLoad(1, 1000, Duration.ofSeconds(1), true, 0, 4096, 1);

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public TrafficLoad {
    if (!(perSecond > 0) || Double.isInfinite(perSecond)) {
      throw new IllegalArgumentException(perSecond + " connections a second; it must be above 0");
    }
    if (lifetime.isNegative() || lifetime.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "lifetime " + lifetime + " is not within 0 and " + LONGEST);
    }
    if (conntrackMax < 0) {
      throw new IllegalArgumentException("conntrackMax " + conntrackMax + " is negative");
    }
    if (batch < 1 || batch > 1 << 20) {
      throw new IllegalArgumentException("batch " + batch + " is not within 1 and " + (1 << 20));
    }
    if (threads < 1 || threads > 256) {
      throw new IllegalArgumentException("threads " + threads + " is not within 1 and 256");
    }
    double live = perSecond * lifetime.toNanos() / 1e9;
    if (live > 50_000_000) {
      throw new IllegalArgumentException(perSecond + " connections a second that last " + lifetime
          + " each are more than 50,000,000 at a time");
    }
  }

  /**
   * The same with another seed.
   *
   * @param other the seed
   * @return a copy
   */
  public TrafficLoad seed(long other) {
    return new TrafficLoad(other, perSecond, lifetime, lingers, conntrackMax, batch, threads);
  }

  /**
   * The same with another rate.
   *
   * @param rate new connections each second, above 0
   * @return a copy
   */
  public TrafficLoad perSecond(double rate) {
    return new TrafficLoad(seed, rate, lifetime, lingers, conntrackMax, batch, threads);
  }

  /**
   * The same with connections that stay open for another time.
   *
   * @param open how long, up to one hour
   * @return a copy
   */
  public TrafficLoad lasting(Duration open) {
    return new TrafficLoad(seed, perSecond, open, lingers, conntrackMax, batch, threads);
  }

  /**
   * The same with closed connections that linger in the tables, or do not.
   *
   * @param stay whether they stay in TIME_WAIT
   * @return a copy
   */
  public TrafficLoad lingering(boolean stay) {
    return new TrafficLoad(seed, perSecond, lifetime, stay, conntrackMax, batch, threads);
  }

  /**
   * The same with another limit of the nodes' tables.
   *
   * @param entries {@code nf_conntrack_max}; 0 for no limit
   * @return a copy
   */
  public TrafficLoad conntrackMax(int entries) {
    return new TrafficLoad(seed, perSecond, lifetime, lingers, entries, batch, threads);
  }

  /**
   * The same in other batches, of which the results do not depend but for which source port is
   * drawn where two want the same.
   *
   * @param size how many connections go through each stage together
   * @return a copy
   */
  public TrafficLoad batch(int size) {
    return new TrafficLoad(seed, perSecond, lifetime, lingers, conntrackMax, size, threads);
  }

  /**
   * The same on more threads.
   *
   * @param number how many
   * @return a copy
   */
  public TrafficLoad threads(int number) {
    return new TrafficLoad(seed, perSecond, lifetime, lingers, conntrackMax, batch, number);
  }

  /** The virtual time at which a connection begins, in milliseconds since 1970. */
  long timeOf(long number) {
    return START_MS + (long) (number * 1000 / perSecond);
  }

  /** How many connections are open at a time. */
  int openAtATime() {
    return (int) Math.round(perSecond * lifetime.toNanos() / 1e9);
  }
}
