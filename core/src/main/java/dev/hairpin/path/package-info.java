/**
 * The way of a packet: the network between pods, nodes, load balancers and the outside.
 *
 * <p>Start at {@link dev.hairpin.path.Network}: it is built of hosts
 * ({@link dev.hairpin.path.Fabric} makes those of a cluster) and answers a
 * {@link dev.hairpin.path.Call} with a {@link dev.hairpin.path.trace.Trace}. Add-ons take part as a
 * {@link dev.hairpin.path.PacketFilter} (what the rules of a node do) and as a
 * {@link dev.hairpin.path.Relay} (what a load balancer does). Every choice that is left to chance
 * is made by a {@link dev.hairpin.path.Chooser}.
 */
package dev.hairpin.path;
