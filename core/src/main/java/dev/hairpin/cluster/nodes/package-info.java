/**
 * What happens to nodes: the blocks that their pods get addresses from, cordon and drain, loss and
 * return.
 *
 * <p>Start at {@link dev.hairpin.cluster.nodes.Nodes}.
 */
package dev.hairpin.cluster.nodes;
