package dev.hairpin;

import dev.hairpin.path.fast.ConnectionEngine;
import dev.hairpin.path.fast.TrafficCounts;
import dev.hairpin.path.fast.TrafficLoad;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends millions of connections through a cluster, and counts where they end.
 *
 * <pre>{@code
 * TrafficCounts counts = TrafficEngine.of(cluster)
 *     .stream("internet", "http://" + loadBalancerName, 3)
 *     .stream("shop/client", "http://web.shop", 1)
 *     .load(TrafficLoad.DEFAULT.perSecond(10_000).lasting(Duration.ofSeconds(30)))
 *     .run(1_000_000);
 * counts.perZone();          // {us-west-2a=333518, us-west-2b=333127, us-west-2c=333355}
 * counts.conntrackPeak();    // entries of each node's table
 * }</pre>
 *
 * <p>The nodes' rules are compiled as they are now, and so are DNS answers, the choices of load
 * balancers of layer 4, and who listens where; then every connection is decided, tracked and
 * translated at every node on its way, and its answer must find the way back through the same
 * tables. {@link Connection#to} is the specification: for one connection it tells why, this tells
 * how many. It carries TCP and UDP over IPv4; load balancers of layer 7, bridged pods and processes
 * on nodes as callers are refused. The cluster itself is not touched. Not thread-safe.
 */
public final class TrafficEngine {

  /** Someone's connections to somewhere. */
  record Wanted(String from, String to, double weight) {}

  private final Cluster cluster;
  private final List<Wanted> streams = new ArrayList<>();
  private TrafficLoad load = TrafficLoad.DEFAULT;

  private TrafficEngine(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * An engine without traffic.
   *
   * @param cluster the cluster; it is read when {@link #start} is called
   * @return the engine
   */
  public static TrafficEngine of(Cluster cluster) {
    return new TrafficEngine(cluster);
  }

  /**
   * Adds connections.
   *
   * @param from a pod or a workload, whose pods take turns, as for {@link Cluster#from}; or
   *     {@code internet}, the clients 203.0.113.0 to 203.0.113.255; or {@code internet/ADDRESS} or
   *     {@code internet/BLOCK}, a block of at most 65,536 clients, who take turns
   * @param to as for {@link Connection#to}
   * @param weight the part of all connections, against the other streams'; above 0
   * @return this
   */
  public TrafficEngine stream(String from, String to, double weight) {
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new IllegalArgumentException(
          "the weight of \"" + from + " to " + to + "\" is " + weight + "; it must be above 0");
    }
    streams.add(new Wanted(from, to, weight));
    return this;
  }

  /**
   * Says how the connections come.
   *
   * @param newLoad rate, lifetime, seed, threads
   * @return this
   */
  public TrafficEngine load(TrafficLoad newLoad) {
    load = newLoad;
    return this;
  }

  /**
   * Reads and compiles the cluster as it is now.
   *
   * @return an engine with empty tables, which can be run piece by piece
   * @throws IllegalArgumentException if there is no such source or target, a name does not resolve,
   *     or the way leads through something that the engine does not carry
   * @throws IllegalStateException if no stream was added, or a component gives nodes rules that
   *     cannot be compiled
   */
  public ConnectionEngine start() {
    if (streams.isEmpty()) {
      throw new IllegalStateException("no traffic: add a stream");
    }
    return new ConnectionEngine(new TerrainOf(cluster).with(streams), load);
  }

  /**
   * Starts anew and runs.
   *
   * @param connections how many, of all streams together
   * @return where they ended
   * @throws IllegalArgumentException as for {@link #start}
   */
  public TrafficCounts run(long connections) {
    return start().run(connections);
  }
}
