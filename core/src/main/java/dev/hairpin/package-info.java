/**
 * The front door: a cluster, what is installed in it, and the questions that one asks.
 *
 * <p>Start at {@link dev.hairpin.Cluster}.
 */
package dev.hairpin;
