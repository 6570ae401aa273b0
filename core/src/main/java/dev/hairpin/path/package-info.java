/**
 * The way of a packet: the network between pods, nodes, load balancers and the outside.
 *
 * <p>Start at {@link dev.hairpin.path.Chooser}, through which every choice that is not determined
 * is made.
 */
package dev.hairpin.path;
